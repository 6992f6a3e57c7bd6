"""`textvae calibrate`: from a checkpoint and a table of ratings to a checkpoint that reads."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.training.checkpoint import load_checkpoint, save_checkpoint

Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model and 80 rated sentences."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(1)
    size = BertSize(vocabulary=9, hidden=8, layers=1, heads=1, intermediate=8, positions=32)
    model = AffectModel(BertEncoder(size), 8, tuple(Scale(3.0, 0.5) for _ in DIMENSIONS))
    words = {word: i for i, word in enumerate(["[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "f"])}
    tokenizer = Tokenizer(models.WordLevel(words, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tensors = dict(model.state_dict()) | {f"residuals.{d}": torch.ones(9) for d in DIMENSIONS}
    config = {"kind": "affect", "model": model.describe(), "window": 32}
    save_checkpoint(tmp_path / "model", config, tensors, {"tokenizer.json": tokenizer.to_str().encode()})
    chance = random.Random(1)
    lines = ["text,valence,valence_sd,arousal,arousal_sd"]
    lines += [
        f"{' '.join(chance.choices('abcdef', k=5))},{chance.uniform(2, 4):.2f},0.4,3.1,0.5" for _ in range(80)
    ]
    (tmp_path / "rated.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_a_model_is_calibrated_into_a_new_folder(run: Run, here: Path) -> None:
    outcome = run("calibrate", "model", "--corpus", "rated.csv", "-o", "new", "--format", "jsonl")
    assert (outcome.code, outcome.err) == (0, "")
    report = json.loads(outcome.out)
    assert report["title"] == "Affect of 80 sentences of rated.csv (calibrated on)"
    shares = {row["name"]: row["value"] for row in report["rows"]}
    assert 0.9 <= shares["coverage valence"] <= 0.93  # the 73rd of 80 scores
    assert shares["NLL"] <= shares["NLL, one SD"] + 1e-6
    about = json.loads(load_checkpoint("new").files["calibration.json"])
    assert (about["corpus"], about["rows"]) == ("rated.csv", 80)
    sizes = {name: [len(group) for group in groups] for name, groups in about["scores"].items()}
    assert sizes == {"valence": [80], "arousal": [80], "dominance": [9]}  # nobody rated it: as it was
    assert run("calibrate", "model", "--corpus", "rated.csv", "-o", "new", "--means", "--force").code == 0


def test_what_cannot_be_calibrated(run: Run, here: Path) -> None:
    (here / "few.csv").write_text("text,valence\na b,3\n")
    (here / "full").mkdir()
    (here / "full" / "mine.txt").touch()
    for arguments, message in (
        (("model", "--corpus", "few.csv", "-o", "new"), "few.csv has 1 rated sentences"),
        (("model", "--corpus", "rated.csv", "-o", "full"), "full is not empty"),
        (("model", "--corpus", "rated.csv", "-o", "rated.csv"), "rated.csv is a file"),
        (("model", "--corpus", "rated.csv", "-o", "new", "--format", "parquet"), "--format jsonl or csv"),
        (("affect-em", "--corpus", "rated.csv", "-o", "new"), "did you mean 'affect-en'"),
    ):
        outcome = run("calibrate", *arguments)
        assert outcome.code == 2, message
        assert message in outcome.err
    assert not (here / "new").exists()
    assert (here / "full" / "mine.txt").exists()


def test_what_a_folder_holds_beside_the_model_stays(run: Run, here: Path) -> None:
    (here / "model" / "state").mkdir()
    (here / "model" / "state" / "state.json").write_text("{}")
    assert run("calibrate", "model", "--corpus", "rated.csv", "-o", "model", "--force").code == 0
    assert (here / "model" / "state" / "state.json").read_text() == "{}"
    assert "calibration.json" in load_checkpoint("model").files


def test_the_folder_that_one_is_in_is_refused(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., None]
) -> None:
    (here / "empty").mkdir()
    monkeypatch.chdir(here / "empty")
    refused(run("calibrate", "../model", "--corpus", "../rated.csv", "-o", "."), "the folder that you are in")
    assert sorted(path.name for path in here.iterdir()) == ["empty", "model", "rated.csv"]
