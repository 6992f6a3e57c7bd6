"""`textvae train`: what is refused, what is drawn, and what Ctrl-C leaves."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textvae.cli import following
from textvae.training.device import choose_device
from textvae.training.loop import Step
from textvae.training.recipe import load_recipe
from textvae.variational.objective import Objective

Run = Callable[..., Any]


class Line(nn.Module):
    """y = w x, to be taught that w is 2."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))


class LineTask:
    """A task that takes no time."""

    def __init__(self, *, stop_at: int | None = None) -> None:
        self.model, self.stop_at = Line(), stop_at
        self.objective = Objective.from_recipe({"error": 1.0}, frozenset({"error"}))
        self.device = choose_device("cpu", "fp32")

    def epoch(self, epoch: int) -> Sequence[float]:
        return [1.0, 2.0, 3.0, 4.0]

    def terms(self, batch: float, step: int) -> Mapping[str, Tensor]:
        if self.stop_at == step:
            import signal

            signal.raise_signal(signal.SIGINT)
        return {"error": ((self.model.w - 2) * batch).square().sum()}

    def size(self, batch: float) -> int:
        return 10

    def account(self) -> str:
        return "four numbers"

    def validate(self) -> Mapping[str, float]:
        return {"score": -abs(float(self.model.w.detach()) - 2)}

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        folder.mkdir(exist_ok=True)


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> LineTask:
    task = LineTask()
    monkeypatch.setattr("textvae.affect.task.AffectTask.from_recipe", lambda *_, **__: task)
    return task


SHORT = ("--set", "training.epochs=3", "--set", "training.validate_every=6", "--device", "cpu")


def test_trains_and_says_where_the_checkpoints_are(run: Run, task: LineTask, tmp_path: Path) -> None:
    outcome = run("train", "affect", "--out", tmp_path / "run", "--seed", "7", *SHORT)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == f"training on cpu, fp32, seed 7, in {tmp_path / 'run'}"
    assert lines[1].startswith(f"best: {tmp_path / 'run' / 'best'} (step 12: score ")
    assert lines[2].startswith(f"last: {tmp_path / 'run' / 'last'}")
    assert outcome.err == "textvae: four numbers.\n"


def test_a_folder_in_use_is_refused(run: Run, task: LineTask, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    outcome = run("train", "affect", "--out", tmp_path, *SHORT)
    assert outcome.code == 2
    assert "is not empty" in outcome.err
    assert "--resume" in outcome.err
    outcome = run("train", "affect", "--out", tmp_path, "--resume", *SHORT)
    assert outcome.code == 2
    assert "no training to resume" in outcome.err
    assert run("train", "affect", "--out", tmp_path / "notes.txt", *SHORT).code == 2


@pytest.mark.parametrize("way", [(), ("--resume",)])
def test_a_training_that_died_before_it_saved_begins_anew(
    run: Run, task: LineTask, tmp_path: Path, way: tuple[str, ...]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "log.jsonl").write_text('{"step": 3}\n')
    (folder / "curves.png").touch()
    assert run("train", "affect", "--out", folder, *way, *SHORT).code == 0
    assert [json.loads(line)["step"] for line in (folder / "log.jsonl").read_text().splitlines()] == [6, 12]


def test_ctrl_c_leaves_a_training_that_goes_on(run: Run, task: LineTask, tmp_path: Path) -> None:
    task.stop_at = 4
    outcome = run("train", "affect", "--out", tmp_path / "run", *SHORT)
    assert outcome.code == 130
    assert outcome.err == (
        "textvae: four numbers.\n"
        "textvae: stopped after step 5 of 12. To go on, repeat the command with --resume.\n"
    )
    task.stop_at = None
    outcome = run("train", "affect", "--out", tmp_path / "run", "--resume", *SHORT)
    assert outcome.code == 0
    assert "last: " in outcome.out


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("training.minuts=5", "'minutes'"),
        ("trainin.minutes=5", "'training'"),
        ("training.epochs=many", "epochs"),
        ("training.epochs", "TABLE.KEY=VALUE"),
        ("epochs=3", "TABLE.KEY=VALUE"),
    ],
)
def test_values_that_do_not_fit_the_recipe(
    run: Run, task: LineTask, tmp_path: Path, given: str, word: str
) -> None:
    outcome = run("train", "affect", "--out", tmp_path / "run", "--set", given)
    assert outcome.code == 2
    assert word in outcome.err
    assert not (tmp_path / "run").exists()


