"""What a training begins with, what of it stays, and the rows and teachers of a fold."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, pre_tokenizers

from textvae.affect import distillation
from textvae.affect import task as task_module
from textvae.affect.beginning import begin, in_fold, taught
from textvae.affect.distillation import StudentOptions, drawn, new_student
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.model import AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.task import AffectTask
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import CheckpointError, RecipeError
from textvae.training.checkpoint import save_checkpoint
from textvae.training.loop import TrainingOptions, train

SCALES = (Scale(3.0, 0.5), Scale(3.0, 0.25), Scale(2.0, 1.0))
WORDS = ("[PAD]", "[UNK]", "good", "bad", "day")
BASE = ("encoder.pieces", "encoder.places", "encoder.norm", "encoder.layers.0")


def tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """A random affect model of two layers, stored in eight bits."""
    torch.manual_seed(3)
    size = BertSize(len(WORDS), hidden=8, layers=2, heads=2, intermediate=12, positions=16)
    model = AffectModel(BertEncoder(size), 8, SCALES)
    config = {"kind": "affect", "model": model.describe(), "window": 8}
    files = {"tokenizer.json": tokenizer().to_str().encode()}
    save_checkpoint(tmp_path / "start", config, model.state_dict(), files, quantised=True)
    return tmp_path / "start"


def rated(count: int, split: str) -> list[Sentence]:
    rows = []
    for i in range(count):
        mean = (4.5, 1.5)[i % 2]
        text = f"{('good', 'bad')[i % 2]} {'day ' * (i % 5)}"
        rows.append(
            Sentence(text, f"{split}{i}", split, Rating(mean, 0.5), Rating(mean, 0.5), Rating(3, 0.5))
        )
    return rows


def test_a_started_model_goes_on_and_its_frozen_part_is_exported_bit_for_bit(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(name: str, split: str = "", directory: Any = None) -> list[Sentence]:
        return rated(40 if split == "train" else 20, split)

    monkeypatch.setattr(task_module, "read_corpus", read)
    recipe = {
        "model": {"start": str(start), "freeze": "first:1", "window": 8},
        "data": {"batch": 8},
        "stage": [{"emobank": 2.0}],
        "objective": {"affect": 1.0, "spread": 0.1},
    }
    task = AffectTask.from_recipe(recipe, seed=1, device="cpu", precision="fp32")
    assert task.pupil.model.scales == pytest.approx(SCALES)  # the start's, not the new corpus's
    options = TrainingOptions(learning_rate=1e-2, warmup=1, average=0.9, validate_every=100)
    list(train(task, options, tmp_path / "run"))
    old = load_file(start / "model.safetensors")
    new = load_file(tmp_path / "run" / "last" / "model.safetensors")
    assert set(old) == set(new)
    same = {name for name in old if torch.equal(old[name], new[name])}
    assert same >= {name for name in old if name.startswith(BASE)}
    assert not same & {"mean.weight", "encoder.layers.1.attend.weight", "encoder.layers.1.narrow.weight"}


def test_there_is_one_beginning(start: Path, tmp_path: Path) -> None:
    begun = begin("", str(start), "first:1", 0.25)
    frozen = {name for name, value in begun.encoder.named_parameters() if not value.requires_grad}
    assert frozen == {n for n in dict(begun.encoder.named_parameters()) if f"encoder.{n}".startswith(BASE)}
    assert {m.p for m in begun.encoder.modules() if isinstance(m, torch.nn.Dropout)} == {0.25}
    with pytest.raises(RecipeError, match="two beginnings"):
        begin("some/encoder", str(start), "none", 0.1)
    with pytest.raises(RecipeError, match="--encoder"):
        begin("", "", "none", 0.1)
    save_checkpoint(tmp_path / "other", {"kind": "topics"}, {"weight": torch.zeros(2)})
    with pytest.raises(CheckpointError, match="affect-en"):
        begin("", str(tmp_path / "other"), "none", 0.1)


def test_a_fold_goes_by_the_ids_alone() -> None:
    rows = [Sentence(str(i), f"row{i}") for i in range(400)]
    parts = [{s.id for s in rows if in_fold(s, f"{k}/4")} for k in (1, 2, 3, 4)]
    assert set.union(*parts) == {s.id for s in rows}
    assert sum(map(len, parts)) == 400  # none twice
    assert min(map(len, parts)) > 50
    assert {s.id for s in rows[::-3] if in_fold(s, "2/4")} == parts[1] & {s.id for s in rows[::-3]}
    assert {s.id for s in taught(rows, "3/4")} == parts[0] | parts[1] | parts[3]
    assert taught(rows, "") == rows
    for wrong in ("0/5", "6/5", "1/1", "two", "1/5/2"):
        with pytest.raises(RecipeError, match="fold"):
            in_fold(rows[0], wrong)


class Teacher:
    """Reads every text as one number."""

    device_name = "cpu, fp32"

    def __init__(self, value: float) -> None:
        self.value = value
        self.pieces = SimpleNamespace(tokenizer=tokenizer())
        self.model = torch.nn.Linear(1, 1)
        torch.nn.init.constant_(self.model.weight, value)

    def read(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        return np.full((len(texts), 3), self.value), np.full((len(texts), 3), self.value / 10)


def test_teachers_are_averaged_and_read_no_row_they_were_taught(
    start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    corpora = {
        "emobank": [Sentence(f"row {i}", f"train{i}", "train") for i in range(30)],
        "tatoeba": [Sentence(f"other {i}") for i in range(50)],
    }
    monkeypatch.setattr(distillation, "read_corpus", lambda name, directory=None: iter(corpora[name]))
    folds = {"first": (1.0, "1/2"), "second": (4.0, "2/2"), "whole": (7.0, "")}
    checkpoints = {
        name: SimpleNamespace(config={"recipe": {"data": {"fold": fold}}}, teacher=Teacher(value))
        for name, (value, fold) in folds.items()
    }
    monkeypatch.setattr(distillation, "load_checkpoint", checkpoints.__getitem__)
    monkeypatch.setattr(AffectReader, "from_checkpoint", lambda checkpoint, device: checkpoint.teacher)
    options = StudentOptions(teacher=("first", "second", "whole"), architecture="bert", most=20)
    begun = begin("", str(start), "first:1", 0.1)
    student = new_student(options, corpora, 0.1, begun=begun)
    assert student.encoder is begun.encoder
    assert len(student.sources["tatoeba"]) == 20
    assert student.readings["tatoeba"].tolist() == [[pytest.approx(4.0)] * 3 + [pytest.approx(0.4)] * 3] * 20
    wanted = [1.0 if in_fold(row, "1/2") else 4.0 for row in corpora["emobank"]]
    assert student.readings["emobank"][:, 0].tolist() == wanted
    options = StudentOptions(teacher=("whole",), architecture="bert")
    student = new_student(options, ["emobank"], 0.1, begun=begun)
    assert student.readings["emobank"][:, 0].tolist() == [7.0] * 30  # nothing better than what it was taught
    with pytest.raises(RecipeError, match="name a model"):
        new_student(StudentOptions(teacher=()), corpora, 0.1, begun=begun)


def test_what_is_drawn_is_always_the_same() -> None:
    rows = [Sentence(str(i)) for i in range(100)]
    some = drawn(rows, 10)
    assert some == drawn(rows, 10)
    assert [int(s.text) for s in some] == sorted(int(s.text) for s in some)
    assert some != rows[:10]
    assert drawn(rows, 1000) == rows
