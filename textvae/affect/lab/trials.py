"""A trial: one training of the laboratory from beginning to end, of which figures are kept and no weights."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from textvae.affect.figures import Figures, always, mean_and_sd, training_mean
from textvae.affect.lab.folds import Division
from textvae.affect.lab.laboratory import Laboratory
from textvae.training.grid import read_result, write_result
from textvae.training.loop import Step, TrainingOptions, train
from textvae.training.processes import Processes

MEASURED = "figures.json"
NEUTRAL = 3.0  # the middle of the scale


def trial(
    lab: Laboratory,
    division: Division,
    options: TrainingOptions,
    folder: Path,
    best: bool = False,
    team: Processes | None = None,
) -> Iterator[Step]:
    """Train on `division.train`, and write `figures.json` and `log.jsonl` into `folder`.

    The figures are those on `division.test`, of the last weights or, with `best`, of those that were best on
    dev (then `dev` has to be other sentences than `test`). A trial that was broken off begins anew.
    """
    shutil.rmtree(folder, ignore_errors=True)
    study = lab.study(division, options.seed)
    step: Step | None = None
    for step in train(study, replace(options, save_every=1e9), folder, team=team):
        yield step
    if best:
        study.restore()
    table = lab.table(division.test, study.affect_model, study.tokenizer)
    size = len(study.affect_model.scales)
    content: dict[str, Any] = {
        "training sentences": int((study.train.weight > 0).sum()),
        **study.measure(table).as_dict(),
        "training mean": training_mean(lab.ratings[division.train, :size], table.ratings[:, :size]).as_dict(),
        "always 3": always(NEUTRAL, table.ratings[:, :size]).as_dict(),
        "steps": step.step if step else 0,
        "seconds": round(step.seconds, 1) if step else 0.0,
        "parameters": sum(p.numel() for p in study.affect_model.parameters() if p.requires_grad),
    }
    if study.affect_model.decoder is not None:
        content["unexplained"] = round(study.unexplained(table), 5)
    shutil.rmtree(folder / "state", ignore_errors=True)
    write_result(folder / MEASURED, content)


def measured(folder: Path) -> dict[str, Any] | None:
    """What a finished trial wrote; None where none has finished."""
    path = folder / MEASURED
    return read_result(path) if path.is_file() else None


def summary(folds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean and deviation over the folds of each dimension's r and errors; an r that is not known is 0."""
    found = [Figures.of_dict(dict(fold)) for fold in folds]
    tables: dict[str, Any] = {}
    for name in ("r", "mae", "mse"):
        rated = [d for d in found[0].r if all(d in f.r for f in found)]
        columns = {d: [getattr(f, name)[d] for f in found] for d in rated}
        tables[name] = {d: mean_and_sd(np.nan_to_num(values).tolist()) for d, values in columns.items()}
    return {"folds": len(found), **tables}


def curve(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """The curves of a training's log: (step, value) of the loss, of each term, and of each figure on dev."""
    curves: dict[str, list[tuple[float, float]]] = {}
    path = folder / "log.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        row = json.loads(line)
        named = {"loss": row["loss"], **row["terms"]}
        named |= {f"dev {name}": value for name, value in (row["validation"] or {}).items()}
        for name, value in named.items():
            curves.setdefault(name, []).append((row["step"], value))
    return curves
