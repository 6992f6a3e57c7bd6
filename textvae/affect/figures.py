"""The figures of the laboratory: correlation and errors of each dimension, and what needs no model at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textvae.affect.model import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Figures:
    """Over `count` sentences, for each rated dimension: Pearson's r, mean absolute and mean squared error.

    r is NaN where one side does not vary; errors are in points of the 1-5 scale.
    """

    count: int
    r: dict[str, float]
    mae: dict[str, float]
    mse: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which knows no NaN: None in its place."""
        named = {"r": self.r, "mae": self.mae, "mse": self.mse}
        tables = {
            name: {d: float(v) if np.isfinite(v) else None for d, v in table.items()}
            for name, table in named.items()
        }
        return {"sentences": self.count, **tables}

    @classmethod
    def of_dict(cls, kept: dict[str, Any]) -> "Figures":
        """What `as_dict` gave."""
        tables = (
            {d: float("nan") if v is None else float(v) for d, v in kept[name].items()}
            for name in ("r", "mae", "mse")
        )
        return cls(int(kept["sentences"]), *tables)


def figures_of(read: np.ndarray, gold: np.ndarray) -> Figures:
    """From predicted and rated means, (N, D) each, of the first D dimensions, over the rows that are rated.

    A dimension that no row is rated for is left out.
    """
    known = ~np.isnan(gold)
    pairs = {
        d: (read[known[:, i], i].astype(np.float64), gold[known[:, i], i].astype(np.float64))
        for i, d in enumerate(DIMENSIONS[: gold.shape[1]])
        if known[:, i].any()
    }
    r = {d: pearson(*pair) for d, pair in pairs.items()}
    mae = {d: float(np.abs(x - y).mean()) for d, (x, y) in pairs.items()}
    mse = {d: float(((x - y) ** 2).mean()) for d, (x, y) in pairs.items()}
    return Figures(len(gold), r, mae, mse)


def pearson(a: np.ndarray | Sequence[float], b: np.ndarray | Sequence[float]) -> float:
    """Pearson's r; NaN where either side does not vary."""
    x, y = (np.asarray(v, np.float64) - np.mean(v, dtype=np.float64) for v in (a, b))
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 1e-12 else float("nan")


def always(value: float, gold: np.ndarray) -> Figures:
    """A baseline that says `value` of every sentence and dimension of gold (N, D)."""
    return figures_of(np.full_like(gold, value), gold)


def training_mean(train: np.ndarray, gold: np.ndarray) -> Figures:
    """A baseline that says of every sentence of gold (N, D) what the training ratings (M, D) average."""
    known = ~np.isnan(train)
    mean = np.where(known, train, 0.0).sum(0) / np.maximum(known.sum(0), 1)
    return figures_of(np.broadcast_to(mean, gold.shape).astype(gold.dtype), gold)


def mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (divisor n - 1; 0 for one value) over folds."""
    column = np.asarray(values, np.float64)
    return float(column.mean()), float(column.std(ddof=1)) if len(column) > 1 else 0.0
