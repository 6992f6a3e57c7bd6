"""Raw texts into bags of words: which words are left out, which are taken as one, and an account of it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textvae.errors import InputError
from textvae.topics.bags import Bags
from textvae.topics.chance import SHORTEST, clustering, occurrence
from textvae.topics.counting import Counting, rarity
from textvae.topics.merging import merge
from textvae.topics.people import find_people
from textvae.topics.stop_words import STOP_WORDS
from textvae.topics.stream import Marks, Stream
from textvae.topics.suitability import Scripts, check_texts

ENGLISH = 0.2
"""A text is taken for English from this share of English stop words on; running English has 0.4 to 0.6."""


SMALLEST = 1000
"""Words that the vocabulary should have."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Which words are left out, and what counts as one word.

    Attributes:
        stop_words: left out wherever they stand; None: the English list if the texts are English.
        rare: words in fewer documents are left out; None: as `fewest_documents` says.
        frequent: words in more than this share of the documents are left out.
        even: words are left out that chance would have put in fewer than so many times the documents that
            they are in (see `chance.clustering`): they go with any subject. 0: none.
        largest: of the words that remain, those in the most documents make the vocabulary; None: half as many
            as there are documents, at least 1,000 and at most 2,000.
        people: names of people are words like others; else they are left out of English texts.
        pairs: neighbours with at least this NPMI are one word, in English texts (see `pairs.find_pairs`);
            None: none.
        plurals: English plurals are words of their own; else they are counted as their singulars.
        weighted: a word counts less the more often it stands in a document and the more documents hold it
            (see `Counting.weigh`), or as often as it stands there; None: the former if half of the documents
            have 20 words of the vocabulary. Of shorter ones rare words would be all.
    """

    stop_words: Set[str] | None = None
    rare: int | None = None
    frequent: float = 0.3
    even: float = 1.15
    largest: int | None = None
    people: bool = False
    pairs: float | None = 0.6
    plurals: bool = False
    weighted: bool | None = None


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
        people: names of people, but for those that were too rare, the ones in the most documents first.
        pairs: the words of the vocabulary that are two or more, likewise.
        forms: how many distinct words are counted as another form of theirs, one of the vocabulary.
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
    people: tuple[str, ...]
    pairs: tuple[str, ...]
    forms: int
    empty: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Bags of the documents that have words, their places among those given (N,), how they were counted, and
    the account."""

    bags: Bags
    kept: NDArray[np.int64]
    counting: Counting
    account: Account


def fewest_documents(spread: NDArray[np.int64], documents: int) -> int:
    """In how many documents a word must stand: one in 200, at least 2 and at most 20; fewer if not 1,000
    words do, as in short texts, but one in 2,000.

    `spread` says in how many documents each word stands (P,).
    """
    most = max(2, min(20, round(documents / 200)))
    least = max(2, min(most, round(documents / 2000)))
    return next((count for count in range(most, least, -1) if (spread >= count).sum() >= SMALLEST), least)


def prepare_texts(texts: Iterable[str], cleaning: Cleaning | None = None) -> Prepared:
    """Bags of words of `texts`, read once, in memory of some tens of bytes a token.

    Raises `InputError` where there is nothing to learn topics from: fewer than 10 texts, no words, or words
    that no spaces separate (Chinese, Japanese, Thai, ... as they are usually written).
    """
    cleaning = cleaning or Cleaning()
    scripts = Scripts()
    stream = Stream.read(scripts.watched(texts))
    documents, uses = len(stream), stream.uses
    check_texts(stream, scripts)
    every = int(uses[stream.words].sum())
    english = float(uses[stream.among(STOP_WORDS)].sum() / every)
    stops = cleaning.stop_words
    if stops is None:
        stops = STOP_WORDS if english >= ENGLISH else frozenset()
    stopped_uses = int(uses[stream.among(stops)].sum())
    fewest = cleaning.rare
    if fewest is None:
        _, spread = occurrence(stream.rows(stream.words & ~stream.among(stops)), len(stream.names))
        fewest = fewest_documents(spread, documents)
    named: Set[str] = frozenset()
    counting = Counting()
    if english >= ENGLISH:
        people_found = frozenset() if cleaning.people else find_people(stream) - stops
        stream, named, counting = merge(
            stream, STOP_WORDS | stops, people_found, fewest, cleaning.pairs, not cleaning.plurals
        )
    names = stream.names
    words = stream.words
    rows = stream.rows(words)
    _, spread = occurrence(rows, len(names))
    used = words & (spread > 0)
    stopped = used & stream.among(stops)
    rare = used & ~stopped & (spread < fewest)
    people = used & ~(stopped | rare) & stream.among(named)
    frequent = used & ~(stopped | rare | people) & (spread > cleaning.frequent * documents)
    left = used & ~(stopped | rare | people | frequent)
    even = left & (clustering(rows, used & ~(stopped | rare | people)) < cleaning.even)
    left &= ~even
    largest = max(SMALLEST, min(2000, documents // 2)) if cleaning.largest is None else cleaning.largest
    chosen = sorted(np.flatnonzero(left), key=lambda number: (-spread[number], names[number]))[:largest]
    if not chosen:
        raise InputError(
            f"no word is left to make topics of: of {np.count_nonzero(used):,} distinct words "
            f"{np.count_nonzero(stopped):,} are stop words, {np.count_nonzero(rare):,} stand in fewer than "
            f"{fewest} documents, {np.count_nonzero(people):,} are names of people, "
            f"{np.count_nonzero(frequent):,} stand in more than {cleaning.frequent:.0%} of them, and "
            f"{np.count_nonzero(even):,} are spread as chance would spread them. Give more or longer texts, "
            "or leave out fewer words (--frequent 1 --rare 1 --even 0)."
        )
    vocabulary = sorted(names[number] for number in chosen)
    bags = Bags.count(([names[number] for number in row] for row in rows), vocabulary)
    kept = np.flatnonzero(np.diff(bags.indptr)).astype(np.int64)
    weighted = cleaning.weighted
    if weighted is None:
        weighted = len(kept) > 0 and bool(np.median(bags.lengths[kept]) >= SHORTEST)
    held = frozenset(vocabulary)
    counting = replace(
        counting,
        forms={word: form for word, form in counting.forms.items() if form in held},
        weights=rarity(bags) if weighted else None,
    )

    def listed(marks: Marks) -> tuple[str, ...]:
        return tuple(names[i] for i in np.argsort(-spread, kind="stable") if marks[i])

    account = Account(
        documents=documents,
        tokens=every,
        english=english,
        listed=bool(stops),
        stopped=stopped_uses,
        vocabulary=len(vocabulary),
        fewest=fewest,
        rare=int(np.count_nonzero(rare)),
        beyond=int(np.count_nonzero(left)) - len(chosen),
        most=cleaning.frequent,
        frequent=listed(frequent),
        even=listed(even),
        people=listed(people),
        pairs=listed(stream.among(word for word in vocabulary if " " in word)),
        forms=len(counting.forms),
        empty=tuple(np.setdiff1d(np.arange(documents), kept).tolist()),
    )
    return Prepared(counting.weigh(bags.select(kept)), kept, counting, account)
