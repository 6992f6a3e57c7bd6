"""Every text system that ships as a recipe trains: small, on a file of its own, and its loss goes down."""

from pathlib import Path
from typing import Any

import pytest
import torch

from textvae.errors import CheckpointError, RecipeError, UnknownNameError
from textvae.evaluation.likelihood import measure_likelihood
from textvae.text.codec import Codec
from textvae.text.task import TextTask, reads_affect
from textvae.text.terms import mutual_information
from textvae.training.checkpoint import Checkpoint, load_checkpoint
from textvae.training.device import choose_device
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe, recipe_names

CPU = choose_device("cpu", "fp32")
SYSTEMS = [name for name in recipe_names("text") if name.startswith(("ptb/", "yelp/"))]
SMALL = {"embedding": 12, "encoder": 10, "decoder": 16, "heads": 2, "dropout": 0.0}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> str:
    subjects = ("the food", "our room", "my bed", "this place", "that soup")
    lines = [
        f"{s} was {w} {e}" for s in subjects for w in ("good", "bad", "cold") for e in (".", "!", "_num_ !")
    ]
    path = tmp_path_factory.mktemp("corpus") / "own.csv"
    path.write_text("text\n" + "\n".join(lines), encoding="utf-8")
    return str(path)


def made(name: str, corpus: str, start: Checkpoint | None = None, **tables: dict[str, Any]) -> TextTask:
    recipe = load_recipe("text", name)
    recipe["data"] |= {"corpora": [corpus], "held_out": 0.2, "coverage": 1.0}
    sizes = {name: recipe["model"].get(name, 0) and size for name, size in (("content", 4), ("informant", 8))}
    recipe["model"] |= SMALL | sizes
    recipe["batches"] |= {"pieces": 40}
    for table, values in tables.items():
        recipe[table] = recipe.get(table, {}) | values
    return TextTask(recipe, CPU, None, "affect-en", "", 1, start)


def run(task: TextTask, folder: Path, epochs: float = 4.0) -> Checkpoint:
    options = TrainingOptions(epochs=epochs, learning_rate=0.02, warmup=1, validate_every=10)
    losses = [step.terms["reconstruction"] for step in train(task, options, folder)]
    assert sum(losses[-5:]) < 0.95 * sum(losses[:5])
    return load_checkpoint(folder / "best")


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_recipe_trains_and_its_loss_goes_down(name: str, corpus: str, tmp_path: Path) -> None:
    start = None
    if name.endswith("/pretrained"):
        start = run(made(name.replace("pretrained", "ae"), corpus), tmp_path / "ae")
    turns = {"lagging": {"window": 1, "most": 2}} if name.endswith("/lagging") else {}
    task = made(name, corpus, start, **turns)
    assert not reads_affect(task.recipe)
    checkpoint = run(task, tmp_path / "run")
    codec = Codec.from_checkpoint(checkpoint, CPU)
    tokens = codec.pieces("the food was good .")
    found = measure_likelihood(codec.model, [tokens], draws=2, samples=3)
    assert found.bound[0] > 0
    assert (found.nll is None) == (codec.model.config.posterior == "point")
    assert (found.posterior is None) == name.endswith("/lm")


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[1].glob("textvae/recipes/text/*/*.toml")))
def test_recipes_are_short(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert 0 < len(lines) <= 20


def test_a_language_model_cannot_encode(corpus: str) -> None:
    model = made("yelp/lm", corpus).model
    assert not [name for name, _ in model.named_parameters() if name.startswith(("encoder", "content"))]
    with pytest.raises(CheckpointError, match="language model"):
        model.encode(torch.tensor([[4]]), torch.tensor([1]))


def test_pretraining_keeps_the_encoder_and_begins_the_decoder_anew(corpus: str, tmp_path: Path) -> None:
    start = run(made("yelp/ae", corpus), tmp_path / "ae")
    weights = made("yelp/pretrained", corpus, start).model.state_dict()
    kept = {name for name, value in start.tensors.items() if torch.equal(value, weights[name])}
    assert {name for name in weights if name.startswith(("encoder.", "content.", "embedding."))} <= kept
    assert not {"output_bias", "decoder.gru.weight_hh_l0", "decoder.to_state.weight"} & kept


def test_the_bound_on_mutual_information_leaves_z_and_the_encoder_alone(corpus: str) -> None:
    task = made("yelp/mutual-information-5", corpus)
    task.names = ("mutual_information",)
    task.model.train()
    task.terms(task.epoch(0)[0], 0)["mutual_information"].backward()  # type: ignore[no-untyped-call]
    reached = {
        name for name, p in task.model.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert not [name for name in reached if name.startswith(("encoder.", "content."))]
    assert {"informant.0.weight", "decoder.gru.weight_hh_l0", "decoder.to_state.weight"} <= reached
    assert mutual_information.__doc__


def test_informant_learns_what_z_was(corpus: str, tmp_path: Path) -> None:
    """With the decoder hearing z at every step, the bound on I(x; z) rises from about 0 or less."""
    task = made("yelp/mutual-information-10", corpus)
    before = task.validate()["mutual_information"]
    run(task, tmp_path / "run", 10.0)
    assert task.validate()["mutual_information"] < before


def test_what_a_recipe_asks_for_must_fit_together(corpus: str) -> None:
    with pytest.raises(RecipeError, match="informant to be more than 0"):
        made("yelp/vae", corpus, objective={"mutual_information": 1.0})
    with pytest.raises(RecipeError, match="leave it out"):
        made("yelp/ae", corpus, objective={"kl": 1.0})
    with pytest.raises(RecipeError, match="use mean or attention"):
        made("yelp/convolution", corpus, model={"summary": "last"})
    with pytest.raises(UnknownNameError, match="did you mean 'score'"):
        made("yelp/vae", corpus, terms={"estimator": "scores"})
    with pytest.raises(RecipeError, match="use pieces or words"):
        made("yelp/vae", corpus, data={"tokens": "letters"})
    with pytest.raises(RecipeError, match="use reconstruction or objective"):
        made("yelp/vae", corpus, batches={"best": "loss"})


def test_lagging_is_resumed_where_it_was(corpus: str, tmp_path: Path) -> None:
    """A training that is stopped while the encoder lags goes on to the same losses."""
    options = TrainingOptions(epochs=6, learning_rate=0.02, warmup=1, validate_every=1000, save_every=0)
    whole = [step.loss for step in train(made("yelp/lagging", corpus), options, tmp_path / "whole")]
    parts: list[float] = []
    for step in train(made("yelp/lagging", corpus), options, tmp_path / "parts"):
        parts.append(step.loss)
        if step.step == 7:
            break
    resumed = made("yelp/lagging", corpus)
    for step in train(resumed, options, tmp_path / "parts", resume=True):
        parts[step.step - 1 :] = [step.loss]
    assert resumed.memory["steps"] > 0
    assert parts == pytest.approx(whole, abs=1e-6)
