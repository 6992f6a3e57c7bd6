"""The objective: a sum of named terms, each with its own scheduled weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from textvae.errors import RecipeError, UnknownNameError
from textvae.variational.schedules import Schedule, read_schedule


@dataclass(frozen=True, slots=True)
class Objective:
    """L(step) = sum over terms of weight_term(step) * term; a term without a weight is not trained on."""

    weights: Mapping[str, Schedule]

    @classmethod
    def from_recipe(cls, table: Mapping[str, Any], known: frozenset[str] | None = None) -> "Objective":
        """Read a recipe's `[objective]`. Raises `UnknownNameError` for a term that is not `known`."""
        if not table:
            raise RecipeError("the recipe's [objective] is empty: give at least reconstruction = 1.0.")
        for name in table:
            if known is not None and name not in known:
                raise UnknownNameError("term of the objective", name, known)
        return cls({name: read_schedule(value, f"[objective] {name}") for name, value in table.items()})

    def total(self, terms: Mapping[str, Tensor], step: int) -> Tensor:
        """The weighted sum, a scalar. Raises `RecipeError` if a weighted term was not computed."""
        if missing := [name for name in self.weights if name not in terms]:
            raise RecipeError(f"the objective names {', '.join(missing)}, which this model does not compute.")
        products = [schedule(step) * terms[name] for name, schedule in self.weights.items()]
        total = products[0]
        for product in products[1:]:
            total = total + product
        return total

    def final(self) -> dict[str, float]:
        """Every weight as its schedule leaves it; of one that goes in cycles, the highest."""
        return {name: getattr(schedule, "high", schedule(0)) for name, schedule in self.weights.items()}

    def at(self, step: int) -> dict[str, float]:
        """Every weight at `step`."""
        return {name: schedule(step) for name, schedule in self.weights.items()}
