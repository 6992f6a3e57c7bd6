"""Words that say nothing of what a text is about: they stand in texts as chance would strew them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHORTEST = 20
"""Words that half of the documents must have: in shorter ones hardly any word comes twice."""

LONGEST = 5
"""Documents of more than so many times the median's words are not looked at: one could outweigh all."""

FEWEST = 10
"""Documents that a word must stand in before its spread says anything."""


def clustering(documents: Sequence[NDArray[np.int32]], words: NDArray[np.bool_]) -> NDArray[np.float64]:
    """In how many times as many documents chance would have put each word, (V,); infinity if that is open.

    A word that a text is about comes again in it, so it stands in fewer documents than if its tokens had
    been dealt out by chance: the residual inverse document frequency of Church & Gale (1995) tells content
    words by that, as a logarithm and for documents of one length. Words near 1 are spread evenly. It is open
    for all words of short documents, and for a word in fewer than 10.

    Args:
        documents: the numbers of the words of each, in [0, V).
        words: which words are counted at all (V,).
    """
    counted = [document[words[document]] for document in documents]
    lengths = np.array([len(document) for document in counted])
    median = float(np.median(lengths[lengths > 0])) if lengths.any() else 0.0
    found = np.full(len(words), np.inf)
    if median < SHORTEST:
        return found
    chosen = [document for document in counted if 0 < len(document) <= LONGEST * median]
    occurrences, spread = occurrence(chosen, len(words))
    sizes, alike = np.unique([len(document) for document in chosen], return_counts=True)
    shares = sizes / (sizes * alike).sum()
    judged = np.flatnonzero(spread >= FEWEST)
    often, which = np.unique(occurrences[judged], return_inverse=True)
    expected = np.array([alike @ -np.expm1(-count * shares) for count in often])
    found[judged] = expected[which] / spread[judged]
    return found


def occurrence(
    documents: Sequence[NDArray[np.int32]], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often each of `size` words occurs, and in how many documents, (V,) each."""
    occurrences, spread = np.zeros((2, size), np.int64)
    for document in documents:
        found, counts = np.unique(document, return_counts=True)
        occurrences[found] += counts
        spread[found] += 1
    return occurrences, spread
