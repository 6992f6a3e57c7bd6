"""The ladder to affect-en: what each step of its training brings, on EmoBank's dev rows.

    python benchmarks/affect_ladder.py --encoder FOLDER_OF_ALL_MINILM_L6_V2

Every training is a `textvae train affect` command, --at-once of them at a time; finished ones stay in --work,
so that a run that was stopped goes on when the command is repeated, and what each says is in --work/logs.
--only NAME,NAME makes those steps and what they rest on alone; --prepare leaves the steps themselves out;
--dry shows the commands and --render trains nothing. The last weights of a training are taken: nothing is
chosen on dev within it. Where a training leaves out a fold of EmoBank's training rows, its row shows what it
says of these too. Test rows are not read. --steps affect_ladder_wide, for a GPU, and affect_ladder_large have
a --large encoder for a teacher, and a student is taught by those of its teachers whose training went well. Of
these two --work/before must be a copy of the affect-en that was before the one that ships, of the first
ladder --work/shipped one of the first affect-en: both are in the repository's history.
"""

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from affect_steps import LADDERS, STEPS, Step
from affect_trainings import Trainings, run_name
from measuring import TEXTVAE, keep, table
from textvae.affect.beginning import in_fold
from textvae.affect.calibration import fit_line
from textvae.affect.distillation import StudentOptions, material, read_by, readings_of
from textvae.affect.figures import figures_of, mean_and_sd
from textvae.affect.model import DIMENSIONS
from textvae.affect.reader import AffectReader
from textvae.affect.task import ratings_of
from textvae.corpora import read_corpus
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.recipe import load_recipe, read_table


class Ladder(Trainings):
    """The trainings, and what they say of EmoBank's train and dev rows."""

    def __init__(
        self, work: Path, encoder: str, steps: Mapping[str, Step] = STEPS, at_once: int = 1,
        changes: Sequence[str] = (), large: str = "",
    ) -> None:  # fmt: skip
        super().__init__(work, encoder, steps, at_once, changes, large)
        self.dev = list(read_corpus("emobank", split="dev"))
        self.train = list(read_corpus("emobank", split="train"))
        self.read: dict[Path, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}

    def read_part(self, recipe: str, part: int, of: Sequence[str]) -> None:
        """Every `at_once`-th of some steps' checkpoints reads what a student of the recipe learns from."""
        values = load_recipe("affect", recipe, self.overrides(recipe))
        options = read_table(values["student"], StudentOptions, "student")
        sources = material(options, dict.fromkeys(name for stage in values["stage"] for name in stage))
        teachers = self.finished(*of)
        if mine := teachers[part :: self.at_once]:
            read_by(mine, sources)
        for place in mine:
            self.readings(place)

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
        step, gold = self.steps[name], ratings_of(self.dev)
        averaged = step.of if step.made == "mean" else (name,)
        places = self.finished(*averaged)
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


def shown(pair: Sequence[float], digits: int = 3) -> str:  # a mean, and the deviation where there is one
    return f"{pair[0]:.{digits}f}" + (f" ± {pair[1]:.{digits}f}" if pair[1] else "")


def rows(found: Mapping[str, Mapping[str, Any]], steps: Mapping[str, Step]) -> list[dict[str, Any]]:
    """The table's rows."""
    made = []
    for name, figures in found.items():
        row = {"name": name, "what": steps[name].what, "trainings": figures["trainings"], "left": "–"}
        row |= {d[0]: shown(figures[f"r {d}"]) for d in DIMENSIONS}
        row |= {"mean": shown(figures["mean r"]), "mse": shown(figures["squared error"], 4)}
        if left := figures.get("left out"):
            row["left"] = " / ".join(f"{left['r'][d]:.3f}" for d in DIMENSIONS)
        made.append(row)
    return made


def render(ladder: Ladder) -> None:
    """Write the ladder's `.json` and `.md` into the results."""
    steps = ladder.steps
    found = {name: figures for name in steps if (figures := ladder.figures(name))}
    columns = {
        "step": "`{name}`", "what": "{what}", "r valence": "{v}", "r arousal": "{a}", "r dominance": "{d}",
        "mean r": "{mean}", "squared error": "{mse}", "trainings": "{trainings}",
        "r V / A / D on left-out training rows": "{left}",
    }  # fmt: skip
    commands = {
        name: [shlex.join(ladder.command(name, *run)[len(TEXTVAE) - 1 :]) for run in step.runs]
        for name, step in steps.items() if step.recipe
    }  # fmt: skip
    about = "EmoBank's dev rows (1,000). Left-out rows differ with the fold: the commands are in the .json."
    text = f"# The ladder to affect-en\n\n{about}\n\n{table(columns, rows(found, steps))}"
    if missing := ", ".join(name for name in steps if name not in found):
        text += f"\nNot trained yet: {missing}.\n"
    result = next(name for name, known in LADDERS.items() if known is steps)
    keep(result, {"rows": found, "commands": commands}, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--encoder", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--large", default="sentence-transformers/all-mpnet-base-v2", help="a larger encoder")
    parser.add_argument("--work", type=Path, default=Path("runs/ladder"))
    parser.add_argument("--steps", choices=LADDERS, default="affect_ladder")
    parser.add_argument("--only", default="", help="steps, separated by commas")
    parser.add_argument("--prepare", action="store_true", help="only what the steps of --only rest on")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="trainings at a time")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of every training")
    parser.add_argument("--dry", action="store_true", help="show the commands in their order alone")
    parser.add_argument("--render", action="store_true", help="train nothing: write what is there")
    parser.add_argument("--first", type=int, default=99, metavar="N", help="only N trainings of each step")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)  # a job of the ladder's own
    given = parser.parse_args()
    steps = LADDERS[given.steps]
    wanted = given.only.split(",") if given.only else list(steps)
    if unknown := set(wanted) - set(steps):
        sys.exit(f"no such step: {', '.join(sorted(unknown))}; known: {', '.join(steps)}")
    if wrong := [change for change in given.set if "=" not in change or "." not in change.split("=")[0]]:
        sys.exit(f"--set {wrong[0]} is not TABLE.KEY=VALUE")
    ladder = Ladder(given.work, given.encoder, steps, given.at_once, given.set, given.large)
    if given.read:
        recipe, _, part = given.read[0].rpartition(":")
        return ladder.read_part(recipe, int(part), given.read[1].split(","))
    if given.dry:
        for job in ladder.jobs(wanted, given.first):
            name, _, run = job.partition(" ")
            runs = steps[name].runs if name in steps else ()  # readings have no command of their own
            commands = {run_name(*r): ladder.command(name, *r)[len(TEXTVAE) - 1 :] for r in runs}
            print(f"# {job}", *([shlex.join(commands[run])] if runs else ()), sep="\n")
        return None
    failed = [] if given.render else ladder.make(wanted, given.first, given.prepare)
    render(ladder)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
