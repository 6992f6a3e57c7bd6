"""An affect model that goes on with other ratings: what it begins as, learns, holds and says of itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers

from textvae.affect.calibration import FILE, LEAST, Calibration, fit_line
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.lab.folds import Division
from textvae.affect.lab.laboratory import Laboratory
from textvae.affect.lab.start import ENOUGH
from textvae.affect.model import AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import RecipeError
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe

SCALES = (Scale(3.0, 0.5), Scale(3.0, 0.25), Scale(2.9, 0.4))
VALUES = {"bad": 1.2, "plain": 3.1, "good": 4.8}
WORDS = ("[PAD]", "[UNK]", *VALUES, *(f"w{i}" for i in range(8)))
OPTIONS = TrainingOptions(epochs=12, learning_rate=1e-2, warmup=2, validate_every=10**5)


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A random affect model with a calibration, whose readings differ from sentence to sentence."""
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(3)
    size = BertSize(len(WORDS), hidden=16, layers=2, heads=2, intermediate=24, positions=16)
    encoder = BertEncoder(size)
    torch.nn.init.normal_(encoder.pieces.weight, 0.0, 1.0)
    model = AffectModel(encoder, 16, SCALES)
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    random = np.random.default_rng(0)
    gold = random.normal(3.0, 0.5, (40, 3))
    calibration = Calibration.fit(gold, gold + random.normal(0, 0.3, (40, 3)), np.full((40, 3), 0.5))
    config = {"kind": "affect", "model": model.describe(), "window": 16,
              "recipe": {"stage": [{"emobank": 1.0}]}}  # fmt: skip
    files = {"tokenizer.json": tokenizer.to_str().encode(), FILE: calibration.to_json()}
    save_checkpoint(tmp_path / "start", config, model.state_dict(), files)
    return tmp_path / "start"


def rated(count: int, *, arousal: bool = False) -> list[Sentence]:
    """Sentences whose valence one of their words says; of single raters."""
    random = np.random.default_rng(count)
    made = []
    for i in range(count):
        word = str(random.choice(list(VALUES)))
        other = " ".join(f"w{j}" for j in random.integers(0, 8, 3))
        said = Rating(VALUES[word] + 0.1 * float(random.normal())) if i % 9 else None
        made.append(Sentence(f"{other} {word}", str(i), "", said, Rating(2.0 + i % 3) if arousal else None))
    return made


def recipe(start: Path, **model: Any) -> dict[str, Any]:
    return {
        "model": {"start": str(start), "freeze": "none", "window": 16, "dropout": 0.0, **model},
        "data": {"batch": 8},
        "objective": {"affect": 1.0, "spread": 0.1, "held": 1.0},
    }


