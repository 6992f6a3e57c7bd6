"""The loop, its checkpoints, its recipes: killed and resumed equals uninterrupted."""

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textvae.errors import (
    CheckpointError,
    InputError,
    OutputError,
    RecipeError,
    TrainingError,
    UnknownNameError,
)
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.device import choose_device
from textvae.training.locking import held
from textvae.training.loop import TrainingOptions, train
from textvae.training.quantisation import dequantise, quantise
from textvae.training.recipe import load_recipe, read_table
from textvae.training.signals import Interrupted
from textvae.training.whole import write_whole
from textvae.variational.objective import Objective


class Line:
    """Fits y = 3 x with noise on x: enough of a task to drive the loop."""

    def __init__(self, poison: int | None = None) -> None:
        torch.manual_seed(0)
        self.model: nn.Module = nn.Linear(2, 1)
        self.objective = Objective.from_recipe(
            {"error": {"schedule": "linear", "low": 0.5, "high": 1.0, "end": 9}}
        )
        self.device = choose_device("cpu", "fp32")
        self.poison = poison

    def epoch(self, epoch: int) -> Sequence[Tensor]:
        generator = torch.Generator().manual_seed(epoch)
        return [torch.randn(4, 2, generator=generator) for _ in range(5)]

    def terms(self, batch: Tensor, step: int) -> Mapping[str, Tensor]:
        error = (
            (self.model(batch + 0.1 * torch.randn_like(batch)) - 3 * batch.sum(1, keepdim=True))
            .square()
            .mean()
        )
        return {"error": error * (float("nan") if step == self.poison else 1.0)}

    def size(self, batch: Tensor) -> int:
        return len(batch)

    def validate(self) -> Mapping[str, float]:
        torch.manual_seed(12345)  # a validation that draws must not disturb the training
        return {"score": -float(self.model.weight.detach().sub(3).square().sum())}  # type: ignore[operator]

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        save_checkpoint(folder, {"kind": "text", "figures": dict(figures)}, self.model.state_dict())


OPTIONS = TrainingOptions(
    epochs=4, learning_rate=0.05, warmup=3, average=0.9, validate_every=6, log_every=1, save_every=0.0
)


def losses(run: Path) -> list[tuple[int, float]]:
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [(row["step"], row["loss"]) for row in rows]


def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path) -> None:
    steps = list(train(Line(), OPTIONS, tmp_path / "whole"))
    assert [s.step for s in steps] == list(range(1, 21))
    killed = train(Line(), OPTIONS, tmp_path / "cut")
    for step in killed:
        if step.step == 8:  # the state of step 8 is saved; then the process is gone
            break
    killed.close()  # type: ignore[attr-defined]
    again = list(train(Line(), OPTIONS, tmp_path / "cut", resume=True))
    assert again[0].step == 9
    assert losses(tmp_path / "cut") == losses(tmp_path / "whole")
    one = load_checkpoint(tmp_path / "cut" / "last").tensors
    other = load_checkpoint(tmp_path / "whole" / "last").tensors
    assert all(torch.equal(one[name], other[name]) for name in other)


def test_a_folder_where_a_training_is_at_work_is_refused(tmp_path: Path) -> None:
    options = replace(OPTIONS, save_every=1e9)  # nothing tells of the first one but that it is there
    first = train(Line(), options, tmp_path / "run")
    next(first)
    with pytest.raises(OutputError, match=r"a training is at work in .*run: wait until it ends"):
        next(train(Line(), options, tmp_path / "run"))
    assert [step.step for step in first] == list(range(2, 21))
    assert [step for step, _ in losses(tmp_path / "run")] == list(range(1, 21))


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks")
def test_a_file_that_got_its_name_in_the_meantime_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, message = tmp_path / "part", "another is at work"
    with held(part, message), pytest.raises(OutputError, match=message), held(part, message):
        pass
    monkeypatch.setattr("textvae.training.locking.hold", lambda *_: part.rename(tmp_path / "whole"))
    with pytest.raises(OutputError, match=message), held(part, message):
        pass


def test_ctrl_c_ends_the_step_and_keeps_the_state(tmp_path: Path) -> None:
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for step in train(Line(), OPTIONS, tmp_path / "run"):
            seen.append(step.step)
            if step.step == 4:
                os.kill(os.getpid(), signal.SIGINT)
    assert seen == [1, 2, 3, 4]
    assert next(iter(train(Line(), OPTIONS, tmp_path / "run", resume=True))).step == 5


def test_a_loss_that_is_not_finite_stops_with_the_best_kept(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"not finite at step 9.*best"):
        list(train(Line(poison=8), OPTIONS, tmp_path / "run"))
    assert load_checkpoint(tmp_path / "run" / "best").kind == "text"


def test_without_a_checkpoint_none_is_promised(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"not finite at step 1 .*then begin anew") as raised:
        list(train(Line(poison=0), OPTIONS, tmp_path / "run"))
    assert "checkpoint is" not in str(raised.value)