def test_unknown_recipe(run: Run, tmp_path: Path) -> None:
    outcome = run("train", "text", "--recipe", "yelpp", "--out", tmp_path / "run")
    assert outcome.code == 2
    assert "did you mean 'yelp'" in outcome.err
    assert "textvae train recipes text lists them" in outcome.err


def test_recipes_are_listed_and_printed(run: Run, refused: Callable[..., None], tmp_path: Path) -> None:
    rows = [json.loads(line) for line in run("train", "recipes", "--format", "jsonl").out.splitlines()]
    assert [kind for kind, _ in groupby(row["kind"] for row in rows)] == [
        "text",
        "affect",
        "infill",
        "topics",
    ]
    assert all(row["about"] for row in rows)
    affect = run("train", "recipes", "affect").out.splitlines()
    assert affect == ["\t".join(row.values()) for row in rows if row["kind"] == "affect"]
    mine = tmp_path / "mine.toml"
    mine.write_text(run("train", "recipes", "text", "yelp/cyclical").out, encoding="utf-8")
    assert load_recipe("text", str(mine)) == load_recipe("text", "yelp/cyclical")
    assert run("train", "recipes", "text", mine).out == mine.read_text()
    refused(run("train", "recipes", "txt"), "did you mean 'text'")
    refused(
        run("train", "recipes", "bilstm"), "its kind stands before it: textvae train recipes affect bilstm."
    )
    refused(run("train", "recipes", "en"), "recipes text en or textvae train recipes affect en or ")
    refused(run("train", "recipes", "text", "yelp/vea"), "did you mean 'yelp/vae'")
    refused(run("train", "recipes", "text", "en", "-o", "mine.toml"), "write > FILE")
    for verb in ("text", "affect", "topics"):
        assert "textvae train recipes" in " ".join(run("train", verb, "--help").out.replace("│", "").split())


def test_a_loss_that_is_not_finite(
    run: Run, task: LineTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "terms", lambda batch, step: {"error": task.model.w.sum() * float("nan")})
    outcome = run("train", "affect", "--out", tmp_path / "run", *SHORT)
    assert outcome.code == 1
    assert "not finite at step 1" in outcome.err


def step(number: int, validation: Mapping[str, float] | None = None) -> Step:
    terms, weights = {"reconstruction": 3.0, "kl": 2.5}, {"reconstruction": 1.0, "kl": 0.04}
    return Step(
        number, 100, number / 50, 3.1, terms, 1e-3, 500, number / 2, number / 100, validation, True, weights
    )


def test_a_step_in_words() -> None:
    assert following.described(step(25), 1000.0, "tokens") == (
        "step 25/100 loss 3.100 = reconstruction 3.000×1 kl 2.500×0.04 · 1,000 tokens/s · 0:00:37 left"
    )
    assert following.speed(deque([(0.0, 500), (0.5, 500), (1.0, 500)])) == 1000.0


def test_steps_are_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    def steps() -> Iterator[Step]:
        yield step(1)
        yield step(2, {"score": 0.5})

    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    screen, plain = Screen(), io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    assert len(list(following.drawn(steps(), "tokens"))) == 2
    assert "validated (step 2: score 0.5), best so far" in screen.getvalue()
    assert "tokens/s" in screen.getvalue()
    monkeypatch.setattr("sys.stderr", plain)
    assert len(list(following.drawn(steps(), "tokens"))) == 2
    assert plain.getvalue() == ""
