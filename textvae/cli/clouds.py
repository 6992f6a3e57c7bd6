"""Word clouds by simple rules: where each word goes and how large it is, whatever draws it afterwards."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST, LARGEST = 10.0, 30.0
"""Font sizes, in the units of the box."""
SCALES = (1.0, 0.85, 0.72, 0.6, 0.5, 0.42)
"""Of the largest one, in turn, until all words find room."""

_NARROW, _BROAD = frozenset("ijltfrI.,'-|"), frozenset("mwMW")


@dataclass(frozen=True, slots=True)
class Placed:
    """A word, the middle of its box, its font size and the weight behind it."""

    word: str
    x: float
    y: float
    size: float
    weight: float


Box = tuple[float, float, float, float]  # left, top, right, bottom
Spot = tuple[float, float, str]  # x, the middle in y, and which end of a text is at x: start, middle or end


def text_width(text: str, size: float) -> float:
    """About how wide `text` is in a plain sans-serif face of that size."""
    return size * sum(_character_width(character) for character in text)


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return 0.34 if character in _NARROW else 0.88 if character in _BROAD else 0.6


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes share more than an edge."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def cloud(words: Sequence[tuple[str, float]], width: float, height: float) -> list[Placed]:
    """`words` with their weights, the heaviest first, in a box.

    The area of a word's letters goes with its weight. Each is put in the middle and moved along a spiral
    until it covers no other. If not all find room, all are tried smaller; those for which there is none even
    then are left out.
    """
    best: list[Placed] = []
    for scale in SCALES:
        placed = _placed(words, width, height, LARGEST * scale)
        if len(placed) > len(best):
            best = placed
        if len(best) == len(words):
            break
    return best


def _placed(words: Sequence[tuple[str, float]], width: float, height: float, largest: float) -> list[Placed]:
    heaviest = max((weight for _, weight in words), default=0.0)
    placed: list[Placed] = []
    boxes: list[Box] = []
    for word, weight in words:
        size = max(SMALLEST, largest * math.sqrt(weight / heaviest)) if heaviest > 0 else SMALLEST
        half = text_width(word, size) / 2 + 5, size * 0.6
        for x, y in _spiral(width, height):
            box = (x - half[0], y - half[1], x + half[0], y + half[1])
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
            if inside and not any(overlap(box, other) for other in boxes):
                placed.append(Placed(word, x, y, size, weight))
                boxes.append(box)
                break
    return placed


def _spiral(width: float, height: float) -> list[tuple[float, float]]:
    """Points from the middle outwards, as wide for its height as the box."""
    turns = []
    for step in range(600):
        angle = 0.35 * step
        reach = step / 600
        turns.append(
            (
                width / 2 * (1 + reach * math.cos(angle)),
                height / 2 * (1 + reach * math.sin(angle)),
            )
        )
    return turns


def labels(
    points: Sequence[tuple[float, float, float]], texts: Sequence[str], size: float, frame: Box
) -> list[Spot | None]:
    """Where each label goes: beside its point (x, y, radius).

    Tried in turn: right, left, below, above. None where all would cover a label, a point or the frame.
    """
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in points]
    found: list[Spot | None] = []
    for own, ((x, y, r), text) in enumerate(zip(points, texts, strict=True)):
        wide, half = text_width(text, size), size * 0.6
        spots = (
            (x + r + 3, y, "start"), (x - r - 3, y, "end"),
            (x, y + r + half, "middle"), (x, y - r - half, "middle"),
        )  # fmt: skip
        for spot in spots:
            left = spot[0] - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[spot[2]]
            box = (left, spot[1] - half, left + wide, spot[1] + half)
            inside = frame[0] <= box[0] and frame[1] <= box[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if inside and not any(overlap(box, other) for i, other in enumerate(taken) if i != own):
                taken.append(box)
                found.append(spot)
                break
        else:
            found.append(None)
    return found
