"""A text VAE trained on a user's own file: small, but the whole way from text to a checkpoint that writes."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from textvae.errors import RecipeError
from textvae.text import data
from textvae.text.codec import Codec
from textvae.text.data import Item
from textvae.text.orthography import Orthography
from textvae.text.task import TextTask
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe

SUBJECTS = ("the food", "the room", "our waiter", "the soup", "my bed", "this place")
WORDS = {"great": 4.5, "nice": 4.0, "plain": 3.0, "bad": 2.0, "awful": 1.5}


def score(texts: Sequence[str]) -> NDArray[np.float32]:
    """Valence from the one telling word, arousal from an exclamation mark."""
    valence = [next((v for w, v in WORDS.items() if w in text.lower()), 3.0) for text in texts]
    arousal = [3.0 + text.endswith("!") for text in texts]
    return np.array([[v, a, 3.0] for v, a in zip(valence, arousal, strict=True)], dtype=np.float32)


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, object]]:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    lines = [f"{s} was {w}{end}" for s in SUBJECTS for w in WORDS for end in (".", "!", " again.", " today!")]
    own = tmp_path / "own.csv"
    own.write_text("text\n" + "\n".join(lines), encoding="utf-8")
    loaded = load_recipe("text", "en")
    loaded["data"] |= {"corpora": [str(own)], "held_out": 0.1, "pieces": 90}
    loaded["model"] |= {"embedding": 16, "encoder": 16, "content": 8, "decoder": 24}
    loaded["batches"] = {"pieces": 60}
    return loaded


def make(recipe: dict[str, dict[str, object]]) -> TextTask:
    return TextTask(recipe, choose_device("cpu", "fp32"), score, "affect-en", "0123", seed=1)


def test_learns_and_writes_a_checkpoint(recipe: dict[str, dict[str, object]], tmp_path: Path) -> None:
    task = make(recipe)
    assert {"great", "awful"} <= {word for word, weights in task.lexicon.items() if abs(weights[0]) > 0.3}
    before = task.validate()["reconstruction"]
    options = TrainingOptions(epochs=12, learning_rate=0.01, warmup=5, validate_every=50)
    steps = list(train(task, options, tmp_path / "run"))
    assert {"reconstruction", "kl", "affect", "adversary"} == set(steps[-1].terms)
    assert task.validate()["reconstruction"] < 0.7 * before
    checkpoint = load_checkpoint(tmp_path / "run" / "best")
    codec = Codec.from_checkpoint(checkpoint, choose_device("cpu", "fp32"))
    assert codec.pieces("the food was great.")
    assert not any(name.startswith("adversary.") for name in checkpoint.tensors)
    assert set(json.loads(checkpoint.files["lexicon.json"])) >= {"great", "awful"}
    assert len(checkpoint.config["content_sd"]) == 8


def test_readings_are_kept_beside_the_corpus(recipe: dict[str, dict[str, object]]) -> None:
    make(recipe)

    def refuse(texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError("the readings are in the cache")

    TextTask(recipe, choose_device("cpu", "fp32"), refuse, "affect-en", "0123", seed=1)


def test_a_model_that_cannot_be_is_refused_before_the_corpus_is_read(
    recipe: dict[str, dict[str, object]],
) -> None:
    def refuse(texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError("the corpus was read")

    for table, wrong in (("model", {"attends": True, "heads": 3}), ("objective", {"words": 1.0})):
        broken = recipe | {table: recipe[table] | wrong}
        with pytest.raises(RecipeError, match=next(iter(wrong))):
            TextTask(broken, choose_device("cpu", "fp32"), refuse, "affect-en", "0123", seed=1)


def test_a_reading_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(data, "PART", 2)
    items = [
        Item(text, text, "own") for text in ("it rained .", "good soup !", "bad tea", "a lovely bed", "yes")
    ]
    read: list[str] = []

    def stopped(texts: Sequence[str]) -> NDArray[np.float32]:
        if len(read) >= 2:
            raise KeyboardInterrupt
        read.extend(texts)
        return score(texts)

    def further(texts: Sequence[str]) -> NDArray[np.float32]:
        read.extend(texts)
        return score(texts)

    form = Orthography("plain")
    with pytest.raises(KeyboardInterrupt):
        data.read_affect(items, form, stopped, "0123")
    found = data.read_affect(items, form, further, "0123")
    texts = [form.restore(item.form) for item in items]
    assert read == texts  # none twice
    assert np.array_equal(found, score(texts)[:, :2])
    assert data.read_affect([], form, further, "0123").shape == (0, 2)


def test_a_file_that_gives_no_sentence_says_what_to_do(
    recipe: dict[str, dict[str, object]], tmp_path: Path
) -> None:
    short = tmp_path / "short.txt"
    short.write_text("Hi.\n", encoding="utf-8")
    recipe["data"]["corpora"] = [str(short)]
    with pytest.raises(RecipeError, match="give more text"):
        make(recipe)
