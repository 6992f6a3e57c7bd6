"""`textvae train affect` with --folds and --grid: what is printed, what is kept, what is refused."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from textvae.affect.lab import trials
from textvae.affect.lab.study import Study
from textvae.affect.reader import AffectReader
from textvae.affect.values import Affect, Reading
from textvae.cli import render, sentences
from textvae.cli.laboratory import aligned
from textvae.corpora.sentence import Rating, Sentence
from textvae.training.checkpoint import load_checkpoint

Run = Callable[..., Any]
RECIPE = """
[recurrent]
architecture = "gru"
hidden = 4
embedding = 4
least = 1

[objective]
affect = 1.0

[training]
epochs = 2.0
learning_rate = 1e-2
validate_every = 2
"""


def corpus(*_: object) -> list[Sentence]:
    """Sentences whose valence their word says."""
    made = []
    for i in range(40):
        split, value = ("train", "train", "dev", "test")[i % 4], 2.0 + i % 3
        ratings = (
            Rating(value + 0.01 * (i % 5), 0.5),
            Rating(3 + 0.1 * (i % 7), 0.5),
            Rating(3 - 0.1 * (i % 3)),
        )
        made.append(Sentence(f"it was {('bad', 'plain', 'good')[i % 3]}", str(i), split, *ratings))
    return made


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("textvae.affect.lab.folds.rated_sentences", corpus)
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def test_folds_print_every_fold_and_their_mean(run: Run, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    given = ("train", "affect", "--recipe", str(recipe), "--folds", "4", "--out", str(out), "--device", "cpu")
    outcome = run(*given)
    assert outcome.code == 0, outcome.err
    table = [line for line in outcome.out.splitlines() if not line.startswith(("curves:", "results:"))]
    assert table[0].split("  ")[0] == "fold (the fold held out)"
    assert "r valence" in table[0]
    assert "MAE dominance" in table[0]
    assert [line.split()[0] for line in table[1:]] == ["1", "2", "3", "4", "mean", "training", "always"]
    result = json.loads((out / "run.json").read_text())
    assert len(result["folds"]) == 4
    assert sum(fold["sentences"] for fold in result["folds"]) == 20  # the training rows, each once
    mean = sum(fold["mae"]["valence"] for fold in result["folds"]) / 4
    assert result["summary"]["mae"]["valence"][0] == pytest.approx(mean)
    assert f"{mean:.3f} ± " in table[5]
    # Again: nothing is trained, and the same table is printed.
    again = run(*given)
    assert [line for line in again.out.splitlines() if not line.startswith("curves")][: len(table)] == table
    assert "done before" in again.err
    # Other settings do not fit into the folder.
    other = run(*given, "--set", "recurrent.hidden=5")
    assert other.code == 2
    assert "another experiment (recipe differs)" in other.err


def test_a_grid_skips_what_is_finished(
    run: Run, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, trained = tmp_path / "out", []
    whole = trials.trial

    def noted(lab: Any, division: Any, options: Any, folder: Path, **more: Any) -> Any:
        trained.append((folder.parent.name, lab.recurrent.hidden, options.seed))
        if len(trained) == 3:
            raise KeyboardInterrupt
        return whole(lab, division, options, folder, **more)

    monkeypatch.setattr(trials, "trial", noted)
    given = ("train", "affect", "--recipe", str(recipe), "--out", str(out), "--device", "cpu",
             "--grid", "recurrent.hidden=3,4", "--grid", "training.seed=1,2")  # fmt: skip
    stopped = run(*given)
    assert stopped.code == 130
    assert "repeat the command" in stopped.err
    assert sorted(path.name for path in out.glob("hidden*.json")) == [
        "hidden=3,seed=1.json",
        "hidden=3,seed=2.json",
    ]
    outcome = run(*given)
    assert outcome.code == 0, outcome.err
    assert [entry[1:] for entry in trained] == [(3, 1), (3, 2), (4, 1), (4, 1), (4, 2)]
    lines = outcome.out.splitlines()
    assert sum(line.startswith("recurrent.hidden=") for line in lines) == 4
    assert any(line.startswith("best mean r ") for line in lines)
    result = json.loads((out / "hidden=4,seed=2.json").read_text())
    assert result["configuration"] == {"recurrent.hidden": "4", "training.seed": "2"}
    assert result["measured on"] == "dev"
    assert result["folds"][0]["sentences"] == 10


def test_figures_of_other_rows_are_not_taken_for_those_of_a_table(run: Run, tmp_path: Path) -> None:
    recipe, table, out = tmp_path / "tiny.toml", tmp_path / "mine.csv", tmp_path / "out"
    recipe.write_text(RECIPE)
    rows = [f"it was {word} {i},{2 + i % 3}" for i in range(8) for word in ("bad", "good")]
    table.write_text("\n".join(["text,valence", *rows]))
    given = ("train", "affect", "--recipe", str(recipe), "--corpus", str(table), "--out", str(out),
             "--set", "latent.dimensions=1", "--device", "cpu", "--folds", "2")  # fmt: skip
    assert run(*given).code == 0
    assert "done before" in run(*given).err
    table.write_text("\n".join(["text,valence", *rows[:-1], "it was good 8,4.5"]))
    other = run(*given)
    assert other.code == 2
    assert "another experiment (sentences differs)" in other.err


def test_one_training_leaves_a_model_and_its_curves(run: Run, recipe: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    out = tmp_path / "out"
    outcome = run("train", "affect", "--recipe", str(recipe), "--out", str(out), "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert f"best: {out / 'best'}" in outcome.out
    assert (out / "curves.png").read_bytes().startswith(b"\x89PNG")
    reader = AffectReader.load(out / "best", device="cpu", precision="fp32")
    assert reader.score(["it was good"])[0, 0] > 1


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("--folds", "50"), "--folds 50"),
        (("--grid", "recurrent.hidden"), "TABLE.KEY=A,B"),
        (("--grid", "recurent.hidden=1,2"), "recurrent"),
        (("--grid", "recurrent.hiden=1,2"), "hidden"),
        (("--grid", "training.epoch=1,2"), "epochs"),
    ],
)
def test_what_cannot_be_asked(
    run: Run, recipe: Path, tmp_path: Path, given: tuple[str, ...], word: str
) -> None:
    out = tmp_path / "out"
    outcome = run("train", "affect", "--recipe", str(recipe), "--out", str(out), "--device", "cpu", *given)
    assert outcome.code == 2, outcome.err
    assert word in outcome.err
    assert not out.exists()


def test_folds_of_a_recipe_with_stages_and_of_no_corpus(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run("train", "affect", "--recipe", "en", "--folds", "5", "--out", str(out))
    assert outcome.code == 2
    assert "stages" in outcome.err
    outcome = run("train", "affect", "--recipe", "vae", "--corpus", "cvta", "--folds", "5", "--out", str(out))
    assert outcome.code == 2
    assert "cvat" in outcome.err
    assert not out.exists()


def test_folds_are_not_resumed_but_repeated(run: Run, recipe: Path, tmp_path: Path) -> None:
    for way in (("--folds", "4"), ("--grid", "recurrent.hidden=3,4")):
        outcome = run("train", "affect", "--recipe", recipe, *way, "--out", tmp_path / "out", "--resume")
        assert (outcome.code, "leave out --resume" in outcome.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_columns_are_aligned() -> None:
    assert aligned([["a", "bb"], ["ccc", "d"]]) == ["a    bb", "ccc   d"]


def test_a_dimension_that_was_not_taught_is_left_blank() -> None:
    taught, not_taught = Affect(2.5, 0.5, 2.0, 3.0), Affect(*[float("nan")] * 4)
    row = sentences.values(Reading("好", taught, taught, not_taught))
    assert row["arousal_high"] == 3.0
    assert [row[f"dominance{part}"] for part in ("", "_sd", "_low", "_high")] == [None] * 4
    assert sentences.interval(taught) == "2.50 2.0-3.0"
    assert sentences.interval(not_taught) == render.number(float("nan")) == ""


def test_tables_that_a_recipe_does_not_take(
    run: Run, refused: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("text,valence\n" + "".join(f"it was {i},{1 + i % 5}\n" for i in range(40)))
    given = ("train", "affect", "--corpus", "mine.csv", "--out", "out")
    refused(run(*given), "--recipe tuned, which goes on from affect-en with your own table")
    refused(run(*given, "--corpus", "other.csv"), "--corpus is there 2 times (mine.csv, other.csv)")
    refused(run(*given, "--recipe", "bilstm"), "or take --recipe tuned")
    assert not Path("out").exists()


def test_a_shipped_model_goes_on_with_a_table_and_after_a_stop(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    rows = [f'the {("soup", "rain", "tune")[i % 3]} was {("bad", "good")[i % 2]} {i};{("1,5", "4,5")[i % 2]}'
            for i in range(60)]  # fmt: skip
    Path("mine.csv").write_text("\n".join(["review;valence", *rows, " ;2", "nobody rated this;"]) + "\n")
    given = (
        "train",
        "affect",
        "--recipe",
        "tuned",
        "--set",
        "model.start=affect-fast",
        "--column",
        "review",
        "--corpus",
        "mine.csv",
        "--device",
        "cpu",
        "--precision",
        "fp32",
        "--set",
        "training.epochs=2",
    )
    whole = run(*given, "--out", "whole")
    assert whole.code == 0, whole.err
    assert whole.err.startswith("textvae: 62 rows: ")
    assert "left out: 1 without text, 1 without a rating" in whole.err

    trained, ends = Study.terms, []

    def stopping(self: Study, *given: Any) -> Any:
        ends.append(1)
        if len(ends) == 3:
            signal.raise_signal(signal.SIGINT)
        return trained(self, *given)

    monkeypatch.setattr(Study, "terms", stopping)
    stopped = run(*given, "--out", "stopped")
    assert stopped.code == 130
    assert "stopped after step 3 of" in stopped.err
    assert run(*given, "--out", "stopped", "--resume").code == 0
    both = [load_checkpoint(Path(name) / "last").tensors for name in ("whole", "stopped")]
    assert all(torch.equal(both[0][name], both[1][name]) for name in both[0])

    measured = run("evaluate", "affect", "--model", "whole", "--corpus", "mine.csv", "--device", "cpu")
    assert measured.code == 0, measured.err
    assert "r arousal" not in measured.out
    before, after = (
        AffectReader.load(name, device="cpu").score(["good soup"]) for name in ("affect-fast", "whole")
    )
    assert after[0, 0] > before[0, 0]
    assert after[0, 1:] == pytest.approx(before[0, 1:], abs=0.1)
