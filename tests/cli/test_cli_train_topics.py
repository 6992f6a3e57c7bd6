"""Topics learnt for real, from a handful of texts: what `topics` keeps and what `train topics` leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Run = Callable[..., Any]

KINDS = ("rocket moon crew orbit fuel launch", "soup bread salt oven flour yeast")
QUICK = ("--device", "cpu", "--set", "training.epochs=2", "--set", "training.validate_every=2")


def lines(count: int, per_document: int = 3) -> str:
    """Documents that are about one of the two kinds, each with words of its own choice."""
    rng = np.random.default_rng(0)
    drawn = [rng.choice(KINDS[n % 2].split(), per_document).tolist() for n in range(count)]
    return "".join(" ".join(words) + "\n" for words in drawn)


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = Path("texts.txt")
    file.write_text(lines(60))
    return file


def test_a_training_on_own_texts(run: Run, texts: Path) -> None:
    outcome = run("train", "topics", "--corpus", texts, "-k", "3", "--out", "run", "--seed", "4", *QUICK)
    assert outcome.code == 0, outcome.err
    shown = outcome.out.splitlines()
    assert shown[0] == "training on cpu, fp32, seed 4, in run"
    assert shown[1].startswith("best: run/best (step ")
    assert "60 documents" in outcome.err
    outcome = run("topics", texts, "--model", "run", "--format", "jsonl")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert len(rows) == 60
    assert all(len(row["proportions"]) == 3 for row in rows)
    assert all(sum(row["proportions"]) == pytest.approx(1, abs=1e-4) for row in rows)


def test_a_training_is_not_written_over_and_goes_on(run: Run, texts: Path) -> None:
    command = ("train", "topics", "--corpus", texts, "-k", "2", "--out", "run", *QUICK)
    assert run(*command).code == 0
    again = run(*command)
    assert again.code == 2
    assert "--resume" in again.err
    assert run(*command, "--resume").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--corpus", "20newsgroup"), "did you mean '20newsgroups'"),
        (("--corpus", "emobank"), "not one of topics"),
        (("--corpus", "texts.txt", "--recipe", "dirichle"), "did you mean 'dirichlet'"),
        (("--corpus", "texts.txt", "--set", "training.epoch=3"), "'epochs'"),
        (("--corpus", "texts.txt", "-k", "61"), "61 topics are more than the 60 documents"),
    ],
)
def test_what_does_not_fit(run: Run, texts: Path, arguments: tuple[str, ...], said: str) -> None:
    outcome = run("train", "topics", "--out", "run", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert not Path("run").exists()


@pytest.fixture
def affect(monkeypatch: pytest.MonkeyPatch) -> None:
    def score(read: list[str]) -> NDArray[np.float32]:
        return np.array([[4.0 if "soup" in text else 2.0, 3.0, 3.0] for text in read], np.float32)

    monkeypatch.setattr("textvae.cli.topic_learning.open_reader", lambda *_: SimpleNamespace(score=score))


def test_a_kept_model_gives_the_topics_of_new_texts(run: Run, texts: Path, affect: None) -> None:
    outcome = run("topics", texts, "-k", "2", "--minutes", "0.05", "--save", "kept", "--format", "jsonl")
    assert outcome.code == 0, outcome.err
    assert "the model is in kept" in outcome.err
    assert {file.name for file in Path("kept").iterdir()} >= {"config.json", "model.safetensors"}
    shares = [json.loads(line)["share"] for line in outcome.out.splitlines()]
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert shares == sorted(shares, reverse=True)
    Path("new.txt").write_text("a rocket\nno such thing\n")
    rows = [
        json.loads(line)
        for line in run("topics", "new.txt", "--model", "kept", "--format", "jsonl").out.splitlines()
    ]
    assert rows[0]["topic"] in (1, 2)
    assert rows[1]["topic"] is None


def test_the_best_of_several_tries_is_kept(run: Run, texts: Path, affect: None) -> None:
    command = ("topics", texts, "-k", "2", "--minutes", "0.05", "--tries", "2", "--seed", "7", "--no-affect")
    outcome = run(*command)
    assert outcome.code == 0, outcome.err
    (said,) = [line for line in outcome.err.splitlines() if "learnt 2 times" in line]
    qualities = [float(value) for value in said.rpartition(": ")[2].rstrip(").").split(", ")]
    assert len(qualities) == 2
    assert f"seed {7 + qualities.index(max(qualities))}," in said
    assert "learnt" not in run(*command[:-5], "--tries", "1", "--no-affect").err


@pytest.mark.slow
def test_two_kinds_of_text_are_two_topics(run: Run, texts: Path, affect: None) -> None:
    texts.write_text(lines(600))
    command = (
        "topics",
        texts,
        "-k",
        "2",
        "--seed",
        "1",
        "--words",
        "6",
        "--format",
        "jsonl",
        "--device",
        "cpu",
    )
    outcome = run(*command)
    found = [json.loads(line) for line in outcome.out.splitlines()]
    words = {frozenset(word["word"] for word in row["words"]) for row in found}
    assert words == {frozenset(kind.split()) for kind in KINDS}
    assert [row["documents"] for row in found] == [300, 300]
    assert run(*command).out == outcome.out
