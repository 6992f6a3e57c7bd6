"""`textvae evaluate topics`, with runs that take no time."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textvae.cli.evaluate_topics import named
from textvae.errors import RecipeError, UnknownNameError
from textvae.evaluation import topic_table
from textvae.evaluation.topic_figures import FIGURES
from textvae.training.recipe import recipe_names

Command = Callable[..., Any]
ASKED = ("evaluate", "topics", "--corpus", "toy", "--seeds", "2", "-k", "4")


FIRST = {
    "npmi": 0.25, "npmi_reference": 0.2, "c_v": 0.75, "diversity": 0.875, "i_rbo": 0.99,
    "duplicates": 2, "dead": 0, "purity": 0.35, "nmi": 0.36, "topics_90": 9.5,
    "perplexity_bound": 1100, "perplexity": 905,
    "documents_per_second": 17250,
}  # fmt: skip


def made(system: str, seed: int) -> topic_table.Run:
    """A run with made-up figures, a hundredth more with the next seed; NMF has no likelihood."""
    figures: dict[str, float | None] = {
        name: FIRST.get(name, 1.0) * (1 + (seed - 1) / 100) for name in FIGURES
    }
    if system == "nmf":
        figures |= {name: None for name in FIGURES if "perplexity" in name}
    return topic_table.Run(system, "toy", 4, seed, "", "textvae:0.1.0|corpus:toy", figures, ())


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Every run that was asked for: system, k, seed, folder, samples."""
    asked: list[tuple[Any, ...]] = []

    def load(name: str, reference: str | None, directory: Path | None) -> SimpleNamespace:
        if name != "toy":
            raise UnknownNameError("corpus", name, ["toy"])
        return SimpleNamespace(name=name, reference=reference)

    def run(
        system: str, recipe: Any, corpus: Any, k: int, seed: int, out: Path, samples: int, progress: Any
    ) -> topic_table.Run:
        asked.append((system, recipe["training"]["epochs"], k, seed, out, samples))
        progress(SimpleNamespace(step=1))
        return made(system, seed)

    monkeypatch.setattr("textvae.evaluation.topic_figures.TopicCorpus.load", load)
    monkeypatch.setattr(topic_table, "run_recipe", run)
    monkeypatch.setattr(
        topic_table, "kept_runs", lambda *_: [made("nmf", 1), made("dirichlet", 9), made("nmf", 2)]
    )
    return asked


def test_table(run: Command, golden: Callable[[str, str], None], tmp_path: Path) -> None:
    asked = (*ASKED, "--recipes", "dirichlet,prodlda", "--peers", "--out", tmp_path)
    golden("evaluate_topics_table", run(*asked, terminal=True).out)


def test_what_is_run(run: Command, runs: list[tuple[Any, ...]], tmp_path: Path) -> None:
    outcome = run(
        *ASKED, "--recipes", "prodlda, dirichlet", "--set", "training.epochs=7", "--samples", 3,
        "--out", tmp_path / "a/b",
    )  # fmt: skip
    assert outcome.code == 0
    assert runs == [
        (name, 7, 4, seed, tmp_path / "a/b", 3) for name in ("prodlda", "dirichlet") for seed in (1, 2)
    ]
    assert [line.split("\t")[0] for line in outcome.out.splitlines()] == ["prodlda", "dirichlet"]


def test_all_is_every_recipe_that_ships() -> None:
    assert [system for system, _ in named("all")] == recipe_names("topics")
    assert list(named("a/mine.toml, dirichlet")) == [("mine", "a/mine.toml"), ("dirichlet", "dirichlet")]


@pytest.mark.parametrize("recipes", ["", " , ", "dirichlet,dirichlet", "dirichlet,x/dirichlet.toml"])
def test_recipes_that_cannot_be_told_apart(recipes: str) -> None:
    with pytest.raises(RecipeError, match="--recipes"):
        list(named(recipes))


def test_formats(run: Command, tmp_path: Path) -> None:
    asked = (*ASKED, "--recipes", "dirichlet", "--peers", "--out", tmp_path)
    row, other = map(json.loads, run(*asked, "--format", "jsonl").out.splitlines())
    assert (row["system"], row["seeds"], row["npmi"], row["npmi_sd"]) == ("dirichlet", 2, 0.25125, 0.001768)
    assert (other["system"], other["perplexity"], other["perplexity_sd"]) == ("nmf", None, None)
    table = list(csv.DictReader(io.StringIO(run(*asked, "--format", "csv").out)))
    assert list(table[0]) == list(row)
    assert table[1]["perplexity"] == ""
    path = tmp_path / "table.parquet"
    assert run(*asked, "-o", path).code == 0
    assert path.stat().st_size
    assert run(*asked).out.splitlines()[1].split("\t") == ["nmf", "0.2512 ±.0018", "0.8794 ±.0062", "-"]


def test_bad_input(run: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments, said in (
        (("--recipes", "dirichlt", "--out", tmp_path), "did you mean 'dirichlet"),
        (("--corpus", "toi", "--recipes", "dirichlet", "--out", tmp_path), "did you mean 'toy'"),
        (("--recipes", "dirichlet", "--out", tmp_path / "file"), "cannot be a folder"),
        (("--recipes", "dirichlet", "--set", "epochs=1", "--out", tmp_path), "TABLE.KEY=VALUE"),
        (("-k", "1", "--recipes", "dirichlet", "--out", tmp_path), "2"),
    ):
        outcome = run("evaluate", "topics", *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert said in outcome.err
