"""`textvae corpus` and `textvae evaluate`, on the sample corpus that ships."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textvae.evaluation.report import Report, Row

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def only_what_ships(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TEXTVAE_CORPORA", raising=False)
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))


def test_list(run: Run) -> None:
    found = {
        row["name"]: row
        for row in map(json.loads, run("corpus", "list", "--format", "jsonl").out.splitlines())
    }
    assert found["emobank"]["sentences"] == 10062
    assert (found["emobank"]["here"], found["sample"]["here"]) == ("no", "yes")
    shown = run("corpus", "list", terminal=True).out
    assert all(name in shown for name in found)


def test_show_and_head(run: Run) -> None:
    shown = run("corpus", "show", "sample").out
    assert shown.startswith("name         sample\n")
    rows = [
        json.loads(line)
        for line in run("corpus", "head", "sample", "-n", "3", "--format", "jsonl").out.splitlines()
    ]
    assert len(rows) == 3
    assert list(rows[0]) == ["id", "split", "valence", "arousal", "dominance", "label", "text"]
    assert 1 <= rows[0]["valence"] <= 5


def test_unknown_names(run: Run) -> None:
    for verb in ("show", "head", "check", "fetch"):
        outcome = run("corpus", verb, "emobnk")
        assert outcome.code == 2
        assert "did you mean 'emobank'" in outcome.err
    outcome = run("corpus", "head", "sample", "--split", "tets")
    assert outcome.code == 2
    assert "unknown split" in outcome.err


def test_a_corpus_that_is_not_here(run: Run) -> None:
    outcome = run("corpus", "head", "emobank")
    assert (outcome.code, outcome.out) == (2, "")
    assert "textvae corpus fetch emobank" in outcome.err
    outcome = run("corpus", "check", "emobank")
    assert outcome.code == 1
    assert "missing" in outcome.out


def test_check(run: Run) -> None:
    outcome = run("corpus", "check", "sample")
    assert outcome.code == 0
    assert all(line.startswith("ok\t") for line in outcome.out.splitlines())


REPORT = Report(
    "Affect of 2 sentences of sample/test",
    (Row("r valence", 0.75, "2 sentences"), Row("MSE", 0.04321)),
    "textvae:0.1.0|model:affect-en@0123",
    ({"id": "1", "source": "good"},),
)


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textvae.cli.evaluate.open_reader", lambda *_: None)
    monkeypatch.setattr("textvae.cli.evaluate.open_writer", lambda *_: None)
    monkeypatch.setattr("textvae.evaluation.affect.evaluate_affect", lambda *_, **__: REPORT)
    monkeypatch.setattr("textvae.evaluation.reconstruction.evaluate_reconstruction", lambda *_, **__: REPORT)


@pytest.mark.usefixtures("report")
def test_reports(run: Run, golden: Callable[[str, str], None], tmp_path: Path) -> None:
    golden("evaluate_table", run("evaluate", "affect", "--corpus", "sample", terminal=True).out)
    assert run("evaluate", "affect", "--corpus", "sample").out == "r valence\t0.75\nMSE\t0.04321\n"
    machine = json.loads(run("evaluate", "affect", "--corpus", "sample", "--format", "jsonl").out)
    assert machine == REPORT.as_dict()
    judged = tmp_path / "judged.jsonl"
    assert run("evaluate", "reconstruction", "--corpus", "sample", "--outputs", judged).code == 0
    assert json.loads(judged.read_text()) == {"id": "1", "source": "good"}
    outcome = run("evaluate", "reconstruction", "--corpus", "sample", "--outputs", judged)
    assert outcome.code == 2
    assert "exists" in outcome.err


@pytest.mark.usefixtures("report")
def test_evaluate_unknown_corpus(run: Run) -> None:
    outcome = run("evaluate", "affect", "--corpus", "emobnk")
    assert outcome.code == 2
    assert "did you mean 'emobank'" in outcome.err
