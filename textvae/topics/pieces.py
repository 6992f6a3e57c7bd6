"""What of a text is a word: without markup, addresses and numbers, in lower case."""

import html
import re
import unicodedata
from collections.abc import Iterator

STOP, BREAK = ".", ","
"""Pieces that are no words: the end of a sentence, and what else keeps two words apart."""

# A letter or a mark that sits on one; the scripts of India have many such marks inside their words.
_LETTER = "(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])"
_PIECE = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*|[.!?…\u3002]|\n\s*\n|[,;:()\[\]\"“”«»/|*]|--|[–—]")
_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|<!--[^>]{0,1000}-->")
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_APOSTROPHES = str.maketrans("\u2019\u02bc\uff07\u0060\u00b4", "'" * 5)
_BETWEEN = dict.fromkeys(".!?…\u3002", STOP) | dict.fromkeys([*',;:()[]"“”«»/|*–—', "--"], BREAK)


def plain(text: str) -> str:
    """A text without its HTML: entities are characters again, tags that break a line are paragraphs' ends.

    >>> plain("A <b>good</b> film &amp; long.<br /><br />See it!")
    'A good film & long.\\n\\n\\n\\nSee it!'
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _MARKUP.sub("", _TAG.sub("\n\n", text))
    return text


def pieces(text: str) -> Iterator[str]:
    """The words of a text as they are written, single letters too, and `STOP` or `BREAK` between them.

    A word ends at an apostrophe, so that what is left of a contraction is a single letter or a stop word;
    "don't" and its like become "dont". What has a digit in it is a `BREAK`; hyphens keep nothing apart.

    >>> list(pieces("The film's O.K., but I DON'T love Spider-Man 2!"))
    ['The', 'film', 's', 'O', '.', 'K', '.', ',', 'but', 'I', 'DONT', 'love', 'Spider', 'Man', ',', '.']
    """
    text = plain(text)
    if ":" in text or "www." in text or "@" in text:
        text = _ADDRESS.sub(f" {BREAK} ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    for piece in _PIECE.findall(text):
        if piece.isalpha():
            yield piece
        elif piece in _BETWEEN:
            yield _BETWEEN[piece]
        elif piece[0] == "\n":
            yield STOP
        else:
            yield from _parts(piece)


def _parts(word: str) -> Iterator[str]:
    if "'" in word:
        for part in (word.replace("'", ""),) if word.lower().endswith("n't") else word.split("'"):
            yield from _parts(part)
    elif word:
        numeric = not word.isalpha() and any(character.isnumeric() for character in word)
        yield BREAK if numeric else word


def is_word(piece: str) -> bool:
    """Whether a piece counts as a word: `STOP`, `BREAK` and single letters do not."""
    return len(piece) > 1


def tokens(text: str) -> list[str]:
    """The words of a text in lower case.

    >>> tokens("The film's O.K.,<br />but I don't love l'amour in 1999!")
    ['the', 'film', 'but', 'dont', 'love', 'amour', 'in']
    """
    return [piece.lower() for piece in pieces(text) if is_word(piece)]
