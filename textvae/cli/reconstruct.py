"""`textvae reconstruct`: what the model keeps of a sentence."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from textvae.cli import columns, reading, render
from textvae.cli.models import open_writer
from textvae.cli.options import (
    DeviceOption,
    FileOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
    SentencesArgument,
    TextColumnOption,
    TextModelOption,
    WithAllOption,
    WithOption,
)
from textvae.cli.output import Row, Target, View, write
from textvae.cli.tally import TOLD
from textvae.errors import TooLongError

COLUMNS: dict[str, type] = {"source": str, "text": str}


def reconstruct(
    sentence: SentencesArgument = None,
    file: FileOption = None,
    column: TextColumnOption = None,
    with_: WithOption = None,
    with_all: WithAllOption = False,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Encode sentences and decode them again: what comes back is what the latent holds. Capitals, numbers,
    addresses (of pages, mail, @names, #tags) and names that came out misspelt are put back from the sentence.

    Format text prints exactly one line for each input line; a row of jsonl, csv or parquet is source, text.
    Of a line that is too long for the model nothing comes back. --file takes a .csv, .tsv, .jsonl or .parquet
    table too, a sentence a row; the columns of --with stand before source and text.
    """
    target = Target.chosen(format, output, force)
    layout = columns.layout(file, column, with_, with_all, COLUMNS, target.format)
    items = reading.sentences(sentence, file, "reconstruct", layout)
    writer = open_writer(model, device, precision)

    long: list[str] = []

    def rows() -> Iterator[Row]:
        for item, text in reading.in_batches(render.progress(items, "reconstructing"), writer.reconstruct):
            if isinstance(text, TooLongError):
                long.append(str(item.line))
                text = None
            yield columns.beside(layout.carried, item.beside) | {"source": item.text, "text": text}

    others = columns.kinds(layout.carried)
    write(rows(), View(others | COLUMNS, line, table, exact=others), target)
    if long:
        places = ", ".join(long[:TOLD]) + ", ..." * (len(long) > TOLD)
        render.note(f"left out, since too long for the model: {len(long):,} (line {places}).")


def line(row: Row) -> str:
    """The sentence that came back; an empty line for a blank one."""
    return render.visible(str(row["text"] or ""))


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """Each sentence and what came back."""
    from rich.text import Text

    screen = render.console(stream)
    for row in rows:
        if row["text"] is not None:
            screen.print(Text(render.visible(str(row["source"])), "dim"))
            screen.print(Text(render.visible(str(row["text"]))))
