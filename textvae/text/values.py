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
        fault: what it does that makes it nothing to offer ("is a copy"); empty for what passed.
        by: what made it: `decoder`, `edit`, `frame`, `mark` (an exclamation mark), several of the last three
            with + between, as `edit+frame`, or `source` for the source itself. Where the decoder and an edit
            or a frame say the same, the latter, whose figures these are.
    """

    rank: int
    text: str
    valence: float
    arousal: float
    similarity: float
    log_prob: float
    fault: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A sentence and its candidates, those with a fault after the others, best first; a blank sentence has
    none, and null values. Neither has a sentence that words cannot be kept or avoided in.

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
        """The best candidate that passed, or the source where none did; empty for a blank sentence."""
        return self.passed[0].text if self.passed else self.source.strip() and self.source

    @property
    def best(self) -> str:
        """The best candidate, whatever its faults; empty for a blank sentence, the source without any."""
        return self.candidates[0].text if self.candidates else self.source.strip() and self.source

    @property
    def passed(self) -> tuple[Candidate, ...]:
        """The candidates without a fault: none where the sentence could not be moved as asked."""
        return tuple(candidate for candidate in self.candidates if not candidate.fault)


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
