"""`textvae calibrate`: fit a trained affect model's spreads and intervals on rated sentences."""

from pathlib import Path
from typing import Annotated

import typer

from textvae.cli import render
from textvae.cli.evaluate import show
from textvae.cli.measured import chosen
from textvae.cli.options import (
    ColumnOption,
    CorporaOption,
    DeviceOption,
    Format,
    FormatOption,
    PrecisionOption,
)
from textvae.cli.output import Target, check_model_place
from textvae.errors import OutputError


def calibrate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A shipped affect model or a folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Write the model to DIR.")],
    corpus: Annotated[str, typer.Option(help="A corpus with ratings: its name or a file.")] = "emobank",
    split: Annotated[
        str | None, typer.Option(help="Which part of it, or all. Default: dev, or all where there is none.")
    ] = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    means: Annotated[
        bool,
        typer.Option(
            "--means",
            help="Bring the means to the raters' scale too, by a straight line: readings change, "
            "correlations do not.",
        ),
    ] = False,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "fp32",
    format: FormatOption = None,  # noqa: A002
    force: Annotated[bool, typer.Option("--force", help="Replace the model in DIR.")] = False,
) -> None:
    """Make an affect model's spreads and intervals true on rated sentences that it was not trained on.

    The weights keep every bit. The spread of single ratings is fitted by likelihood, the intervals by
    conformal prediction in each third of predicted valence. The figures shown are of the sentences that it
    was calibrated on; measure it on others (textvae evaluate affect --model DIR). Without the raters' spread
    (valence_sd ...) the spreads stay as they were; a dimension without ratings stays altogether.
    """
    if format is Format.parquet:
        raise OutputError("the figures of calibrate are not written as parquet: use --format jsonl or csv.")
    target = Target.chosen(format, None, False)
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file: name a folder.")
    if output.is_dir() and any(output.iterdir()) and not force:
        raise OutputError(
            f"{output} is not empty: choose another folder, or add --force to replace the model."
        )
    check_model_place(output)

    from textvae.affect.recalibration import recalibrate
    from textvae.evaluation.affect import evaluate_affect
    from textvae.training.checkpoint import load_checkpoint

    trained = load_checkpoint(model)
    sentences, name = chosen(corpus, split, corpora, column, usual="dev", model=trained)
    rated = list(sentences)

    with render.waiting(f"calibrating on {name}"):
        reader = recalibrate(model, rated, output, name, means=means, device=device, precision=precision)
        report = evaluate_affect(reader, rated, f"{name} (calibrated on)")
    show(report, target)
