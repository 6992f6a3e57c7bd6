"""What the affect room gives back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Affect:
    """One dimension of affect on the 1-5 scale.

    Attributes:
        mean: the rating expected from a group of raters.
        sd: the spread expected among single raters.
        low, high: the calibrated interval around `mean` that should hold the raters' mean.
    """

    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and its affect; `windows` > 1 says that it was longer than the model reads at once."""

    text: str
    valence: Affect
    arousal: Affect
    dominance: Affect
    windows: int = 1
