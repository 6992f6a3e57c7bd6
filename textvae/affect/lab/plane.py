"""What a decoder gives back: the neighbours it keeps, and a walk through the plane of valence and arousal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from textvae.affect.model import AffectModel


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the plane, on the 1-5 scale, and the row of the sentence nearest to what is decoded there.

    `similarity` is the cosine of the two vectors, both with the mean vector taken off.
    """

    valence: float
    arousal: float
    row: int
    similarity: float


def neighbours(vectors: np.ndarray, k: int) -> np.ndarray:
    """The k nearest other rows of each row by distance, (N, k), the nearest first."""
    squares = (vectors**2).sum(1)
    distance = squares[:, None] + squares[None] - 2.0 * vectors @ vectors.T
    np.fill_diagonal(distance, np.inf)
    return np.argsort(distance, axis=1, kind="stable")[:, :k]


def neighbours_kept(vectors: np.ndarray, decoded: np.ndarray, k: int = 10) -> float:
    """The share of each row's k nearest neighbours among `vectors` (N, H) that are so among `decoded` too.

    k / (N - 1) by chance.
    """
    before, after = neighbours(vectors.astype(np.float64), k), neighbours(decoded.astype(np.float64), k)
    shared = [len(set(a) & set(b)) for a, b in zip(before.tolist(), after.tolist(), strict=True)]
    return float(np.mean(shared)) / k


@torch.no_grad()
def decoded_at(model: AffectModel, valence: np.ndarray, arousal: np.ndarray) -> np.ndarray:
    """Standardised vectors (N, H) that a plain decoder gives at points (N,) of the 1-5 scale.

    Latent dimensions beyond valence and arousal are 0, the category is not known.
    """
    points = np.stack([valence, arousal], axis=1).astype(np.float32)
    centre, width = np.array([(s.centre, s.width) for s in model.scales[:2]], np.float32).T
    z = torch.zeros(len(points), model.mean.out_features)
    z[:, :2] = torch.from_numpy((points - centre) / width)
    return model.eval().decode(z).numpy()


def walk(
    model: AffectModel, vectors: np.ndarray, valences: Sequence[float], arousals: Sequence[float]
) -> list[Place]:
    """For each point of the grid, row by row of falling arousal, the nearest of the embeddings (N, H)."""
    if model.standard is None:
        raise ValueError("a model without a trunk has no standardised vectors")
    points = [(v, a) for a in sorted(arousals, reverse=True) for v in sorted(valences)]
    decoded = decoded_at(model, *(np.array(column) for column in zip(*points, strict=True)))
    real = model.standard(torch.from_numpy(vectors)).numpy()
    similarity = _unit(decoded) @ _unit(real).T
    best = similarity.argmax(1)
    return [
        Place(v, a, int(row), float(similarity[i, row]))
        for i, ((v, a), row) in enumerate(zip(points, best, strict=True))
    ]


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
