"""Topics by their first words: how well those belong together (NPMI, C_v), and how far topics differ.

Corpora of topics are bags: they have no order of words, so two words are seen together where they stand in
one document. That is what gensim's `CoherenceModel` computes with a window as long as the longest document
(the tests hold these functions to it); here all topics of a model take one matrix product.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textvae.topics.bags import Bags

Floats = NDArray[np.floating[Any]]

TOP = 10
"""Words by which topics are judged."""

EPSILON = 1e-12
"""Added to the probability of a pair, as Röder et al. (2015) do, so that an unseen pair has a logarithm."""

BLOCK = 4096
"""Documents that are multiplied at a time."""


def top_numbers(topics: Floats, n: int = TOP) -> NDArray[np.int64]:
    """The numbers of the `n` heaviest words of each topic, (K, n), heaviest first; of equals the first."""
    ordered: NDArray[np.int64] = np.argsort(-np.asarray(topics), axis=1, kind="stable")[:, :n]
    return ordered


def top_words(topics: Floats, words: Sequence[str], n: int = TOP) -> list[list[str]]:
    """The `n` heaviest words of each topic, heaviest first."""
    return [[words[int(number)] for number in row] for row in top_numbers(topics, n)]


def diversity(top: Sequence[Sequence[Hashable]]) -> float:
    """The share of distinct words among all topics' top words, in (0, 1] (Dieng et al. 2020).

    >>> diversity([["a", "b"], ["a", "c"]])
    0.75
    """
    listed = [word for topic in top for word in topic]
    return len(set(listed)) / len(listed)


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """In how many documents each pair of words stands; `pairs` (W, W) has the words alone on its diagonal."""

    words: tuple[str, ...]
    pairs: NDArray[np.float64]
    documents: int

    @classmethod
    def count(cls, bags: Bags, words: Sequence[str]) -> "Cooccurrence":
        """Count `words`, each once, in the documents of `bags`; one without a place in `bags` stands in none.

        Documents without any of the words count as documents.
        """
        places = {word: place for place, word in enumerate(bags.words)}
        known = [number for number, word in enumerate(words) if word in places]
        columns = np.array([places[words[number]] for number in known], np.int64)
        counted = np.zeros((len(known), len(known)))
        for start in range(0, len(bags), BLOCK):
            block = bags.dense(np.arange(start, min(start + BLOCK, len(bags)))).numpy()
            present = (block[:, columns] > 0).astype(np.float32)
            counted += present.T @ present  # at most BLOCK each: exact in fp32
        pairs = np.zeros((len(words), len(words)))
        pairs[np.ix_(known, known)] = counted
        return cls(tuple(words), pairs, len(bags))

    def npmi(self, unseen: float | None = None) -> NDArray[np.float64]:
        """(W, W): log(p(a, b) / (p(a) p(b))) / -log p(a, b), in [-1, 1]; 1 on the diagonal (Bouma 2009).

        0 where it is not defined: for a word in no document, and for a pair of words that stand in all.
        A pair that never meets has a p(a, b) of `EPSILON`, which all others have more, or the value `unseen`.
        """
        share = np.diag(self.pairs) / max(1, self.documents)
        joint = self.pairs / max(1, self.documents)
        more = EPSILON if unseen is None else 0.0
        defined = (np.outer(share, share) > 0) & (joint < 1) & (joint + more > 0)
        ratio = np.divide(joint + more, np.outer(share, share), out=np.ones_like(joint), where=defined)
        scale = -np.log(np.where(defined, joint, 0.5) + more)
        value: NDArray[np.float64] = np.log(ratio) / scale
        return value if unseen is None else np.where(joint > 0, value, unseen)


def npmi(top: Sequence[Sequence[str]], bags: Bags, unseen: float | None = None) -> NDArray[np.float64]:
    """The coherence of each topic (K,): the mean NPMI of the pairs of its words (Lau et al. 2014).

    `top` holds the words of each topic, best first (0 for a single one); `bags` are the documents in which
    they are counted. Pairs that never meet: see `Cooccurrence.npmi`.
    """
    tables = _tables(top, bags, unseen)
    pairs = [table[np.triu_indices(len(table), 1)] for table in tables]
    return np.array([values.mean() if len(values) else 0.0 for values in pairs])


def c_v(top: Sequence[Sequence[str]], bags: Bags) -> NDArray[np.float64]:
    """The C_v of each topic (K,) (Röder et al. 2015): words compared by the company that they keep.

    A word's context is the vector of its NPMI with each word of the topic; C_v is the mean cosine of the
    words' contexts with the sum of all. Windows are whole documents, not 110 words. 0 for a word without
    context.
    """
    values = []
    for table in _tables(top, bags):
        whole = table.sum(0)
        scale = np.linalg.norm(table, axis=1) * np.linalg.norm(whole)
        cosine = np.divide(table @ whole, scale, out=np.zeros(len(table)), where=scale > 0)
        values.append(cosine.mean())
    return np.array(values)


def _tables(
    top: Sequence[Sequence[str]], bags: Bags, unseen: float | None = None
) -> list[NDArray[np.float64]]:
    """The NPMI of the words of each topic with one another."""
    words = sorted({word for topic in top for word in topic})
    places = {word: place for place, word in enumerate(words)}
    values = Cooccurrence.count(bags, words).npmi(unseen)
    rows = [[places[word] for word in topic] for topic in top]
    return [values[np.ix_(chosen, chosen)] for chosen in rows]
