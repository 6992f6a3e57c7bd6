"""The ladder of trainings: its rows are the recipes of `text/steering`, and what was measured stays."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from textvae.corpora import Sentence
from textvae.training.recipe import load_recipe, recipe_names


@pytest.fixture
def bench(benchmarks: Callable[[str], ModuleType]) -> Any:
    return benchmarks("steering_trainings")


def test_every_recipe_is_a_row(bench: Any) -> None:
    names = {name.removeprefix("steering/") for name in recipe_names("text") if name.startswith("steering/")}
    assert names == {*bench.FIRST, *bench.THEN}


def test_rows_that_are_compared_have_one_budget(bench: Any) -> None:
    """Beside the terms and the decoder, whatever is trained alike has the same settings."""
    for rows in (bench.FIRST, bench.THEN):
        recipes = [load_recipe("text", f"steering/{name}") for name in rows]
        for table in ("data", "noise", "batches", "training", "steering"):
            assert all(recipe[table] == recipes[0][table] for recipe in recipes)


def test_what_was_measured_is_not_measured_again(bench: Any, tmp_path: Path) -> None:
    figures = {"ACC": 80.0, "self-BLEU": 50.0, "arousal": 0.5, "rebuilt": 60.0, "long": 40.0, "hours": 0.5}
    (tmp_path / "steered-1-1.json").write_text(json.dumps(figures), encoding="utf-8")
    one = [Sentence("a", "it was good .", label="positive")]
    assert bench.measure("a row", tmp_path, one, one, None) == {"what": "a row"} | figures
    row = bench.table(bench.COLUMNS, [{"what": "a row"} | figures]).splitlines()[-1]
    assert row == "| a row | 80.0 | 50.0 | 0.50 | 60.0 | 40.0 | 0.50 |"
