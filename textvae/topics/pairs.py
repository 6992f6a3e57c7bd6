"""Two words that are one name for one thing: "hong kong", "science fiction", "special effects"."""

import numpy as np
from numpy.typing import NDArray

from textvae.topics.stream import Marks, Numbers, Stream

Pairs = NDArray[np.int32]  # (M, 2)


def find_pairs(stream: Stream, allowed: Marks, fewest: int, least: float) -> Pairs:
    """Neighbours that attract each other, (M, 2), the strongest first.

    Their NPMI, log(p(a, b) / (p(a) p(b))) / -log p(a, b) over the pieces of the texts, is at least `least`
    (Bouma 2009), and they stand in `fewest` texts or more. Both words are among `allowed` (P,).
    """
    before, after, places = stream.followers()
    chosen = allowed[before] & allowed[after] & (before != after)
    before, after, places = before[chosen], after[chosen], places[chosen]
    size, texts = len(stream.names), len(stream)
    pairs, which, often = np.unique(
        before.astype(np.int64) * size + after, return_inverse=True, return_counts=True
    )
    within = np.searchsorted(stream.starts, places, side="right") - 1
    spread = np.bincount(np.unique(which * texts + within) // max(1, texts), minlength=len(pairs))
    first, second = np.divmod(pairs[spread >= fewest], size)
    total = max(1, len(stream.numbers))
    alone = np.log(np.maximum(np.bincount(stream.numbers, minlength=size), 1) / total)
    joint = np.log(often[spread >= fewest] / total)
    npmi = (joint - alone[first] - alone[second]) / np.maximum(-joint, 1e-12)
    order = np.argsort(-npmi, kind="stable")
    order = order[npmi[order] >= least]
    return np.stack([first[order], second[order]], 1).astype(np.int32)


def join_pairs(stream: Stream, pairs: Pairs) -> Stream:
    """With each of `pairs` (M, 2) as one piece, its words with a blank between; where pairs overlap, the
    first one counts."""
    if not len(pairs):
        return stream
    before, after, places = stream.followers()
    size = len(stream.names)
    wanted = pairs[:, 0].astype(np.int64) * size + pairs[:, 1]
    order = np.argsort(wanted)
    keys = before.astype(np.int64) * size + after
    found = order[np.minimum(np.searchsorted(wanted[order], keys), len(wanted) - 1)]
    matched = wanted[found] == keys
    places, found = places[matched], found[matched]
    first = _apart(places)
    places, found = places[first], found[first]
    numbers = stream.numbers.copy()
    numbers[places] = size + found
    kept = np.ones(len(numbers), np.bool_)
    kept[places + 1] = False
    starts = np.concatenate([[0], np.cumsum(kept)])[stream.starts]
    names = tuple(f"{stream.names[a]} {stream.names[b]}" for a, b in pairs)
    capitals = np.concatenate([stream.capitals, np.zeros((len(pairs), 2), np.int64)])
    return Stream(numbers[kept], starts, stream.names + names, capitals)


def _apart(places: Numbers | NDArray[np.int64]) -> Marks:
    """Of rising places, every other one of those that follow one another."""
    count = np.arange(len(places))
    opening = np.diff(places, prepend=-2) != 1
    odd: Marks = (count - np.maximum.accumulate(np.where(opening, count, 0))) % 2 == 0
    return odd
