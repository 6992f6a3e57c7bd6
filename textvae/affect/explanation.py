"""Which words carry a reading: what is read, less what is read when the word is left out.

Of 60 sentences of EmoBank's dev split, leaving a word out agrees best with Shapley values (Lundberg & Lee
2017: what a word adds on average when words come in random order): r 0.81 within a sentence, against 0.71 for
masking it and 0.61 for integrated gradients (`attribution`); benchmarks/explanations.py. It costs one
reading a word.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from textvae.affect.values import Explanation, Word

Span = tuple[int, int]
Score = Callable[[list[str]], np.ndarray]
"""Texts to their readings in one dimension, (N,); a text may be empty."""

WORDS, CHARACTERS = 100, 2000
"""How much of a text is explained: so many words from its beginning, in no more characters than that."""

AHEAD = 2048
"""Readings that are asked for at a time, about."""

_UNITS = re.compile(r"c\+*|w[w+]*(?:[jn]w[w+]*)*|[jnp][jnp+]*")
_ALONE = ((0x3040, 0x3100), (0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))


def words(text: str) -> list[Span]:
    """Where the words and the marks of a text lie; together they are all of it but the white space.

    A word is a run of letters and digits with what stands inside it (isn't, 3.5-star, p.m), or
    a single Chinese or Japanese character. What else stands together is one mark (!!, :-), an
    emoji of several parts).

    >>> text = "It isn't 3.5-star :("
    >>> [text[start:end] for start, end in words(text)]
    ['It', "isn't", '3.5-star', ':(']
    """
    return [found.span() for found in _UNITS.finditer(_kinds(text))]


def _kinds(text: str) -> str:
    """A letter for each character, or a space.

    w: of a word; c: a word of its own; j: joins words; n: joins what it stands between; p: a mark's;
    +: belongs to the character before it.
    """
    kinds: list[str] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if character.isspace():
            kind = " "
        elif category[0] == "M" or category in ("Cf", "Sk"):  # accents, joiners, the skin of an emoji
            kind = "+" if kinds and kinds[-1] != " " else "p"
        elif character in "'\u2019-\u2010\u2011":
            kind = "j"
        elif category[0] in "LN" or character == "_":
            kind = "c" if _stands_alone(character) else "w"
        else:
            around = text[place - 1 : place] + text[place + 1 : place + 2]
            inside = len(around) == 2 and (around.isalnum() if character == "." else around.isdigit())
            kind = "n" if character in ".," and inside else "p"
        kinds.append(kind)
    return "".join(kinds)


def _stands_alone(character: str) -> bool:
    """Whether this is a character of a script without spaces between words."""
    return any(low <= ord(character) < high for low, high in _ALONE)


def beginning(text: str) -> tuple[list[Span], int]:
    """The words of `text` that are explained, one at least if it has any, and how many are left out."""
    found = words(text)
    kept = [span for i, span in enumerate(found[:WORDS]) if i == 0 or span[1] <= CHARACTERS]
    return kept, len(found) - len(kept)


def without(text: str, span: Span) -> str:
    """`text` less what stands at `span`; two spaces do not meet there, and two words do not become one.

    >>> without("not a good day", (6, 10))
    'not a day'
    >>> without("good--bad", (4, 6))
    'good bad'
    """
    before, after = text[: span[0]], text[span[1] :]
    if after[:1].isspace() and (not before or before[-1].isspace()):
        after = after[1:]
    glued = before[-1:].isalnum() and after[:1].isalnum() and not _stands_alone(before[-1])
    return before + " " * glued + after


def leave_one_out(texts: Iterable[str | None], score: Score, dimension: str) -> Iterator[Explanation | None]:
    """The explanation of each text, in order; None for a blank one. `score` reads many texts at a time."""
    held: list[tuple[str | None, list[Span], int]] = []
    variants: list[str] = []
    for text in texts:
        spans, left_out = beginning(text) if text else ([], 0)
        if text and spans:
            part = text[: spans[-1][1]] if left_out else text
            variants += [part, *(without(part, span) for span in spans)]
        held.append((text, spans, left_out))
        if len(variants) >= AHEAD or len(held) >= AHEAD:
            yield from _explained(held, variants, score, dimension)
            held, variants = [], []
    yield from _explained(held, variants, score, dimension)


def _explained(
    held: list[tuple[str | None, list[Span], int]], variants: list[str], score: Score, dimension: str
) -> Iterator[Explanation | None]:
    read = iter(score(variants).astype(np.float64).tolist() if variants else ())
    for text, spans, left_out in held:
        if not text or not spans:
            yield None
            continue
        whole = next(read)
        found = tuple(Word(text[a:b], a, b, whole - next(read)) for a, b in spans)
        yield Explanation(text, dimension, whole, found, left_out)
