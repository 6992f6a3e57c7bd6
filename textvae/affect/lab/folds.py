"""Which rated sentences teach, which decide and which are read at the end: official splits and folds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from textvae.corpora import Sentence, read_corpus
from textvae.errors import InputError, UnknownNameError

OWN_FOLDS = 5  # CVAT's
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


def rated_sentences(corpus: str, directory: str | Path | None = None) -> list[Sentence]:
    """The sentences of `emobank`, `cvat` or `cvas`. Raises `UnknownNameError` for another corpus."""
    if corpus not in CORPORA:
        raise UnknownNameError("corpus of the affect laboratory", corpus, CORPORA)
    card, label = CORPORA[corpus]
    return [s for s in read_corpus(card, directory=directory) if not label or s.label == label]


def official(sentences: list[Sentence]) -> Division:
    """Train, dev and test as the corpus has them; of five folds the first three, the fourth and the fifth."""
    splits = np.array([s.split for s in sentences])
    if "train" in splits:
        train, dev, test = (np.flatnonzero(splits == name) for name in ("train", "dev", "test"))
    else:
        train = np.flatnonzero(np.isin(splits, ["fold1", "fold2", "fold3"]))
        dev, test = np.flatnonzero(splits == "fold4"), np.flatnonzero(splits == "fold5")
    return Division(train, dev, test)


def folds(sentences: list[Sentence], count: int, seed: int) -> list[Division]:
    """`count` ways to hold a part out: each sentence is held out once; dev is the held-out part itself.

    A corpus that comes in five folds keeps them. Of one with official splits only the training rows are
    used, dealt out at random by `seed`, so that its dev and test rows stay unseen.

    Raises `InputError` for a number of folds that the corpus does not allow.
    """
    splits = np.array([s.split for s in sentences])
    if "train" in splits:
        rows = np.flatnonzero(splits == "train")
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
