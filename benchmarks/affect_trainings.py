"""The trainings that a ladder's steps are made of, several at a time."""

import json
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from affect_steps import LADDERS, STEPS, Step
from measuring import TEXTVAE
from side_by_side import Job, work_off
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.recipe import load_recipe

LADDER = Path(__file__).with_name("affect_ladder.py")


class Trainings:
    """The steps' trainings in a folder: their commands, and which of them are missing."""

    def __init__(
        self, work: Path, encoder: str, steps: Mapping[str, Step] = STEPS, at_once: int = 1,
        changes: Sequence[str] = (), large: str = "",
    ) -> None:  # fmt: skip
        self.work, self.encoder, self.large = work, encoder, large
        self.steps, self.at_once = steps, at_once
        self.changes = dict(change.split("=", 1) for change in changes)

    def places(self, name: str) -> list[Path]:
        """The checkpoints of a step."""
        step = self.steps[name]
        if step.made in ("as it is", "soup"):
            return [self.work / name]
        return [self.work / name / run_name(*run) / "last" for run in step.runs]

    def finished(self, *names: str) -> list[Path]:
        """Those of some steps that are there."""
        return [place for name in names for place in self.places(name) if place.is_dir()]

    def overrides(self, recipe: str) -> dict[str, str]:
        """What is asked of all trainings, as far as the recipe has such tables."""
        tables = load_recipe("affect", recipe)
        return {key: value for key, value in self.changes.items() if key.split(".")[0] in tables}

    def command(self, name: str, seed: int, fold: str, there: bool = False) -> list[str]:
        """The command of one training, by all its teachers or by those that are `there`."""
        step = self.steps[name]
        changes: dict[str, Any] = {**step.changes, **self.overrides(step.recipe)}
        if not step.recipe.startswith("groundwork"):
            changes["model.start"] = str(self.places(step.start)[0]) if step.start else ""
        if fold:
            changes["data.fold"] = fold
        if step.of:
            every = [place for other in step.of for place in self.places(other)]
            teachers = [str(place) for place in every if place.is_dir() or not there]
            changes["student.teacher"] = json.dumps(teachers)
        told = [part for key, value in changes.items() for part in ("--set", f"{key}={value}")]
        encoder = [] if step.start else ["--encoder", self.large if step.large else self.encoder]
        place = self.work / name / run_name(seed, fold)
        out = ["--seed", str(seed), "--out", str(place), *["--resume"] * (place / "state").is_dir()]
        return [*TEXTVAE, "train", "affect", "--recipe", step.recipe, *encoder, *told, *out]

    def jobs(self, names: Sequence[str], first: int) -> dict[str, Job]:
        """The trainings that are missing of the first ones of some steps and of what these rest on."""
        found: dict[str, Job] = {}
        for name in names:
            step = self.steps[name]
            found |= self.jobs([other for other in (step.start, *step.of) if other], first)
            mine = [(run, f"{name} {run_name(*run)}") for run in step.runs[:first] if step.recipe]
            missing = [(run, job) for run, job in mine if not (self.folder(name, run) / "last").is_dir()]
            reading = self.reading_jobs(name, first) if missing and step.of else {}
            found |= reading
            start = self.names([step.start], first)[:1] if step.start else ()
            after = (*reading, *self.names(step.of, first))
            for run, job in missing:
                found[job] = Job(
                    partial(self.begin, name, *run), self.log(job), tuple(start), after,
                    partial(self.tidy, self.folder(name, run)),
                )  # fmt: skip
        return found

    def reading_jobs(self, name: str, first: int) -> dict[str, Job]:
        """What a student learns from, read by `at_once` processes into the cache where it will find it."""
        step = self.steps[name]
        made = {}
        for part in range(self.at_once):
            command = [
                sys.executable,
                str(LADDER),
                *self.asked(),
                "--read",
                f"{step.recipe}:{part}",
                ",".join(step.of),
            ]
            job = f"readings {step.recipe} {part + 1}/{self.at_once}"
            made[job] = Job(partial(list, command), self.log(job), (), self.names(step.of, first))
        return made

    def asked(self) -> list[str]:
        """The options that another process needs to see the same ladder."""
        steps = next(name for name, steps in LADDERS.items() if steps is self.steps)
        options = ["--work", str(self.work), "--steps", steps, "--at-once", str(self.at_once)]
        return [*options, *(p for pair in self.changes.items() for p in ("--set", "=".join(pair)))]

    def names(self, steps: Sequence[str], first: int) -> tuple[str, ...]:
        """The jobs that are some steps' trainings, done or not."""
        return tuple(f"{n} {run_name(*run)}" for n in steps if n for run in self.steps[n].runs[:first])

    def folder(self, name: str, run: tuple[int, str]) -> Path:
        """Where a training works."""
        return self.work / name / run_name(*run)

    def log(self, job: str) -> Path:
        """Where what a job says is kept."""
        return self.work / "logs" / (job.replace(" ", "-").replace("/", "-of-") + ".log")

    def begin(self, name: str, seed: int, fold: str) -> list[str]:
        """The command of a training that starts now, without what one that was killed left behind."""
        place = self.folder(name, (seed, fold))
        if place.is_dir() and not (place / "state").is_dir():
            shutil.rmtree(place)
        command = self.command(name, seed, fold, there=True)
        print("$ textvae " + shlex.join(command[len(TEXTVAE) :]), flush=True)
        return command

    @staticmethod
    def tidy(place: Path) -> None:
        """Drop what nobody needs of a finished training: four times the weights."""
        for unneeded in ("state", "best"):
            shutil.rmtree(place / unneeded, ignore_errors=True)

    def make(self, names: Sequence[str], first: int, prepare: bool = False) -> list[str]:
        """Train what is missing; the jobs that failed. To `prepare` is to leave out the steps themselves."""
        jobs = self.jobs(names, first)
        if prepare:
            jobs = {job: what for job, what in jobs.items() if job not in self.names(names, first)}
        for name in {
            name: None for n in names for name in (n, self.steps[n].start, *self.steps[n].of) if name
        }:
            if self.steps[name].made == "as it is" and not self.finished(name):
                sys.exit(f"{self.places(name)[0]} is missing: copy {self.steps[name].what} there.")
        failed = work_off(jobs, self.at_once, partial(print, flush=True))
        for name in names:
            step, parts = self.steps[name], [p for other in self.steps[name].of for p in self.places(other)]
            if step.made == "soup" and not self.finished(name) and all(p.is_dir() for p in parts):
                mix(parts, self.places(name)[0])
        return failed


def mix(places: Sequence[Path], out: Path) -> None:
    """The mean of several checkpoints' weights, as a checkpoint (Wortsman et al. 2022, a uniform soup)."""
    checkpoints = [load_checkpoint(place) for place in places]
    first = checkpoints[0]
    tensors = {name: sum(c.tensors[name] for c in checkpoints) / len(checkpoints) for name in first.tensors}
    config = {key: first.config[key] for key in ("kind", "model", "window")}
    config["mixed"] = [{key: c.config.get(key) for key in ("recipe", "seed")} for c in checkpoints]
    save_checkpoint(out, config, tensors, first.files, quantised=first.quantised)  # type: ignore[arg-type]


def run_name(seed: int, fold: str) -> str:
    """The folder of a training within its step's."""
    return f"seed{seed}" + (f"-fold{fold[0]}" if fold else "")
