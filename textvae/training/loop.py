"""The training loop: a generator of steps that prints nothing and can be stopped and taken up anywhere.

The data order of an epoch depends on the seed and the epoch alone, and the noise of a step on the seed
and the step alone; so a run that was killed and resumed goes through the same losses as one that was not.
Launched as several processes, all go through this loop together: each works on its parts of every batch, the
gradients are added up, and the main one alone writes (see `steps.py` and `processes.py`).
"""

import json
import math
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from textvae.errors import OutputError, RecipeError, TrainingError
from textvae.training.device import Device
from textvae.training.processes import Processes
from textvae.training.signals import Interrupted, deferred_signals
from textvae.training.state import Progress, Weights, load_state, open_log, save_state
from textvae.training.steps import check_alike, take_step
from textvae.variational.objective import Objective


class Task(Protocol):
    """What a room offers to be trained: a model, its data, its terms.

    A task that goes by what has happened so far keeps it as numbers in a dict `memory`, which is saved and
    resumed with the training; what its steps cost it hears in `note(loss)`. A slice of a batch is a
    batch.
    """

    @property
    def model(self) -> nn.Module:
        """Whose parameters are trained."""

    @property
    def objective(self) -> Objective:
        """The weights of the terms."""

    @property
    def device(self) -> Device:
        """Where, and in what precision."""

    def epoch(self, epoch: int) -> Sequence[Any]:
        """The batches of an epoch, the same for the same epoch."""

    def terms(self, batch: Any, step: int) -> Mapping[str, Tensor]:
        """The objective's terms on a batch, scalars; others may stand beside them to be logged."""

    def size(self, batch: Any) -> int:
        """How many tokens (or sentences) the batch holds, for the speed."""

    def validate(self) -> Mapping[str, float]:
        """Figures on dev; `score` is the one that decides: higher is better, not finite is worst."""

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the model as a checkpoint."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """A recipe's `[training]`."""

    epochs: float = 1.0
    minutes: float | None = None  # wall-clock bound: the learning rate reaches 0 by then, if not before
    learning_rate: float = 1e-3
    warmup: int = 100  # steps
    weight_decay: float = 0.0
    beta1: float = 0.9  # decay of Adam's first moment
    clip: float = 1.0  # norm of the gradient
    average: float = 0.0  # decay of the moving average of the weights that is validated and exported
    validate_every: int = 1000  # steps
    patience: int | None = None  # validations without a better score before stopping early
    save_every: float = 120.0  # seconds
    log_every: int = 20  # steps
    parts: int = 1  # that a batch is worked on in, by one process or several; each has one at least
    seed: int = 1

    def __post_init__(self) -> None:
        above = ("epochs", "learning_rate", "clip", "validate_every", "log_every", "parts")
        within = [(name, 0 < getattr(self, name) < math.inf, "above 0") for name in above]
        within += [
            ("minutes", 0 <= (self.minutes or 0) < math.inf, "above 0, or 0 for no bound"),
            ("average", 0 <= self.average < 1, "from 0 to below 1"),
            ("beta1", 0 <= self.beta1 < 1, "from 0 to below 1"),
            ("weight_decay", 0 <= self.weight_decay < math.inf, "0 or more"),
            ("warmup", self.warmup >= 0, "0 or more"),
        ]
        for name, fits, wanted in within:
            if not fits:
                raise RecipeError(f"[training] {name} = {getattr(self, name)}: it is {wanted}.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. `validation` is set on the steps that validated."""

    step: int
    steps: int
    epoch: float
    loss: float
    terms: Mapping[str, float]
    learning_rate: float
    size: int
    seconds: float  # since the training began, the time before a resume included
    done: float  # share of the training behind us
    validation: Mapping[str, float] | None = None
    best: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)


