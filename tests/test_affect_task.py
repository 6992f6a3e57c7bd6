"""Training the affect model: targets, batches, terms by hand, and a tiny training that learns and reads."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.lessons import Lessons, scales_of
from textvae.affect.model import AffectModel
from textvae.affect.pupil import Pupil
from textvae.affect.reader import AffectReader
from textvae.affect.task import AffectTask, DataOptions, ModelOptions
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import RecipeError, UnknownNameError
from textvae.training.device import Device
from textvae.training.loop import TrainingOptions, train

WORDS = {"good": 4.5, "fine": 3.5, "plain": 3.0, "poor": 2.5, "bad": 1.5}
CPU = Device(torch.device("cpu"), torch.float32)
RECIPE: dict[str, Any] = {
    "stage": [{"emobank": 1.0, "vader": 0.5, "goemotions": 1.0, "reviews": 1.0}, {"emobank": 1.5}],
    "objective": {"affect": 1.0, "spread": 0.1, "valence": 1.0, "polarity": 0.5, "emotions": 0.1},
}


def tokenizer() -> Tokenizer:
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS, "the", "day", "was"]
    made = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return made


def emobank(count: int, split: str) -> list[Sentence]:
    random = np.random.default_rng(count)
    made = []
    for i in range(count):
        word = random.choice(list(WORDS))
        value = WORDS[word]
        text = "the " * int(random.integers(0, 5)) + f"day was {word}"
        arousal, dominance = Rating(3 + abs(value - 3) / 2, 0.6), Rating(3 + (value - 3) / 3, 0.5)
        made.append(Sentence(text, f"{split}/{i}", split, Rating(value, 0.4), arousal, dominance))
    return made


def sources() -> dict[str, list[Sentence]]:
    return {
        "emobank": emobank(200, "train"),
        "vader": [
            Sentence("good", valence=Rating(5.0), label="nyt"),
            Sentence("bad", valence=Rating(1.0), label="nyt"),
            Sentence("good day", valence=Rating(3.2), label="tweets"),
            Sentence("plain", valence=Rating(3.0), label="tweets"),
        ],
        "goemotions": [Sentence("good", label="joy,love"), Sentence("bad", label="anger")],
        "reviews": [Sentence("fine", label="positive"), Sentence("poor", label="negative")],
    }


def lessons() -> Lessons:
    given = sources()
    return Lessons(given, tokenizer(), 16, scales_of(given["emobank"]))


def model(words: Lessons) -> AffectModel:
    torch.manual_seed(0)
    size = BertSize(vocabulary=12, hidden=24, layers=1, heads=2, intermediate=32, positions=16)
    return AffectModel(BertEncoder(size, dropout=0.0), 24, scales_of(sources()["emobank"]))


def task(seed: int = 1) -> AffectTask:
    taught = lessons()
    options = ModelOptions(window=16, quantised=False)
    data = DataOptions(batch=16, longest=16)
    return AffectTask(
        RECIPE, model(taught), tokenizer(), taught, emobank(80, "dev"), options, data, seed, CPU
    )


def test_targets_are_standardised_and_absent_ones_unknown() -> None:
    taught = lessons()
    assert taught.emotions == ["anger", "joy", "love"]
    assert taught.scale_names == ["vader/nyt", "vader/tweets", "reviews"]
    batch = taught.batch(np.concatenate([taught.rows[name] for name in ("vader", "goemotions", "reviews")]))
    assert batch.valence[:4].tolist() == pytest.approx([1, -1, 1, -1], abs=1e-5)
    assert batch.valence[4:].isnan().all()
    assert batch.emotions[4:6].tolist() == [[0, 1, 1], [1, 0, 0]]
    assert batch.emotions[:4].isnan().all()
    assert batch.polarity[6:].tolist() == [1.0, 0.0]
    assert batch.scale.tolist() == [0, 0, 1, 1, 0, 0, 2, 2]
    assert batch.affect.isnan().all()
    rated = taught.batch(taught.rows["emobank"]).affect
    assert rated.mean(0).abs().max() < 1e-5
    assert rated.std(0, correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    first, again, other = task().epoch(0), task().epoch(0), task(seed=2).epoch(0)
    assert [rows.tolist() for rows in first] == [rows.tolist() for rows in again]
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in other]
    # 200 + 2 + 2 + 2 rows, then 1.5 x 200 of EmoBank alone.
    assert sum(map(len, first)) == 206 + 300
    assert max(map(len, first)) <= 16
    assert {row for rows in first for row in rows} >= set(range(200))


def test_terms_by_hand() -> None:
    taught = lessons()
    pupil = Pupil(model(taught).eval(), 3, 3)
    for parameter in pupil.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.ones_(pupil.slope)
    rows = np.array([taught.rows[name][0] for name in ("vader", "reviews", "goemotions")])
    with torch.no_grad():
        terms = {name: float(term) for name, term in pupil(taught.batch(rows)).items()}
    # Every output is 0: an error of 1 for VADER, ln 2 for a polarity and for each of three emotions; B = 3.
    assert terms["affect"] == terms["spread"] == 0.0
    assert terms["valence"] == pytest.approx(1 / 3, abs=1e-5)
    assert terms["polarity"] == pytest.approx(math.log(2) / 3)
    assert terms["emotions"] == pytest.approx(math.log(2))


def test_a_tiny_training_learns_and_its_checkpoint_reads(tmp_path: Path) -> None:
    options = TrainingOptions(epochs=6, learning_rate=5e-3, warmup=5, average=0.9, validate_every=100)
    steps = list(train(task(), options, tmp_path / "run"))
    assert steps[-1].loss < steps[0].loss
    reader = AffectReader.load(tmp_path / "run" / "best", device="cpu", precision="fp32")
    good, bad = reader.analyze(["the day was good", "the day was bad"])
    assert good is not None
    assert bad is not None
    assert good.valence.mean > 4.0 > 2.0 > bad.valence.mean
    assert good.valence.sd == pytest.approx(0.4, abs=0.2)
    assert good.valence.low <= 4.5 <= good.valence.high + 0.1


def test_what_a_recipe_cannot_ask_for() -> None:
    given = sources()
    with pytest.raises(UnknownNameError, match="emobank"):
        Lessons({"emobenk": given["emobank"]}, tokenizer(), 16, scales_of(given["emobank"]))
    with pytest.raises(RecipeError, match="rated"):
        scales_of([])
    with pytest.raises(RecipeError, match="stage"):
        AffectTask.from_recipe({"objective": {"affect": 1.0}}, encoder="none")
    with pytest.raises(RecipeError, match="--encoder"):
        AffectTask.from_recipe(RECIPE)
    with pytest.raises(UnknownNameError, match="batches"):
        AffectTask.from_recipe({**RECIPE, "data": {"batches": 3}})
