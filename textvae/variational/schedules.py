"""Weights that follow the training step: constant, linear, logistic, cyclical.

In a recipe a weight is a number, or a table that names a schedule:

    kl = { schedule = "logistic", low = 0.0, high = 1.0, midpoint = 3250, steepness = 0.0015 }
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from textvae.errors import RecipeError, UnknownNameError


@dataclass(frozen=True, slots=True)
class Constant:
    """The same weight at every step."""

    value: float

    def __call__(self, step: int) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class Linear:
    """`low` until step `start`, then a straight line to `high` at step `end`, then `high`."""

    low: float
    high: float
    end: int
    start: int = 0

    def __call__(self, step: int) -> float:
        along = (step - self.start) / max(1, self.end - self.start)
        return self.low + (self.high - self.low) * min(1.0, max(0.0, along))


@dataclass(frozen=True, slots=True)
class Logistic:
    """low + (high - low) / (1 + exp(-steepness (step - midpoint))): Bowman et al. 2016, section 3.1."""

    low: float
    high: float
    midpoint: int
    steepness: float

    def __call__(self, step: int) -> float:
        exponent = min(700.0, max(-700.0, -self.steepness * (step - self.midpoint)))
        return self.low + (self.high - self.low) / (1.0 + math.exp(exponent))


@dataclass(frozen=True, slots=True)
class Cyclical:
    """Every `period` steps anew from `low`, linearly to `high` over the first `rise` (a share) of the
    period, then `high`: Fu et al. 2019, equation 6."""

    low: float
    high: float
    period: int
    rise: float = 0.5

    def __call__(self, step: int) -> float:
        along = (step % self.period) / self.period / max(self.rise, 1e-9)
        return self.low + (self.high - self.low) * min(1.0, along)


Schedule = Callable[[int], float]
SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": Constant,
    "linear": Linear,
    "logistic": Logistic,
    "cyclical": Cyclical,
}


def read_schedule(value: float | Mapping[str, Any], where: str = "weight") -> Schedule:
    """The schedule that a recipe's `value` describes. Raises `RecipeError` naming `where` it stands."""
    if isinstance(value, bool) or not isinstance(value, int | float | Mapping):
        raise RecipeError(f"{where} = {value!r}: give a number or a table with the key schedule.")
    parameters = dict(value) if isinstance(value, Mapping) else {"value": float(value)}
    name = str(parameters.pop("schedule", "constant"))
    if name not in SCHEDULES:
        raise UnknownNameError("schedule", name, SCHEDULES, f"It stands in {where}.")
    for key, given in parameters.items():
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
            raise RecipeError(f"{where}: {key} = {given!r} is no number that a weight can follow: give one.")
        if key == "period" and given < 1:
            raise RecipeError(f"{where}: period = {given!r}: give 1 step or more.")
    try:
        return SCHEDULES[name](**parameters)
    except TypeError as error:
        reason = str(error).split(") ", 1)[-1].replace("__init__() ", "")
        raise RecipeError(f"{where}: the schedule {name!r} does not fit ({reason}).") from error
