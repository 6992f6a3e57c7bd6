"""Watching a training: its steps drawn on a terminal, and where its checkpoints are."""

import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textvae.cli import render

if TYPE_CHECKING:
    from textvae.training.loop import Step, Task, TrainingOptions

RATE_STEPS = 20
"""Steps over which the speed is measured."""


def follow(
    task: "Task", options: "TrainingOptions", out: Path, resume: bool, unit: str, account: str = ""
) -> None:
    """Train `task` (a room's `Task`), draw the steps, and say at the end where the checkpoints are.

    `account` says what the task learns from: it stands at the beginning, on standard error.
    """
    from textvae.training.loop import train
    from textvae.training.processes import processes

    team = processes()
    if not team.main:  # one of several processes: the main one draws
        deque(train(task, options, out, resume, team), maxlen=0)
        return
    place = task.device.name + (f", {team.count} processes" if team.count > 1 else "")
    if account:
        render.note(account + ".")
    print(f"training on {place}, seed {options.seed}, in {render.visible(str(out))}", flush=True)
    last: Step | None = None
    best: Step | None = None
    try:
        for step in drawn(train(task, options, out, resume, team), unit):
            last = step
            best = step if step.best else best
    except KeyboardInterrupt as stop:
        if last is not None:
            ways = "To go on, repeat the command with --resume."
            stop.args = (f"stopped after step {last.step:,} of {last.steps:,}. {ways}",)
        raise
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
