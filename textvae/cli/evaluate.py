"""`textvae evaluate affect|transfer|reconstruction`: measure a model, with a signature."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from textvae.cli import render
from textvae.cli.models import open_reader, open_writer
from textvae.cli.options import (
    AffectModelOption,
    CorporaOption,
    DeviceOption,
    ForceOption,
    Format,
    FormatOption,
    OutputOption,
    PrecisionOption,
    ReadingPrecisionOption,
    TextModelOption,
)
from textvae.cli.output import Row, Target, View, write
from textvae.cli.reading import parse_columns
from textvae.errors import CorpusError

if TYPE_CHECKING:
    from textvae.corpora import Sentence
    from textvae.evaluation.judge import Judge
    from textvae.evaluation.report import Report

COLUMNS: dict[str, type] = {"title": str, "name": str, "value": float, "note": str, "signature": str}

app = typer.Typer(help="Measure a model: a table of figures with a signature.", no_args_is_help=True)

SplitOption = Annotated[
    str | None, typer.Option(help="Which part of the corpus. Default: test; of a plain file, all of it.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="NAME=COLUMN", help="For a file: which column is text, valence, ..."),
]
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
    sentences, name = chosen(corpus, split, corpora, column)
    reader = open_reader(model, device, precision, level)

    from textvae.corpora.ratings import read_ratings
    from textvae.evaluation.affect import evaluate_affect

    with render.waiting(f"reading {name}"):
        report = evaluate_affect(reader, sentences, name, ratings=read_ratings(corpus, corpora))
    show(report, target)


@app.command()
def transfer(
    corpus: Annotated[str, typer.Option(help="A corpus labelled negative and positive.")] = "yelp",
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    high: Annotated[
        float, typer.Option(min=1, max=5, help="The valence that negative sentences are sent to.")
    ] = 4.2,
    low: Annotated[
        float, typer.Option(min=1, max=5, help="The valence that positive sentences are sent to.")
    ] = 1.8,
    fidelity: Annotated[float, typer.Option(min=0, max=1, help="As in textvae transfer.")] = 0.5,
    language_model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A language model that says how fluent the outputs are."),
    ] = None,
    outputs: OutputsOption = None,
    model: TextModelOption = "text-yelp",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Turn the polarity of sentences: is it turned (ACC), is the content kept (BLEU)?

    A classifier judges that is trained on the corpus's own labels and that steering never sees.
    """
    target = Target.chosen(format, output, force)
    judged = judgements(outputs, force, target)
    sentences, name = chosen(corpus, split, corpora, column)
    writer = open_writer(model, device, precision)
    asked = fitting(sentences, writer.codec.takes)
    fluent = open_writer(language_model, device, precision) if language_model else None

    from textvae.evaluation.transfer import TransferOptions, evaluate_transfer

    judge = judge_of(corpus, corpora, column)
    with render.counting("turning", len(asked)) as progress:
        options = TransferOptions(high, low, fidelity)
        report = evaluate_transfer(writer, judge, asked, options, name, progress, fluent)
    show(report, target, judged)


@app.command()
def reconstruction(
    corpus: Annotated[
        str | None,
        typer.Option(help="A corpus: its name or a file. Default: what the model's recipe holds out."),
    ] = None,
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    limit: Annotated[
        int | None, typer.Option("-n", min=1, metavar="N", help="The first N sentences only.")
    ] = None,
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
        sentences, name = chosen(corpus, split, corpora, column)
    asked = fitting(sentences, lambda text: writer.codec.takes(writer.normalise(text)), limit)
    with render.counting("reconstructing", len(asked)) as progress:
        report = evaluate_reconstruction(writer, asked, name, progress=progress)
    show(report, target, judged)


def chosen(
    corpus: str,
    split: str | None,
    corpora: Path | None,
    column: list[str] | None = None,
    usual: str = "test",
) -> tuple[Iterator["Sentence"], str]:
    """The sentences of a corpus and what to call them; the `usual` split where a card has it."""
    from textvae.corpora import card_names, load_card, read_corpus

    if split is None and corpus in card_names():
        split = next((name for name in (usual, "all") if name in load_card(corpus).splits), None)
    sentences = read_corpus(corpus, split=split, directory=corpora, columns=parse_columns(column) or None)
    return _some(sentences, corpus, split), f"{corpus}/{split}" if split else corpus


def _some(sentences: Iterable["Sentence"], corpus: str, split: str | None) -> Iterator["Sentence"]:
    """The sentences. Raises `CorpusError` where a split has none."""
    number = 0
    for number, sentence in enumerate(sentences, 1):  # noqa: B007
        yield sentence
    if split is not None and not number:
        raise CorpusError(
            f"{corpus} has no sentence of the split {split!r}: leave out --split, or say in a column "
            "`split` which sentences it has."
        )


def fitting(
    sentences: Iterable["Sentence"], takes: Callable[[str], bool], most: int | None = None
) -> list["Sentence"]:
    """The sentences that a text model takes, the first `most` of them; how many are too long is said."""
    kept: list[Sentence] = []
    long = 0
    for sentence in sentences:
        if takes(sentence.text):
            kept.append(sentence)
        else:
            long += 1
        if len(kept) == most:
            break
    if long:
        what = "sentence" if long == 1 else "sentences"
        render.note(f"{long:,} {what} left out: too long for the model.")
    return kept


def judge_of(corpus: str, corpora: Path | None, column: list[str] | None) -> "Judge":
    """A classifier of the labels of a corpus's train split.

    Raises `CorpusError` where it has no such split, or not two labels.
    """
    from textvae.evaluation.judge import load_judge

    with render.waiting("training the judge"):
        return load_judge(list(chosen(corpus, "train", corpora, column)[0]))


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
