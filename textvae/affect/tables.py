"""Readings of many texts as arrays: what a stream of them is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from textvae.affect.values import Affect, Reading


@dataclass(frozen=True, slots=True)
class Table:
    """N texts, a few of which may be blank or the same, and the readings of M of them.

    Attributes:
        texts: the texts as they came, None and blank ones too.
        rows: (N,), which reading a text has; -1 for a blank one.
        values: (M, 3, 4), mean, sd, low and high of valence, arousal and dominance.
        windows: (M,), how many windows each was read in.
    """

    texts: list[str | None]
    rows: np.ndarray
    values: np.ndarray
    windows: np.ndarray

    def readings(self) -> Iterator[Reading | None]:
        """A reading of each text, None for a blank one."""
        made = [
            (*(Affect(*four) for four in three), windows)
            for three, windows in zip(self.values.tolist(), self.windows.tolist(), strict=True)
        ]
        for text, row in zip(self.texts, self.rows.tolist(), strict=True):
            yield None if row < 0 or text is None else Reading(text, *made[row])
