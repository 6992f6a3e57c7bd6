"""Documents as bags of words: how often each word of a vocabulary occurs, rows stored sparsely."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.errors import TextError


@dataclass(frozen=True, slots=True)
class Bags:
    """N documents over V words, as compressed sparse rows.

    Row n has the words `indices[indptr[n]:indptr[n + 1]]`, each once and in rising order, as often as
    `counts` says at the same places.
    """

    indptr: NDArray[np.int64]  # (N + 1,)
    indices: NDArray[np.int32]  # (nnz,)
    counts: NDArray[np.float32]  # (nnz,)
    words: tuple[str, ...]  # V

    @classmethod
    def count(cls, documents: Iterable[Sequence[str]], words: Sequence[str]) -> "Bags":
        """Count the tokens of each document that are among `words`; others are left out.

        Raises `TextError` for a vocabulary that is empty or names a word twice.
        """
        if len(set(words)) != len(words) or not words:
            fault = "names a word twice" if words else "is empty"
            raise TextError(f"the vocabulary {fault}: give each word once.")
        numbers = {word: number for number, word in enumerate(words)}
        indptr, indices, counts = [0], [], []
        for document in documents:
            found = Counter(numbers[token] for token in document if token in numbers)
            for number in sorted(found):
                indices.append(number)
                counts.append(found[number])
            indptr.append(len(indices))
        return cls(
            np.array(indptr, np.int64),
            np.array(indices, np.int32),
            np.array(counts, np.float32),
            tuple(words),
        )

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> NDArray[np.float32]:
        """Tokens of each document, (N,)."""
        sums = np.concatenate([[0.0], np.cumsum(self.counts, dtype=np.float64)])
        return (sums[self.indptr[1:]] - sums[self.indptr[:-1]]).astype(np.float32)

    def dense(self, rows: NDArray[np.int64] | None = None) -> Tensor:
        """The counts of `rows` (of all documents without it), (B, V) in fp32."""
        rows = np.arange(len(self)) if rows is None else rows
        places, sizes = self._places(rows)
        where = np.repeat(np.arange(len(rows), dtype=np.int64) * len(self.words), sizes)
        out = torch.zeros(len(rows) * len(self.words))
        out.numpy()[where + self.indices[places]] = self.counts[places]
        return out.view(len(rows), len(self.words))

    def select(self, rows: NDArray[np.int64]) -> "Bags":
        """The documents `rows`, in that order."""
        places, sizes = self._places(rows)
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Bags(indptr, self.indices[places], self.counts[places], self.words)

    def _places(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in `indices` the entries of `rows` lie, and how many each row has."""
        starts = self.indptr[:-1][rows]
        sizes = self.indptr[1:][rows] - starts
        shifts = starts - np.concatenate([[0], np.cumsum(sizes)[:-1]])
        places = np.repeat(shifts, sizes) + np.arange(int(sizes.sum()))
        return places, sizes
