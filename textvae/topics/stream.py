"""Texts as one row of numbered pieces: what names, pairs and forms of words are found in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.topics.pieces import BREAK, STOP, is_word, pieces

Numbers = NDArray[np.int32]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stream:
    """N texts, one after the other, as the numbers of their pieces in lower case.

    Attributes:
        numbers: the pieces (T,). 0 is `STOP`, 1 is `BREAK`.
        starts: where each text starts, and T (N + 1,).
        names: the pieces by their numbers (P).
        capitals: of a piece's uses inside a sentence, how many begin with a capital, and all of them (P, 2).
    """

    numbers: Numbers
    starts: NDArray[np.int64]
    names: tuple[str, ...]
    capitals: NDArray[np.int64]

    @classmethod
    def read(cls, texts: Iterable[str]) -> "Stream":
        """Read `texts` once, in memory of some bytes a piece."""
        written: dict[str, int] = {STOP: 0, BREAK: 1}
        rows, starts = [], [0]
        for text in texts:
            row = [written.setdefault(piece, len(written)) for piece in pieces(text)]
            rows.append(np.array(row, np.int32))
            starts.append(starts[-1] + len(row))
        numbers = np.concatenate(rows) if rows else np.zeros(0, np.int32)
        names: dict[str, int] = {}
        lower = np.array([names.setdefault(piece.lower(), len(names)) for piece in written], np.int32)
        raised = np.array([piece[0].isupper() for piece in written])
        before = np.append(np.int32(0), numbers)[:-1]
        before[[start for start in starts if start < len(before)]] = 0
        inside = numbers[before != 0]
        capitals = np.zeros((len(names), 2), np.int64)
        np.add.at(capitals[:, 1], lower, np.bincount(inside, minlength=len(written)))
        np.add.at(capitals[:, 0], lower[raised], np.bincount(inside, minlength=len(written))[raised])
        return cls(lower[numbers], np.array(starts, np.int64), tuple(names), capitals)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def uses(self) -> NDArray[np.int64]:
        """How often each piece stands there (P,)."""
        return np.bincount(self.numbers, minlength=len(self.names))

    @property
    def words(self) -> Marks:
        """Which pieces are words: not single letters, not what keeps words apart (P,)."""
        return np.array([is_word(name) for name in self.names])

    def rows(self, kept: Marks) -> list[Numbers]:
        """The pieces of each text that are among `kept` (P,)."""
        chosen = kept[self.numbers]
        ends = np.concatenate([[0], np.cumsum(chosen)])[self.starts]
        return np.split(self.numbers[chosen], ends[1:-1]) if len(self) else []

    def among(self, words: Iterable[str]) -> Marks:
        """Which pieces are among `words` (P,)."""
        held = frozenset(words)
        return np.array([name in held for name in self.names])

    def renamed(self, forms: Mapping[int, int]) -> "Stream":
        """With other pieces instead of some: number -> number."""
        to = np.arange(len(self.names), dtype=np.int32)
        to[list(forms)] = list(forms.values())
        return Stream(to[self.numbers], self.starts, self.names, self.capitals)

    def followers(self) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
        """Each two neighbours of one text, and where the first stands; (A,) each."""
        places = np.arange(max(0, len(self.numbers) - 1), dtype=np.int64)
        edges = self.starts[1:-1] - 1
        places = np.delete(places, edges[(edges >= 0) & (edges < len(places))])
        return self.numbers[places], self.numbers[places + 1], places
