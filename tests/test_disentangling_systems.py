"""The systems that steer, as recipes: small, on a file of their own, resumed; what can be done with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from textvae.errors import InputError, RecipeError, TextError, UnknownNameError
from textvae.text.arithmetic import difference, mean_latent, restyled, rewritten, shifted
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.task import TextTask, reads_affect
from textvae.text.writer import TextWriter
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe, recipe_names

CPU = choose_device("cpu", "fp32")
SYSTEMS = [name for name in recipe_names("text") if name.startswith(("disentangled", "steering/"))]
WORDS = {"good": 4.5, "lovely": 4.0, "bad": 1.5, "awful": 2.0}
SEARCH = BeamOptions(width=2, min_length=1)


def score(texts: Sequence[str]) -> NDArray[np.float32]:
    """Valence from the one telling word, arousal from an exclamation mark."""
    valence = [next((v for w, v in WORDS.items() if w in text.lower()), 3.0) for text in texts]
    return np.array([[v, 3.0 + ("!" in t), 3.0] for v, t in zip(valence, texts, strict=True)], np.float32)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    subjects = ("the food", "our room", "my bed", "this place", "that soup", "their tea")
    lines = [
        f"{subject} was {word} {end},{'positive' if value > 3 else 'negative'}"
        for subject in subjects
        for word, value in WORDS.items()
        for end in (".", "!", "again .", "today !")
    ]
    path = tmp_path / "own.csv"
    path.write_text("text,label\n" + "\n".join(lines), encoding="utf-8")
    return str(path)


def made(name: str, corpus: str, **tables: dict[str, Any]) -> TextTask:
    recipe = load_recipe("text", name)
    recipe["data"] |= {"corpora": [corpus], "held_out": 0.2, "affect_words": 1.0}
    sizes = {"content": 8, "style": 3, "critics": 6}
    recipe["model"] |= {key: recipe["model"].get(key, 0) and size for key, size in sizes.items()}
    recipe["model"] |= {"embedding": 12, "encoder": 10, "decoder": 16, "heads": 2, "dropout": 0.0}
    recipe["batches"] |= {"pieces": 60}
    for table, values in tables.items():
        recipe[table] = recipe.get(table, {}) | values
    return TextTask(recipe, CPU, score if reads_affect(recipe) else None, "affect-en", "0123", 1)


def learn(task: TextTask, folder: Path, epochs: float = 4.0) -> list[dict[str, float]]:
    options = TrainingOptions(epochs=epochs, learning_rate=0.02, warmup=1, validate_every=1000)
    return [dict(step.terms) for step in train(task, options, folder)]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_recipe_trains_and_its_loss_goes_down(name: str, corpus: str, tmp_path: Path) -> None:
    task = made(name, corpus)
    terms = learn(task, tmp_path / "run")
    first, last = (sum(step["reconstruction"] for step in part) for part in (terms[:5], terms[-5:]))
    assert last < 0.9 * first
    checkpoint = load_checkpoint(tmp_path / "run" / "last")
    assert not [name for name in checkpoint.tensors if name.startswith("critics.")]
    codec = Codec.from_checkpoint(checkpoint, CPU)
    if not name.endswith("/lm"):
        assert codec.encode([codec.pieces("the food was good .")]).mean.z.shape == (
            1,
            8 + codec.model.config.affect,
        )


def test_the_rows_are_the_terms_that_they_are_named_for() -> None:
    for folder, told in (("disentangled", "style"), ("disentangled-affect", "affect")):
        base = {"reconstruction", "kl_style", "kl_content"}
        hidden, bag = {"style_adversary", "style_hidden"}, {"words_adversary", "words_hidden"}
        rows = {
            "vae": base,
            "mul-s": base | {told},
            "dis-s": base | hidden,
            "mul-s-dis-s": base | {told} | hidden,
            "mul-c-dis-c": base | {"words"} | bag,
            "mul-s-dis-s-mul-c": base | {told} | hidden | {"words"},
            "all": base | {told} | hidden | {"words"} | bag,
        }
        for row, terms in rows.items():
            assert set(load_recipe("text", f"{folder}/{row}")["objective"]) == terms
        recipes = [load_recipe("text", f"{folder}/{row}") for row in rows]
        assert all(
            r["training"] == recipes[0]["training"] and r["model"] == recipes[0]["model"] for r in recipes
        )


def test_labels_are_told_and_their_words_carry_affect(corpus: str) -> None:
    task = made("disentangled/all", corpus)
    assert task.prepared.carriers == set(WORDS)
    assert task.model.config.labels == 2
    batch = task.train_set.take(task.epoch(0)[0])
    assert batch.readings.sum(1).tolist() == [1.0] * len(batch.tokens)
    said = [task.tokenizer.decode(row) for row in batch.tokens.tolist()]
    good = [float("good" in text or "lovely" in text) for text in said]
    assert batch.readings[:, 1].tolist() == good  # [data] labels has negative first
    with pytest.raises(RecipeError, match=r"has the label 'positive'"):
        made("disentangled/all", corpus, data={"labels": ["negative", "neutral"]})


def test_a_drawn_affect_is_not_the_readings(corpus: str) -> None:
    """The decoder hears a draw of q(affect|x), which differs from draw to draw; dev hears its mean."""
    task = made("disentangled-affect/vae", corpus)
    read = task.train_set.take(task.epoch(0)[0])
    posterior = task.model.encode(read.tokens, torch.full((len(read.tokens),), read.tokens.shape[1]))
    task.model.train()
    one, two = (task._latent(posterior, None, read).affect for _ in range(2))
    assert not torch.equal(one, two)
    assert one.grad_fn is not None
    task.model.eval()
    assert torch.equal(task._latent(posterior, None, read).affect, posterior.affect.mean)


@pytest.mark.parametrize("name", ["disentangled/all", "disentangled-affect/all"])
def test_a_resumed_training_goes_on_to_the_same_losses(name: str, corpus: str, tmp_path: Path) -> None:
    options = TrainingOptions(epochs=3, learning_rate=0.02, warmup=1, validate_every=1000, save_every=0)
    whole = [dict(step.terms) for step in train(made(name, corpus), options, tmp_path / "whole")]
    parts: list[dict[str, float]] = []
    for step in train(made(name, corpus), options, tmp_path / "parts"):
        parts.append(dict(step.terms))
        if step.step == 4:
            break
    for step in train(made(name, corpus), options, tmp_path / "parts", resume=True):
        parts[step.step - 1 :] = [dict(step.terms)]
    assert parts == whole


@pytest.fixture
def writer(corpus: str, tmp_path: Path) -> TextWriter:
    learn(made("disentangled/mul-s", corpus), tmp_path / "run", 8.0)
    return TextWriter.load(str(tmp_path / "run" / "last"), "cpu")


def test_styles_and_differences_go_where_they_are_sent(writer: TextWriter) -> None:
    codec, texts = writer.codec, ["the food was bad .", "", "my bed was awful !"]
    means = [
        mean_latent(codec, [f"our room was {word} ." for word in words])
        for words in (("bad", "awful"), ("good",))
    ]
    assert means[0].shape == (8,)
    by_hand = codec.encode([codec.pieces("our room was good .")]).mean.z[0]
    assert torch.from_numpy(means[1]).float() == pytest.approx(by_hand)
    plain = rewritten(codec, texts, lambda z: z, SEARCH)
    assert plain == shifted(codec, texts, means[1] - means[0], 0.0, SEARCH)
    assert plain[1] == "" != plain[0]
    heard: list[torch.Tensor] = []

    def listen(z: torch.Tensor) -> torch.Tensor:
        heard.append(z)
        return z

    rewritten(codec, [texts[0]], listen, SEARCH)
    way = heard[0].numpy()[0].astype(np.float64)
    to_itself = shifted(
        codec, ["that soup was good !"], way - mean_latent(codec, ["that soup was good !"]), 1.0, SEARCH
    )
    assert to_itself == rewritten(
        codec, [texts[0]], lambda z: z, SEARCH
    )  # k = 1 along b - a leads from a to b
    own = restyled(codec, [texts[0]], way[:3], SEARCH)
    assert own == to_itself  # its own style in place of its own style


def test_the_difference_of_two_labels_by_hand() -> None:
    mean = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [9.0, 9.0]])
    labels = ["a", "b", "b", None]
    assert difference(mean, labels, "a", "b").tolist() == [3.0, 3.0]
    assert difference(mean, labels, "b", "a").tolist() == [-3.0, -3.0]
    with pytest.raises(UnknownNameError, match="'c'"):
        difference(mean, labels, "a", "c")


def test_what_cannot_be_added(writer: TextWriter) -> None:
    with pytest.raises(InputError, match="8 dimensions there"):
        shifted(writer.codec, ["the food"], np.zeros(3))
    with pytest.raises(InputError, match="3 dimensions there"):
        restyled(writer.codec, ["the food"], np.zeros(8))
    with pytest.raises(TextError):
        mean_latent(writer.codec, ["", " "])
