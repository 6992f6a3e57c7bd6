"""Sentences with their affect: a row for each, and how they look in a table."""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, TextIO

from textvae.cli import explaining, render, summary
from textvae.cli.columns import beside
from textvae.cli.contents import Carried
from textvae.cli.output import Row
from textvae.cli.reading import Ahead, Item
from textvae.cli.summary import DIMENSIONS, WIDTH, By, Whole

if TYPE_CHECKING:
    from textvae.affect.reader import AffectReader
    from textvae.affect.values import Affect, Reading

Found = tuple[Item, "Reading | None"]

COLUMNS: dict[str, type] = {"file": str, "line": int, "index": int, "text": str} | {
    name + part: float for name in DIMENSIONS for part in ("", "_sd", "_low", "_high")
}
SMOOTHED = tuple(name + part for name in DIMENSIONS for part in ("_arc", "_arc_low", "_arc_high"))
"""What `--window` adds to a sentence's row."""

WORDS = "words"
"""What `--explain` adds."""


def columns(window: int | None = None, explained: bool = False) -> dict[str, type]:
    """The columns of a row, in order; a window adds the arc's, explanations their words."""
    return COLUMNS | dict.fromkeys(SMOOTHED if window else (), float) | ({WORDS: str} if explained else {})


@dataclass(slots=True)
class Parts:
    """Counts the texts that were longer than the model reads at once."""

    count: int = 0
    longest: str = ""
    most: int = 1

    def add(self, item: Item, windows: int) -> None:
        """Take note of a text that was read in `windows` parts."""
        self.count += 1
        if windows > self.most:
            self.longest, self.most = item.place, windows

    def tell(self) -> None:
        """Say so, if there were any."""
        if self.count:
            render.note(
                f"texts longer than the model reads at once: {self.count:,}; they were read in parts, whose "
                f"readings were averaged (the longest: {self.longest}, {self.most:,} parts)."
            )


def readings(items: Iterable[Item], reader: "AffectReader") -> Iterator[Found]:
    """Each item with its reading, in order; None for a blank one."""
    ahead, parts = Ahead(items), Parts()
    for found in reader.stream(ahead.texts()):
        item = ahead.take()
        if found is not None and found.windows > 1:
            parts.add(item, found.windows)
        yield item, found
    parts.tell()
    ahead.end()


def rows(
    found: Iterable[Found],
    window: int | None = None,
    explained: bool = False,
    carried: Sequence[Carried] = (),
) -> Iterator[Row]:
    """A row for each item, in order; null values for a blank one. With a window, the arc of its file too."""
    if window is None:
        yield from (_row(item, read, explained, carried) for item, read in found)
        return
    from textvae.affect.arcs import RunningMean

    running = RunningMean(window)
    held: deque[Row] = deque()  # rows that wait for their means
    file: object = None

    def ready(means: Iterable[tuple[float, ...]]) -> Iterator[Row]:
        for mean in means:
            while (row := held.popleft())["valence"] is None:
                yield row
            yield row | dict(zip(SMOOTHED, mean, strict=True))

    for item, read in found:
        if item.file != file:
            yield from ready(running.rest())
            yield from held
            held.clear()
            file = item.file
        held.append(_row(item, read, explained, carried) | dict.fromkeys(SMOOTHED))
        if read is not None:
            affects = [getattr(read, name) for name in DIMENSIONS]
            yield from ready(running.push(tuple(v for a in affects for v in (a.mean, a.low, a.high))))
    yield from ready(running.rest())
    yield from held


def _row(item: Item, found: "Reading | None", explained: bool, carried: Sequence[Carried]) -> Row:
    row: Row = {"file": item.file, "line": item.line, "index": item.index, "text": item.text}
    return (
        beside(carried, item.beside)
        | row
        | values(found)
        | ({WORDS: explaining.cell(found.explanation if found else None)} if explained else {})
    )


def record(row: Row) -> Mapping[str, object]:
    """A row for JSON: its words are a list."""
    words = row.get(WORDS)
    return row | {WORDS: json.loads(words)} if isinstance(words, str) else row


def values(found: "Reading | None") -> Row:
    """The twelve numbers of a reading; null in a dimension that the model was not taught."""
    row: Row = {}
    for name in DIMENSIONS:
        affect: Affect | None = getattr(found, name) if found else None
        if affect and isnan(affect.mean):
            affect = None
        row[name] = affect.mean if affect else None
        row[name + "_sd"] = affect.sd if affect else None
        row[name + "_low"] = affect.low if affect else None
        row[name + "_high"] = affect.high if affect else None
    return row


def line(row: Row) -> str:
    """Valence, arousal, dominance and the sentence, tabs between; an empty line for a blank one.

    With a window the running means stand before the sentence. If it is explained, the words that carry most
    follow.
    """
    if row["valence"] is None:
        return ""
    arcs = [name + "_arc" for name in DIMENSIONS if name + "_arc" in row]
    numbers = [render.number(row[name]) for name in (*DIMENSIONS, *arcs)]
    cells = [*numbers, render.visible(str(row["text"]))]
    words = row.get(WORDS)
    return "\t".join([*cells, explaining.told_of_cell(words)] if isinstance(words, str) else cells)


def table(found: Iterable[Found], stream: TextIO, window: int = 1) -> None:
    """Sentences as they come: a bar for valence, numbers with intervals, the text; each file's summary."""
    from rich.text import Text

    from textvae.affect.arcs import Summary

    screen = render.console(stream)
    header = "".join(f"  {name:{WIDTH}}" for name in DIMENSIONS)
    whole: Whole | None = None
    total = summary.Total()
    for item, read in found:
        if whole is None or item.file != whole.file:
            if whole is not None:
                total.add(whole)
                summary.block(whole, screen)
            whole = Whole(item.file, item.line, total.wholes, "", Summary(window))
            screen.print(Text(" " * render.BAR + header.rstrip(), "dim"))
            if item.file is not None:
                screen.print(Text(render.visible(item.file), "bold"))
        if read is None:
            screen.print()
            continue
        whole.add(item, read)
        numbers = "".join(f"  {interval(getattr(read, name)):{WIDTH}}" for name in DIMENSIONS)
        lead = Text.assemble(render.bar(read.valence.mean, screen), numbers)
        text = explaining.coloured(read.explanation) if read.explanation else Text(render.visible(item.text))
        render.beside(screen, lead, text)
    if whole is not None:
        total.add(whole)
        if whole.file is not None:
            summary.block(whole, screen)
    if total.wholes > 1 or (whole is not None and whole.file is None):
        total.draw(screen, By.file)


def interval(affect: "Affect") -> str:
    """`2.13 1.6-2.7`; nothing where the model was not taught the dimension."""
    if isnan(affect.mean):
        return ""
    return f"{affect.mean:.2f} {affect.low:.1f}-{affect.high:.1f}"
