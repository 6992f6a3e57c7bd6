"""`textvae evaluate affect|reconstruction`: measure a model, with a signature."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from textvae.cli import render
from textvae.cli.measured import SplitOption, chosen, fitting, spread
from textvae.cli.models import open_reader, open_writer
from textvae.cli.options import (
    AffectModelOption,
    ColumnOption,
    CorporaOption,
    DeviceOption,
    ForceOption,
    Format,
    FormatOption,
    LimitOption,
    OutputOption,
    PrecisionOption,
    ReadingPrecisionOption,
    TextModelOption,
)
from textvae.cli.output import Row, Target, View, write

if TYPE_CHECKING:
    from textvae.corpora import Sentence
    from textvae.evaluation.report import Report

COLUMNS: dict[str, type] = {"title": str, "name": str, "value": float, "note": str, "signature": str}

app = typer.Typer(help="Measure a model: a table of figures with a signature.", no_args_is_help=True)

OutputsOption = Annotated[
    Path | None,
    typer.Option("--outputs", metavar="FILE", help="Write every sentence judged to FILE, as JSON lines."),
]


@app.command()
def affect(
    corpus: Annotated[str, typer.Option(help="A corpus with ratings: its name or a file.")] = "emobank",
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    level: Annotated[float, typer.Option(min=0.01, max=0.999, help="The level of the intervals.")] = 0.9,
    model: AffectModelOption = "affect-en",
    device: DeviceOption = "auto",
    precision: ReadingPrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Compare an affect model with raters: correlations, errors, and how often its intervals hold."""
    target = Target.chosen(format, output, force)
    reader = open_reader(model, device, precision, level)
    sentences, name = chosen(corpus, split, corpora, column, model=reader)

    from textvae.corpora.ratings import read_ratings
    from textvae.evaluation.affect import evaluate_affect

    with render.waiting(f"reading {name}"):
        report = evaluate_affect(reader, sentences, name, ratings=read_ratings(corpus, corpora))
    show(report, target)


@app.command()
def reconstruction(
    corpus: Annotated[
        str | None,
        typer.Option(help="A corpus: its name or a file. Default: what the model's recipe holds out."),
    ] = None,
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    limit: LimitOption = None,
    outputs: OutputsOption = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Encode and decode sentences: how much of the wording comes back (BLEU)?"""
    target = Target.chosen(format, output, force)
    judged = judgements(outputs, force, target)
    writer = open_writer(model, device, precision)

    from textvae.evaluation.reconstruction import evaluate_reconstruction, held_out

    sentences: Iterable[Sentence]
    if corpus is None:
        sentences, name = held_out(writer, split or "test"), f"held-out/{split or 'test'}"
    else:
        sentences, name = chosen(corpus, split, corpora, column, model=writer)
    asked = spread(fitting(sentences, lambda text: writer.codec.takes(writer.normalise(text))), limit)
    with render.counting("reconstructing", len(asked)) as progress:
        report = evaluate_reconstruction(writer, asked, name, progress=progress)
    show(report, target, judged)


def judgements(path: Path | None, force: bool, report: Target) -> Target | None:
    """Where the sentences that were judged go, if they are wanted."""
    if path is None:
        return None
    report.keep_apart(path, "--outputs")
    return Target.chosen(Format.jsonl, path, force)


def show(report: "Report", target: Target, judged: Target | None = None) -> None:
    """Write a report, as JSON on one line, otherwise a row a figure; and what was judged, if asked for."""
    rows: Iterator[Row] = (
        {
            "title": report.title,
            "name": row.name,
            "value": row.value,
            "note": row.note,
            "signature": report.signature,
        }
        for row in report.rows
    )
    view = View(COLUMNS, line, table)
    write([report.as_dict()] if target.format is Format.jsonl else rows, view, target)
    if judged is not None:
        write((dict(row) for row in report.outputs), view, judged)


def line(row: Row) -> str:
    """The figure's name and value, a tab between."""
    return f"{render.visible(str(row['name']))}\t{row['value']:.4g}"


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """The figures below their title, the signature at the end."""
    from rich.text import Text

    screen = render.console(stream)
    held = list(rows)
    screen.print(Text(render.visible(str(held[0]["title"])), "bold"))
    width = max(len(str(row["name"])) for row in held)
    for row in held:
        figure = f"{row['name']:{width}}  {row['value']:>8.4g}"
        screen.print(Text.assemble(figure, (f"  {row['note']}".rstrip(), "dim")), soft_wrap=True)
    screen.print(Text(render.visible(str(held[0]["signature"])), "dim"), soft_wrap=True)
