"""Emoji in sentences that are rewritten: no text model says them, so they are set aside and put back."""

import re
from itertools import islice

from textvae.affect.emoji import JOINERS, PICTURES, SAID

PLEASANT = frozenset("".join(SAID[words] for words in ("<3", ":)", "hooray", "(good)")))
UNPLEASANT = frozenset(
    "".join(SAID[words] for words in ("(bad)", "crying", "(sad)", "furious", "disgusting"))
)

_ONE = rf"[{PICTURES}][{JOINERS}]*"
_RUN = re.compile(rf"(?<!\s)\s*+(?:{_ONE}(?:\u200d{_ONE})*\s*)+")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
_GLAD = r"[:;=][-'^]?[)\]DdPp]+|[xX]D+|<3+(?!\s*\w)|\^_*\^"
_SORRY = r">?[:=][-'^]?[(\[/\\|]+|D[-']:|D:(?=[.,!?\s]*$)|</3+|T_+T"
EMOTICON = rf"(?:{_GLAD}|{_SORRY})"
"""A face of marks, as a regular expression."""

_SHOWN = re.compile(
    r"\"[^\"]*\"|\u201c[^\u201d]*\u201d|"  # what is quoted stays
    rf"\s?(?:{_ONE}(?:\u200d{_ONE})*|(?<!\S)(?:(?P<glad>{_GLAD})|(?P<sorry>{_SORRY}))(?=[.,!?]*(?:\s|$)))"
)


_LAST = re.compile(rf"(?:{_ONE}|(?<!\S){EMOTICON})$")


def ends_in_a_face(text: str) -> bool:
    """Whether an emoji or an emoticon ends a text."""
    return _LAST.search(text) is not None


def without_pictures(text: str) -> str:
    """`text` without its emoji, a blank where one or some stood between words.

    >>> without_pictures("Late again 😡😡, of course!")
    'Late again, of course!'
    """
    if text.isascii():
        return text
    return _RUN.sub(lambda run: _between(run, text), text)


def put_pictures_back(text: str, source: str) -> str:
    """`text`, which has no emoji, with those of `source`: at its beginning and end if they stand there, and
    else behind the word that they follow. Without that word, they are left out.

    >>> put_pictures_back("The bus was early, luckily.", "The bus 🚌 was late 😡.")
    'The bus 🚌 was early, luckily. 😡'
    """
    if source.isascii():
        return text
    for run in reversed(list(_RUN.finditer(source))):
        before, after, shown = source[: run.start()], source[run.end() :], run[0].strip()
        if not _WORD.search(after):
            text += ("" if run[0][0] == shown[0] and before[-1:].isalnum() else " ") + shown
        elif not (words := _WORD.findall(before)):
            text = f"{shown} {text}"
        else:
            number = sum(word.lower() == words[-1].lower() for word in words) - 1
            marks = "" if before[-1].isalnum() else r"[^\w\s]*"
            places = re.finditer(rf"(?<!\w){re.escape(words[-1])}(?!\w){marks}", text, re.IGNORECASE)
            if place := next(islice(places, number, None), None):
                gap = " " if run[0][0] != shown[0] else ""
                text = text[: place.end()] + gap + shown + text[place.end() :]
    return text


def without_contrary(text: str, way: float) -> str:
    """`text` without the emoji and emoticons that contradict a way to more (`way` above 0) or less valence;
    nothing is left out of a quotation, nor where no word would remain.

    >>> without_contrary("The bus is late 😡", 1.0), without_contrary("The bus is late :(", -1.0)
    ('The bus is late', 'The bus is late :(')
    """
    if not way > 0 and not way < 0:  # nothing is asked of valence
        return text
    contrary, group = (UNPLEASANT, "sorry") if way > 0 else (PLEASANT, "glad")
    left, place = "", 0
    for one in (*_SHOWN.finditer(text), None):
        quoted = one is not None and one[0][0] in '"\u201c'
        if one is None or one[group] or (contrary & set(one[0]) and not quoted):
            rest = text[place : one.start() if one else None]
            left += " " * (left[-1:].isalnum() and rest[:1].isalnum()) + rest
            place = one.end() if one else place
    left = left.strip()
    return left if _WORD.search(left) else text


def _between(run: re.Match[str], text: str) -> str:
    """What joins the texts around a run of emoji."""
    after = text[run.end() : run.end() + 1]
    return " " if run.start() and (after.isalnum() or run[0][-1].isspace()) else ""