def division(count: int) -> Division:
    rows = np.arange(count)
    return Division(rows[: -count // 4], rows[-count // 4 :], rows[:0])


def laboratory(recipe: dict[str, Any], sentences: list[Sentence], **given: Any) -> Laboratory:
    return Laboratory(recipe, sentences, device="cpu", precision="fp32", **given)


def test_it_begins_as_the_start_on_the_scale_of_the_ratings(start: Path) -> None:
    sentences = rated(80)
    lab = laboratory(recipe(start), sentences)
    parts = division(80)
    study = lab.study(parts, seed=1, keep=True)
    texts = [s.text for s in sentences]
    before, spread = AffectReader.load(start, device="cpu", precision="fp32").read(texts)
    read, wide, _ = study.read(lab.table(np.arange(80), study.affect_model, study.tokenizer))
    assert np.allclose(read[:, 1:], before[:, 1:], atol=1e-5)  # not rated: as it was
    assert np.allclose(wide, spread, atol=1e-5)
    a, b = fit_line(before[parts.train, 0], lab.ratings[parts.train, 0])
    assert np.allclose(read[:, 0], a + b * before[:, 0], atol=1e-5)
    gold = lab.ratings[parts.train, 0]
    scale = study.affect_model.scales[0]
    assert (scale.centre, scale.width) == pytest.approx((np.nanmean(gold), np.nanstd(gold)))
    assert study.affect_model.scales[1:] == SCALES[1:]
    terms = study.terms(np.arange(8), 0)
    assert terms["held"] < 1e-6
    assert terms["affect"] > 0.1


def test_it_learns_what_is_rated_and_holds_what_is_not(start: Path, tmp_path: Path) -> None:
    sentences = rated(120)
    parts = division(120)
    texts = [sentences[row].text for row in parts.dev]
    before, _ = AffectReader.load(start, device="cpu", precision="fp32").read(texts)
    drift = {}
    for held in (1.0, 0.0):
        made = recipe(start)
        made["objective"]["held"] = held
        study = laboratory(made, sentences).study(
            parts, seed=1, keep=True, about={"corpora": {"mine.csv": "1"}}
        )
        list(train(study, OPTIONS, tmp_path / f"run{held}"))
        assert list(study.measure(study.dev).r) == ["valence"]  # the others are no figures
        read, _, _ = study.read(study.dev)
        assert study.validate()["score"] == study.measure(study.dev).r["valence"] > 0.9
        drift[held] = float(np.abs(read[:, 1:] - before[:, 1:]).mean())
    assert drift[1.0] < drift[0.0] / 2

    checkpoint = load_checkpoint(tmp_path / "run1.0")
    began = checkpoint.config["start"]
    assert began["weights"] == load_checkpoint(start).checksum
    assert began["recipe"] == {"stage": [{"emobank": 1.0}]}
    assert checkpoint.config["corpora"] == {"mine.csv": "1"}
    old, new = (Calibration.of_checkpoint(load_checkpoint(each)) for each in (start, tmp_path / "run1.0"))
    assert np.array_equal(old.lines, new.lines)  # single ratings have no spread
    assert len(new.scores[0][0]) == sum(sentences[row].valence is not None for row in parts.dev)
    for i in (1, 2):  # not rated: as it was calibrated
        assert np.array_equal(old.scores[0][i], new.scores[0][i])
    reading = AffectReader.load(tmp_path / "run1.0", device="cpu", precision="fp32").analyze(["w1 good w2"])[
        0
    ]
    assert reading is not None
    assert reading.valence.mean > 4.0
    assert 1.0 < reading.arousal.low < reading.arousal.high < 5.0


def test_what_hardly_a_row_is_rated_for_is_held_too(start: Path) -> None:
    many, few = rated(60, arousal=True), rated(60)
    for row in range(ENOUGH - 1):
        few[row] = replace(few[row], arousal=Rating(5.0))
    everything = Division(*[np.arange(60)] * 3)
    free, bound = (laboratory(recipe(start), rows).study(everything, seed=1) for rows in (many, few))
    assert free.affect_model.scales[1] != bound.affect_model.scales[1] == SCALES[1]
    assert free.train.held is not None
    assert bound.train.held is not None
    assert np.isnan(free.train.held[:, 1]).all()
    assert np.isnan(bound.train.held[:, 1]).tolist() == [row < ENOUGH - 1 for row in range(60)]


def test_it_goes_on_from_a_model_that_went_on(start: Path, tmp_path: Path) -> None:
    sentences = rated(60, arousal=True)
    study = laboratory(recipe(start), sentences).study(division(60), seed=1, keep=True)
    assert set(study.measure(study.dev).r) == {"valence", "arousal"}
    list(train(study, replace(OPTIONS, epochs=1), tmp_path / "first"))
    again = laboratory(recipe(tmp_path / "first"), sentences).study(division(60), seed=1)
    assert again.about["start"]["start"]["recipe"] == {"stage": [{"emobank": 1.0}]}
    first = AffectReader.load(tmp_path / "first", device="cpu", precision="fp32")
    assert first.model.scales[1] != SCALES[1]


def test_a_frozen_encoder_is_not_run_and_only_the_heads_learn(start: Path, tmp_path: Path) -> None:
    sentences = rated(60)
    study = laboratory(recipe(start, freeze="all"), sentences).study(division(60), seed=1, keep=True)
    assert study.frozen
    list(train(study, replace(OPTIONS, epochs=2), tmp_path / "run"))
    old, new = load_checkpoint(start).tensors, load_checkpoint(tmp_path / "run").tensors
    assert {n for n in old if not torch.equal(old[n], new[n])} <= {
        f"{head}.{part}" for head in ("mean", "log_spread") for part in ("weight", "bias")
    }


def test_what_does_not_go_with_a_start(start: Path) -> None:
    sentences = rated(20)
    with pytest.raises(RecipeError, match="two beginnings"):
        laboratory(recipe(start), sentences, encoder="some/encoder")
    with pytest.raises(RecipeError, match="Leave latent.dimensions"):
        laboratory({**recipe(start), "latent": {"dimensions": 1}}, sentences)
    alone = {**load_recipe("affect", "bilstm"), "objective": {"affect": 1.0, "held": 1.0},
             "latent": {"dimensions": 1}}  # fmt: skip
    with pytest.raises(RecipeError, match=r"model\.start"):
        laboratory(alone, sentences).study(division(20), seed=1)


def test_fewer_scores_than_least_promise_nothing() -> None:
    for count, finite in ((LEAST - 1, False), (LEAST, True)):
        scores = np.arange(count, dtype=float)
        assert np.isfinite(Calibration([[scores] * 3]).factors(0.9)).all() == finite


def test_the_benchmark_draws_rows_that_it_does_not_read_and_goes_on(
    benchmarks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned = benchmarks("affect_tuned")

    def corpus(name: str, split: str) -> list[Sentence]:
        labels = ("negative", "positive") if name == "yelp" else ("joy", "anger,neutral")
        count = {"train": 900, "dev": 700}.get(split, 60)
        return [Sentence(f"{split[0]} {i}" if i else "the same", label=labels[i % 2]) for i in range(count)]

    monkeypatch.setattr(tuned, "read_corpus", corpus)
    monkeypatch.setattr(tuned, "READ", 50)
    for name, values in (("yelp", {2.0, 4.0}), ("goemotions", {5.0, 2.0})):
        pool, read = tuned.rated(name, choosing=False)
        assert not {s.text for s in pool} & {s.text for s in read}
        assert {s.valence.mean for s in pool} == values
        train, dev = tuned.drawn(pool, 80, seed=1)
        assert (len(train), len(dev)) == (80, 10)
        assert len({s.text for s in (*train, *dev)}) == 90
        assert tuned.drawn(pool, 80, seed=2) != (train, dev)
        assert not {s.text for s in pool} & {s.text for s in tuned.rated(name, choosing=True)[1]}

    done: list[tuple[Any, ...]] = []
    figures = {"r": {"valence": 0.5}, "mae": {"valence": 0.25}, "inside": 0.9, "width": 1.0,
               "emobank": {"valence": 0.7, "arousal": None, "dominance": 0.4}}  # fmt: skip

    def made(*job: Any) -> tuple[str, float]:
        done.append(job[:3])
        if len(done) == 3:
            raise KeyboardInterrupt
        return "a model", 2.0

    monkeypatch.setattr(tuned, "made", made)
    monkeypatch.setattr(tuned, "measured", lambda *_: figures)
    kept: dict[str, Any] = {}
    monkeypatch.setattr(tuned, "keep", lambda name, details, text: kept.update({name: (details, text)}))
    monkeypatch.setattr("sys.argv", ["affect_tuned.py", "--work", str(tmp_path), "--only", "affect-en,tuned"])
    with pytest.raises(KeyboardInterrupt):
        tuned.main()
    tuned.main()
    assert len(done) == len(tuned.jobs("affect-en,tuned")) + 1  # the one that was stopped, again
    text = kept["affect_tuned"][1]
    assert "| yelp | – | `affect-en` | 0.500 | 0.250 | 90.0 | 1.00 | 0.700 / – / 0.400 | – | 1 |" in text
    assert "| yelp | 1,000 | `tuned` | 0.500 | 0.250 | 90.0 | 1.00 | 0.700 / – / 0.400 | 2 | 1 |" in text
