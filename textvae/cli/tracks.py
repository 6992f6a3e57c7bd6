"""What a figure of analyzed texts is drawn from: the values of each text, and sentences to point at."""

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textvae.cli import render
from textvae.cli.reading import STANDARD_INPUT, Item
from textvae.cli.render import visible

if TYPE_CHECKING:
    from textvae.affect.values import Affect, Explanation, Reading

TEXTS = 8
"""Texts that one figure draws."""

POINTS = 5000
"""Sentences that one figure draws as points; more are thinned out evenly."""

FEW = 12
"""Sentences that the line goes through one by one if there are fewer, unless a window is asked for."""

CORNERS = 1000
"""Corners of a line at most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence that is drawn as a point; `number` counts the text's sentences from 1."""

    number: int
    line: int | None
    text: str
    valence: "Affect"
    arousal: "Affect"
    explanation: "Explanation | None" = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Running means over a text, at most `CORNERS` of them: where, and of what."""

    number: list[int]
    valence: list[float]
    low: list[float]
    high: list[float]
    arousal: list[float]


@dataclass(slots=True)
class Track:
    """One text: the values of all its sentences, and evenly chosen ones of them as marks."""

    file: str | None
    marks: list[Mark] = field(default_factory=list)
    every: int = 1
    _values: tuple["array[float]", ...] = field(default_factory=lambda: tuple(array("d") for _ in range(4)))

    def add(self, item: Item, read: "Reading") -> None:
        """Take the next sentence."""
        valence, arousal = read.valence, read.arousal
        for column, value in zip(
            self._values, (valence.mean, valence.low, valence.high, arousal.mean), strict=True
        ):
            column.append(value)
        if (self.count - 1) % self.every == 0:
            self.marks.append(Mark(self.count, item.line, item.text, valence, arousal, read.explanation))
            if len(self.marks) == 2 * POINTS:
                del self.marks[1::2]
                self.every *= 2

    @property
    def count(self) -> int:
        """How many sentences the text has."""
        return len(self._values[0])

    @property
    def name(self) -> str:
        """What the text is called in a figure."""
        if self.file is None:
            return "sentences given"
        return "standard input" if self.file == STANDARD_INPUT else visible(self.file)

    @property
    def summary(self) -> str:
        """In words, for a caption."""
        valence = self._values[0]
        noun = "sentence" if self.count == 1 else "sentences"
        pleasant = sum(value > 3.0 for value in valence) / self.count
        mean = math.fsum(valence) / self.count
        return f"{self.count:,} {noun}, mean valence {mean:.2f}, {pleasant:.0%} above 3"

    def window(self, asked: int | None) -> int:
        """Sentences that the line averages over: those asked for, or about the root of how many there are."""
        fitting = 2 * round(math.sqrt(self.count) / 2) - 1 if self.count >= FEW else 1
        return min(asked or fitting, self.count)

    def curve(self, window: int) -> Curve:
        """Running means over `window` sentences."""
        from textvae.affect.arcs import running_mean

        step = math.ceil(self.count / CORNERS)
        means = list(running_mean(zip(*self._values, strict=True), window))
        kept = sorted({*range(0, self.count, step), self.count - 1})
        columns = ([means[i][column] for i in kept] for column in range(4))
        return Curve([i + 1 for i in kept], *columns)

    def thinned(self, most: int) -> list[Mark]:
        """At most `most` of the marks, evenly chosen."""
        return self.marks[:: math.ceil(len(self.marks) / most)]


@dataclass(slots=True)
class Tracks:
    """The texts of a run, gathered on the way to where they are written."""

    shown: list[Track] = field(default_factory=list)
    left_out: int = 0
    sentences: int = 0
    _file: str | None = None

    def gather(
        self, found: Iterable[tuple[Item, "Reading | None"]]
    ) -> Iterator[tuple[Item, "Reading | None"]]:
        """What comes, unchanged; the sentences of the first `TEXTS` texts are kept for the figure."""
        begun = False
        for item, read in found:
            if read is not None:
                if not begun or item.file != self._file:
                    begun, self._file = True, item.file
                    if len(self.shown) < TEXTS:
                        self.shown.append(Track(item.file))
                    else:
                        self.left_out += 1
                if not self.left_out:
                    self.shown[-1].add(item, read)
                    self.sentences += 1
            yield item, read

    def draw(self, path: Path, level: float, window: int | None, force: bool) -> None:
        """Write the figure, if there is anything to draw."""
        if not self.shown:
            render.note(f"there is no sentence to draw: {path} is not written.")
            return
        from textvae.cli.arc_figure import draw

        draw(self, path, level, window, force)

    @property
    def aroused(self) -> bool:
        """Whether the model was taught arousal."""
        return not math.isnan(self.shown[0].marks[0].arousal.mean)

    def marks(self) -> list[list[Mark]]:
        """The points of each text, `POINTS` in all at most."""
        most = POINTS // max(1, len(self.shown))
        return [track.thinned(most) for track in self.shown]

    def notes(self, marks: list[list[Mark]]) -> str:
        """What the figure leaves out, in words."""
        notes = []
        points = sum(map(len, marks))
        if points < self.sentences:
            notes.append(f"{points:,} of the {self.sentences:,} sentences are points, evenly chosen.")
        if self.left_out:
            notes.append(f"The first {TEXTS} of {TEXTS + self.left_out:,} texts are drawn.")
        return " ".join(notes)
