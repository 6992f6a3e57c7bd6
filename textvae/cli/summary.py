"""Texts as wholes: a row for each file or paragraph, and how it looks in a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import TYPE_CHECKING, Any, TextIO

from textvae.cli import render
from textvae.cli.output import Row
from textvae.cli.reading import STANDARD_INPUT, Item

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from textvae.affect.arcs import Extreme, Summary
    from textvae.affect.values import Reading

DIMENSIONS = ("valence", "arousal", "dominance")
WIDTH = len("2.13 1.6-2.7")
BEGINNING = 200
"""Characters of a text that stand for it in a row."""

FLATTEST = 0.5
"""Points between the lowest and the highest mark of an arc at least, so that noise is not drawn as drama."""

COLUMNS: dict[str, type] = (
    {"file": str, "line": int, "index": int, "text": str, "sentences": int, "pleasant": float}
    | {name + part: float for name in DIMENSIONS for part in ("", "_spread", "_low", "_high")}
    | {
        which + part: kind
        for which in ("highest", "lowest")
        for part, kind in (("", float), ("_line", int), ("_text", str))
    }
)


class By(StrEnum):
    """What a row stands for."""

    sentence = "sentence"
    paragraph = "paragraph"
    file = "file"


@dataclass(slots=True)
class Whole:
    """A file or a paragraph: where it starts, its first words, its figures, and what comes along of a row."""

    file: str | None
    line: int | None
    index: int
    text: str
    summary: "Summary"
    beside: tuple[Any, ...] = ()

    def add(self, item: Item, found: "Reading") -> None:
        """Take its next sentence."""
        if len(self.text) <= BEGINNING:
            self.text = f"{self.text} {item.text.strip()}".strip()[: BEGINNING + 1]
        self.summary.add(found, item.line)


def wholes(found: Iterable[tuple[Item, "Reading | None"]], by: By, window: int) -> Iterator[Whole]:
    """The files or paragraphs of a stream of sentences, each when its last sentence has been read.

    A row of a table is a paragraph even if there is nothing in it.
    """
    from textvae.affect.arcs import Summary

    whole: Whole | None = None
    last: object = None
    index = 0
    for item, reading in found:
        if by is By.paragraph and item.blank and not item.paragraph:
            continue  # before the first paragraph
        key = (item.file, item.paragraph if by is By.paragraph else 0)
        if whole is None or key != last:
            if whole is not None:
                yield whole
                index += 1
            whole, last = Whole(item.file, item.line, index, "", Summary(window), item.beside), key
        if reading is not None:
            whole.add(item, reading)
    if whole is not None:
        yield whole


def row(whole: Whole) -> Row:
    """The figures of a file or a paragraph; null where it has no sentence."""
    summary = whole.summary
    known = summary.count > 0
    made: Row = {"file": whole.file, "line": whole.line, "index": whole.index, "text": beginning(whole)}
    made |= {"sentences": summary.count, "pleasant": summary.share if known else None}
    for name, sums in summary.figures.items():
        values = (sums.mean, summary.spread(name), sums.low, sums.high)
        for part, value in zip(("", "_spread", "_low", "_high"), values, strict=True):
            made[name + part] = value if known else None
    for which, extreme in (("highest", summary.highest), ("lowest", summary.lowest)):
        made[which] = extreme.valence if extreme else None
        made[which + "_line"] = extreme.line if extreme else None
        made[which + "_text"] = extreme.text if extreme else None
    return made


def line(row: Row) -> str:
    """Means of valence, arousal and dominance, how many sentences, file and first words, tabs between."""
    means = [render.number(row[name]) for name in DIMENSIONS]
    return "\t".join(
        [*means, str(row["sentences"]), *(render.visible(str(row[k] or "")) for k in ("file", "text"))]
    )


def table(found: Iterable[Whole], stream: TextIO, by: By) -> None:
    """Files or paragraphs as they come, and the means over all sentences at the end."""
    from rich.text import Text

    screen = render.console(stream)
    header = "".join(f"  {name:{WIDTH}}" for name in DIMENSIONS)
    total, file = Total(), None
    for whole in found:
        if (by is By.paragraph and whole.file != file) or whole.index == 0:
            screen.print(Text(" " * render.BAR + header.rstrip(), "dim"))
        if by is By.paragraph:
            if whole.file != file:
                screen.print(Text(place(whole.file), "bold"))
            text = Text(f"{whole.line}: {render.visible(beginning(whole))}")
            render.beside(
                screen, lead(whole, screen) if whole.summary.count else Text(" " * render.BAR), text
            )
        else:
            block(whole, screen)
        file = whole.file
        total.add(whole)
    total.draw(screen, by)


@dataclass(slots=True)
class Total:
    """The means over everything that was read."""

    wholes: int = 0
    count: int = 0
    sums: tuple[float, ...] = (0.0,) * len(DIMENSIONS)

    def add(self, whole: Whole) -> None:
        """Take the next file or paragraph."""
        summary = whole.summary
        self.wholes += 1
        self.count += summary.count
        means = (summary.figures[name].mean * summary.count for name in DIMENSIONS)
        self.sums = tuple(a + b for a, b in zip(self.sums, means, strict=True))

    def draw(self, screen: "Console", by: By) -> None:
        """One line; none where nothing was read."""
        from rich.text import Text

        if not self.count:
            return
        named = ((n, total) for n, total in zip(DIMENSIONS, self.sums, strict=True) if not isnan(total))
        means = ", ".join(f"{name} {total / self.count:.2f}" for name, total in named)
        lead = f"{plural(self.wholes, by)}, " if by is not By.sentence and self.wholes > 1 else ""
        screen.print(Text(f"{lead}{plural(self.count, 'sentence')}; mean {means}", "bold"))


def block(whole: Whole, screen: "Console") -> None:
    """A file in a few lines: means, spreads, the arc, its most pleasant and its most unpleasant sentence."""
    from rich.text import Text

    summary = whole.summary
    name = Text(place(whole.file), "bold")
    if not summary.count:
        screen.print(Text.assemble(name, "  nothing to read"))
        return
    render.beside(screen, lead(whole, screen), name)
    indent = " " * (render.BAR + 2)
    spreads = "  ".join(
        f"{f'spread {spread:.2f}' if summary.count > 1 and not isnan(spread) else '':{WIDTH}}"
        for spread in map(summary.spread, DIMENSIONS)
    )
    share = f"{plural(summary.count, 'sentence')}, {summary.share:.0%} pleasant"
    render.beside(screen, Text(indent + spreads, "dim"), Text(share))
    if summary.count < 2:
        return
    screen.print(Text.assemble(indent, *arc(summary, screen)), soft_wrap=True)
    extremes: list[tuple[str, Extreme | None]] = [("+", summary.highest), ("-", summary.lowest)]
    for sign, extreme in extremes:
        if extreme is not None:
            where = "" if extreme.line is None else f"line {extreme.line}: "
            text = Text.assemble((where, "dim"), render.visible(extreme.text))
            render.beside(screen, Text(f"{indent}{sign} {extreme.valence:.2f}"), text)


def lead(whole: Whole, screen: "Console") -> "Text":
    """A bar for the mean valence and the three means with their intervals, as before a sentence."""
    from rich.text import Text

    figures = whole.summary.figures
    numbers = "".join(
        f"  {'' if isnan(f.mean) else f'{f.mean:.2f} {f.low:.1f}-{f.high:.1f}':{WIDTH}}"
        for f in (figures[name] for name in DIMENSIONS)
    )
    return Text.assemble(render.bar(figures["valence"].mean, screen), numbers)


def arc(summary: "Summary", screen: "Console") -> Iterator["tuple[str, str] | str"]:
    """The arc of valence as marks between its lowest and its highest cell, and what a mark stands for."""
    drawn = summary.arc()
    cells = drawn.cells
    low, high = min(cells), max(cells)
    slack = max(0.0, FLATTEST - (high - low)) / 2
    marks = render.marks(screen)
    yield f"{low:.2f} "
    for cell in cells:
        share = (cell - low + slack) / (high - low + 2 * slack)
        yield marks[min(len(marks) - 1, int(share * len(marks)))], render.colour(cell)
    yield f" {high:.2f}"
    notes = [f"a mark is {drawn.each} sentences"] if drawn.each > 1 else []
    notes += [f"running mean over {summary.window}"] if summary.window > 1 else []
    if notes:
        yield f"  ({', '.join(notes)})", "dim"


def beginning(whole: Whole) -> str:
    """The first words of a text, with dots where it goes on."""
    return whole.text if len(whole.text) <= BEGINNING else whole.text[:BEGINNING].rstrip() + "..."


def place(file: str | None) -> str:
    """A file's name for people."""
    if file is None:
        return "command line"
    return "standard input" if file == STANDARD_INPUT else render.visible(file)


def plural(count: int, noun: str) -> str:
    """`1 sentence`, `1,200 sentences`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
