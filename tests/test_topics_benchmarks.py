"""The benchmark of topic models: LDA's likelihood against an integral, and how the table is made."""

import argparse
import json
from math import lgamma, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textvae.evaluation.topic_figures import FIGURES
from textvae.evaluation.topic_table import Run
from textvae.topics.bags import Bags


def test_lda_likelihood_against_an_integral(benchmarks: Any) -> None:
    topics = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    alpha = np.array([1.2, 1.5])
    bags = Bags.count([["a", "a", "c"], ["b"]], ["a", "b", "c"])
    grid = (np.arange(100_000) + 0.5) / 100_000
    theta = np.stack([grid, 1 - grid], 1)
    scale = lgamma(alpha.sum()) - lgamma(alpha[0]) - lgamma(alpha[1])
    density = np.exp(scale + ((alpha - 1) * np.log(theta)).sum(1))
    likelihoods = [np.prod((theta @ topics) ** counts, axis=1) for counts in ([2, 0, 1], [0, 1, 0])]
    truth = [log(np.mean(likelihood * density)) for likelihood in likelihoods]
    # The exact posterior mean of one word: log p(b) = log(1.2 * 0.2 + 1.5 * 0.3) - log(2.7)
    assert truth[1] == pytest.approx(log((1.2 * 0.2 + 1.5 * 0.3) / 2.7), abs=1e-5)
    found = benchmarks("topic_peers").lda_likelihood(
        np.array([[2.0, 2.5], [1.1, 2.2]]), alpha, topics, bags, 20_000
    )
    assert found.weighted == pytest.approx(truth, abs=0.02)
    assert (found.bound < np.array(truth) - 0.005).all()
    assert (found.bound > np.array(truth) - 0.3).all()
    assert found.lengths.tolist() == [3, 1]


def test_every_peer_has_a_trainer(benchmarks: Any) -> None:
    peers = benchmarks("topic_peers")
    assert peers.SYSTEMS.keys() == peers.TRAINERS.keys()


def test_the_plan_begins_with_what_is_most_wanted(benchmarks: Any) -> None:
    planned = list(benchmarks("topic_tables").plan(["n", "m"], [50, 20], ["a", "b"], 2))
    first = [("n", 50, "a", 1), ("n", 50, "b", 1), ("n", 50, "a", 2), ("n", 50, "b", 2), ("n", 20, "a", 1)]
    assert planned[:5] == first
    assert len(planned) == len(set(planned)) == 16


def test_the_table_is_written(benchmarks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = benchmarks("topic_tables")
    (tmp_path / "runs/toy/k2").mkdir(parents=True)

    def made(system: str, seed: int) -> Run:
        figures: dict[str, float | None] = dict.fromkeys(FIGURES, 0.1 * seed)
        return Run(system, "toy", 2, seed, "", "signature", figures | {"perplexity": None}, ())

    held = [made("b", 1), made("a", 1), made("a", 3), made("unasked", 1)]
    monkeypatch.setattr(tables, "kept_runs", lambda *_: held)
    monkeypatch.setattr(tables, "documents", lambda name: name)
    options = argparse.Namespace(
        corpora=["toy", "none"], k=[5, 2], systems=["a", "b"], samples=1,
        out=tmp_path / "runs", results=tmp_path,
    )  # fmt: skip
    tables.render(options)
    lines = (tmp_path / "topics.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("## toy, k = 2")
    assert lines[start + 4].startswith("| a | 0.200 ± 0.141 | 0.200 ± 0.141 | ")
    assert "| – |" in lines[start + 4]
    assert lines[start + 4].endswith("| 2 |")
    assert lines[start + 5].startswith("| b | 0.100 | ")
    assert not any("unasked" in line or "none" in line for line in lines[start:])
    rows = json.loads((tmp_path / "topics.json").read_text(encoding="utf-8"))["rows"]
    assert [row["system"] for row in rows] == ["a", "b"]
    assert rows[1]["seeds"] == 1


def test_results_are_kept_beside_the_machine(
    benchmarks: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measuring = benchmarks("measuring")
    rows = [{"name": "start", "the time": 0.17}, {"name": "end", "the time": 12.0}]
    text = measuring.table({"what": "{name}", "s": "{the time:.1f}"}, rows)
    assert text == "| what | s |\n|---|---|\n| start | 0.2 |\n| end | 12.0 |\n"
    measuring.keep("made", {"rows": rows}, text, tmp_path / "new")
    assert capsys.readouterr().out == text == (tmp_path / "new/made.md").read_text(encoding="utf-8")
    kept = json.loads((tmp_path / "new/made.json").read_text(encoding="utf-8"))
    assert kept["rows"] == rows
    assert kept["machine"]["cores"] >= 1


def test_speed_is_a_ratio_of_the_same_round(
    benchmarks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speed = benchmarks("topic_speed")
    ours, theirs = iter([20.0, 60.0, 30.0]), iter([10.0, 20.0, 60.0])
    monkeypatch.setattr(speed, "one_core", lambda: 0)
    monkeypatch.setattr(speed.TopicCorpus, "load", lambda name: name)
    monkeypatch.setattr(speed, "ours", lambda *_: next(ours))
    monkeypatch.setattr(speed, "theirs", lambda *_: next(theirs))
    monkeypatch.setattr("sys.argv", ["topic_speed", "--recipes", "dirichlet", "--results", str(tmp_path)])
    speed.main()
    row, peer = json.loads((tmp_path / "topic_speed.json").read_text(encoding="utf-8"))["rows"]
    assert (row["rate"], row["low"], row["high"], row["ratio"]) == (30, 20, 60, 2)  # of 2, 3 and a half
    assert (peer["system"], peer["rate"], peer["ratio"]) == ("topmost-prodlda", 20, 1)
