"""Raw texts into bags of words: what counts as a word, which words are left out, and an account of it."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.errors import InputError
from textvae.topics.bags import Bags
from textvae.topics.chance import clustering, occurrence
from textvae.topics.stop_words import STOP_WORDS

FEWEST = 10
"""Documents that topics can be learnt from at all."""

ENGLISH = 0.2
"""A text is taken for English from this share of English stop words on; running English has 0.4 to 0.6."""

# A letter or a mark that sits on one; the scripts of India have many such marks inside their words.
_LETTER = "(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])"
_WORD = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*")
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|<!--[^>]{0,1000}-->")
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}")
_APOSTROPHES = str.maketrans("\u2019\u02bc\uff07\u0060\u00b4", "'" * 5)

# Scripts written without spaces, and the length from which a run of them holds more than a word.
_UNSPACED = (
    (re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"), 4.0),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"), 10.0),
)


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Which words are left out.

    Attributes:
        stop_words: left out wherever they stand; None: the English list if the texts are English.
        rare: words in fewer documents are left out; None: one in 200 documents, at least 2 and at most 20.
        frequent: words in more than this share of the documents are left out.
        even: words are left out that chance would have put in fewer than so many times the documents that
            they are in (see `chance.clustering`): they go with any subject. 0: none.
        largest: of the words that remain, those in the most documents make the vocabulary; None: half as many
            as there are documents, at least 1,000 and at most 2,000.
    """

    stop_words: Set[str] | None = None
    rare: int | None = None
    frequent: float = 0.3
    even: float = 1.125
    largest: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What `prepare_texts` found and what it left out.

    Attributes:
        documents, tokens: how many were given; numbers and single letters are not tokens.
        english: the share of the tokens that are English stop words.
        listed: whether a list of stop words was used.
        stopped: tokens that were stop words.
        vocabulary: how many distinct words are used.
        fewest: words in fewer documents than this were too rare.
        rare, beyond: how many distinct words were too rare, or beyond the largest vocabulary.
        most: words in more than this share of the documents were too frequent.
        frequent: those words, the ones in the most documents first.
        even: words that were spread too evenly, the ones in the most documents first.
        empty: places of the documents that held none of the words that remain.
    """

    documents: int
    tokens: int
    english: float
    listed: bool
    stopped: int
    vocabulary: int
    fewest: int
    rare: int
    beyond: int
    most: float
    frequent: tuple[str, ...]
    even: tuple[str, ...]
    empty: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Bags of the documents that have words, their places among those given (N,), and the account."""

    bags: Bags
    kept: NDArray[np.int64]
    account: Account


