"""Where topics may begin: non-negative factors of the documents."""

import numpy as np
from numpy.typing import NDArray

from textvae.topics.bags import Bags
from textvae.topics.counting import Counting, rarity

Floats = NDArray[np.float32]

DOCUMENTS = 3000
"""Documents that are factored, drawn from more."""
ROUNDS = 100
"""Of updates."""
SMOOTHING = 0.1
"""Of what all factors have, so much is added to each: a word that one lacks has a logarithm."""
SMALL = 1e-9


def factorise(matrix: Floats, k: int, seed: int, rounds: int = ROUNDS) -> tuple[Floats, Floats]:
    """Non-negative (N, K) and (K, V) whose product is near `matrix` (N, V): the multiplicative updates of Lee
    & Seung (2001, theorem 1), under which the squared error never grows."""
    rng = np.random.default_rng(seed)
    scale = np.sqrt(max(float(matrix.mean()), SMALL) / k)
    left = (scale * np.abs(rng.standard_normal((len(matrix), k)))).astype(np.float32)
    right = (scale * np.abs(rng.standard_normal((k, matrix.shape[1])))).astype(np.float32)
    for _ in range(rounds):
        right *= (left.T @ matrix) / (left.T @ left @ right + SMALL)
        left *= (matrix @ right.T) / (left @ (right @ right.T) + SMALL)
    return left, right


def first_topics(bags: Bags, k: int, seed: int) -> Floats:
    """How much more often, as a logarithm, each word stands in each of K factors than in all, (K, V); in
    standard deviations.

    Factored are the documents by tf-idf (log counts, each document of length 1), so that few words lead a
    factor and no document outweighs others.
    """
    weighed = Counting(weights=rarity(bags)).weigh(bags)
    rows = np.flatnonzero(weighed.lengths > 0)
    if len(rows) > DOCUMENTS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, DOCUMENTS, replace=False))
    matrix = weighed.dense(rows.astype(np.int64)).numpy()
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    factors = factorise(matrix, k, seed)[1]
    shares = factors / np.maximum(factors.sum(axis=1, keepdims=True), SMALL)
    overall = shares.mean(axis=0)
    logs = np.log((shares + SMOOTHING * overall + SMALL) / ((1 + SMOOTHING) * overall + SMALL))
    found: Floats = (logs / max(float(logs.std()), SMALL)).astype(np.float32)
    return found
