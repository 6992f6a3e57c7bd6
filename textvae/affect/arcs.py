"""Whole texts: running figures over the sentences of one, in memory that does not grow with its length."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from textvae.affect.model import DIMENSIONS
from textvae.affect.values import Reading
from textvae.errors import InputError

NEUTRAL = 3.0
"""The middle of the scale: a sentence above it is pleasant."""

CELLS = 64
"""Cells of an arc at most; when they are full, each two become one."""

Values = tuple[float, ...]


class RunningMean:
    """Means over a window of N values around each value of a stream; fewer where the stream begins or ends.

    The window of value i holds i itself, the floor(N / 2) before and the floor((N - 1) / 2) after it.
    """

    def __init__(self, window: int) -> None:
        if window < 1:
            raise InputError(f"a window of {window} sentences: give at least 1.")
        self.before, self.after = window // 2, (window - 1) // 2
        self.held: deque[Values] = deque()
        self.sums: list[float] = []
        self.given = 0  # how many means have been given back

    def push(self, value: Values) -> Iterator[Values]:
        """Take the next value; give back the mean that it completes, if there is one."""
        self.sums = [a + b for a, b in zip(self.sums or [0.0] * len(value), value, strict=True)]
        self.held.append(value)
        if len(self.held) > min(self.given, self.before) + self.after:
            yield self._mean()

    def rest(self) -> Iterator[Values]:
        """The means of the last values, whose windows reach past the end; then the next stream may begin."""
        while len(self.held) > min(self.given, self.before):
            yield self._mean()
        self.held.clear()
        self.sums, self.given = [], 0

    def _mean(self) -> Values:
        mean = tuple(total / len(self.held) for total in self.sums)
        if self.given >= self.before:  # the first value of this window is not in the next
            first = self.held.popleft()
            self.sums = [total - value for total, value in zip(self.sums, first, strict=True)]
        self.given += 1
        return mean


def running_mean(values: Iterable[Sequence[float]], window: int) -> Iterator[Values]:
    """The mean over `window` values around each of `values`, as many as there are; see `RunningMean`.

    >>> list(running_mean([(1.0,), (2.0,), (6.0,)], 3))
    [(1.5,), (3.0,), (4.0,)]
    """
    running = RunningMean(window)
    for value in values:
        yield from running.push(tuple(value))
    yield from running.rest()


class Arc:
    """A stream of values as at most `CELLS` cells, each the mean of the same number of neighbours."""

    def __init__(self) -> None:
        self.each = 1
        self.sums: list[tuple[float, int]] = []

    def add(self, value: float) -> None:
        """Take the next value."""
        if self.sums and self.sums[-1][1] < self.each:
            total, count = self.sums[-1]
            self.sums[-1] = (total + value, count + 1)
            return
        if len(self.sums) == CELLS:
            pairs = zip(self.sums[::2], self.sums[1::2], strict=True)
            self.sums = [(a + b, m + n) for (a, m), (b, n) in pairs]
            self.each *= 2
        self.sums.append((value, 1))

    @property
    def cells(self) -> list[float]:
        """The mean of each cell; the last one may stand for fewer values than the others."""
        return [total / count for total, count in self.sums]


@dataclass(slots=True)
class Figures:
    """One dimension of a text: running sums over its sentences."""

    mean: float = 0.0
    squares: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Extreme:
    """A text's most pleasant or most unpleasant sentence, and the line where it starts."""

    valence: float
    text: str
    line: int | None


@dataclass(slots=True)
class Summary:
    """A text, sentence by sentence: means, spreads, intervals, extremes, the share that is pleasant, the arc.

    `low` and `high` of a dimension are the means of its sentences' lower and upper ends, which is where the
    interval of the mean lies if all errors of a text point the same way: wider than it need be where they
    cancel, and nothing is assumed about how far they do. `spread` is the standard deviation of the sentences'
    means over the text, not among raters. The arc is that of valence, smoothed over `window` sentences.
    """

    window: int = 1
    count: int = 0
    pleasant: int = 0
    highest: Extreme | None = None
    lowest: Extreme | None = None
    figures: dict[str, Figures] = field(default_factory=lambda: {name: Figures() for name in DIMENSIONS})
    _arc: Arc = field(default_factory=Arc)
    _smooth: RunningMean | None = None

    def add(self, reading: Reading, line: int | None = None) -> None:
        """Take the next sentence, which starts at `line`."""
        self.count += 1
        for name, sums in self.figures.items():
            affect = getattr(reading, name)
            step = affect.mean - sums.mean
            sums.mean += step / self.count
            sums.squares += step * (affect.mean - sums.mean)  # Welford 1962
            sums.low += (affect.low - sums.low) / self.count
            sums.high += (affect.high - sums.high) / self.count
        valence = reading.valence.mean
        self.pleasant += valence > NEUTRAL
        if self.highest is None or valence > self.highest.valence:
            self.highest = Extreme(valence, reading.text, line)
        if self.lowest is None or valence < self.lowest.valence:
            self.lowest = Extreme(valence, reading.text, line)
        self._smooth = self._smooth or RunningMean(self.window)
        for (mean,) in self._smooth.push((valence,)):
            self._arc.add(mean)

    def arc(self) -> Arc:
        """The arc of the whole text: the last sentence has been added."""
        for (mean,) in self._smooth.rest() if self._smooth else ():
            self._arc.add(mean)
        return self._arc

    def spread(self, name: str) -> float:
        """The standard deviation of a dimension over the sentences."""
        return math.sqrt(self.figures[name].squares / self.count) if self.count else math.nan

    @property
    def share(self) -> float:
        """How many of the sentences are pleasant, 0 to 1."""
        return self.pleasant / self.count if self.count else math.nan
