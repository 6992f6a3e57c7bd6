"""The tables' benchmark: rows that have recipes, a table by hand, curves from a log."""

import importlib
import json
import math
from pathlib import Path
from typing import Any

import pytest

from textvae.training.recipe import load_recipe


@pytest.fixture
def text_tables(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    return importlib.import_module("text_tables")


def test_every_row_is_a_recipe_with_the_table_s_budget(text_tables: Any) -> None:
    for table, systems in text_tables.TABLES.items():
        assert systems[0].recipe == "lm"
        budgets = set()
        for system in systems:
            for name in filter(None, (system.recipe, system.start)):
                recipe = load_recipe("text", f"{table}/{name}")
                budgets.add((recipe["training"]["epochs"], recipe["batches"]["pieces"]))
        assert len(budgets) == 1


def test_markdown_by_hand(text_tables: Any) -> None:
    reports = {
        "language model": {"rows": [{"name": "NLL", "value": 31.4159}, {"name": "unknown", "value": 1}]},
        "VAE": {"rows": [{"name": "bound", "value": 33.0}, {"name": "active units", "value": 4}]},
    }
    lines = text_tables.markdown(reports).splitlines()
    assert lines[0].startswith("| system | bound | NLL | KL | PPL |")
    assert lines[2].startswith("| language model | – | 31.42 | – |")
    assert lines[3].startswith("| VAE | 33 | – | – |")
    assert len({line.count("|") for line in lines}) == 1


def test_curves_are_those_of_the_log(text_tables: Any, tmp_path: Path) -> None:
    rows = [
        {"step": 5, "validation": None},
        {"step": 10, "validation": {"reconstruction": 2.0, "kl": 0.5}},
        {"step": 20, "validation": {"reconstruction": 1.0}},
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert text_tables.curve(tmp_path) == [(10, math.exp(2.0), 0.5, 2.5), (20, math.e, 0.0, 1.0)]


def test_a_training_that_is_done_is_kept(
    text_tables: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(text_tables, "textvae", lambda *arguments: ran.append(arguments))
    run = tmp_path / "yelp" / "vae"
    text_tables.train("yelp", "vae", 2.0, tmp_path, None, [])
    assert ran[-1][:6] == ("train", "text", "--recipe", "yelp/vae", "--out", str(run))
    assert "--resume" not in ran[-1]
    (run / "state").mkdir(parents=True)
    text_tables.train("yelp", "vae", 2.0, tmp_path, tmp_path / "ae", ["training.seed=2"])
    assert ran[-1][-1] == "--resume"
    assert {"training.epochs=2", "training.seed=2", "--from"} <= set(ran[-1])
    (run / "last").mkdir()
    (run / "last" / "config.json").write_text("{}", encoding="utf-8")
    assert text_tables.train("yelp", "vae", 2.0, tmp_path, None, []) == run
    assert len(ran) == 2