def plain(text: str) -> str:
    """A text without its HTML: entities are characters again, tags that break a line are paragraphs' ends.

    >>> plain("A <b>good</b> film &amp; long.<br /><br />See it!")
    'A good film & long.\\n\\n\\n\\nSee it!'
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _MARKUP.sub("", _BREAK.sub("\n\n", text))
    return text


def tokens(text: str) -> list[str]:
    """The words of a text in lower case, without markup, addresses, numbers and single letters.

    A word ends at an apostrophe, so that what is left of a contraction is a single letter or a stop word;
    "don't" and its like become "dont".

    >>> tokens("The film's O.K.,<br />but I don't love l'amour in 1999!")
    ['the', 'film', 'but', 'dont', 'love', 'amour', 'in']
    """
    text = plain(text)
    if ":" in text or "www." in text or "@" in text:
        text = _ADDRESS.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    return [token for word in _WORD.findall(text.lower()) for token in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    if "'" in word:
        for part in (word.replace("'", ""),) if word.endswith("n't") else word.split("'"):
            yield from _parts(part)
    elif len(word) > 1 and (word.isalpha() or not any(c.isnumeric() for c in word)):
        yield word


def prepare_texts(texts: Iterable[str], cleaning: Cleaning | None = None) -> Prepared:
    """Bags of words of `texts`, read once, in memory of four bytes a token.

    Raises `InputError` where there is nothing to learn topics from: fewer than 10 texts, no words, or words
    that no spaces separate (Chinese, Japanese, Thai, ... as they are usually written).
    """
    cleaning = cleaning or Cleaning()
    numbers: dict[str, int] = {}
    documents: list[NDArray[np.int32]] = []
    unspaced = Counter[int]()  # characters, then runs, of each kind of script without spaces
    for text in texts:
        found = tokens(text)
        documents.append(np.array([numbers.setdefault(token, len(numbers)) for token in found], np.int32))
        if not text.isascii():
            for kind, (script, _) in enumerate(_UNSPACED):
                runs = script.findall(text)
                unspaced.update({2 * kind: sum(map(len, runs)), 2 * kind + 1: len(runs)})
    names = list(numbers)
    occurrences, spread = occurrence(documents, len(names))
    _check_texts(len(documents), names, occurrences, unspaced)

    every = int(occurrences.sum())
    english = float(occurrences[[name in STOP_WORDS for name in names]].sum() / every)
    stops = cleaning.stop_words
    if stops is None:
        stops = STOP_WORDS if english >= ENGLISH else frozenset()
    fewest = max(2, min(20, round(len(documents) / 200))) if cleaning.rare is None else cleaning.rare
    stopped = np.array([name in stops for name in names])
    rare = ~stopped & (spread < fewest)
    frequent = ~stopped & ~rare & (spread > cleaning.frequent * len(documents))
    even = ~(stopped | rare | frequent) & (clustering(documents, ~(stopped | rare)) < cleaning.even)
    left = np.flatnonzero(~(stopped | rare | frequent | even))
    largest = max(1000, min(2000, len(documents) // 2)) if cleaning.largest is None else cleaning.largest
    chosen = sorted(left, key=lambda number: (-spread[number], names[number]))[:largest]
    if not chosen:
        raise InputError(
            f"no word is left to make topics of: of {len(names):,} distinct words "
            f"{np.count_nonzero(stopped):,} are stop words, {np.count_nonzero(rare):,} stand in fewer than "
            f"{fewest} documents, {np.count_nonzero(frequent):,} in more than {cleaning.frequent:.0%} of "
            f"them, and {np.count_nonzero(even):,} are spread as chance would spread them. Give more or "
            "longer texts, or leave out fewer words."
        )
    words = sorted(names[number] for number in chosen)
    bags = Bags.count(([names[number] for number in document] for document in documents), words)
    kept = np.flatnonzero(np.diff(bags.indptr)).astype(np.int64)
    widespread = np.argsort(-spread, kind="stable")
    account = Account(
        documents=len(documents),
        tokens=every,
        english=english,
        listed=bool(stops),
        stopped=int(occurrences[stopped].sum()),
        vocabulary=len(words),
        fewest=fewest,
        rare=int(np.count_nonzero(rare)),
        beyond=len(left) - len(chosen),
        most=cleaning.frequent,
        frequent=tuple(names[i] for i in widespread if frequent[i]),
        even=tuple(names[i] for i in widespread if even[i]),
        empty=tuple(np.setdiff1d(np.arange(len(documents)), kept).tolist()),
    )
    return Prepared(bags.select(kept), kept, account)


def _check_texts(
    documents: int, names: list[str], occurrences: NDArray[np.int64], unspaced: Counter[int]
) -> None:
    """Raise `InputError` for texts that no preparation could make topics of."""
    letters = int(sum(len(name) * count for name, count in zip(names, occurrences, strict=True)))
    for kind, (_, longest) in enumerate(_UNSPACED):
        characters, runs = unspaced[2 * kind], unspaced[2 * kind + 1]
        if characters > 0.3 * letters and characters > longest * runs:
            raise InputError(
                "the words of these texts are not separated by spaces (as in Chinese, Japanese or Thai), so "
                "they cannot be told apart: put spaces between them first with a word segmenter for the "
                "language (jieba for Chinese, say), then give the segmented texts."
            )
    if documents < FEWEST:
        few = {0: "there is no text", 1: "there is only one text"}
        raise InputError(
            f"{few.get(documents, f'there are only {documents} texts')}: topics are words that come together "
            f"in many texts, so give at least {FEWEST} of them, better hundreds: a folder of .txt files, a "
            "table with a text a row, or a .txt with one a line."
        )
    if not names:
        raise InputError(
            f"none of the {documents:,} texts holds a word of two letters or more: give running text."
        )