def test_a_kill_and_ctrl_c_are_told_apart(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with pytest.raises(Interrupted) as stopped:
            for _ in train(Line(), OPTIONS, tmp_path / str(number)):
                os.kill(os.getpid(), number)
        assert stopped.value.number == number


def test_a_resume_with_another_seed_or_corpus_is_refused(tmp_path: Path) -> None:
    list(train(Line(), OPTIONS, tmp_path / "run"))
    with pytest.raises(InputError, match=r"begun with seed 1, not 7"):
        next(train(Line(), replace(OPTIONS, seed=7), tmp_path / "run", resume=True))

    class Longer(Line):
        def epoch(self, epoch: int) -> Sequence[Any]:
            return [*super().epoch(epoch), *super().epoch(epoch)]

    with pytest.raises(InputError, match="batches an epoch"):
        next(train(Longer(), OPTIONS, tmp_path / "run", resume=True))


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    list(train(Line(), OPTIONS, tmp_path / "run"))
    with pytest.raises(OutputError, match="--resume"):
        next(train(Line(), OPTIONS, tmp_path / "run"))
    assert list(train(Line(), OPTIONS, tmp_path / "run", resume=True)) == []


def test_a_damaged_state_says_so(tmp_path: Path) -> None:
    list(train(Line(), OPTIONS, tmp_path / "run"))
    state = tmp_path / "run" / "state" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:50])
    with pytest.raises(CheckpointError, match="cannot be resumed"):
        next(train(Line(), OPTIONS, tmp_path / "run", resume=True))


def test_early_stopping(tmp_path: Path) -> None:
    class Worsening(Line):
        score = 0.0

        def validate(self) -> Mapping[str, float]:
            self.score -= 1
            return {"score": self.score}

    options = TrainingOptions(epochs=10, validate_every=2, patience=1)
    assert [s.step for s in train(Worsening(), options, tmp_path / "run")][-1] == 6
    assert list(train(Worsening(), options, tmp_path / "run", resume=True)) == []  # and it stays so


def test_a_score_that_is_not_a_number_is_worse_than_any(tmp_path: Path) -> None:
    scores = iter([float("nan"), float("inf"), -3.0, float("nan"), -2.0])

    class Told(Line):
        def validate(self) -> Mapping[str, float]:
            return {"score": next(scores)}

    steps = list(train(Told(), TrainingOptions(validate_every=1), tmp_path / "run"))
    assert [step.best for step in steps] == [True, False, True, False, True]
    assert load_checkpoint(tmp_path / "run" / "best").config["figures"] == {"score": -2.0}


def test_minutes_bound_the_training(tmp_path: Path) -> None:
    assert list(train(Line(), TrainingOptions(epochs=1e6, minutes=1e-9), tmp_path / "run")) == []


def test_quantised_rows_are_off_by_half_a_scale_at_most() -> None:
    torch.manual_seed(0)
    weights = {"w": torch.randn(6, 50) * torch.logspace(-3, 2, 6)[:, None], "b": torch.tensor([1.0, 2.0])}
    stored = quantise(weights)
    assert stored["w"].dtype == torch.int8
    assert stored["w.scale"].shape == (6, 1)
    back = dequantise(stored)
    bound = weights["w"].abs().amax(1, keepdim=True) / 127
    assert ((back["w"] - weights["w"]).abs() <= 0.57 * bound + 1e-6).all()
    assert back["b"].tolist() == [
        1.0,
        2.0,
    ]


@pytest.mark.parametrize("damage", ["truncate", "alter", "remove", "config", "no weights"])
def test_a_damaged_checkpoint_says_which_file(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "model"
    save_checkpoint(folder, {"kind": "text"}, {"w": torch.ones(3, 3)}, {"casing.json": b"{}"})
    weights = folder / "model.safetensors"
    if damage == "truncate":
        weights.write_bytes(weights.read_bytes()[:-5])
    elif damage == "alter":
        (folder / "casing.json").write_bytes(b"{ }")
    elif damage == "remove":
        weights.unlink()
    elif damage == "config":
        (folder / "config.json").write_text("{")
    else:
        (folder / "config.json").unlink()
    with pytest.raises(CheckpointError):
        load_checkpoint(folder)


def test_an_unknown_model_suggests(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown model"):
        load_checkpoint(tmp_path / "nowhere")


def test_saving_again_keeps_the_card(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    save_checkpoint(folder, {"kind": "text"}, {"w": torch.ones(1)})
    (folder / "README.md").write_text("card")
    save_checkpoint(folder, {"kind": "text"}, {"w": torch.zeros(1)})
    assert (folder / "README.md").read_text() == "card"
    assert load_checkpoint(folder).tensors["w"].item() == 0.0
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_saving_again_keeps_folders_and_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool
) -> None:
    if not in_one_step:
        monkeypatch.setattr("textvae.training.whole._exchange", lambda a, b: False)
    link, folder = tmp_path / "link", tmp_path / "model"
    link.symlink_to("model")
    write_whole(link, {"a": b"1"})
    (folder / "notes").mkdir()
    (folder / "notes" / "thesis.txt").write_text("mine")
    (folder / "lost").symlink_to("nowhere")
    write_whole(link, {"a": b"2", "b": b"3"})
    assert (folder / "notes" / "thesis.txt").read_text() == "mine"
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "lost", "notes"]
    assert ((folder / "a").read_bytes(), (folder / "b").read_bytes()) == (b"2", b"3")
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "model"]


