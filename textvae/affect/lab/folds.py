"""Which rated sentences teach, which decide and which are read at the end: splits and folds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textvae.affect.calibration import LEAST
from textvae.affect.recalibration import FEWEST
from textvae.corpora import Sentence, read_corpus
from textvae.corpora.files import is_file_name
from textvae.errors import CorpusError, InputError, UnknownNameError

OWN_FOLDS = 5  # CVAT's
FOLDS = {"fold1": "train", "fold2": "train", "fold3": "train", "fold4": "dev", "fold5": "test"}
CORPORA = {
    "emobank": ("emobank", ""),
    "cvat": ("chinese_emobank", "text"),
    "cvas": ("chinese_emobank", "sentence"),
}
"""The laboratory's name of a corpus -> its card, and the label of the part that is meant ("" for all)."""


@dataclass(frozen=True, slots=True)
class Division:
    """Row numbers, in a corpus, of what a training learns from, decides by and is measured on."""

    train: np.ndarray
    dev: np.ndarray
    test: np.ndarray

    def account(self, left: Sequence[Sentence] = ()) -> str:
        """How many rows of each there are, in words; beside those that were `left` out, and why."""
        rows = {name: len(getattr(self, name)) for name in ("train", "dev", "test")}
        parts = ", ".join(f"{number:,} {name}" for name, number in rows.items() if number)
        blank = sum(not s.text.strip() for s in left)
        reasons = {"without text": blank, "without a rating": len(left) - blank}
        missed = ", ".join(f"{number:,} {reason}" for reason, number in reasons.items() if number)
        said = f"{sum(rows.values()) + len(left):,} rows: {parts}{missed and '; left out: ' + missed}"
        if (number := len(self.dev)) >= FEWEST:
            return said
        there = f"dev has {number} {'row' if number == 1 else 'rows'}"
        if number >= LEAST:
            return f"{said}; intervals will be rough: {there}"
        ways = f"it takes {LEAST} (name them in a column split)"
        return f"{said}; intervals will be the whole scale: {there}, {ways}"


def rated_sentences(
    corpus: str,
    directory: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    left: list[Sentence] | None = None,
) -> list[Sentence]:
    """The sentences of `emobank`, `cvat` or `cvas`, or the rated ones of a table of one's own; `columns` are
    those of its fields that are called otherwise, its other rows go to `left`.

    Raises `UnknownNameError` for another corpus, `CorpusError` for a table without ratings.
    """
    if corpus not in CORPORA:
        if not is_file_name(corpus):
            raise UnknownNameError("corpus of the affect laboratory", corpus, CORPORA, "Or give a file.")
        return _own(corpus, columns, [] if left is None else left)
    if columns:
        raise InputError(f"{corpus} has a card, which says what its columns are: leave out --column.")
    card, label = CORPORA[corpus]
    return [s for s in read_corpus(card, directory=directory) if not label or s.label == label]


def _own(file: str, columns: Mapping[str, str] | None, left: list[Sentence]) -> list[Sentence]:
    found: list[Sentence] = []
    for sentence in read_corpus(file, columns=columns):
        (found if is_rated(sentence) else left).append(sentence)
    if not found:
        raise CorpusError(
            f"{file} has no rated sentences: it is a table with the columns text and valence, and arousal, "
            "dominance, valence_sd, ... where there are such ratings, on the 1-5 scale; for a column that is "
            "called otherwise add --column valence=COLUMN."
        )
    names = {s.split for s in found}
    if names != {""} and (missing := {"train", "dev"} - names):
        raise CorpusError(
            f"{file} has no rated sentence of the split {min(missing)!r}: name both train and dev in its "
            "column split, or leave the column out."
        )
    return found


def is_rated(sentence: Sentence) -> bool:
    """Whether a sentence has words, and a rating of any dimension."""
    return bool(sentence.text.strip()) and any((sentence.valence, sentence.arousal, sentence.dominance))


def digest(sentences: list[Sentence]) -> str:
    """Twelve hex digits, others for other sentences or ratings."""
    return hashlib.sha256("\n".join(map(repr, sentences)).encode()).hexdigest()[:12]


def parts(sentences: Sequence[Sentence]) -> list[str]:
    """Train, dev or test for each sentence, as its corpus has it; of five folds the first three, the fourth
    and the fifth. Of sentences without splits a tenth is dev and a tenth test, by the hash of the text."""
    if not any(s.split for s in sentences):
        return [_dealt(s.text) for s in sentences]
    return [FOLDS.get(s.split, s.split) for s in sentences]


def official(sentences: list[Sentence]) -> Division:
    """The rows that are train, dev and test by `parts`.

    Raises `CorpusError` where the sentences are so few that none is left for train or for dev.
    """
    splits = np.array(parts(sentences))
    if missing := {"train", "dev"} - set(splits.tolist()):
        raise CorpusError(
            f"the corpus has {len(sentences):,} rated sentences, too few to deal out: none is in "
            f"{min(missing)}. Give more, or a column split that names train and dev."
        )
    return Division(*(np.flatnonzero(splits == name) for name in ("train", "dev", "test")))


def _dealt(text: str) -> str:
    place = hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 10
    return {0: "test", 1: "dev"}.get(place, "train")


def folds(sentences: list[Sentence], count: int, seed: int) -> list[Division]:
    """`count` ways to hold a part out: each sentence is held out once; dev is the held-out part itself.

    A corpus that comes in five folds keeps them. Of one with official splits only the training rows are
    used, dealt out at random by `seed`, so that its dev and test rows stay unseen; of one without splits all.

    Raises `InputError` for a number of folds that the corpus does not allow.
    """
    splits = np.array([s.split for s in sentences])
    undivided = not splits.astype(bool).any()
    if undivided or "train" in splits:
        rows = np.flatnonzero(undivided | (splits == "train"))
        if not 2 <= count <= len(rows):
            raise InputError(f"--folds {count}: give 2 to {len(rows):,}.")
        dealt = np.array_split(np.random.default_rng(seed).permutation(rows), count)
        held = [np.sort(part) for part in dealt]
    else:
        if count != OWN_FOLDS:
            raise InputError(
                f"--folds {count}: this corpus comes in {OWN_FOLDS} folds of its own: use those."
            )
        held = [np.flatnonzero(splits == f"fold{i}") for i in range(1, OWN_FOLDS + 1)]
    everything = np.concatenate(held)
    return [Division(np.setdiff1d(everything, part), part, part) for part in held]
