"""How well the words of a topic belong together: NPMI and C_v, over documents as windows.

Corpora of topics are bags: they have no order of words, so two words are seen together where they stand in
one document. That is what gensim's `CoherenceModel` computes with a window as long as the longest document
(the tests hold these functions to it); here all topics of a model take one matrix product.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.topics.bags import Bags

EPSILON = 1e-12
"""Added to the probability of a pair, as Röder et al. (2015) do, so that an unseen pair has a logarithm."""

BLOCK = 4096
"""Documents that are multiplied at a time."""


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

    def npmi(self) -> NDArray[np.float64]:
        """(W, W): log(p(a, b) / (p(a) p(b))) / -log p(a, b), in [-1, 1]; 1 on the diagonal.

        0 where it is not defined: for a word in no document, and for a pair of words that stand in all.
        """
        share = np.diag(self.pairs) / max(1, self.documents)
        joint = self.pairs / max(1, self.documents)
        defined = np.outer(share, share) > 0
        defined &= joint < 1
        ratio = np.divide(joint + EPSILON, np.outer(share, share), out=np.ones_like(joint), where=defined)
        scale = -np.log(np.where(defined, joint, 0.5) + EPSILON)
        value: NDArray[np.float64] = np.log(ratio) / scale
        return value


def npmi(top: Sequence[Sequence[str]], bags: Bags) -> NDArray[np.float64]:
    """The coherence of each topic (K,): the mean NPMI of the pairs of its words (Lau et al. 2014).

    `top` holds the words of each topic, at least two of them, best first; `bags` are the documents in which
    they are counted.
    """
    return np.array([np.mean(table[np.triu_indices(len(table), 1)]) for table in _tables(top, bags)])


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


def _tables(top: Sequence[Sequence[str]], bags: Bags) -> list[NDArray[np.float64]]:
    """The NPMI of the words of each topic with one another."""
    words = sorted({word for topic in top for word in topic})
    places = {word: place for place, word in enumerate(words)}
    values = Cooccurrence.count(bags, words).npmi()
    rows = [[places[word] for word in topic] for topic in top]
    return [values[np.ix_(chosen, chosen)] for chosen in rows]
