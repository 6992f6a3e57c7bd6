"""Steering: which latents to decode for an affect target, and which of their sentences to choose."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.text.lexicon import Lexicon
from textvae.text.settings import Steering

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """The mean and standard deviation of valence and arousal in a text model's corpus, on the 1-5 scale."""

    mean: tuple[float, float]
    sd: tuple[float, float]

    def standardise(self, affect: NDArray[np.floating]) -> Floats:
        """(..., 2) on the 1-5 scale -> standard deviations from the corpus's mean."""
        standardised: Floats = (np.asarray(affect, dtype=np.float64) - self.mean) / self.sd
        return standardised


def steered(source: Tensor, target: Tensor, steering: Steering) -> Tensor:
    """The affects to decode at: source + strength * (target - source), within the bound.

    `source` (N, 2) standardised; `target` (N, 2) likewise, nan where nothing is asked for, and there the
    source's own is kept, or as far from it as one of the `sides`. Returns (N, K, 2) for K strengths, and K is
    1 + S times as many with S sides, where a dimension is not asked for.
    """
    way = torch.where(target.isnan(), 0.0, target - source)
    strengths = torch.tensor(steering.strengths, dtype=source.dtype, device=source.device)
    reached = source[:, None] + strengths[:, None] * way[:, None]
    if steering.sides and (free := target.isnan()).any():
        sides = [reached + side * free[:, None] for side in steering.sides]
        reached = torch.cat([reached, *sides], 1)
    # A source that is itself beyond the bound may stay where it is.
    limit = source.abs().clamp_min(steering.bound)[:, None]
    return torch.minimum(torch.maximum(reached, -limit), limit)


def in_the_way(
    words: Iterable[str], way: Sequence[float], lexicon: Lexicon, threshold: float
) -> frozenset[str]:
    """Those of `words` that pull against `way`, the direction (2,) to go; nan where none is asked for."""
    signs = [0.0 if math.isnan(w) else math.copysign(min(abs(w), 1.0), w) for w in way]
    return frozenset(
        word
        for word in words
        if word in lexicon and sum(s * w for s, w in zip(signs, lexicon[word], strict=True)) < -threshold
    )


def merit(
    achieved: Floats,
    target: Floats,
    similarity: Floats,
    fluency: Floats,
    steering: Steering,
    fidelity: float = 0.5,
    worded: Floats | None = None,
    own: Floats | None = None,
) -> Floats:
    """(K,) how good candidates are: -affect error + content kept + fluency, each with its weight.

    `achieved` (K, 2) and `target` (2,), standardised, nan in `target` where nothing is asked for. The
    error is the plain distance, also for what goes beyond the target; so is that of `worded` (K, 2), the
    affect of the words by themselves. `own` (2,) is the source's: what is not asked for should stay there.
    `fluency` (K,) is 0 or less, in nats a piece. `fidelity` f moves the balance: the affect weights are
    multiplied by 2 (1 - f), the weights of what is to stay by 2 f, so that 0.5 changes nothing.
    """
    error = steering.affect * _error(achieved, target)
    if worded is not None:
        error += steering.words * _error(worded, target)
    kept = steering.content * similarity
    if own is not None:
        kept = kept - steering.other * _error(achieved, np.where(np.isnan(target), own, np.nan))
    value: Floats = -2 * (1 - fidelity) * error + 2 * fidelity * kept + steering.fluency * fluency
    return value


def _error(achieved: Floats, target: Floats) -> Floats:
    asked = ~np.isnan(target)
    if not asked.any():
        return np.zeros(len(achieved))
    distance: Floats = np.abs(achieved[:, asked] - target[asked]).mean(axis=1)
    return distance


def between(start: Tensor, end: Tensor, weights: Tensor, spherical: bool = False) -> Tensor:
    """Points on the way from `start` to `end` (C,), one for each of `weights` (K,): (K, C).

    Linear: (1 - w) a + w b. Spherical (Shoemake 1985; White 2016): the direction turns at a steady rate
    through the angle between a and b, and the length goes linearly from one to the other; where the
    directions agree or are opposite there is no such arc, and the way is linear.
    """
    w = weights[:, None]
    linear = (1 - w) * start + w * end
    lengths = start.norm(), end.norm()
    if not spherical or min(lengths) == 0:
        return linear
    a, b = start / lengths[0], end / lengths[1]
    angle = torch.arccos((a @ b).clamp(-1, 1))
    if angle.sin().abs() < 1e-4:
        return linear
    direction = (torch.sin((1 - w) * angle) * a + torch.sin(w * angle) * b) / torch.sin(angle)
    arc: Tensor = direction * ((1 - w) * lengths[0] + w * lengths[1])
    return arc
