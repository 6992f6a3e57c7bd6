"""`textvae corpus` and `textvae evaluate`, on the sample corpus that ships."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
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


def counted(writer: Any, asked: list[Any], name: str, **_: Any) -> Report:
    return replace(REPORT, title=f"{len(asked)} sentences of {name}")


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textvae.cli.evaluate.open_reader", lambda *_: None)
    writer = SimpleNamespace(codec=SimpleNamespace(takes=lambda text: len(text) < 40), normalise=str.lower)
    monkeypatch.setattr("textvae.cli.evaluate.open_writer", lambda *_: writer)
    monkeypatch.setattr("textvae.evaluation.affect.evaluate_affect", lambda *_, **__: REPORT)
    monkeypatch.setattr("textvae.evaluation.reconstruction.evaluate_reconstruction", counted)


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
    outcome = run("evaluate", "reconstruction", "-o", "r.jsonl", "--outputs", "./r.jsonl", "--force")
    assert (outcome.code, "-o and --outputs both name r.jsonl" in outcome.err) == (2, True)


@pytest.mark.usefixtures("report")
def test_sentences_that_are_too_long_are_left_out(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "reviews.csv"
    table.write_text(f"review\nshort one\n{'word ' * 10}\nshort two\n")
    command = (
        "evaluate",
        "reconstruction",
        "--corpus",
        table,
        "--column",
        "text=review",
        "--format",
        "jsonl",
    )
    outcome = run(*command)
    assert outcome.code == 0
    assert json.loads(outcome.out)["title"] == f"2 sentences of {table}"
    assert "1 sentence left out: too long for the model" in outcome.err
    assert json.loads(run(*command, "-n", "1").out)["title"] == f"1 sentences of {table}"
    missing = run(*command, "--split", "dev")
    assert missing.code == 2
    assert "has no sentence of the split 'dev'" in missing.err


@pytest.mark.usefixtures("report")
def test_some_sentences_are_spread_over_all(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def noted(writer: Any, asked: list[Any], name: str, **_: Any) -> Report:
        seen.append([sentence.text for sentence in asked])
        return REPORT

    monkeypatch.setattr("textvae.evaluation.reconstruction.evaluate_reconstruction", noted)
    table = tmp_path / "ordered.csv"
    table.write_text("text\n" + "\n".join(f"sentence {i}" for i in range(9)) + "\n")
    assert run("evaluate", "reconstruction", "--corpus", table, "-n", "3").code == 0
    assert seen == [["sentence 0", "sentence 3", "sentence 6"]]


@pytest.mark.usefixtures("report")
def test_a_file_without_a_train_split_has_no_judge(run: Run, tmp_path: Path) -> None:
    table = tmp_path / "labelled.csv"
    table.write_text("text,label\ngood,positive\nbad,negative\n")
    outcome = run("evaluate", "transfer", "--corpus", table)
    assert outcome.code == 2
    assert "has no sentence of the split 'train'" in outcome.err


@pytest.mark.usefixtures("report")
def test_evaluate_unknown_corpus(run: Run) -> None:
    outcome = run("evaluate", "affect", "--corpus", "emobnk")
    assert outcome.code == 2
    assert "did you mean 'emobank'" in outcome.err
