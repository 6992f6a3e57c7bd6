"""Intervals that hold what they promise: split conformal prediction, normalised by the predicted spread."""

import math
from dataclasses import dataclass

import numpy as np

from textvae.errors import InputError


@dataclass(frozen=True, slots=True)
class Calibration:
    """Sorted normalised residuals |y - mean| / spread of a calibration set, (3, N), N of each dimension.

    Vovk et al. 2005; normalised as in Lei et al. 2018, section 5.2: the interval mean +- q spread, with q
    the ceil((N + 1) level)-th smallest residual, holds a new y with probability at least `level`.
    """

    residuals: np.ndarray

    @classmethod
    def fit(cls, gold: np.ndarray, mean: np.ndarray, spread: np.ndarray) -> "Calibration":
        """From ratings, predicted means and predicted spreads, (N, 3) each, on the same scale."""
        return cls(np.sort(np.abs(gold - mean) / spread, axis=0).T.astype(np.float32))

    def factors(self, level: float) -> np.ndarray:
        """How many spreads the interval reaches to each side, (3,). Raises `InputError` off (0, 1)."""
        if not 0.0 < level < 1.0:
            raise InputError(f"interval level {level}: give a share between 0 and 1, such as 0.9.")
        count = self.residuals.shape[1]
        rank = min(count, math.ceil((count + 1) * level - 1e-9))
        return self.residuals[:, rank - 1]  # type: ignore[no-any-return]
