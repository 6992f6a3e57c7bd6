"""What a model says of its own errors, made true on sentences that people rated and that it never saw."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textvae.affect.model import DIMENSIONS
from textvae.corpora.sentence import Sentence
from textvae.errors import InputError
from textvae.training.checkpoint import Checkpoint

FILE = "calibration.json"
"""Where a checkpoint keeps it: beside the weights, which do not change when a model is calibrated again."""

SCORES = "residuals."
"""How the tensors of a checkpoint of textvae 0.1 begin that hold its scores."""

GROUPS = 3
"""Thirds of predicted valence, each with its own intervals."""

GROUP_ROWS = 100  # calibration sentences that a group needs at least; with fewer there is one group for all
SMALLEST = 1e-4  # of a squared deviation, in points of the scale: no rating is foretold to within 0.01
LEAST = 9
"""Calibration sentences without which an interval of 90% can promise nothing, and is the whole scale."""

STEPS, LONGEST_STEP, DONE = 100, 1.0, 1e-10  # of Newton's method


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two steps after training: the spread of single ratings, and the interval of their mean.

    1. sd = exp(a + b log spread), where `spread` is what the model says and (a, b) is fitted for each
       dimension by the likelihood of single ratings under N(mean, sd^2). Where the model's spread carries
       nothing, b is 0 and sd the best constant.
    2. The interval mean +- q sd, where q is the ceil((N + 1) level)-th smallest of the N scores
       |gold - mean| / sd in the same third of predicted valence: split conformal prediction, normalised (Lei
       et al. 2018, section 5.2) and with a condition on the group (Mondrian: Vovk et al. 2005, section 4.5).
       It holds a new sentence's mean rating with probability at least `level` in each third, as long as that
       sentence comes from where the calibration sentences came from.

    Attributes:
        scores: for each of G groups and each of the three dimensions the sorted scores, (N,).
        edges: (G - 1,), the predicted valences that divide the groups.
        lines: (3, 2), a and b of each dimension.
    """

    scores: Sequence[Sequence[np.ndarray]]
    edges: np.ndarray = field(default_factory=lambda: np.empty(0))
    lines: np.ndarray = field(default_factory=lambda: np.array([[0.0, 1.0]] * len(DIMENSIONS)))

    @classmethod
    def fit(
        cls,
        gold: np.ndarray,
        mean: np.ndarray,
        spread: np.ndarray,
        gold_sd: np.ndarray | None = None,
        groups: int | None = None,
        before: "Calibration | None" = None,
    ) -> "Calibration":
        """From mean ratings, predicted means and predicted spreads, (N, 3) each, on the same scale.

        `gold_sd` (N, 3) is the raters' standard deviation. What is not known is NaN. `groups` are three where
        each has 100 sentences, else one. What no rating tells of a dimension stays as it was `before`: the
        line of its spread, and, with the scores of all groups together, its intervals.
        """
        unknown = np.full(np.shape(gold), np.nan)
        squares = (gold - mean) ** 2 + (unknown if gold_sd is None else gold_sd) ** 2
        lines = np.stack([fit_spread(spread[:, i], squares[:, i]) for i in range(len(DIMENSIONS))])
        if before is not None:
            lines = np.where(np.isnan(squares).all(axis=0)[:, None], before.lines, lines)
        if groups is None:
            groups = GROUPS if len(gold) >= GROUPS * GROUP_ROWS else 1
        edges = np.quantile(mean[:, 0], np.arange(1, groups) / groups) if groups > 1 else np.empty(0)
        fresh = cls((), edges, lines)
        errors, group = np.abs(gold - mean) / fresh.sd(spread), fresh.group(mean)
        scores: list[list[np.ndarray]] = [
            [np.sort(column[~np.isnan(column)]).astype(np.float32) for column in errors[group == g].T]
            for g in range(groups)
        ]
        if before is not None:
            for i in np.flatnonzero(np.isnan(gold).all(axis=0)).tolist():
                kept = np.sort(np.concatenate([each[i] for each in before.scores]))
                for some in scores:
                    some[i] = kept
        return cls(scores, edges, lines)

    def sd(self, spread: np.ndarray) -> np.ndarray:
        """(N, 3): the spread of single ratings around the mean, from the model's spread (N, 3)."""
        line = self.lines.astype(spread.dtype)
        return np.exp(line[:, 0] + line[:, 1] * np.log(spread))  # type: ignore[no-any-return]

    def group(self, mean: np.ndarray) -> np.ndarray:
        """(N,): which group each sentence falls into, by its predicted valence, the first of (N, 3)."""
        return np.searchsorted(self.edges, mean[:, 0], side="right")

    def factors(self, level: float) -> np.ndarray:
        """How many sd the interval of each group and dimension reaches to each side, (G, 3).

        Infinite where so few sentences cannot promise so high a level. Raises `InputError` off (0, 1).
        """
        if not 0.0 < level < 1.0:
            raise InputError(f"interval level {level}: give a share between 0 and 1, such as 0.9.")
        return np.array([[_quantile(column, level) for column in group] for group in self.scores])

    def interval(
        self, mean: np.ndarray, sd: np.ndarray, factors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends, (N, 3) each, kept on the 1-5 scale; `factors` are those of a level."""
        reach = (factors[self.group(mean)] * sd).astype(mean.dtype)
        return (mean - reach).clip(1.0, 5.0), (mean + reach).clip(1.0, 5.0)

    def to_json(self, about: Mapping[str, Any] | None = None) -> bytes:
        """A checkpoint's `calibration.json`: all of it, and what else is told `about` it."""
        scores = {d: [group[i].tolist() for group in self.scores] for i, d in enumerate(DIMENSIONS)}
        lines = {d: self.lines[i].tolist() for i, d in enumerate(DIMENSIONS)}
        whole = {**(about or {}), "edges": self.edges.tolist(), "lines": lines, "scores": scores}
        return (json.dumps(_rounded(whole), ensure_ascii=False) + "\n").encode()

    @property
    def digest(self) -> str:
        """Six hex digits that name it in a report."""
        return hashlib.sha256(self.to_json()).hexdigest()[:6]

    @classmethod
    def from_json(cls, content: bytes) -> "Calibration":
        """What `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
        whole = json.loads(content)
        columns = [[np.asarray(group, np.float64) for group in whole["scores"][d]] for d in DIMENSIONS]
        lines = np.array([whole["lines"][d] for d in DIMENSIONS], np.float64)
        edges = np.array(whole["edges"], np.float64)
        if any(len(groups) != len(edges) + 1 for groups in columns) or lines.shape != (len(DIMENSIONS), 2):
            raise ValueError("the parts of calibration.json do not fit each other")
        return cls(list(zip(*columns, strict=True)), edges, lines)

    @classmethod
    def of_checkpoint(cls, checkpoint: Checkpoint) -> "Calibration":
        """A checkpoint's calibration; one of textvae 0.1 keeps scores alone (its own spread, one group).

        Raises `KeyError`, `TypeError` or `ValueError` where there is none, or the parts do not fit.
        """
        if FILE in checkpoint.files:
            return cls.from_json(checkpoint.files[FILE])
        return cls([[np.sort(checkpoint.tensors[SCORES + d].numpy()) for d in DIMENSIONS]])


def fit_spread(spread: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """a and b of sd = exp(a + b log spread) that make single ratings likeliest, b >= 0.

    `spread` (N,) is what the model says, `squares` (N,) the mean squared deviation of a sentence's ratings
    from the predicted mean, NaN where it is not known. The mean of log sd + squares / (2 sd^2) is convex in
    (a, b): Newton's method. Without any known row the spread stays as it is: (0, 1).
    """
    known = ~np.isnan(squares)
    if not known.any():
        return np.array([0.0, 1.0])
    log, squares = np.log(spread[known].astype(np.float64)), np.maximum(squares[known], SMALLEST)
    centre = log.mean()
    design = np.stack([np.ones_like(log), log - centre], axis=1)
    line = np.array([0.5 * np.log(squares.mean()), 0.0])
    constant = line.copy()
    for _ in range(STEPS):
        ratio = squares * np.exp(-2.0 * design @ line)
        slope, curve = design.T @ (1.0 - ratio), 2.0 * (design * ratio[:, None]).T @ design
        step = np.linalg.lstsq(curve, slope, rcond=1e-12)[0].clip(-LONGEST_STEP, LONGEST_STEP)
        line = line - step
        if np.abs(step).max() < DONE:
            break
    if not line[1] > 0.0:  # a larger spread would mean a smaller one: it carries nothing
        line = constant
    return np.array([line[0] - line[1] * centre, line[1]])


def fit_line(mean: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """a and b of the least-squares line gold = a + b mean, over the rows (N,) where `gold` is not NaN.

    Without two known rows, or where the mean does not vary, the means stay as they are: (0, 1).
    """
    known = ~np.isnan(gold)
    x, y = mean[known].astype(np.float64), gold[known].astype(np.float64)
    if len(x) < 2 or not (spread := float(np.var(x))) > 0.0:
        return np.array([0.0, 1.0])
    slope = float(np.mean((x - x.mean()) * (y - y.mean()))) / spread
    return np.array([y.mean() - slope * x.mean(), slope])


def raters_mean(sentences: Iterable[Sentence]) -> np.ndarray:
    """Mean ratings, (N, 3) on the 1-5 scale, NaN where there is none."""
    ratings = ([getattr(sentence, name) for name in DIMENSIONS] for sentence in sentences)
    return np.array([[np.nan if r is None else r.mean for r in row] for row in ratings])


def raters_sd(sentences: Iterable[Sentence]) -> np.ndarray:
    """Standard deviations among raters, (N, 3) on the 1-5 scale, NaN where the corpus gives none."""
    ratings = ([getattr(sentence, name) for name in DIMENSIONS] for sentence in sentences)
    return np.array([[np.nan if r is None or r.sd is None else r.sd for r in row] for row in ratings])


def _rounded(value: Any) -> Any:
    """JSON's values with six significant digits."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _quantile(scores: np.ndarray, level: float) -> float:
    """The ceil((N + 1) level)-th smallest of N sorted scores; infinite where there are not so many."""
    rank = math.ceil((len(scores) + 1) * level - 1e-9)
    return float(scores[rank - 1]) if rank <= len(scores) else math.inf
