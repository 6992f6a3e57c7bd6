"""How well the words of a topic go together, and how far the topics go apart."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.topics.bags import Bags


def npmi_matrix(bags: Bags, words: NDArray[np.int64] | None = None, batch: int = 2000) -> Tensor:
    """Normalised pointwise mutual information of pairs of words (of all without `words`), (U, U) in [-1, 1].

    A word's probability is the share of documents that have it; NPMI(i, j) = log(p_ij / p_i p_j) / -log p_ij
    (Bouma 2009), -1 for words that never meet and 0 on the diagonal.
    """
    chosen = torch.arange(len(bags.words)) if words is None else torch.from_numpy(np.asarray(words))
    both = torch.zeros(len(chosen), len(chosen))
    for start in range(0, len(bags), batch):
        rows = np.arange(start, min(start + batch, len(bags)))
        has = (bags.dense(rows) > 0)[:, chosen].float()
        both += has.t() @ has
    joint = both / max(1, len(bags))
    single = joint.diagonal()
    npmi = torch.log(joint / (single[:, None] * single[None, :])) / -torch.log(joint)
    npmi = torch.where(joint > 0, npmi, -1.0)
    npmi = torch.where(joint < 1, npmi, 0.0)
    return npmi.fill_diagonal_(0.0)


def top_words(topics: Tensor, count: int = 10) -> NDArray[np.int64]:
    """The ids of the heaviest words of each topic, (K, V) -> (K, count), the heaviest first."""
    return topics.topk(min(count, topics.shape[1]), dim=-1).indices.cpu().numpy()


def topic_npmi(top: NDArray[np.int64], bags: Bags) -> NDArray[np.float64]:
    """The mean NPMI over the pairs of each topic's words, (K, T) -> (K,), documents as windows."""
    used, places = np.unique(top, return_inverse=True)
    matrix = npmi_matrix(bags, used.astype(np.int64)).double().numpy()
    places = places.reshape(top.shape)
    pairs = matrix[places[:, :, None], places[:, None, :]]
    size = top.shape[1]
    return pairs.sum((1, 2)) / max(1, size * (size - 1))


def diversity(top: NDArray[np.int64]) -> float:
    """The share of distinct words among the topics' words: Dieng et al. 2020, section 5 (25 words there)."""
    return len(np.unique(top)) / top.size