def test_a_folder_that_cannot_be_changed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "model", {"a": b"1"})

    def refuse(a: Path, b: Path) -> None:
        raise OSError("busy")

    monkeypatch.setattr("textvae.training.whole._change_places", refuse)
    with pytest.raises(OSError, match="busy"):
        write_whole(tmp_path / "model", {"a": b"2"})
    assert (tmp_path / "model" / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@dataclass(frozen=True)
class Shape:
    rate: float = 1.0
    names: tuple[str, ...] = ()
    count: int = 1


def test_recipe_tables() -> None:
    assert read_table({"rate": 2, "names": ["a"]}, Shape, "t") == Shape(2, ("a",))
    with pytest.raises(UnknownNameError, match="did you mean 'rate'"):
        read_table({"rat": 1}, Shape, "t")
    with pytest.raises(RecipeError, match=r"\[t\] rate = 'fast'"):
        read_table({"rate": "fast"}, Shape, "t")
    with pytest.raises(RecipeError, match=r'expected a list, \["a.txt"\] say'):
        read_table({"names": "a.txt"}, Shape, "t")


@pytest.mark.parametrize(
    "values",
    [
        {"learning_rate": -1.0}, {"learning_rate": float("nan")}, {"epochs": 0.0}, {"minutes": -1.0},
        {"minutes": float("nan")}, {"clip": 0.0}, {"average": 1.0}, {"validate_every": 0}, {"warmup": -1},
    ],
)  # fmt: skip
def test_settings_that_no_training_can_have(values: dict[str, Any]) -> None:
    with pytest.raises(RecipeError, match=rf"\[training\] {next(iter(values))} = "):
        TrainingOptions(**values)


def test_recipes_load_and_are_overridden() -> None:
    recipe = load_recipe("text", "en", {"training.epochs": "2", "data.form": '"plain"'})
    assert recipe["training"]["epochs"] == 2
    with pytest.raises(UnknownNameError, match="did you mean 'yelp'"):
        load_recipe("text", "yelpp")
    with pytest.raises(UnknownNameError, match="did you mean 'training'"):
        load_recipe("text", "en", {"trainng.epochs": "2"})
    assert load_recipe("text", "en", {"terms.free_bits": "0.1"})["terms"] == {"free_bits": 0.1}
    assert load_recipe("topics", "dirichlet", {"data.score": "coherence"})["data"] == {"score": "coherence"}
    with pytest.raises(UnknownNameError, match="table of the recipe"):
        load_recipe("text", "en", {"objective.kl.end.first": "2"})


def test_a_table_that_no_recipe_has_is_no_silence(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[stering]\nbeam = 3\n")
    with pytest.raises(UnknownNameError, match=r"did you mean 'steering'.* It stands in .*mine.toml"):
        load_recipe("text", str(file))


def test_a_folder_of_a_checkpoint_is_never_away(tmp_path: Path) -> None:
    folder, away, over = tmp_path / "model", [], Event()

    def look() -> None:
        while not over.is_set():
            away.append(not (folder / "config.json").is_file())

    save_checkpoint(folder, {"kind": "text"}, {"w": torch.ones(1)})
    looking = Thread(target=look)
    looking.start()
    for _ in range(100):
        save_checkpoint(folder, {"kind": "text"}, {"w": torch.ones(1)})
    over.set()
    looking.join()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert len(away) > 100
    if sys.platform == "linux":
        assert not any(away)


def test_devices() -> None:
    assert choose_device("cpu", "fp32").name == "cpu, fp32"
    with pytest.raises(InputError, match="use cpu or auto"):
        choose_device("gpu")
    with pytest.raises(InputError, match="use auto, fp32 or bf16"):
        choose_device("cpu", "fp8")


def test_of_a_launched_process_only_the_gpu_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WORLD_SIZE", "2"), ("RANK", "1"), ("LOCAL_RANK", "3")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("textvae.training.processes.Launched.__init__", None)  # nobody may wait for others
    assert choose_device().device.type in ("cpu", "cuda")
    assert len(list(train(Line(), OPTIONS, tmp_path / "run"))) == 20
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr("torch.empty", lambda *_, **__: None)
    assert str(choose_device("auto", "fp32").device) == "cuda:1"
    monkeypatch.delenv("LOCAL_RANK")
    assert str(choose_device("auto", "fp32").device) == "cuda"


def test_a_training_that_time_ends_validates_its_last_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr("textvae.training.loop.time.monotonic", lambda: float(next(clock)))
    options = TrainingOptions(epochs=100, minutes=0.5, validate_every=1000, save_every=1e9)
    steps = list(train(Line(), options, tmp_path / "run"))
    assert 1 < len(steps) < 30
    assert [step.step for step in steps if step.validation] == [steps[-1].step]
    assert load_checkpoint(tmp_path / "run" / "best").config["figures"] == steps[-1].validation
