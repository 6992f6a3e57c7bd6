"""What the affect room gives back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Affect:
    """One dimension of affect on the 1-5 scale.

    Attributes:
        mean: the rating expected from a group of raters.
        sd: the spread to expect of single raters' ratings around `mean`.
        low, high: the calibrated interval around `mean` that should hold the raters' mean.
    """

    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, `text[start:end]`, and what it adds to a dimension, in points of the 1-5 scale."""

    text: str
    start: int
    end: int
    contribution: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which words carry a text's reading.

    Attributes:
        text: the text as given; the words' offsets count its characters.
        dimension: `valence`, `arousal` or `dominance`.
        mean: the reading of the part that is explained, on the 1-5 scale.
        words: its words, in order.
        left_out: how many words follow that are not explained, since the text is long.
    """

    text: str
    dimension: str
    mean: float
    words: tuple[Word, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and its affect; `windows` > 1 says that it was longer than the model reads at once.

    `explanation` is there when it was asked for.
    """

    text: str
    valence: Affect
    arousal: Affect
    dominance: Affect
    windows: int = 1
    explanation: Explanation | None = None
