"""Exclamation marks: how the written sentence raises its voice, and lowers it, without another word."""

import re

from textvae.text.pictures import EMOTICON

_CLOSING = r"[\"'\u201d\u2019)\]\s]*$"
_STOP = re.compile(rf"\s?\.+(?={_CLOSING})")
_WORD_END = re.compile(rf"(?<=[^\W_])(?={_CLOSING})")
_ABBREVIATED = re.compile(rf"\.[^\W\d_]\.{_CLOSING}")
_QUOTED = re.compile(r"[,.?](?=[\"\u201d].*[^\W_])")
_TAGS = re.compile(rf"(?:\s+(?:[#@]\w+|https?://\S+|{EMOTICON}))+\s*$")
_QUIET = re.compile(r"\b(?:quietly|softly|whisper\w*|murmur\w*|mutter\w*)\b")
_ASKED = re.compile(r"\?!+|!+\?+!*")
_EXCLAIMED = re.compile(r"!+")


def louder(text: str) -> str:
    """`text` that ends in an exclamation mark, where it ended in a full stop or in a word.

    One that has an exclamation mark, or another mark at its end, stays as it is. Where somebody is quoted
    and the sentence goes on, it is he who raises his voice, unless he asks, or whispers. Tags and emoticons
    stand behind the mark.
    """
    if "!" in text or _QUIET.search(text):
        return text
    if tags := _TAGS.search(text):
        return louder(text[: tags.start()]) + tags[0]
    if quoted := _QUOTED.search(text):
        return text if quoted[0] == "?" else f"{text[: quoted.start()]}!{text[quoted.end() :]}"
    if _ABBREVIATED.search(text):  # "at 3 p.m." keeps the abbreviation's own
        return re.sub(rf"\.(?={_CLOSING})", ".!", text, count=1)
    stop = _STOP.search(text)
    if stop:
        blank = " " if stop[0][0] == " " else ""
        return f"{text[: stop.start()]}{blank}!{text[stop.end() :]}"
    return _WORD_END.sub("!", text, count=1)


def calmer(text: str) -> str:
    """`text` with a full stop for each exclamation mark; a question keeps its own."""
    return _EXCLAIMED.sub(".", _ASKED.sub("?", text))
