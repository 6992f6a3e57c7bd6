"""`textvae sample`: new sentences, from the prior or at a given affect."""

from collections.abc import Iterator
from typing import Annotated

import typer

from textvae.cli.interpolate import line, table
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ArousalOption,
    DeviceOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
    TextModelOption,
    ValenceOption,
)
from textvae.cli.output import Row, Target, View, write

COLUMNS: dict[str, type] = {"index": int, "text": str, "valence": float, "arousal": float}


def sample(
    n: Annotated[int, typer.Option("--sentences", "-n", min=1, metavar="N", help="Sentences to write.")] = 5,
    valence: ValenceOption = None,
    arousal: ArousalOption = None,
    temperature: Annotated[
        float,
        typer.Option(min=0.0, max=10.0, help="0 always takes the likeliest piece, 1 follows the model."),
    ] = 1.0,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="The same number gives the same sentences. Default: new ones each time."),
    ] = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Write new sentences, from the prior or with the valence or arousal you ask for.

    A row of jsonl, csv or parquet holds index, text, valence and arousal (1 to 5, as read back).
    """
    from textvae.text.targets import parse_target

    target = Target.chosen(format, output, force)
    parse_target(valence, "--valence")  # complain before a model is loaded
    parse_target(arousal, "--arousal")
    writer = open_writer(model, device, precision)

    def rows() -> Iterator[Row]:
        draws = writer.sample(n, valence=valence, arousal=arousal, temperature=temperature, seed=seed)
        for draw in draws:
            yield {name: getattr(draw, name) for name in COLUMNS}

    write(rows(), View(COLUMNS, line, table), target)
