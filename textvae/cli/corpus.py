"""`textvae corpus list|show|head|check|fetch`: the public corpora."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from textvae.cli import render
from textvae.cli.options import CorporaOption, ForceOption, FormatOption, OutputOption
from textvae.cli.output import Row, Target, View, write
from textvae.errors import CorpusError, TextvaeError

if TYPE_CHECKING:
    from textvae.corpora import Card

app = typer.Typer(help="The public corpora: cards, files, checksums.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A corpus: see textvae corpus list.")]


@app.command("list")
def list_(
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """List the corpora: name, task, language, sentences, licence, whether they are on this machine."""
    target = Target.chosen(format, output, force)
    columns: dict[str, type] = {
        "name": str, "task": str, "language": str, "sentences": int, "licence": str, "ship": str, "here": str,
    }  # fmt: skip

    def rows() -> Iterator[Row]:
        from textvae.corpora import card_names, load_card

        for name in card_names():
            card = load_card(name)
            yield {
                "name": card.name,
                "task": card.task,
                "language": card.language,
                "sentences": sum(card.splits.values()),
                "licence": card.licence,
                "ship": card.ship,
                "here": "yes" if is_here(card) else "no",
            }

    write(rows(), grid_view(columns), target)


@app.command()
def show(name: NameArgument) -> None:
    """Show a corpus card: what it is, whose it is, and how it is read."""
    from rich.text import Text

    from textvae.corpora import load_card

    card = load_card(name)
    screen = render.console(sys.stdout)
    for field in fields(card):
        value = getattr(card, field.name)
        if field.name == "files":
            value = [f"{file.path} ({file.size:,} bytes)" for file in value]
        if isinstance(value, dict):
            value = ", ".join(f"{key} {part}" for key, part in value.items())
        lines = value if isinstance(value, list | tuple) else [value] if value else []
        for number, line in enumerate(lines):
            title = field.name if number == 0 else ""
            screen.print(Text.assemble((f"{title:13}", "bold"), render.visible(str(line))), soft_wrap=True)


@app.command()
def head(
    name: NameArgument,
    n: Annotated[int, typer.Option("--sentences", "-n", min=1, metavar="N", help="Sentences to show.")] = 10,
    split: Annotated[str | None, typer.Option(help="Only this part of the corpus.")] = None,
    corpora: CorporaOption = None,
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Show the first sentences of a corpus with their ratings (1 to 5)."""
    target = Target.chosen(format, output, force)
    columns: dict[str, type] = {
        "id": str, "split": str, "valence": float, "arousal": float, "dominance": float,
        "label": str, "text": str,
    }  # fmt: skip

    def rows() -> Iterator[Row]:
        from textvae.corpora import read_corpus

        found = False
        for sentence in islice(read_corpus(name, split=split, directory=corpora), n):
            found = True
            ratings = {
                dimension: rating.mean if (rating := getattr(sentence, dimension)) else None
                for dimension in ("valence", "arousal", "dominance")
            }
            rest = {
                "id": sentence.id,
                "split": sentence.split,
                "label": sentence.label,
                "text": sentence.text,
            }
            yield {key: (ratings | rest)[key] for key in columns}
        if not found:
            of = f" of the split {split!r}" if split else ""
            raise CorpusError(f"{name} has no sentence{of}.")

    write(rows(), grid_view(columns), target)


@app.command()
def check(
    name: NameArgument,
    corpora: CorporaOption = None,
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Check a corpus's files against the checksums on its card; exit code 1 if one is missing or altered."""
    from textvae.corpora import check as check_files
    from textvae.corpora import load_card

    target = Target.chosen(format, output, force)
    with render.waiting(f"checking {name}"):
        states = check_files(load_card(name), corpora)
    columns: dict[str, type] = {"state": str, "file": str, "size": int, "path": str}
    rows: Iterator[Row] = (
        {
            "state": found.state,
            "file": found.file.path,
            "size": found.file.size,
            "path": str(found.path) if found.path else None,
        }
        for found in states
    )
    write(rows, grid_view(columns), target)
    if any(found.state != "ok" and not found.file.optional for found in states):
        raise TextvaeError(
            f"{name} is not as its card says: textvae corpus fetch {name} gets what is missing."
        )


@app.command()
def fetch(
    name: NameArgument,
    folder: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="Where the files go. Default: the user's cache."),
    ] = None,
) -> None:
    """Fetch a corpus from its authors, check it, and print where its files are.

    What broke off goes on where it stopped.
    """
    from textvae.corpora import fetch as fetch_files
    from textvae.corpora import load_card

    with render.transfers() as progress:
        paths = fetch_files(load_card(name), folder, progress)
    for path in paths:
        print(render.visible(str(path)))


def is_here(card: "Card") -> bool:
    """Whether all files of the corpus are on this machine."""
    from textvae.corpora import locate

    try:
        locate(card)
    except CorpusError:
        return False
    return True


def grid_view(columns: dict[str, type]) -> View:
    """Rows as a plain grid, or with tabs between."""

    def line(row: Row) -> str:
        return "\t".join(cell(row[name]) for name in columns)

    def table(rows: Iterable[Row], stream: TextIO) -> None:
        from rich.table import Table
        from rich.text import Text

        grid = Table(box=None, padding=(0, 2, 0, 0))
        for name, kind in columns.items():
            grid.add_column(name, justify="left" if kind is str else "right", overflow="fold")
        for row in rows:
            grid.add_row(*(Text(cell(row[name])) for name in columns))
        render.console(stream).print(grid)

    return View(columns, line, table)


def cell(value: object) -> str:
    """A value for people."""
    if value is None:
        return ""
    return render.number(value) if isinstance(value, float) else render.visible(str(value))
