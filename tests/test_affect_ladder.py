"""The ladder to affect-en: its commands, the soup of weights by hand, and which rows count as finished."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from textvae.affect.beginning import in_fold
from textvae.affect.pupil import TERMS
from textvae.affect.task import DataOptions
from textvae.corpora.sentence import Rating, Sentence
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.recipe import load_recipe


def rated(split: str, count: int) -> list[Sentence]:
    """Valence and arousal rise with the row, dominance falls."""
    means = np.linspace(2, 4, count)
    return [
        Sentence(f"{split} {i}", f"{split}{i}", split, Rating(m), Rating(m), Rating(6 - m))
        for i, m in enumerate(means)
    ]


@pytest.fixture
def ladder(benchmarks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = benchmarks("affect_ladder")
    monkeypatch.setattr(module, "read_corpus", lambda name, split: rated(split, 20))
    return module.Ladder(tmp_path, "ENCODER")


def test_the_soup_by_hand(benchmarks: Any, tmp_path: Path) -> None:
    for name, values in (("a", [1.0, 2.0]), ("b", [3.0, -2.0])):
        config = {"kind": "affect", "model": {"size": 2}, "window": 8, "dev": {"score": 1.0}}
        config |= {"recipe": {"model": name}, "seed": 1}
        save_checkpoint(tmp_path / name, config, {"w": torch.tensor(values)}, {"note": b"x"})
    benchmarks("affect_trainings").mix([tmp_path / "a", tmp_path / "b"], tmp_path / "soup")
    soup = load_checkpoint(tmp_path / "soup")
    assert soup.tensors["w"].tolist() == [2.0, 0.0]
    assert soup.files == {"note": b"x"}
    assert soup.config["mixed"] == [{"recipe": {"model": name}, "seed": 1} for name in ("a", "b")]
    assert not {"dev", "recipe"} & set(soup.config)  # those of one of them would be wrong


@pytest.mark.parametrize("which", ["affect_ladder", "affect_ladder_wide", "affect_ladder_large"])
def test_every_step_is_a_recipe_or_is_made_of_steps(
    benchmarks: Any, ladder: Any, tmp_path: Path, which: str
) -> None:
    ladder.steps = steps = benchmarks("affect_steps").LADDERS[which]
    for name, step in steps.items():
        assert bool(step.recipe) != bool(step.made)
        assert {*step.of, *([step.start] if step.start else [])} <= set(steps)
        if step.recipe:
            changes = {key: str(value) for key, value in step.changes.items()}
            values = load_recipe("affect", step.recipe, changes)
            assert len({str(place) for place in ladder.places(name)}) == len(step.runs)
            taught = {name for stage in values["stage"] for name in stage}
            assert set(values["objective"]) <= TERMS - ({"emotions"} - taught_terms(taught))
            assert set(values["data"]) <= {field.name for field in fields(DataOptions)}
    ladder.steps = benchmarks("affect_steps").STEPS
    command = ladder.command("rated", 2, "2/5")[4:]
    assert command[:3] == ["affect", "--recipe", "rated"]
    assert f"model.start={tmp_path}/groundwork/seed1/last" in command
    assert command[-4:] == ["--seed", "2", "--out", f"{tmp_path}/rated/seed2-fold2"]
    assert "--encoder" not in command
    assert ladder.command("plain", 1, "1/5")[7:9] == ["--encoder", "ENCODER"]
    ladder.steps, ladder.large = benchmarks("affect_steps").LARGE_TEACHER, "LARGE"
    assert ladder.command("mpnet", 2, "2/5")[7:9] == ["--encoder", "LARGE"]


def taught_terms(sources: set[str]) -> set[str]:
    """Terms that need a source."""
    return {"emotions"} if "goemotions" in sources else set()


def test_what_rests_on_what(benchmarks: Any, ladder: Any, tmp_path: Path) -> None:
    ladder.steps, ladder.at_once = benchmarks("affect_steps").WIDE, 2
    jobs = ladder.jobs(["student"], 1)
    assert jobs["rated seed3-fold3"].needs == ("groundwork seed1",)
    assert jobs["plain seed1-fold1"].needs == jobs["plain seed1-fold1"].after == ()
    assert jobs["student seed1"].needs == ("before seed1",)  # no job: it is there
    assert set(jobs["student seed1"].after) >= {"readings distilled-wide 1/2", "rated seed3-fold3"}
    assert "readings distilled-wide 2/2" in jobs
    assert "plain seed2-fold2" not in jobs  # the first of each step alone
    (tmp_path / "groundwork/seed1/last").mkdir(parents=True)
    (tmp_path / "plain/seed1-fold1/last").mkdir(parents=True)
    (tmp_path / "before").mkdir()
    assert jobs.keys() - ladder.jobs(["student"], 1).keys() == {"groundwork seed1", "plain seed1-fold1"}
    taught = f'student.teacher=["{tmp_path}/plain/seed1-fold1/last", "{tmp_path}/before"]'
    assert taught in ladder.begin("student", 1, "")  # by those that are there
    assert "rated" in " ".join(ladder.command("student", 1, ""))


def test_what_is_asked_of_every_training(benchmarks: Any, tmp_path: Path, ladder: Any) -> None:
    asked = ["training.epochs=0.1", "student.most=7"]
    wide = benchmarks("affect_steps").WIDE
    ladder = benchmarks("affect_ladder").Ladder(tmp_path, "ENCODER", wide, 1, asked)
    assert "training.epochs=0.1" in ladder.command("plain", 1, "")
    assert "student.most=7" not in ladder.command("plain", 1, "")  # its recipe has no such table
    assert "student.most=7" in ladder.command("student", 1, "")
    assert ladder.asked()[-4:] == ["--set", asked[0], "--set", asked[1]]


def test_a_training_begins_without_what_one_that_was_killed_left(ladder: Any, tmp_path: Path) -> None:
    (tmp_path / "plain/seed3-fold3").mkdir(parents=True)
    (tmp_path / "plain/seed3-fold3/log.jsonl").write_text("half a line")
    (tmp_path / "groundwork/seed1/state").mkdir(parents=True)
    ladder.begin("plain", 3, "3/5")
    assert not (tmp_path / "plain/seed3-fold3").exists()
    assert "--resume" in ladder.begin("groundwork", 1, "")


def test_figures_of_what_is_there(benchmarks: Any, ladder: Any) -> None:
    """One training says the ratings, one half as much and, of a fold that it left out, the opposite."""
    module = benchmarks("affect_ladder")
    step = module.Step("two", "rated", start="groundwork", runs=((1, ""), (2, "2/5")))
    ladder.steps = {"two": step, "both": module.Step("mean", made="mean", of=("two",))}
    gold = module.ratings_of(ladder.dev)
    left = module.ratings_of([s for s in ladder.train if in_fold(s, "2/5")])
    nothing = np.empty((0, 3))
    first, second = ladder.places("two")
    assert ladder.figures("two") == {}
    said = {first: (gold, nothing, nothing), second: (3 + (gold - 3) / 2, 6 - left, left)}
    ladder.read = {place: (np.tile(dev, 2), np.tile(held, 2), ratings)
                   for place, (dev, held, ratings) in said.items()}  # fmt: skip
    first.mkdir(parents=True)
    assert ladder.figures("two")["trainings"] == 1
    assert ladder.figures("both") == {}  # not all are there
    second.mkdir(parents=True)
    found = ladder.figures("two")
    assert found["r valence"] == pytest.approx((1.0, 0.0))
    assert found["slope"] == pytest.approx([1.5] * 3)  # the mean of 1 and 2
    half = float(((gold - 3) ** 2).mean()) / 4
    assert found["squared error"][0] == pytest.approx(half / 2)
    assert list(found["left out"]["r"].values()) == pytest.approx([-1.0] * 3)
    both = ladder.figures("both")
    assert both["squared error"] == pytest.approx((half / 4, 0.0))  # three quarters of the deviation
    row = module.rows({"two": found}, ladder.steps)[0]
    assert row["left"] == "-1.000 / -1.000 / -1.000"
    assert row["v"] == "1.000 ± 0.000"
