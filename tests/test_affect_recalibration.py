"""Calibrating a model again: its weights keep every bit, its means stay or become a line of themselves."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.recalibration import recalibrate
from textvae.corpora import Rating, Sentence
from textvae.errors import CheckpointError, CorpusError
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.device import Device

CPU = Device(torch.device("cpu"), torch.float32)
WORDS = "abcdefghijklmnop"
LINE = np.array([[1.2, 0.6], [2.0, 0.3], [0.5, 0.9]])
"""a and b of the raters' means given the model's, in the made-up ratings."""


@pytest.fixture(params=[True, False], ids=["int8", "fp32"])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    torch.manual_seed(7)
    size = BertSize(vocabulary=20, hidden=16, layers=1, heads=2, intermediate=32, positions=96)
    encoder = BertEncoder(size)
    made = AffectModel(encoder, 16, tuple(Scale(3.0, 0.4) for _ in DIMENSIONS))
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    with torch.no_grad():
        encoder.pieces.weight[:8] *= torch.logspace(-9, -2, 8)[:, None]  # scales that fp16 rounds coarsely
    tokenizer = Tokenizer(
        models.WordLevel({w: i for i, w in enumerate(["[UNK]", "[CLS]", "[SEP]", *WORDS])}, "[UNK]")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tensors = dict(made.state_dict())
    tensors |= {f"residuals.{d}": torch.arange(1.0, 100.0) / 50 for d in DIMENSIONS}
    config = {"kind": "affect", "model": made.describe(), "window": 96, "seed": 5}
    files = {"tokenizer.json": tokenizer.to_str().encode()}
    save_checkpoint(tmp_path / "model", config, tensors, files, quantised=request.param)
    return tmp_path / "model"


def rated(model: Path, count: int = 400) -> list[Sentence]:
    """Sentences whose ratings are a line of what the model reads, and some noise."""
    random = np.random.default_rng(4)
    texts = [" ".join(random.choice(list(WORDS), 8)) for _ in range(count)]
    mean = AffectReader.load(model, device="cpu", precision="fp32").score(texts).astype(float)
    gold = LINE[:, 0] + LINE[:, 1] * mean + random.normal(0, 0.1, mean.shape)
    made = []
    for number, (text, row) in enumerate(zip(texts, gold.tolist(), strict=True)):
        valence, arousal, dominance = (Rating(value, 0.3) for value in row)
        made.append(Sentence(text, str(number), "dev", valence, arousal, dominance))
    return made


def test_weights_keep_every_bit_and_means_stay(model: Path, tmp_path: Path) -> None:
    sentences = rated(model)
    texts = [s.text for s in sentences]
    reader = recalibrate(model, sentences, tmp_path / "new", "made/dev", precision="fp32")
    for name in ("model.safetensors", "tokenizer.json"):
        assert (model / name).read_bytes() == (tmp_path / "new" / name).read_bytes()
    before = AffectReader.load(model, device="cpu", precision="fp32")
    assert np.array_equal(before.score(texts), reader.score(texts))
    assert before.checksum == reader.checksum
    checkpoint = load_checkpoint(tmp_path / "new")
    assert (checkpoint.config["seed"], checkpoint.config["window"]) == (5, 96)
    about = json.loads(checkpoint.files["calibration.json"])
    assert (about["corpus"], about["rows"]) == ("made/dev", 400)
    assert [len(group) for group in about["scores"]["valence"]] == [133, 133, 134]


def test_a_model_is_calibrated_in_its_own_folder(model: Path) -> None:
    (model / "README.md").write_text("a card")
    for _ in range(2):
        recalibrate(model, rated(model, 60), model, precision="fp32")
    assert (model / "README.md").read_text() == "a card"
    assert len(AffectReader.load(model).calibration.scores[0][0]) == 60


def test_the_new_intervals_hold_where_the_old_did_not(model: Path, tmp_path: Path) -> None:
    sentences = rated(model)
    reader = recalibrate(model, sentences[::2], tmp_path / "new", precision="fp32")
    for number, name in enumerate(DIMENSIONS):
        found = [getattr(r, name) for r in reader.analyze([s.text for s in sentences[1::2]]) if r]
        gold = [getattr(s, name).mean for s in sentences[1::2]]
        inside = np.mean([a.low <= g <= a.high for a, g in zip(found, gold, strict=True)])
        assert 0.83 <= inside <= 0.97, number


def test_means_are_brought_to_the_raters(model: Path, tmp_path: Path) -> None:
    sentences = rated(model)
    texts = [s.text for s in sentences]
    before = AffectReader.load(model, device="cpu", precision="fp32").score(texts)
    after = recalibrate(model, sentences, tmp_path / "new", means=True, precision="fp32").score(texts)
    gold = np.array([[getattr(s, d).mean for d in DIMENSIONS] for s in sentences])
    for i in range(3):
        slope, start = np.polyfit(before[:, i], gold[:, i], 1)
        assert after[:, i] == pytest.approx(start + slope * before[:, i], abs=0.005)  # int8 rounds the rows
    assert ((after - gold) ** 2).mean() < 0.012 < 0.03 < ((before - gold) ** 2).mean()


def test_what_cannot_be_calibrated(model: Path, tmp_path: Path) -> None:
    sentences = rated(model, 60)
    with pytest.raises(CorpusError, match=r"made/dev has 49 rated sentences.*at least 50"):
        recalibrate(
            model, [*sentences[:49], Sentence("unrated"), Sentence(" ")], tmp_path / "new", "made/dev"
        )
    assert not (tmp_path / "new").exists()
    save_checkpoint(tmp_path / "text", {"kind": "text"}, {"w": torch.ones(2, 2)})
    with pytest.raises(CheckpointError, match="affect"):
        recalibrate(tmp_path / "text", sentences, tmp_path / "new")


def test_a_calibration_that_does_not_fit_is_refused(model: Path, tmp_path: Path) -> None:
    recalibrate(model, rated(model, 60), tmp_path / "new", precision="fp32")
    checkpoint = load_checkpoint(tmp_path / "new")
    for content in (b"{}", b"[1]", b"not JSON"):
        odd = replace(checkpoint, files=checkpoint.files | {"calibration.json": content})
        with pytest.raises(CheckpointError, match="does not fit"):
            AffectReader.from_checkpoint(odd, CPU)
    without = {name: file for name, file in checkpoint.files.items() if name != "calibration.json"}
    bare = {name: t for name, t in checkpoint.tensors.items() if not name.startswith("residuals.")}
    with pytest.raises(CheckpointError, match="does not fit"):
        AffectReader.from_checkpoint(replace(checkpoint, files=without, tensors=bare), CPU)
