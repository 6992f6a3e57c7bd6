"""`textvae interpolate`: the sentences on the way from one to another."""

from collections.abc import Iterable
from typing import Annotated, TextIO

import typer

from textvae.cli import figures, reading, render
from textvae.cli.models import open_writer
from textvae.cli.options import (
    DeviceOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PlotOption,
    PrecisionOption,
    TextModelOption,
)
from textvae.cli.output import Row, Target, View, write

COLUMNS: dict[str, type] = {"step": int, "weight": float, "text": str, "valence": float, "arousal": float}


def interpolate(
    a: Annotated[str, typer.Argument(metavar="A", help="The sentence to start from.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The sentence to arrive at.")],
    steps: Annotated[int, typer.Option(min=2, max=1000, help="Sentences, both ends counted.")] = 7,
    spherical: Annotated[
        bool, typer.Option("--spherical", help="Walk along the sphere instead of the straight line.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="The likeliest sentence of each step, smooth or not.")
    ] = False,
    plot: PlotOption = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Write the sentences on the way from A to B, with the affect of each step.

    Of what the decoder says on the way, the sentences are chosen that make a smooth one: little changes
    between neighbours, and each reads well. Addresses (of pages, mail, @names, #tags) and long numbers are
    not decoded: a sentence has those of the end that it is nearer to.

    A row of jsonl, csv or parquet holds step, weight (0 at A, 1 at B), text, valence and arousal (1 to 5).
    --plot draws the path in the plane of valence and arousal.
    """
    target = Target.chosen(format, output, force)
    if plot is not None:
        figures.check_figure(plot, force)
        target.keep_apart(plot, "--plot")
    start, end = reading.said([a, b], "interpolate")
    writer = open_writer(model, device, precision)

    points = writer.interpolate(start.text, end.text, steps=steps, spherical=spherical, plain=plain)
    if plot is not None:
        from textvae.cli.interpolate_figure import draw

        draw(points, plot, force)
    rows: list[Row] = [{name: getattr(point, name) for name in COLUMNS} for point in points]
    write(rows, View(COLUMNS, line, table), target)


def line(row: Row) -> str:
    """The sentence."""
    return render.visible(str(row["text"]))


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """A line for each step: a bar for valence, valence, arousal, the sentence."""
    screen = render.console(stream)
    for row in rows:
        render.written(screen, row)