def train(
    task: Task, options: TrainingOptions, run: Path, resume: bool = False, team: Processes | None = None
) -> Iterator[Step]:
    """Train `task` in the folder `run`: `log.jsonl`, `state/` to resume from, `best/` and `last/` to use.

    A process trains alone unless it is given the `team` that `processes()` finds. With the same `parts`, one
    process and several go through the same losses, but for rounding, and a training can be resumed by
    another number of processes; they all must see the folder.

    Raises `OutputError` if `run` holds a training and `resume` is not set, or if one is at work there;
    `TrainingError` when the loss is not finite (the last state and the best checkpoint stay), `InputError` if
    a resumed training began with another seed or other batches, `Interrupted` after Ctrl-C or SIGTERM, once
    the step is done and the state is saved.
    """
    team = team or Processes()
    has_state = (run / "state" / "state.json").is_file()
    if has_state and not resume:
        raise OutputError(f"{run} already holds a training: resume it with --resume, or name another folder.")
    run.mkdir(parents=True, exist_ok=True)
    model = task.model
    weights = Weights(model, options.average)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options.learning_rate, betas=(options.beta1, 0.999),
        weight_decay=options.weight_decay, fused=True,
    )  # fmt: skip
    progress = load_state(run / "state", model, weights, optimizer) if has_state else Progress()
    memory: dict[str, float] = getattr(task, "memory", {})
    memory.update(progress.memory)
    progress.memory = memory
    batches = task.epoch(0)
    per_epoch = len(batches)
    if not per_epoch:
        raise TrainingError("there is nothing to train on: the corpora of the recipe gave no batch.")
    check_alike(model, per_epoch, team)
    progress.begin(options.seed, per_epoch, run)
    steps = max(1, round(options.epochs * per_epoch))
    began = time.monotonic() - progress.seconds
    saved = time.monotonic()
    progress.seconds = team.agree(time.monotonic() - began)
    current_epoch = 0
    figures: dict[str, float] | None = None  # on dev, of the weights as they are
    nowhere = Path(os.devnull)
    opened = open_log(run / "log.jsonl", progress.step) if team.main else nowhere.open("w", encoding="utf-8")
    with opened as log, deferred_signals() as interrupted:
        while progress.step < steps and not _patience_ended(progress, options):
            done = _share_done(progress.step, steps, progress.seconds, options.minutes)
            if done >= 1.0:
                break
            epoch, index = divmod(progress.step, per_epoch)
            if epoch != current_epoch:
                batches, current_epoch = task.epoch(epoch), epoch
            rate = options.learning_rate * min(1.0, (progress.step + 1) / max(1, options.warmup)) * (1 - done)
            for group in optimizer.param_groups:
                group["lr"] = rate
            batch = batches[index]
            loss, terms = take_step(task, options, optimizer, batch, progress.step, team)
            if not math.isfinite(loss):
                raise TrainingError(
                    f"the loss is not finite at step {progress.step + 1} ({terms}): {_way_on(run)}"
                )
            if note := getattr(task, "note", None):
                note(loss)
            weights.update(progress.step)
            progress.step += 1
            clock = time.monotonic() - began if team.main else 0.0
            progress.seconds, stops = team.add_up_numbers([clock, len(interrupted)])
            finished = _share_done(progress.step, steps, progress.seconds, options.minutes) >= 1.0
            figures, best = None, False
            if progress.step % options.validate_every == 0 or finished:
                figures, best = _validate(task, weights, progress, run, team)
            report = Step(
                progress.step, steps, progress.step / per_epoch, loss, terms, rate, task.size(batch),
                progress.seconds, done, figures, best, task.objective.at(progress.step - 1),
            )  # fmt: skip
            if figures or progress.step % options.log_every == 0:
                log.write(json.dumps(asdict(report)) + "\n")
                log.flush()
            if team.main and time.monotonic() - saved > options.save_every:
                save_state(run / "state", model, weights, optimizer, progress)
                saved = time.monotonic()
            yield report
            if stops or (interrupted and team.count == 1):
                if team.main:
                    save_state(run / "state", model, weights, optimizer, progress)
                team.wait()
                raise Interrupted(interrupted[0] if interrupted else signal.SIGINT)
            if finished:
                break
    if figures is None:  # nothing was left to do
        figures, _ = _validate(task, weights, progress, run, team)
    if team.main:
        with weights.averaged():
            task.export(run / "last", figures)
        save_state(run / "state", model, weights, optimizer, progress)
    team.wait()


def _validate(
    task: Task, weights: Weights, progress: Progress, run: Path, team: Processes
) -> tuple[dict[str, float], bool]:
    """Figures of the averaged weights on dev; the best so far is exported to `best/`. The main process does
    it while the others wait."""
    figures: dict[str, float] = {}
    best = False
    if team.main:
        with weights.averaged():
            figures = dict(task.validate())
            score = figures["score"] if math.isfinite(figures["score"]) else -math.inf
            best = progress.best is None or not progress.best >= score
            if best:
                task.export(run / "best", figures)
                progress.best, progress.stale = score, 0
            else:
                progress.stale += 1
    figures, best, progress.best, progress.stale, memory = team.agree(
        (figures, best, progress.best, progress.stale, progress.memory)
    )
    progress.memory.update(memory)
    return figures, best


def _patience_ended(progress: Progress, options: TrainingOptions) -> bool:
    return options.patience is not None and progress.stale > options.patience


def _way_on(run: Path) -> str:
    """What to do about a loss that is not finite."""
    advice = "lower [training] learning_rate or clip, then"
    kept = next((run / name for name in ("best", "state") if (run / name).is_dir()), None)
    if kept is None:
        return f"{advice} begin anew."
    way = "resume" if (run / "state").is_dir() else "begin anew"
    return f"the last good checkpoint is {kept}; {advice} {way}."


def _share_done(step: int, steps: int, seconds: float, minutes: float | None) -> float:
    by_time = seconds / (60 * minutes) if minutes else 0.0
    return max(step / steps, by_time)
