"""The ladder to affect-en: its commands, the soup of weights by hand, and which rows count as finished."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from textvae.affect.beginning import in_fold
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
    benchmarks("affect_ladder").mix([tmp_path / "a", tmp_path / "b"], tmp_path / "soup")
    soup = load_checkpoint(tmp_path / "soup")
    assert soup.tensors["w"].tolist() == [2.0, 0.0]
    assert soup.files == {"note": b"x"}
    assert soup.config["mixed"] == [{"recipe": {"model": name}, "seed": 1} for name in ("a", "b")]
    assert not {"dev", "recipe"} & set(soup.config)  # those of one of them would be wrong


def test_every_step_is_a_recipe_or_is_made_of_steps(benchmarks: Any, ladder: Any, tmp_path: Path) -> None:
    steps = benchmarks("affect_ladder").STEPS
    for name, step in steps.items():
        assert bool(step.recipe) != bool(step.made)
        assert set(step.of) <= set(steps)
        if step.recipe:
            load_recipe("affect", step.recipe)
            assert len({str(place) for place in ladder.places(name)}) == len(step.runs)
    command = ladder.command("rated", 2, "2/5")[4:]
    assert command[:3] == ["affect", "--recipe", "rated"]
    assert f"model.start={tmp_path}/groundwork/seed1/last" in command
    assert command[-4:] == ["--seed", "2", "--out", f"{tmp_path}/rated/seed2-fold2"]
    assert "--encoder" not in command
    assert ladder.command("plain", 1, "1/5")[7:9] == ["--encoder", "ENCODER"]


def test_figures_of_what_is_there(benchmarks: Any, ladder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One training says the ratings, one half as much and, of a fold that it left out, the opposite."""
    module = benchmarks("affect_ladder")
    step = module.Step("two", "rated", start="groundwork", runs=((1, ""), (2, "2/5")))
    monkeypatch.setattr(module, "STEPS", {"two": step, "both": module.Step("mean", made="mean", of=("two",))})
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
    row = module.rows({"two": found})[0]
    assert row["left"] == "-1.000 / -1.000 / -1.000"
    assert row["v"] == "1.000 ± 0.000"
