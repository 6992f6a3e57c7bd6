"""`textvae analyze`: valence, arousal and dominance of sentences, with intervals."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from textvae.cli import reading, render
from textvae.cli.models import open_reader
from textvae.cli.options import (
    AffectModelOption,
    DeviceOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
)
from textvae.cli.output import Row, Target, View, write
from textvae.errors import TextError

if TYPE_CHECKING:
    from textvae.affect.reader import AffectReader
    from textvae.affect.values import Affect, Reading

DIMENSIONS = ("valence", "arousal", "dominance")
WIDTH = len("2.13 1.6-2.7")
COLUMNS: dict[str, type] = {"file": str, "line": int, "index": int, "text": str} | {
    name + part: float for name in DIMENSIONS for part in ("", "_sd", "_low", "_high")
}


def analyze(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Files of running text, or .csv, .tsv, .jsonl, .parquet tables; - reads standard input.",
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text", metavar="SENTENCE", help="A sentence to read instead of files; may be repeated."
        ),
    ] = None,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines",
            help="Each line is one item, as it comes; an empty line keeps its row. Default: sentences are "
            "found in running text.",
        ),
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="NAME=COLUMN", help="Which column of a table is the text: text=review."
        ),
    ] = None,
    level: Annotated[
        float, typer.Option(min=0.01, max=0.999, help="How often the interval should hold the raters' mean.")
    ] = 0.9,
    model: AffectModelOption = "affect-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Read valence, arousal and dominance (1 to 5) off sentences, each with an interval.

    A row of jsonl, csv or parquet holds file, line (where the sentence starts, or the row of a table, from
    1), index (in the run, from 0), text, and for each dimension NAME, NAME_sd, NAME_low, NAME_high. Format
    text prints valence, arousal, dominance and the sentence, tabs between. A file of any length will do.
    """
    target = Target.chosen(format, output, force)
    columns = reading.parse_columns(column)
    if text and files:
        raise TextError("give analyze files or --text, not both.")
    if text:
        items = reading.from_arguments(text)
    elif files:
        items = reading.from_files(files, lines, columns)
    else:
        raise TextError('analyze needs a file, - for standard input, or --text "a sentence".')
    reader = open_reader(model, device, precision, level)
    write(rows(render.progress(items, "reading"), reader), View(COLUMNS, line, table), target)


def rows(items: Iterable[reading.Item], reader: "AffectReader") -> Iterator[Row]:
    """A row for each item, in order; null values for a blank one."""
    held: deque[reading.Item] = deque()
    longest, parts, count = "", 1, 0

    def texts() -> Iterator[str]:
        for item in items:
            held.append(item)
            yield item.text

    for found in reader.stream(texts()):
        item = held.popleft()
        if found is not None and found.windows > 1:
            count += 1
            if found.windows > parts:
                longest, parts = item.place, found.windows
        row: Row = {"file": item.file, "line": item.line, "index": item.index, "text": item.text}
        yield row | values(found)
    if count:
        render.note(
            f"{count:,} of the texts were longer than the model reads at once; they were read in parts, "
            f"whose readings were averaged (the longest: {longest}, {parts:,} parts)."
        )


def values(found: "Reading | None") -> Row:
    """The twelve numbers of a reading."""
    row: Row = {}
    for name in DIMENSIONS:
        affect: Affect | None = getattr(found, name) if found else None
        row[name] = affect.mean if affect else None
        row[name + "_sd"] = affect.sd if affect else None
        row[name + "_low"] = affect.low if affect else None
        row[name + "_high"] = affect.high if affect else None
    return row


def line(row: Row) -> str:
    """Valence, arousal, dominance and the sentence, tabs between; an empty line for a blank one."""
    if row["valence"] is None:
        return ""
    return "\t".join([*(render.number(row[name]) for name in DIMENSIONS), render.visible(str(row["text"]))])


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """Rows as they come: a bar for valence, numbers with intervals, the sentence; the means at the end."""
    from rich.text import Text

    screen = render.console(stream)
    file: object = ""
    count, sums = 0, dict.fromkeys(DIMENSIONS, 0.0)
    for row in rows:
        if row["file"] != file:
            file = row["file"]
            header = "".join(f"  {name:{WIDTH}}" for name in DIMENSIONS)
            screen.print(Text(" " * render.BAR + header.rstrip(), "dim"))
            if file is not None:
                screen.print(Text(render.visible(str(file)), "bold"))
        if row["valence"] is None:
            screen.print()
            continue
        numbers = "".join(f"  {interval(row, name):{WIDTH}}" for name in DIMENSIONS)
        lead = Text.assemble(render.bar(row["valence"], screen), numbers)
        render.beside(screen, lead, Text(render.visible(str(row["text"]))))
        count += 1
        for name in DIMENSIONS:
            sums[name] += float(row[name] or 0.0)
    if count:
        means = ", ".join(f"{name} {total / count:.2f}" for name, total in sums.items())
        noun = "sentence" if count == 1 else "sentences"
        screen.print(Text(f"{count:,} {noun}; mean {means}", "bold"))


def interval(row: Row, name: str) -> str:
    """`2.13 1.6-2.7`."""
    return f"{render.number(row[name])} {row[name + '_low']:.1f}-{row[name + '_high']:.1f}"
