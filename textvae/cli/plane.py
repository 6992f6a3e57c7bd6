"""The plane of valence and arousal in a terminal's cells."""

from collections.abc import Iterator
from itertools import product

from rich.text import Text
from textual.widgets import Static

Point = tuple[float, float]
"""Valence and arousal."""

LOWEST, NEUTRAL, HIGHEST = 1.0, 3.0, 5.0
STEP = 0.1
PLACES = 6
"""Digits of a point: one that is moved away and back is where it was."""


def moved(point: Point, by: tuple[float, float]) -> Point:
    """A point moved to the right and up, within the scale."""
    valence, arousal = (
        round(min(max(at + way, LOWEST), HIGHEST), PLACES) for at, way in zip(point, by, strict=True)
    )
    return valence, arousal


def around(start: Point) -> Iterator[tuple[float | None, float | None]]:
    """A step from `start` into each of the eight directions; None for what does not move."""
    for way in product((0, 1, -1), repeat=2):
        if any(way):
            valence, arousal = moved(start, (STEP * way[0], STEP * way[1]))
            yield valence if way[0] else None, arousal if way[1] else None


class Plane(Static):
    """Valence to the right, arousal up: where the source lies, where the point is, where the text reads."""

    source: Point = (NEUTRAL, NEUTRAL)
    point: Point = (NEUTRAL, NEUTRAL)
    reached: Point | None = None

    def render(self) -> Text:
        """The plane in the widget's cells."""
        width, height = max(self.size.width, 3), max(self.size.height, 3)

        def cell(point: Point) -> tuple[int, int]:
            right, up = ((value - LOWEST) / (HIGHEST - LOWEST) for value in point)
            return round((1 - up) * (height - 1)), round(right * (width - 1))

        middle = cell((NEUTRAL, NEUTRAL))
        cells = [
            ["·" if (row % 2 == 0 and column % 4 == 0) else " " for column in range(width)]
            for row in range(height)
        ]
        cells[middle[0]] = ["─"] * width
        for row in range(height):
            cells[row][middle[1]] = "│" if row != middle[0] else "┼"
        marks: dict[tuple[int, int], tuple[str, str]] = {cell(self.source): ("○", "bold")}
        if self.reached is not None:
            marks[cell(self.reached)] = ("◆", "bold green")
        marks[cell(self.point)] = ("●", "bold yellow")
        text = Text()
        for row, line in enumerate(cells):
            for column, character in enumerate(line):
                text.append(*marks.get((row, column), (character, "dim")))
            text.append("\n" if row < height - 1 else "")
        return text
