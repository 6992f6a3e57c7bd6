"""`textvae train text|affect`: train a model from a recipe, and draw the steps."""

import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textvae.cli import render
from textvae.cli.models import open_reader
from textvae.cli.options import CorporaOption, DeviceOption, PrecisionOption
from textvae.errors import OutputError, RecipeError

if TYPE_CHECKING:
    from textvae.training.loop import Step, Task, TrainingOptions

RATE_STEPS = 20
"""Steps over which the speed is measured."""

app = typer.Typer(
    help="Train a model from a recipe, on public corpora or your own file.",
    no_args_is_help=True,
)

OutOption = Annotated[
    Path,
    typer.Option("--out", metavar="DIR", help="A new folder for the log, the state and the checkpoints."),
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
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Same seed, same losses. Default: the recipe's.")
]


@app.command()
def text(
    recipe: Annotated[
        str, typer.Option(help="A recipe that ships (en, yelp, yelp/vae, ptb/lm, ...) or a .toml file.")
    ],
    out: OutOption,
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
    values, options = resolved("text", recipe, set, seed)
    with render.waiting("reading the corpus"):
        from textvae.text.task import TextTask, reads_affect
        from textvae.training.checkpoint import load_checkpoint
        from textvae.training.device import choose_device

        chosen = choose_device(device, precision)
        begun = load_checkpoint(start) if start else None
        reader = open_reader(affect, device, precision) if reads_affect(values) else None
        score, checksum = (reader.score, reader.checksum) if reader else (None, "")
        task = TextTask(values, chosen, score, affect, checksum, options.seed, begun)
    follow(task, options, out, resume, "tokens")


@app.command()
def affect(
    out: OutOption,
    recipe: Annotated[
        str, typer.Option(help="A recipe that ships (en, bert, bilstm, vae, ...) or a .toml file.")
    ] = "en",
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="The pretrained transformer: a folder or a hub name. Default: the recipe's."
        ),
    ] = None,
    corpus: Annotated[
        str, typer.Option(help="emobank, cvat or cvas: for recipes without stages of their own corpora.")
    ] = "emobank",
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

    asked = laboratory.Asked(
        recipe, corpus, folds, grid or [], set or [], seed, encoder, corpora, device, precision
    )
    if folds is not None or grid:
        laboratory.experiment(asked, out)
        return
    check_folder(out, resume)
    values, options = resolved("affect", recipe, set, seed)
    if "stage" not in values or corpus != "emobank":
        laboratory.train_once(asked, out, resume)
        return
    with render.waiting("reading the corpora"):
        from textvae.affect.task import AffectTask

        task = AffectTask.from_recipe(
            values, encoder=encoder, seed=options.seed, device=device, precision=precision,
            directory=corpora,
        )  # fmt: skip
    follow(task, options, out, resume, "sentences")


def check_folder(out: Path, resume: bool) -> None:
    """Refuse a folder that holds something, unless its training is to go on."""
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file: name a folder.")
    held = out.is_dir() and any(out.iterdir())
    if resume and not (out / "state").is_dir():
        raise OutputError(f"{out} holds no training to resume: leave out --resume to begin one.")
    if held and not resume:
        raise OutputError(f"{out} exists and is not empty: name another folder, or go on with --resume.")


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


def follow(task: "Task", options: "TrainingOptions", out: Path, resume: bool, unit: str) -> None:
    """Train `task` (a room's `Task`), draw the steps, and say at the end where the checkpoints are."""
    from textvae.training.loop import train

    print(f"training on {task.device.name}, seed {options.seed}, in {render.visible(str(out))}", flush=True)
    last: Step | None = None
    best: Step | None = None
    try:
        for step in drawn(train(task, options, out, resume), unit):
            last = step
            best = step if step.best else best
    except KeyboardInterrupt:
        if last is None:
            raise
        message = (
            f"stopped after step {last.step:,} of {last.steps:,}. To go on, repeat the command with --resume."
        )
        raise KeyboardInterrupt(message) from None
    for name, made in (("best", best), ("last", last)):
        if (out / name).is_dir():
            print(f"{name}: {render.visible(str(out / name))}" + (figures(made) if made else ""))


def drawn(steps: "Iterator[Step]", unit: str) -> "Iterator[Step]":
    """`steps` as they are, drawn on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from steps
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (BarColumn(20), TaskProgressColumn(), TextColumn("{task.description}", markup=False))
    recent: deque[tuple[float, int]] = deque(maxlen=RATE_STEPS)
    with Progress(*columns, console=render.console(sys.stderr)) as progress:
        bar = progress.add_task("", total=1.0)
        for step in steps:
            recent.append((step.seconds, step.size))
            progress.update(bar, completed=share(step), description=described(step, speed(recent), unit))
            if step.validation is not None:
                progress.console.print(f"validated{figures(step)}{', best so far' if step.best else ''}")
            yield step


def figures(step: "Step") -> str:
    """What a validating step found on dev."""
    found = ", ".join(f"{name} {value:.4g}" for name, value in (step.validation or {}).items())
    return f" (step {step.step:,}: {found})" if found else ""


def share(step: "Step") -> float:
    """How much of the training is behind us, this step included."""
    return max(step.done, step.step / step.steps)


def speed(recent: deque[tuple[float, int]]) -> float:
    """Tokens (or sentences) a second over the last steps."""
    if len(recent) < 2 or recent[-1][0] <= recent[0][0]:
        return 0.0
    return sum(size for _, size in list(recent)[1:]) / (recent[-1][0] - recent[0][0])


def described(step: "Step", rate: float, unit: str) -> str:
    """The step in words: every term with its weight, the speed, the time left."""
    terms = " ".join(
        f"{name} {value:.3f}" + (f"×{step.weights[name]:.3g}" if name in step.weights else "")
        for name, value in step.terms.items()
    )
    done = share(step)
    left = int(step.seconds * (1 - done) / done) if done > 0 else 0
    clock = f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02}"
    place = f"step {step.step:,}/{step.steps:,} loss {step.loss:.3f} = {terms}"
    return f"{place} · {rate:,.0f} {unit}/s · {clock} left"
