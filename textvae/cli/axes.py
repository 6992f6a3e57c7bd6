"""Axes and marks of our own figures, as pieces of inline SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` onto places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def covering(
        cls, values: Iterable[float], start: float, end: float, least: float = 0.5, margin: float = 0.05
    ) -> "Scale":
        """From the least to the greatest of `values` and a share `margin` more, `least` apart at least."""
        found = list(values)
        low, high = min(found), max(found)
        more = max(margin * (high - low), (least - (high - low)) / 2)
        return cls(low - more, high + more, start, end)

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers between the ends, `most` of them at most.

        >>> Scale(1.9, 4.2, 0, 100).ticks()
        [2.0, 2.5, 3.0, 3.5, 4.0]
        """
        span = self.high - self.low
        power = 10.0 ** math.floor(math.log10(span / most))
        for step in (power, 2 * power, 2.5 * power, 5 * power, 10 * power, 20 * power):
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first < most:
                break
        return [round(n * step, 9) for n in range(first, last + 1)]


def grid(across: Scale, up: Scale, across_ticks: Sequence[float], up_ticks: Sequence[float]) -> str:
    """Quiet lines at the ticks with their numbers, below and to the left."""
    parts = []
    up_names, across_names = _names(up_ticks), _names(across_ticks)
    for value, name in zip(up_ticks, up_names, strict=True):
        y = up(value)
        parts.append(f'<path class="grid" d="M{across.start:g} {y:.1f}H{across.end:g}"/>')
        parts.append(f'<text x="{across.start - 8:g}" y="{y + 4:.1f}" text-anchor="end">{name}</text>')
    for value, name in zip(across_ticks, across_names, strict=True):
        x = across(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {up.start:g}V{up.end:g}"/>')
        parts.append(f'<text x="{x:.1f}" y="{up.start + 18:g}" text-anchor="middle">{name}</text>')
    return "\n".join(parts)


def _names(ticks: Sequence[float]) -> list[str]:
    """The ticks in figures, all with the same number of decimals."""
    decimals = max((len(f"{tick:g}".partition(".")[2]) for tick in ticks), default=0)
    return [f"{tick:,.{decimals}f}" for tick in ticks]


def line(points: Iterable[Point]) -> str:
    """The path through `points`."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def area(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    """The path around what lies between two lines."""
    return line([*upper, *reversed(lower)]) + "Z"


def dots(points: Iterable[tuple[float, float, str]], name: str) -> str:
    """A dot at each (x, y, colour), all those of a colour in one path of class `name`.

    Thousands of them are drawn at once; their size is the path's stroke width.
    """
    by_colour: dict[str, list[str]] = {}
    for x, y, colour in points:
        by_colour.setdefault(colour, []).append(f"M{x:.1f} {y:.1f}h0")
    return "\n".join(
        f'<path class="{name}" stroke="{colour}" d="{"".join(places)}"/>'
        for colour, places in by_colour.items()
    )
