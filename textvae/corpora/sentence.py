"""The value that every reader yields: one sentence, with whatever its corpus knows about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rating:
    """What raters said of one dimension of affect: their mean and the spread among them.

    Both are in points of the 1-5 scale (1 unpleasant, calm or submissive; 5 pleasant, excited or dominant).

    Attributes:
        mean: the mean rating.
        sd: the raters' standard deviation (population form, divisor N); None where the corpus does not give
            it.
    """

    mean: float
    sd: float | None = None

    @classmethod
    def rescaled(cls, mean: float, sd: float | None, low: float, high: float) -> Rating:
        """A rating given on [low, high], mapped linearly onto 1-5.

        >>> Rating.rescaled(-4.0, 1.0, -4.0, 4.0)
        Rating(mean=1.0, sd=0.5)
        """
        factor = 4.0 / (high - low)
        return cls(1.0 + (mean - low) * factor, None if sd is None else sd * factor)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a corpus.

    Attributes:
        text: the sentence as its corpus writes it, without the line break.
        id: the corpus's own name for it, or one made of the file's name and the line number; "" if there is
            none.
        split: "train", "dev", "test" or what else the card lists; "" if the corpus is not divided.
        valence, arousal, dominance: ratings on the 1-5 scale, None where there are none.
        label: a class, or several joined by commas.
        references: human rewrites of the sentence (Yelp's test sentences have one each).
        category: the kind of text it stands in, such as EmoBank's genres; None where that is not said.
        others: values of further columns of a table, where they were asked for.
    """

    text: str
    id: str = ""
    split: str = ""
    valence: Rating | None = None
    arousal: Rating | None = None
    dominance: Rating | None = None
    label: str | None = None
    references: tuple[str, ...] = ()
    category: str | None = None
    others: tuple[Any, ...] = ()
