"""The affect laboratory: tiny trainings of every kind of recipe that learn, and what they leave."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from textvae.affect.lab.folds import Division, official, rated_sentences
from textvae.affect.lab.laboratory import Laboratory
from textvae.affect.lab.trials import curve, measured, trial
from textvae.affect.reader import AffectReader
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import RecipeError, UnknownNameError
from textvae.training.grid import write_result
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe, read_table, recipe_names

WORDS = {"good": 4.5, "fine": 3.5, "poor": 2.5, "bad": 1.5}
CHARACTERS = {"好": 4.5, "佳": 3.5, "差": 2.5, "壞": 1.5}


def rated(count: int, words: dict[str, float], lead: str, splits: tuple[str, ...]) -> list[Sentence]:
    """Sentences whose valence and arousal one word says, dealt out over the splits."""
    random = np.random.default_rng(count)
    made = []
    for i in range(count):
        word = str(random.choice(list(words)))
        value, category = words[word], ("blog", "news")[i % 2]
        text = lead * int(random.integers(1, 5)) + word
        ratings = Rating(value, 0.4), Rating(3 + abs(value - 3) / 2, 0.6), Rating(3.0 + (value - 3) / 3, 0.5)
        made.append(Sentence(text, str(i), splits[i % len(splits)], *ratings, category=category))
    return made


ENGLISH = rated(240, WORDS, "the ", ("train", "train", "train", "dev", "test"))
CHINESE = rated(240, CHARACTERS, "今天", ("fold1", "fold2", "fold3", "fold4", "fold5"))
SHORT = TrainingOptions(epochs=12, learning_rate=1e-2, warmup=5, average=0.9, validate_every=20)
RECURRENT: dict[str, Any] = {
    "recurrent": {"architecture": "bilstm", "hidden": 8, "embedding": 8, "units": "words", "least": 1},
    "model": {"dropout": 0.0},
    "data": {"batch": 16},
    "objective": {"affect": 1.0, "spread": 0.1},
}
VAE: dict[str, Any] = {
    "model": {"freeze": "all"},
    "latent": {"dimensions": 2, "trunk": [32, 32], "decoder": "plain", "dropout": 0.0},
    "data": {"batch": 16},
    "objective": {"affect": 1.0, "spread": 0.1, "reconstruction": 3.0, "kl": 0.01},
}


def learnt(recipe: dict[str, Any], sentences: list[Sentence], folder: Path, **given: Any) -> dict[str, Any]:
    lab = Laboratory(recipe, sentences, device="cpu", precision="fp32", **given)
    assert list(trial(lab, official(sentences), SHORT, folder, best=True))
    found = measured(folder)
    assert found is not None
    return found


def saved_transformer(folder: Path) -> str:
    """A tiny random BERT in the form in which transformers keeps them."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", *WORDS]
    backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=9, hidden_size=12, num_hidden_layers=1, num_attention_heads=3, intermediate_size=20,
        max_position_embeddings=32, pad_token_id=0, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_dropped_sentences_are_not_taught(tmp_path: Path) -> None:
    recipe = {**RECURRENT, "cleaning": {"how": "drop", "share": 0.5}}
    lab = Laboratory(recipe, ENGLISH, device="cpu", precision="fp32")
    study = lab.study(official(ENGLISH), seed=1)
    taught = np.concatenate(study.epoch(0))
    assert len(taught) == len(set(taught)) == len(study.train) // 2


