"""What the text room gives back. Affect is on the 1-5 scale; None where there was nothing to read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to write a sentence with the affect asked for.

    Attributes:
        rank: 1 is the best.
        valence, arousal: what the affect model reads in `text`.
        similarity: how much of the source's wording is kept, from 0 to 1.
        log_prob: mean log-probability of a piece, in nats, given the source's content.
    """

    rank: int
    text: str
    valence: float
    arousal: float
    similarity: float
    log_prob: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """A sentence and its candidates, best first; a blank sentence has none, and null values.

    `target_valence` and `target_arousal` are None where nothing was asked for.
    """

    source: str
    source_valence: float | None
    source_arousal: float | None
    target_valence: float | None
    target_arousal: float | None
    candidates: tuple[Candidate, ...]

    @property
    def text(self) -> str:
        """The best candidate; empty for a blank sentence."""
        return self.candidates[0].text if self.candidates else ""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A sentence on the way from one to another; `weight` is 0 at the first and 1 at the second."""

    step: int
    weight: float
    text: str
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A sentence that the model made up."""

    index: int
    text: str
    valence: float
    arousal: float
