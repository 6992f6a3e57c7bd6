"""Training in parts and in several processes goes through the losses of one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textvae.errors import InputError, TrainingError
from textvae.text.lagging import LaggingOptions, Pace
from textvae.training.device import choose_device
from textvae.training.loop import TrainingOptions, train
from textvae.training.processes import Processes, processes
from textvae.training.signals import deferred_signals
from textvae.training.steps import check_alike, in_parts, take_step
from textvae.variational.objective import Objective


class Line:
    """Fits y = 3 (x_1 + x_2), with as much noise on x as asked for."""

    def __init__(self, noise: float = 0.0) -> None:
        torch.manual_seed(0)
        self.model: nn.Module = nn.Linear(2, 1)
        self.objective = Objective.from_recipe({"error": 1.0})
        self.device = choose_device("cpu", "fp32")
        self.noise, self.heard = noise, list[float]()

    def epoch(self, epoch: int) -> Sequence[Tensor]:
        generator = torch.Generator().manual_seed(epoch)
        return [torch.randn(5, 2, generator=generator) for _ in range(6)]

    def terms(self, batch: Tensor, step: int) -> Mapping[str, Tensor]:
        seen = batch + self.noise * torch.randn_like(batch)
        return {"error": (self.model(seen) - 3 * batch.sum(1, keepdim=True)).square().mean()}

    def size(self, batch: Tensor) -> int:
        return len(batch)

    def note(self, loss: float) -> None:
        self.heard.append(loss)

    def validate(self) -> Mapping[str, float]:
        return {"score": 0.0}

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        folder.mkdir(exist_ok=True)


class OneOf(Processes):
    """A process that works alone on its share: what it would tell the others is noted."""

    def __init__(self, index: int, count: int) -> None:
        self.index, self.count = index, count
        self.told: list[Tensor] = []

    def add_up(self, tensor: Tensor) -> Tensor:
        self.told.append(tensor.clone())
        return tensor


def options(**more: Any) -> TrainingOptions:
    return TrainingOptions(learning_rate=0.1, warmup=1, clip=1e9, validate_every=100, **more)


def gradient(task: Line, batch: Tensor) -> Tensor:
    task.terms(batch, 0)["error"].backward()  # type: ignore[no-untyped-call]
    return torch.cat([p.grad.flatten() for p in task.model.parameters() if p.grad is not None])


@pytest.mark.parametrize("count", [2, 3, 7])
def test_the_gradients_of_the_processes_add_up_to_the_batchs(count: int) -> None:
    batch = Line().epoch(0)[0]
    told, losses = [], []
    for index in range(count):
        task, one = Line(), OneOf(index, count)
        optimizer = torch.optim.SGD(task.model.parameters(), lr=0.0)
        loss, terms = take_step(task, options(), optimizer, batch, 0, one)
        assert terms == {"error": pytest.approx(loss)}
        told.append(one.told[0])
        losses.append(loss)
    torch.testing.assert_close(sum(told), gradient(Line(), batch))
    assert sum(losses) == pytest.approx(float(Line().terms(batch, 0)["error"].detach()))
    assert [not part.any() for part in told] == [index >= 5 for index in range(count)]  # nothing left to do


def test_processes_that_do_not_begin_alike_say_so() -> None:
    class Other(OneOf):
        def agree(self, value: Any) -> Any:
            return [value[0], *(number + 0.1 for number in value[1:])]

    check_alike(Line().model, 6, OneOf(0, 2))
    with pytest.raises(TrainingError, match="do not begin alike"):
        check_alike(Line().model, 6, Other(1, 2))


def test_parts_are_nearly_equal_and_lose_nothing() -> None:
    assert in_parts(list("abcde"), 2) == [["a", "b", "c"], ["d", "e"]]
    assert in_parts("ab", 5) == ["a", "b"]
    whole = {"not": "a sequence"}
    assert in_parts(whole, 1) == [whole]
    for size, count in product(range(1, 9), range(2, 9)):
        assert [item for part in in_parts(list(range(size)), count) for item in part] == list(range(size))


def test_without_noise_parts_change_nothing_and_with_noise_each_has_its_own(tmp_path: Path) -> None:
    def losses(parts: int, noise: float) -> list[float]:
        task = Line(noise)
        steps = list(train(task, options(epochs=2, parts=parts), tmp_path / f"{parts}-{noise}"))
        assert task.heard == [step.loss for step in steps]  # once a step, of the whole batch
        assert {step.size for step in steps} == {5}
        return [step.loss for step in steps]

    plain = losses(1, 0.0)
    assert losses(2, 0.0) == pytest.approx(plain, rel=1e-5)
    assert losses(5, 0.0) == pytest.approx(plain, rel=1e-5)
    assert losses(2, 0.5) != pytest.approx(losses(1, 0.5), rel=1e-3)


def test_the_turn_of_a_lagging_encoder_is_the_same_for_all_parts_of_a_batch() -> None:
    pace = Pace(LaggingOptions(window=1, most=2), {})
    seen = []
    for loss in (5.0, 4.0, 3.0):
        seen.append({pace.turn() for _ in range(3)})
        pace.note(pace.turn(), loss)
    assert seen == [{"encoder"}, {"encoder"}, {"decoder"}]


def test_a_launched_process_needs_accelerate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(processes()) is Processes
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setitem(sys.modules, "accelerate", None)
    processes.cache_clear()
    try:
        with pytest.raises(InputError, match="pip install 'accelerate>=1.0'"):
            processes()
    finally:
        processes.cache_clear()


def test_a_process_that_is_told_of_no_others_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("accelerate")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    processes.cache_clear()
    try:
        with pytest.raises(InputError, match="unset WORLD_SIZE"):
            processes()
    finally:
        processes.cache_clear()


def test_a_kill_that_follows_ctrl_c_is_no_second_asking() -> None:
    with deferred_signals() as seen:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert seen == [signal.SIGINT, signal.SIGTERM]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)  # a handler runs between two instructions


RECIPE = """
batches = { pieces = 60, dev_sentences = 40, best = "objective", quantised = false }
noise = { word_dropout = 0.2, random_share = 0.1, affect_share = 0.0, affect_noise = 0.0 }
objective = { reconstruction = 1.0, kl = 0.5 }
[data]
corpora = ["lines.txt"]
form = "given"
tokens = "words"
held_out = 0.1
[model]
affect = 0
content = 4
adversary = 0
embedding = 12
encoder = 12
decoder = 12
summary = "last"
[training]
epochs = 3
validate_every = 40
log_every = 1
learning_rate = 0.01
average = 0.9
"""
QUIET = (
    RECIPE.replace(", kl = 0.5", "")
    .replace("0.2, random_share = 0.1", "0.0, random_share = 0.0")
    .replace("[model]", '[model]\nposterior = "point"\ndropout = 0.0')
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = product(("the", "my"), ("soup", "train", "day", "dog"), ("was", "is"), ("cold", "late", "good"))
    tails = ("", " again", " today", " here too")
    lines = [" ".join(some) + tail for some in words for tail in tails]
    (tmp_path / "lines.txt").write_text("\n".join(lines) + "\n")
    (tmp_path / "tiny.toml").write_text(RECIPE)
    (tmp_path / "quiet.toml").write_text(QUIET)
    return tmp_path


def command(count: int, recipe: str, out: str, *given: str) -> list[str]:
    launch = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", str(count)]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launch += ["--main_process_port", "0"] if count > 1 else []
    textvae = ["-m", "textvae", "train", "text", "--recipe", recipe, "--out", out, "--precision", "fp32"]
    settings = [word for value in given for word in ("--set", value)]
    return [sys.executable, *(launch if count > 1 else []), *textvae, *settings]


def losses(folder: Path) -> dict[int, float]:
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))  # each step once
    return {row["step"]: row["loss"] for row in rows}


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "parts"), [("quiet.toml", 1), ("tiny.toml", 3)])
def test_two_processes_go_through_the_losses_of_one(folder: Path, recipe: str, parts: int) -> None:
    pytest.importorskip("accelerate")
    for count in (1, 2):
        asked = command(count, recipe, str(count), f"training.parts={parts}")
        subprocess.run(asked, cwd=folder, check=True, timeout=300)
    one, two = losses(folder / "1"), losses(folder / "2")
    assert len(one) > 20
    assert two == pytest.approx(one, rel=1e-5)
    assert sorted(path.name for path in (folder / "2").iterdir()) == ["best", "last", "log.jsonl", "state"]


@pytest.mark.slow
def test_a_training_of_two_processes_is_resumed_by_one(folder: Path) -> None:
    pytest.importorskip("accelerate")
    more = ["tiny.toml", "cut", "training.parts=2", "training.epochs=12"]
    with subprocess.Popen(command(2, *more), cwd=folder, start_new_session=True) as launched:
        log = folder / "cut" / "log.jsonl"
        while not log.is_file() or log.read_text().count("\n") < 5:
            assert launched.poll() is None
            time.sleep(0.02)
        os.killpg(launched.pid, signal.SIGINT)  # as Ctrl-C does: to all of them
        assert launched.wait(60) != 0
    stopped = len(losses(folder / "cut"))
    assert not (folder / "cut" / "last").exists()
    subprocess.run([*command(1, *more), "--resume"], cwd=folder, check=True, timeout=300)
    more[1] = "whole"
    subprocess.run(command(1, *more), cwd=folder, check=True, timeout=300)
    whole = losses(folder / "whole")
    assert 5 <= stopped < len(whole)
    assert losses(folder / "cut") == pytest.approx(whole, rel=1e-5)
