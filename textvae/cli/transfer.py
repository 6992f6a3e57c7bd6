"""`textvae transfer`: rewrite sentences with the affect that is asked for."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from textvae.cli import reading, render
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ArousalOption,
    DeviceOption,
    FileOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
    SentencesArgument,
    TextModelOption,
    ValenceOption,
)
from textvae.cli.output import Row, Target, View, write
from textvae.errors import TargetError

if TYPE_CHECKING:
    from textvae.text.values import Transfer
    from textvae.text.writer import TextWriter

COLUMNS: dict[str, type] = {
    "source": str,
    "source_valence": float,
    "source_arousal": float,
    "target_valence": float,
    "target_arousal": float,
    "rank": int,
    "text": str,
    "valence": float,
    "arousal": float,
    "similarity": float,
    "log_prob": float,
}


def transfer(
    sentence: SentencesArgument = None,
    valence: ValenceOption = None,
    arousal: ArousalOption = None,
    n: Annotated[
        int,
        typer.Option(
            "-n", min=1, max=100, metavar="K", help="Candidates to show for a sentence, best first."
        ),
    ] = 1,
    fidelity: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, help="0 hits the target whatever it costs, 1 keeps the words whatever it costs."
        ),
    ] = 0.5,
    file: FileOption = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Rewrite sentences with the valence or arousal you ask for.

    Format text prints exactly one line for each input line: the best candidate. A row of jsonl, csv or
    parquet holds source, source_valence, source_arousal, target_valence, target_arousal, rank, text, valence,
    arousal (as read back), similarity and log_prob; with -n K, K rows a sentence.
    """
    from textvae.text.targets import parse_target

    target = Target.chosen(format, output, force)
    parse_target(valence, "--valence")  # complain before a model is loaded
    parse_target(arousal, "--arousal")
    if valence is None and arousal is None:
        raise TargetError("transfer needs a target: add --valence 4.0, --arousal low, or both.")
    items = reading.sentences(sentence, file, "transfer")
    writer = open_writer(model, device, precision)
    found = rewritten(render.progress(items, "rewriting"), writer, valence, arousal, n, fidelity)
    write(found, View(COLUMNS, line, table), target)


def rewritten(
    items: Iterable[reading.Item],
    writer: "TextWriter",
    valence: str | None,
    arousal: str | None,
    n: int,
    fidelity: float,
) -> Iterator[Row]:
    """The candidates of each item, in order; one row without values for a blank item."""

    def steer(texts: list[str]) -> list["Transfer"]:
        return writer.transfer(texts, valence=valence, arousal=arousal, n=n, fidelity=fidelity)

    for item, moved in reading.in_batches(items, steer):
        if moved is None:
            yield dict.fromkeys(COLUMNS) | {"source": item.text}
            continue
        for candidate in moved.candidates:
            yield {
                "source": moved.source,
                "source_valence": moved.source_valence,
                "source_arousal": moved.source_arousal,
                "target_valence": moved.target_valence,
                "target_arousal": moved.target_arousal,
                "rank": candidate.rank,
                "text": candidate.text,
                "valence": candidate.valence,
                "arousal": candidate.arousal,
                "similarity": candidate.similarity,
                "log_prob": candidate.log_prob,
            }


def line(row: Row) -> str | None:
    """The best candidate; nothing for the others, an empty line for a blank one."""
    if row["rank"] is None:
        return ""
    return render.visible(str(row["text"])) if row["rank"] == 1 else None


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """Each sentence with its affect; below it what came of it, with a bar for the valence reached."""
    from rich.text import Text

    screen = render.console(stream)
    for row in rows:
        if row["rank"] is None:
            continue
        if row["rank"] == 1:
            targets = [
                f"{name} {render.number(row['source_' + name])} → {render.number(row['target_' + name])}"
                for name in ("valence", "arousal")
                if row["target_" + name] is not None
            ]
            source = render.visible(str(row["source"]))
            screen.print(Text.assemble((source, "bold"), ("  " + ", ".join(targets), "dim")))
        render.written(screen, row, f"kept\u00a0{render.number(row['similarity'])}")
