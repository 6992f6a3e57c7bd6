"""The rulers: plain functions from numbers or sentences to one number."""

from collections.abc import Sequence
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textvae.affect.figures import pearson as pearson

Values = NDArray[Any] | Sequence[float]


@cache
def _treebank() -> Any:
    from nltk.tokenize import NLTKWordTokenizer  # regular expressions: needs none of NLTK's data packages

    return NLTKWordTokenizer()


def tokenise(text: str) -> str:
    """The lower-cased Penn Treebank tokens of `text`, joined by spaces.

    >>> tokenise("It's not cold, is it?")
    "it 's not cold , is it ?"
    """
    return " ".join(_treebank().tokenize(text.lower()))


def bleu(outputs: Sequence[str], references: Sequence[str]) -> float:
    """Corpus BLEU-4 in percent, one reference a sentence (Papineni et al. 2002; sacrebleu, Post 2018).

    Tokens are those of `tokenise`. Raises `ValueError` unless there are as many references as outputs.
    """
    import sacrebleu

    if len(outputs) != len(references):
        raise ValueError(f"{len(outputs)} outputs but {len(references)} references")
    if not outputs:
        return float("nan")
    ours = [tokenise(text) for text in outputs]
    theirs = [tokenise(text) for text in references]
    return sacrebleu.corpus_bleu(ours, [theirs], tokenize="none", force=True).score


def mean_squared_error(ours: Values, gold: Values) -> float:
    """The mean of (ours - gold)^2."""
    return float(np.mean((np.asarray(ours, np.float64) - np.asarray(gold, np.float64)) ** 2))


def mean_absolute_error(ours: Values, gold: Values) -> float:
    """The mean of |ours - gold|."""
    return float(np.mean(np.abs(np.asarray(ours, np.float64) - np.asarray(gold, np.float64))))


def coverage(low: Values, high: Values, gold: Values) -> float:
    """The share of `gold` that lies in [low, high], ends included."""
    value = np.asarray(gold)
    return float(np.mean((np.asarray(low) <= value) & (value <= np.asarray(high))))


def gaussian_nll(mean: Values, sd: Values, gold: Values, gold_sd: Values | float = 0.0) -> float:
    """The mean of -log N(x; mean, sd^2) in nats, where x has mean `gold` and standard deviation `gold_sd`.

    With several raters a sentence, x is each of their ratings: E (x - mean)^2 = (gold - mean)^2 + gold_sd^2.
    """
    spread = np.asarray(sd, np.float64)
    error = (np.asarray(gold, np.float64) - np.asarray(mean, np.float64)) ** 2 + np.asarray(
        gold_sd, np.float64
    ) ** 2
    return float(np.mean(0.5 * error / spread**2 + np.log(spread) + 0.5 * np.log(2 * np.pi)))


def spread_reliability(ratings: Sequence[Values], halvings: int = 20, seed: int = 0) -> NDArray[np.float64]:
    """How far the raters' spread repeats itself with other raters, for each of D dimensions, (D,).

    `ratings` holds, for each item, what its raters gave, (R, D). The raters are halved at random, r is taken
    over the items between the standard deviations of the two halves, averaged over `halvings`, and brought to
    the whole number of raters: 2 r / (1 + r) (Spearman 1910, Brown 1910). Items of fewer than four raters
    are left out; not a number where fewer than two are left. No prediction of the observed spread can be
    expected to correlate higher than the square root of this.
    """
    random = np.random.default_rng(seed)
    known = [np.asarray(item, np.float64) for item in ratings if len(item) >= 4]
    if len(known) < 2:
        return np.full(known[0].shape[1] if known else 1, np.nan)
    found = []
    for _ in range(halvings):
        orders = [random.permutation(len(item)) for item in known]
        halves = (
            np.array([item[o[part]].std(axis=0) for item, o in zip(known, orders, strict=True)])
            for part in (slice(0, None, 2), slice(1, None, 2))
        )
        found.append([pearson(a, b) for a, b in zip(*(half.T for half in halves), strict=True)])
    r = np.mean(found, axis=0)
    return np.asarray(2 * r / (1 + r))


def geometric_mean(first: float, second: float) -> float:
    """√(first × second): the one figure in which a copy and a change of subject both fail."""
    return sqrt(first * second)
