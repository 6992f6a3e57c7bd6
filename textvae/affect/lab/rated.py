"""Rated sentences as the laboratory takes them: pieces or embeddings, targets, categories, weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from textvae.affect.lessons import pad
from textvae.affect.model import DIMENSIONS, Scale
from textvae.corpora.sentence import Sentence
from textvae.errors import RecipeError

CLEANINGS = ("none", "drop", "weight")


@dataclass(frozen=True, slots=True)
class CleaningOptions:
    """A recipe's `[cleaning]`: what becomes of training sentences whose raters disagree."""

    how: str = "none"  # none; drop: the share with the widest disagreement; weight: less of them
    share: float = 0.1  # of the sentences, for drop

    def __post_init__(self) -> None:
        if self.how not in CLEANINGS:
            raise RecipeError(f"[cleaning] how = {self.how!r}: use {', '.join(CLEANINGS)}.")
        if not 0.0 <= self.share < 1.0:
            raise RecipeError(f"[cleaning] share = {self.share}: give a share from 0 to below 1.")


@dataclass(frozen=True, slots=True)
class Rated:
    """N sentences. `ratings` and `spreads` (N, 3) are on the 1-5 scale, NaN where there are none.

    `pieces` are rows of word pieces, `vectors` (N, H) a pretrained encoder's embeddings or None;
    `category` (N,) are numbers of the model's categories, 0 for one that is not known; `weight` (N,) is what
    a sentence counts in the errors of affect and spread. `held` (N, 6) are the means and spreads that the
    model is to keep, on the 1-5 scale, NaN where it may learn others.
    """

    pieces: list[np.ndarray]
    vectors: np.ndarray | None
    ratings: np.ndarray
    spreads: np.ndarray
    category: np.ndarray
    weight: np.ndarray
    held: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.ratings)

    def padded(self, rows: np.ndarray, fill: int) -> tuple[Tensor, Tensor]:
        """The rows' pieces (B, T) and their mask."""
        return pad([self.pieces[row] for row in rows], fill)

    def standardised(self, rows: np.ndarray, scales: Sequence[Scale]) -> tuple[Tensor, Tensor]:
        """The rows' ratings and raters' deviations as the model gives them, (B, D) of its D dimensions."""
        centre, width = np.array([(s.centre, s.width) for s in scales], np.float32).T
        size = len(scales)
        ratings = (self.ratings[rows, :size] - centre) / width
        return torch.from_numpy(ratings), torch.from_numpy(self.spreads[rows, :size] / width)


def ratings_of_all(sentences: Sequence[Sentence]) -> tuple[np.ndarray, np.ndarray]:
    """Mean ratings and raters' deviations on the 1-5 scale, (N, 3) float32 each, NaN where there are none."""
    both = np.full((2, len(sentences), len(DIMENSIONS)), np.nan, np.float32)
    for i, sentence in enumerate(sentences):
        for j, dimension in enumerate(DIMENSIONS):
            if (rating := getattr(sentence, dimension)) is not None:
                both[0, i, j] = rating.mean
                both[1, i, j] = np.nan if rating.sd is None else rating.sd
    return both[0], both[1]


def scales_from(ratings: np.ndarray, dimensions: int) -> tuple[Scale, ...]:
    """Centre and width of the first `dimensions` columns of ratings (N, 3).

    Raises `RecipeError` where fewer than two sentences have all of them.
    """
    known = ratings[:, :dimensions][~np.isnan(ratings[:, :dimensions]).any(1)]
    if len(known) < 2:
        names = ", ".join(DIMENSIONS[:dimensions])
        raise RecipeError(
            f"the corpus has no sentences rated for {names}: say how many of the "
            "three it has, --set latent.dimensions=2 for valence and arousal, or take --recipe tuned."
        )
    return tuple(Scale(float(m), float(s)) for m, s in zip(known.mean(0), known.std(0), strict=True))


def agreement(spreads: np.ndarray, options: CleaningOptions) -> np.ndarray:
    """What each training sentence counts, (N,) float32, by the raters' deviations (N, D), NaN if not known.

    A sentence's disagreement d is the root mean square over its dimensions. `drop` gives 0 to the `share`
    of the sentences with the largest d. `weight` gives 1 / (m^2 + d^2), scaled to a mean of 1, where m^2 is
    the mean of all d^2: the precision of a rating whose noise is the model's own error, taken to be as large
    as the raters' noise usually is, plus the raters' noise on this sentence. An unknown d counts as m.
    """
    known = ~np.isnan(spreads)
    counts = known.sum(1)
    sums = (np.where(known, spreads, 0.0) ** 2).sum(1)
    if options.how == "none" or not counts.any():
        return np.ones(len(spreads), np.float32)
    squares = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    typical = float(np.nanmean(squares))
    squares = np.where(np.isnan(squares), typical, squares)
    if options.how == "drop":
        weight = np.ones(len(squares), np.float32)
        weight[np.argsort(-squares, kind="stable")[: round(options.share * len(squares))]] = 0.0
        return weight
    weight = (1.0 / (typical + squares)).astype(np.float32)
    return weight / weight.mean()
