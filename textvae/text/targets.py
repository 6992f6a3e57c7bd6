"""Affect targets as people give them: 4.0, "+0.8", "-1" or "very-high"."""

import math
import re
from dataclasses import dataclass
from numbers import Real

from textvae.errors import TargetError

LOWEST, HIGHEST = 1.0, 5.0

WORDS = {"very-low": 1.8, "low": 2.4, "neutral": 3.0, "high": 3.6, "very-high": 4.2}
"""Words for places on EmoBank's scale, where three sentences in four lie between 2.7 and 3.3: `high` and
`low` are plainly felt, `very-high` and `very-low` about as far as sentences go."""

AROUSAL_WORDS = {"very-low": 2.4, "low": 2.7, "neutral": 3.0, "high": 3.6, "very-high": 4.1}
"""The same for arousal: the places that as large a share of EmoBank's training sentences lies below as of
`WORDS` in valence, to the nearest tenth. Arousal spreads less, and downwards least: 1 sentence in 160 lies at
2.4 or lower."""

_SHIFT = re.compile(r"[+\-\u2212]\s*\d*\.?\d+|[+\-\u2212]\s*\d+\.")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an affect dimension should go: to a `value` on the 1-5 scale, or by a `shift` from the source."""

    value: float | None = None
    shift: float | None = None

    def resolve(self, source: float) -> float:
        """The place on the scale, for a sentence that reads `source`; a shift stops at the scale's ends."""
        if self.value is not None:
            return self.value
        return min(max(source + (self.shift or 0.0), LOWEST), HIGHEST)


def parse_target(given: float | str | None, dimension: str = "the target") -> Target | None:
    """A target from a number (a place from 1 to 5) or from text; None stays None.

    `dimension` is named in messages, and says which places words stand for: those of arousal if it ends in
    "arousal", else those of valence.

    Raises `TargetError`, which says what is allowed, for anything else.
    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, Real | str):  # numpy's numbers are real ones
        raise TargetError(_complaint(dimension, repr(given)))
    if isinstance(given, str):
        text = given.strip().lower().replace("_", "-").replace(" ", "-")
        words = AROUSAL_WORDS if dimension.endswith("arousal") else WORDS
        if text in words:
            return Target(value=words[text])
        if _SHIFT.fullmatch(given.strip()):
            return Target(shift=_shift(given.strip(), dimension))
    try:
        value = float(given)
    except (ValueError, OverflowError):
        raise TargetError(_complaint(dimension, repr(given))) from None
    if not LOWEST <= value <= HIGHEST:  # also what is not a number
        raise TargetError(_complaint(dimension, str(given).strip()))
    return Target(value=value)


def _shift(text: str, dimension: str) -> float:
    size = float(text[1:])
    if size > HIGHEST - LOWEST:
        raise TargetError(
            f"{dimension} {text} is a shift longer than the scale: shift by {LOWEST - HIGHEST:+g} to "
            f"{HIGHEST - LOWEST:+g}, or give a place from 1 to 5."
        )
    return size if text[0] == "+" else -size


def _complaint(dimension: str, shown: str) -> str:
    hint = ""
    if shown.startswith("-") and _is_number(shown):
        hint = ' (a shift is written as text: "-1")'
    return (
        f"{dimension} {shown} is not on the scale{hint}: give a number from 1 to 5, a shift such as "
        f"+0.8 or -1, or one of {', '.join(WORDS)}."
    )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
