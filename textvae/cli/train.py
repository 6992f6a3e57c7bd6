"""`textvae train text|affect|infill`: train a model from a recipe, and draw the steps."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textvae.cli import render
from textvae.cli.columns import parse_columns
from textvae.cli.following import follow
from textvae.cli.models import open_reader
from textvae.cli.options import ColumnOption, CorporaOption, DeviceOption, PrecisionOption
from textvae.cli.output import check_folder_place
from textvae.errors import InputError, OutputError, RecipeError

if TYPE_CHECKING:
    from textvae.training.loop import TrainingOptions

app = typer.Typer(
    help="Train a model from a recipe, on public corpora or your own file.",
    no_args_is_help=True,
)

BEGUN = {"log.jsonl", "curves.png"}
"""What a training leaves behind that has saved nothing yet."""

OutOption = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="DIR", help="A new folder for log, state and checkpoints."),
]
ResumeOption = Annotated[
    bool, typer.Option("--resume", help="Go on with the training in --out where it stopped.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override one value of the recipe: training.minutes=5. May be repeated.",
    ),
]
OwnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        metavar="CORPUS",
        help="Train on this instead: a corpus's name or a file of your own. May be repeated.",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Same seed, same losses. Default: the recipe's.")
]


@app.command()
def text(
    recipe: Annotated[
        str,
        typer.Option(
            help="A recipe that ships (en, yelp/vae, ...: see textvae train recipes) or a .toml file."
        ),
    ],
    out: OutOption,
    corpus: OwnOption = None,
    column: ColumnOption = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="MODEL", help="A text model, or the folder of a training, to start from."
        ),
    ] = None,
    resume: ResumeOption = False,
    set: SetOption = None,  # noqa: A002
    affect: Annotated[
        str, typer.Option("--affect", metavar="NAME", help="The affect model that reads the corpus.")
    ] = "affect-en",
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Train a text VAE: a model that transfer, interpolate, sample and reconstruct can use.

    Ctrl-C leaves a checkpoint; --resume goes on to the same losses. DIR/best and DIR/last are for --model.
    """
    check_folder(out, resume)
    values, options = resolved("text", recipe, own_data(corpus, column) + (set or []), seed)
    with render.waiting("reading the corpus"):
        from textvae.text.task import TextTask, reads_affect
        from textvae.training.checkpoint import load_checkpoint
        from textvae.training.device import choose_device
        from textvae.training.processes import processes

        chosen = choose_device(device, precision)
        begun = load_checkpoint(start) if start else None
        reader = open_reader(affect, device, precision) if reads_affect(values) else None
        score, checksum = (reader.score, reader.checksum) if reader else (None, "")
        with processes().main_first():  # the others find the affect of the corpus in the cache
            task = TextTask(values, chosen, score, affect, checksum, options.seed, begun)
    follow(task, options, out, resume, "tokens", task.prepared.account)


