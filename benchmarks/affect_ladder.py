"""The ladder to affect-en: what each step of its training brings, on EmoBank's dev rows.

    python benchmarks/affect_ladder.py --encoder FOLDER_OF_ALL_MINILM_L6_V2

Every training is a `textvae train affect` command, printed before it runs; finished ones stay in --work, so
that a run that was stopped goes on when the command is repeated. --only NAME,NAME makes those steps and what
they rest on alone; --render trains nothing. The last weights of a training are taken: nothing is chosen on
dev within it. Where a training leaves out a fold of EmoBank's training rows, its row shows what it says of
these too. Test rows are not read. --work/shipped must be a copy of the affect-en of textvae 0.1.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from measuring import TEXTVAE, keep, table
from textvae.affect.beginning import in_fold
from textvae.affect.calibration import fit_line
from textvae.affect.distillation import readings_of
from textvae.affect.figures import figures_of, mean_and_sd
from textvae.affect.model import DIMENSIONS
from textvae.affect.reader import AffectReader
from textvae.affect.task import ratings_of
from textvae.corpora import read_corpus
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.device import choose_device


@dataclass(frozen=True)
class Step:
    """A row: trainings of one recipe that differ in seed and fold, or what is made of another step's.

    `start` is "" for the pretrained encoder, or a step. `of` names the steps that teach, or whose trainings
    are averaged: their readings (`made` is "mean") or their weights ("soup").
    """

    what: str
    recipe: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    runs: Sequence[tuple[int, str]] = ((1, ""),)  # seed and fold
    made: str = ""
    of: tuple[str, ...] = ()


def by_fold(*folds: int) -> tuple[tuple[int, str], ...]:
    """Trainings without the first fold, the second, ...; each with its number for a seed."""
    return tuple((fold, f"{fold}/5") for fold in folds)


UPPER, LAYERS = {"model.freeze": "first:3"}, {"model.freeze": "embeddings"}
ALIKE, THREE = ("rated", "rated-layers"), ("rated", "plain", "shipped")
FIVE = (*THREE, "plain-again", "distilled")

STEPS: dict[str, Step] = {
    "shipped": Step("affect-en as it was, weights b858d0e28084", made="as it is"),
    "groundwork": Step("other corpora alone, EmoBank never taught", "groundwork"),
    "plain": Step("EmoBank alone, from the pretrained encoder", "rated", runs=by_fold(3)),
    "rated": Step("groundwork, then EmoBank", "rated", start="groundwork", runs=by_fold(2)),
    "rated-upper": Step(
        "the same, only the upper three layers learn", "rated", UPPER, "groundwork", by_fold(1)
    ),
    "rated-layers": Step(
        "the same, all but the word pieces learn", "rated", LAYERS, "groundwork", by_fold(1, 4)
    ),
    "soup": Step("mean of these three's weights", made="soup", of=ALIKE),
    "ensemble-alike": Step("mean of their readings", made="mean", of=ALIKE),
    "ensemble-five": Step("and of `plain`'s and `shipped`'s", made="mean", of=(*ALIKE, "plain", "shipped")),
    "ensemble": Step("mean of the readings of three unlike models", made="mean", of=THREE),
    "plain-again": Step("`plain` once more", "rated", runs=by_fold(5)),
    "upper": Step("`shipped`, upper layers, three passes of EmoBank more", "rated", UPPER, "shipped"),
    "distilled": Step("`shipped`, upper layers taught by `ensemble`", "distilled", {}, "shipped", of=THREE),
    "distilled-again": Step("the same with another seed", "distilled", {}, "shipped", ((3, ""),), of=THREE),
    "ensemble-more": Step("`ensemble`, `plain-again`, `distilled`", made="mean", of=FIVE),
    "distilled-more": Step(
        "the same, by `ensemble-more`: ships", "distilled", {}, "shipped", ((2, ""),), of=FIVE
    ),
    "distilled-soup": Step("mean of two students' weights", made="soup", of=("distilled", "distilled-more")),
}  # fmt: skip


class Ladder:
    """The steps' trainings in a folder, and what they say of EmoBank's train and dev rows."""

    def __init__(self, work: Path, encoder: str) -> None:
        self.work, self.encoder = work, encoder
        self.dev = list(read_corpus("emobank", split="dev"))
        self.train = list(read_corpus("emobank", split="train"))
        self.read: dict[Path, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def places(self, name: str) -> list[Path]:
        """The checkpoints of a step."""
        step = STEPS[name]
        if step.made in ("as it is", "soup"):
            return [self.work / name]
        return [self.work / name / run_name(*run) / "last" for run in step.runs]

    def finished(self, name: str) -> list[Path]:
        """Those that are there."""
        return [place for place in self.places(name) if place.is_dir()]

    def command(self, name: str, seed: int, fold: str) -> list[str]:
        """The command of one training."""
        step = STEPS[name]
        changes = dict(step.changes)
        if step.recipe != "groundwork":
            changes["model.start"] = str(self.places(step.start)[0]) if step.start else ""
        if fold:
            changes["data.fold"] = fold
        if step.of:
            teachers = [str(place) for other in step.of for place in self.places(other)]
            changes["student.teacher"] = json.dumps(teachers)
        told = [part for key, value in changes.items() for part in ("--set", f"{key}={value}")]
        encoder = [] if step.start else ["--encoder", self.encoder]
        place = self.work / name / run_name(seed, fold)
        out = ["--seed", str(seed), "--out", str(place), *["--resume"] * (place / "state").is_dir()]
        return [*TEXTVAE, "train", "affect", "--recipe", step.recipe, *encoder, *told, *out]

    def make(self, name: str, first: int) -> None:
        """Train what is missing of a step's `first` trainings, and what it rests on before."""
        step = STEPS[name]
        for other in (step.start, *step.of):
            if other in STEPS:
                self.make(other, first)
        for seed, fold in step.runs[:first] if step.recipe else ():
            place = self.work / name / run_name(seed, fold)
            if (place / "last").is_dir():
                continue
            command = self.command(name, seed, fold)
            print("$ textvae " + shlex.join(command[len(TEXTVAE) :]), flush=True)
            subprocess.run(command, check=True)
            for unneeded in ("state", "best"):  # four times the weights
                shutil.rmtree(place / unneeded, ignore_errors=True)
        if step.made == "as it is" and not self.finished(name):
            sys.exit(f"{self.places(name)[0]} is missing: copy checkpoints/affect-en of textvae 0.1 there.")
        if step.made == "soup" and not self.finished(name):
            mix([place for other in step.of for place in self.places(other)], self.places(name)[0])

    def readings(self, place: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(N, 6) of the dev rows; (M, 6) and (M, 3), readings and ratings of the rows that were left out."""
        if place not in self.read:
            checkpoint = load_checkpoint(place)
            fold = checkpoint.config.get("recipe", {}).get("data", {}).get("fold", "")
            left = [s for s in self.train if in_fold(s, fold)]
            reader = AffectReader.from_checkpoint(checkpoint, choose_device())
            dev, held = (
                readings_of(reader, [s.text for s in group]) for group in (self.dev, left or self.dev[:1])
            )
            self.read[place] = dev, held[: len(left)], ratings_of(left).reshape(-1, 3)
        return self.read[place]

    def figures(self, name: str) -> dict[str, Any]:
        """A step's figures: mean and SD over trainings on dev, and on the rows that were left out."""
        step, gold = STEPS[name], ratings_of(self.dev)
        averaged = step.of if step.made == "mean" else (name,)
        places = [place for other in averaged for place in self.finished(other)]
        if not places or (step.made == "mean" and len(places) < sum(len(self.places(o)) for o in averaged)):
            return {}
        dev, held, ratings = zip(*map(self.readings, places), strict=True)
        read = [np.mean(dev, axis=0)] if step.made == "mean" else dev
        each = [figures_of(values[:, :3], gold) for values in read]
        found: dict[str, Any] = {"trainings": len(places)}
        found |= {f"r {d}": mean_and_sd([f.r[d] for f in each]) for d in DIMENSIONS}
        found["mean r"] = mean_and_sd([float(np.mean(list(f.r.values()))) for f in each])
        found["squared error"] = mean_and_sd([float(np.mean(list(f.mse.values()))) for f in each])
        found["slope"] = [float(np.mean([fit_line(v[:, i], gold[:, i])[1] for v in read])) for i in range(3)]
        if step.made != "mean" and any(len(values) for values in held):
            found["left out"] = figures_of(np.concatenate(held)[:, :3], np.concatenate(ratings)).as_dict()
        return found


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


def shown(pair: Sequence[float], digits: int = 3) -> str:  # a mean, and the deviation where there is one
    return f"{pair[0]:.{digits}f}" + (f" ± {pair[1]:.{digits}f}" if pair[1] else "")


def rows(found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The table's rows."""
    made = []
    for name, figures in found.items():
        row = {"name": name, "what": STEPS[name].what, "trainings": figures["trainings"], "left": "–"}
        row |= {d[0]: shown(figures[f"r {d}"]) for d in DIMENSIONS}
        row |= {"mean": shown(figures["mean r"]), "mse": shown(figures["squared error"], 4)}
        if left := figures.get("left out"):
            row["left"] = " / ".join(f"{left['r'][d]:.3f}" for d in DIMENSIONS)
        made.append(row)
    return made


def render(ladder: Ladder) -> None:
    """Write `results/affect_ladder.json` and `.md`."""
    found = {name: figures for name in STEPS if (figures := ladder.figures(name))}
    columns = {
        "step": "`{name}`", "what": "{what}", "r valence": "{v}", "r arousal": "{a}", "r dominance": "{d}",
        "mean r": "{mean}", "squared error": "{mse}", "trainings": "{trainings}",
        "r V / A / D on left-out training rows": "{left}",
    }  # fmt: skip
    commands = {
        name: [shlex.join(ladder.command(name, *run)[len(TEXTVAE) - 1 :]) for run in step.runs]
        for name, step in STEPS.items() if step.recipe
    }  # fmt: skip
    about = "EmoBank's dev rows (1,000). Left-out rows differ with the fold: the commands are in the .json."
    text = f"# The ladder to affect-en\n\n{about}\n\n{table(columns, rows(found))}"
    if missing := ", ".join(name for name in STEPS if name not in found):
        text += f"\nNot trained yet: {missing}.\n"
    keep("affect_ladder", {"rows": found, "commands": commands}, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--encoder", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, default=Path("runs/ladder"))
    parser.add_argument("--only", default="", help="steps, separated by commas")
    parser.add_argument("--render", action="store_true", help="train nothing: write what is there")
    parser.add_argument("--first", type=int, default=99, metavar="N", help="only N trainings of each step")
    given = parser.parse_args()
    wanted = given.only.split(",") if given.only else list(STEPS)
    if unknown := set(wanted) - set(STEPS):
        sys.exit(f"no such step: {', '.join(sorted(unknown))}; known: {', '.join(STEPS)}")
    ladder = Ladder(given.work, given.encoder)
    for name in () if given.render else wanted:
        ladder.make(name, given.first)
    render(ladder)


if __name__ == "__main__":
    main()
