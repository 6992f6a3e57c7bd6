"""What topics are worth: plain functions of arrays, so that every system is measured by the same ones.

`topics` (K, V) holds the weights of the words of each topic, `proportions` (N, K) those of the topics of each
document; rows sum to 1.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textvae.topics.coherence import TOP

Floats = NDArray[np.floating[Any]]
Numbers = NDArray[np.number[Any]]

SHARED = TOP // 2
"""A topic that has so many of its top words from an earlier one is its duplicate."""

DEAD_SHARE = 0.1
"""A topic is dead when its share of the corpus is below this part of 1 / K."""

DEAD_KL = 0.1
"""A topic is dead, too, when it is so near the corpus's own words, or a row of equal weights (KL in nats)."""

PERSISTENCE = 0.9
"""The p of rank-biased overlap: how far down a list a reader goes on."""


def rank_biased_overlap(a: Sequence[Hashable], b: Sequence[Hashable], p: float = PERSISTENCE) -> float:
    """How alike two ranked lists of the same length n are, in [0, 1] (Webber et al. 2010, equation 30).

    With X_d the size of the overlap of the first d: X_n / n p^n + (1 - p) / p sum_d X_d / d p^d, that is,
    extrapolated as if the agreement at n went on for ever. 1 for the same list, 0 for no common word.
    """
    overlap, total = 0, 0.0
    seen_a: set[Hashable] = set()
    seen_b: set[Hashable] = set()
    for depth, (x, y) in enumerate(zip(a, b, strict=True), 1):
        overlap += (x == y) + (x in seen_b) + (y in seen_a)
        seen_a.add(x)
        seen_b.add(y)
        total += overlap / depth * p**depth
    return overlap / len(seen_a) * p ** len(seen_a) + (1 - p) / p * total


def inverted_rbo(top: Sequence[Sequence[Hashable]], p: float = PERSISTENCE) -> float:
    """1 - the mean rank-biased overlap of all pairs of topics (Bianchi et al. 2021), 1 if no word is shared.

    Not a number for a single topic.
    """
    pairs = [rank_biased_overlap(a, b, p) for i, a in enumerate(top) for b in top[:i]]
    return 1.0 - float(np.mean(pairs)) if pairs else float("nan")


def duplicates(top: Sequence[Sequence[Hashable]], shared: int = SHARED) -> int:
    """How many topics have at least `shared` of their words in common with one before them."""
    found = [set(topic) for topic in top]
    return sum(any(len(topic & before) >= shared for before in found[:i]) for i, topic in enumerate(found))


def shares(proportions: Floats, lengths: Numbers) -> NDArray[np.float64]:
    """Each topic's share of the corpus's words, (K,): the proportions' mean, weighted by `lengths` (N,)."""
    weights = np.asarray(lengths, np.float64)
    weighted: NDArray[np.float64] = weights @ np.asarray(proportions, np.float64) / weights.sum()
    return weighted


def divergence(topics: Floats, frequencies: Numbers) -> NDArray[np.float64]:
    """KL(topic || the corpus's words) in nats, (K,); `frequencies` (V,) are counts, 0 stands for 0.5."""
    base = np.maximum(np.asarray(frequencies, np.float64), 0.5)
    topic = np.asarray(topics, np.float64)
    logs = np.log(np.where(topic > 0, topic, 1.0)) - np.log(base / base.sum())
    kl: NDArray[np.float64] = np.where(topic > 0, topic * logs, 0.0).sum(1)
    return kl


def dead(topics: Floats, proportions: Floats, lengths: Numbers, frequencies: Numbers) -> int:
    """How many topics say nothing: unused, with a share of the corpus below 0.1 / K, or without words of
    their own, with a KL below 0.1 nats to the corpus's own distribution of words or to the uniform one.

    Experts whose product is normalised have no scale: give their rows, relative to the mean of all, in
    standard deviations of the logits, through a softmax.
    """
    unused = shares(proportions, lengths) < DEAD_SHARE / len(topics)
    plain = divergence(topics, frequencies) < DEAD_KL
    flat = divergence(topics, np.ones(topics.shape[1])) < DEAD_KL
    return int(np.count_nonzero(unused | plain | flat))


def purity(assigned: Sequence[Hashable], labels: Sequence[Hashable]) -> float:
    """The share of documents whose label is the commonest of those assigned to the same topic."""
    table = _contingency(assigned, labels)
    return float(table.max(1).sum() / table.sum())


def normalised_information(assigned: Sequence[Hashable], labels: Sequence[Hashable]) -> float:
    """NMI of topics and labels in [0, 1]: their mutual information over the mean of their entropies.

    0 where one of them does not vary.
    """
    joint = _contingency(assigned, labels)
    joint = joint / joint.sum()
    rows, columns = joint.sum(1), joint.sum(0)
    mean = (_entropy(rows) + _entropy(columns)) / 2
    if min(len(rows), len(columns)) < 2:
        return 0.0
    return float((_entropy(rows) + _entropy(columns) - _entropy(joint.ravel())) / mean)


def topics_to_cover(proportions: Floats, share: float = 0.9) -> float:
    """The mean number of a document's largest topics that hold `share` of it."""
    ordered = -np.sort(-np.asarray(proportions, np.float64), axis=1)
    reached = np.cumsum(ordered, axis=1) < share - 1e-9
    return float(np.mean(np.minimum(reached.sum(1) + 1, ordered.shape[1])))


def _contingency(a: Sequence[Hashable], b: Sequence[Hashable]) -> NDArray[np.float64]:
    """(values of a, values of b): how often each pair occurs."""
    rows = {value: place for place, value in enumerate(dict.fromkeys(a))}
    columns = {value: place for place, value in enumerate(dict.fromkeys(b))}
    table = np.zeros((len(rows), len(columns)))
    for x, y in zip(a, b, strict=True):
        table[rows[x], columns[y]] += 1
    return table


def _entropy(shares: Floats) -> float:
    positive = shares[shares > 0]
    return float(-np.sum(positive * np.log(positive)))