@app.command()
def infill(
    out: OutOption,
    recipe: Annotated[str, typer.Option(help="A recipe that ships (en) or a .toml file.")] = "en",
    corpus: OwnOption = None,
    column: ColumnOption = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="MODEL", help="An infilling model to start from: infill-en, or a folder."
        ),
    ] = None,
    resume: ResumeOption = False,
    set: SetOption = None,  # noqa: A002
    affect: Annotated[
        str, typer.Option("--affect", metavar="NAME", help="The affect model whose lower layers it shares.")
    ] = "affect-en",
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Train an infilling model: which words could stand at a place, given the affect; transfer edits with it.

    Ctrl-C leaves a checkpoint; --resume goes on to the same losses.
    """
    check_folder(out, resume)
    values, options = resolved("infill", recipe, own_data(corpus, column) + (set or []), seed)
    with render.waiting("reading the corpus"):
        from textvae.text.infill_task import InfillTask
        from textvae.training.checkpoint import load_checkpoint
        from textvae.training.device import choose_device

        begun = load_checkpoint(start) if start else None
        reader = open_reader(affect, device, precision)
        task = InfillTask(values, reader, choose_device(device, precision), options.seed, begun)
    follow(task, options, out, resume, "pieces", task.account)


@app.command()
def affect(
    out: OutOption,
    recipe: Annotated[
        str,
        typer.Option(help="A recipe that ships (en, tuned, ...: see textvae train recipes) or a .toml file."),
    ] = "en",
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="The pretrained transformer: a folder or a hub name. Default: the recipe's."
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CORPUS",
            help="emobank, cvat, cvas or a table with ratings (text, valence, ...): for recipes without "
            "stages of their own corpora. Default: emobank.",
        ),
    ] = None,
    column: ColumnOption = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Cross-validate: train once a fold, print r and MAE on those held out."),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=A,B",
            help="Train with each value: model.freeze=none,all. May be repeated; a repeated command goes on.",
        ),
    ] = None,
    resume: ResumeOption = False,
    set: SetOption = None,  # noqa: A002
    corpora: CorporaOption = None,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Train an affect model: one that analyze can use.

    Ctrl-C leaves a checkpoint; --resume goes on to the same losses. DIR/best and DIR/last are for --model.
    With --folds or --grid no model is kept: DIR holds the figures of every configuration as JSON.
    """
    from textvae.cli import laboratory

    named = laboratory.one_corpus(corpus)
    asked = laboratory.Asked(
        recipe, named, folds, grid or [], set or [], seed, encoder, corpora, parse_columns(column), device,
        precision,
    )  # fmt: skip
    if folds is not None or grid:
        if resume:
            raise InputError("--folds and --grid go on where the command is repeated: leave out --resume.")
        laboratory.experiment(asked, out)
        return
    check_folder(out, resume)
    values, options = resolved("affect", recipe, set, seed)
    if "stage" not in values or named != "emobank" or column:
        laboratory.train_once(asked, out, resume)
        return
    with render.waiting("reading the corpora"):
        from textvae.affect.task import AffectTask

        task = AffectTask.from_recipe(
            values, encoder=encoder, seed=options.seed, device=device, precision=precision,
            directory=corpora,
        )  # fmt: skip
    follow(task, options, out, resume, "sentences", task.account())


def check_folder(out: Path, resume: bool) -> None:
    """Refuse a folder that holds something, unless its training is to go on."""
    from textvae.training.processes import processes

    if not processes().main:  # the main process may have begun already
        return
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file: name a folder.")
    check_folder_place(out)
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if "log.jsonl" in held <= BEGUN:  # a training that ended before it had saved anything: it begins anew
        return
    if {"log.jsonl", "best"} <= held and "state" not in held:
        raise OutputError(
            f"{out} holds the best model of a training that ended before its state was saved: move "
            f"{out / 'best'} away and remove {out / 'log.jsonl'} to begin anew, or name another folder."
        )
    if resume and not (out / "state").is_dir():
        raise OutputError(f"{out} holds no training to resume: leave out --resume to begin one.")
    if held and not resume:
        raise OutputError(f"{out} exists and is not empty: name another folder, or go on with --resume.")


def own_data(corpus: list[str] | None, column: list[str] | None) -> list[str]:
    """What `--corpus` and `--column` say of a recipe's data, as one would say it with `--set`."""
    from textvae.training.recipe import toml

    said = {"corpora": corpus, "columns": parse_columns(column)}
    return [f"data.{key}={toml(value)}" for key, value in said.items() if value]


def resolved(
    kind: str, recipe: str, given: list[str] | None, seed: int | None
) -> tuple[dict[str, Any], "TrainingOptions"]:
    """The recipe with `--set` and `--seed` put in, and its `[training]`."""
    from textvae.training.loop import TrainingOptions
    from textvae.training.recipe import load_recipe, read_table

    overrides = {}
    for pair in given or []:
        key, equals, value = pair.partition("=")
        if not (equals and "." in key):
            raise RecipeError(f"--set {pair!r} is not TABLE.KEY=VALUE: write --set training.minutes=5, say.")
        overrides[key] = value
    values = load_recipe(kind, recipe, overrides)
    options = read_table(values.get("training", {}), TrainingOptions, "training")
    return values, options if seed is None else replace(options, seed=seed)