def test_a_recurrent_encoder_learns_chinese_and_its_checkpoint_reads(tmp_path: Path) -> None:
    recipe = {**RECURRENT, "recurrent": {**RECURRENT["recurrent"], "units": "characters"},
              "latent": {"dimensions": 2}}  # fmt: skip
    lab = Laboratory(recipe, CHINESE, device="cpu", precision="fp32")
    study = lab.study(official(CHINESE), seed=1, keep=True)
    assert study.tokenizer.encode("今天 好").tokens == ["今", "天", "好"]
    list(train(study, SHORT, tmp_path / "run"))
    assert study.measure(study.dev).r["valence"] > 0.9
    assert "dev r_valence" in curve(tmp_path / "run")
    reader = AffectReader.load(tmp_path / "run" / "best", device="cpu", precision="fp32")
    scores = reader.score(["今天今天好", "今天壞"])
    assert scores[0, 0] > 4.0 > 2.0 > scores[1, 0]
    assert np.isnan(scores[:, 2]).all()  # dominance was not taught


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"latent": {"decoder": "unet", "extra": 2}},
        {"latent": {"category": True}},
        {"latent": {"prior": "mixture", "components": 3}},
        {"objective": {"affect": 1.0, "reconstruction": 3.0, "mmd": 1.0}},
        {"model": {"freeze": "none"}, "cleaning": {"how": "weight"}},
    ],
    ids=["plain", "unet", "category", "mixture", "info", "tuned"],
)
def test_an_affect_vae_over_a_saved_transformer(
    changes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    folder = saved_transformer(tmp_path / "bert")
    recipe = {name: {**VAE.get(name, {}), **changes.get(name, {})} for name in (*VAE, "cleaning")}
    if "mmd" in changes.get("objective", {}):
        recipe["objective"] = changes["objective"]
    found = learnt(recipe, ENGLISH, tmp_path / "trial", encoder=folder)
    assert found["r"]["valence"] > 0.8
    assert found["unexplained"] < 0.9
    assert found["always 3"]["mae"]["arousal"] == pytest.approx(0.5, abs=0.1)
    assert not (tmp_path / "trial" / "state").exists()
    assert len(list((tmp_path / "cache" / "embeddings").glob("*.npy"))) == 1


NAMES = [name for name in recipe_names("affect") if "stage" not in load_recipe("affect", name)]


@pytest.mark.parametrize("name", NAMES)
def test_the_recipes_that_ship_are_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    recipe = load_recipe("affect", name)
    read_table(recipe["training"], TrainingOptions, "training")
    encoder = None if recipe["model"].get("start") else saved_transformer(tmp_path / "bert")
    lab = Laboratory(recipe, ENGLISH, encoder=encoder, device="cpu", precision="fp32")
    study = lab.study(official(ENGLISH), seed=1)
    wanted = study.objective.weights.keys()
    terms = study.terms(study.epoch(0)[0], 0)
    assert terms.keys() >= wanted
    assert all(bool(terms[name].isfinite()) for name in wanted)


def test_embeddings_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    folder = saved_transformer(tmp_path / "bert")
    first = Laboratory(VAE, ENGLISH, encoder=folder, device="cpu", precision="fp32")
    monkeypatch.setattr("textvae.affect.lab.embeddings._computed", None)  # to compute them again would fail
    again = Laboratory(VAE, ENGLISH, encoder=folder, device="cpu", precision="fp32")
    assert first.vectors is not None
    assert np.array_equal(first.vectors, again.vectors)  # type: ignore[arg-type]


def test_a_vae_of_a_frozen_encoder_is_exported_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    folder = saved_transformer(tmp_path / "bert")
    recipe = {**VAE, "latent": {**VAE["latent"], "dimensions": 3, "category": True}}
    lab = Laboratory(recipe, ENGLISH, encoder=folder, device="cpu", precision="fp32")
    study = lab.study(official(ENGLISH), seed=1, keep=True)
    study.export(tmp_path / "made", {"score": 0.0})
    reader = AffectReader.load(tmp_path / "made", device="cpu", precision="fp32")
    dev = lab.table(official(ENGLISH).dev, study.affect_model, study.tokenizer)
    dev.category[:] = 0  # a text to be read tells no category
    texts = [ENGLISH[row].text for row in official(ENGLISH).dev]
    np.testing.assert_allclose(reader.score(texts), study.read(dev)[0], atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"stage": [{"emobank": 1.0}]}, "stage"),
        ({"objective": {"affekt": 1.0}}, "affect"),
        ({"objective": {"reconstruction": 1.0}}, "reconstruction"),
        ({"recurrent": {"unit": "words"}}, "units"),
        ({"recurrent": {"units": "syllables"}}, "syllables"),
        ({"latent": {"dimensions": 4}}, "dimensions"),
        ({"latent": {"prior": "flat"}}, "flat"),
    ],
)
def test_what_a_recipe_cannot_ask_for(changes: dict[str, Any], match: str) -> None:
    with pytest.raises((RecipeError, UnknownNameError), match=match):
        Laboratory({**RECURRENT, **changes}, ENGLISH, device="cpu").study(official(ENGLISH), 1)


def test_what_a_corpus_does_not_have() -> None:
    bare = [Sentence(s.text, s.id, s.split, s.valence, s.arousal) for s in ENGLISH]
    everything = Division(*[np.arange(len(bare))] * 3)
    with pytest.raises(RecipeError, match="dimensions"):
        Laboratory(RECURRENT, bare, device="cpu").study(everything, 1)
    recipe = {**RECURRENT, "latent": {"dimensions": 2, "trunk": [4], "category": True}}
    with pytest.raises(RecipeError, match="category"):
        Laboratory(recipe, bare, device="cpu").study(everything, 1)
    with pytest.raises(RecipeError, match="--encoder"):
        Laboratory(VAE, ENGLISH)
    with pytest.raises(UnknownNameError, match="cvat"):
        rated_sentences("cvta")


def test_the_table_goes_on_from_what_was_published(benchmarks: Any, tmp_path: Path) -> None:
    lab = benchmarks("affect_lab")
    folds = [{"seconds": float(fold)} for fold in range(5)]
    rows = {"vae": {"trainings": [{"seconds": 1.0}, {"seconds": 2.0}]}, "characters": {"trainings": folds}}
    (tmp_path / "affect_lab.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    work = tmp_path / "work"
    write_result(work / "vae" / "seed1-fold1" / "figures.json", {"seconds": 9.0})
    lab.restore(work, tmp_path)
    known = {row[0]: row for row in lab.ROWS}
    assert lab.finished(known["vae"], 1, work) == [{"seconds": 9.0}]  # what is there stays
    assert lab.finished(known["vae"], 2, work) == [{"seconds": 2.0}]
    assert lab.finished(known["vae"], 3, work) == []
    assert lab.finished(known["characters"], 1, work) == folds
    lab.restore(tmp_path / "nothing", tmp_path / "nowhere")
    assert not (tmp_path / "nothing").exists()
