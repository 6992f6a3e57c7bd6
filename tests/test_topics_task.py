"""Training a topic model: two clear topics are found, a resume goes on to the same losses, readers read."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import textvae
from textvae.errors import CheckpointError, CorpusError, RecipeError, TextError, UnknownNameError
from textvae.topics.bags import Bags
from textvae.topics.reader import CPU, TopicReader, fit, fit_steps, prepare
from textvae.topics.task import TopicTask
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe, recipe_names

SEA = ["boat", "fish", "harbour", "sail", "wave"]
LAW = ["court", "judge", "lawyer", "trial", "verdict"]
WORDS = (*SEA, *LAW)
RECIPE: dict[str, Any] = {
    "model": {"topics": 2, "hidden": 16, "alpha": 0.1},
    "data": {"batch": 20},
    "objective": {"reconstruction": 1.0, "kl": 1.0},
    "training": {"epochs": 2, "learning_rate": 0.01, "warmup": 5, "validate_every": 10},
}


def corpus(count: int, seed: int = 0) -> tuple[Bags, np.ndarray]:
    """Documents of ten words, each about one thing or the other, and which."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 2, count)
    return Bags.count([list(random.choice(LAW if kind else SEA, 10)) for kind in kinds], WORDS), kinds


def losses(task: TopicTask, run: Path, steps: int | None = None, resume: bool = False) -> list[float]:
    options = TrainingOptions(epochs=4, learning_rate=0.01, warmup=5, validate_every=10)
    return [step.loss for step in islice(train(task, options, run, resume), steps)]


def task(seed: int = 1, **tables: Any) -> TopicTask:
    return TopicTask({**RECIPE, **tables}, corpus(200)[0], corpus(40, 1)[0], CPU, seed)


@pytest.mark.parametrize("name", ["dirichlet", "dirichlet-rejection", "weibull", "prodlda", "gsm"])
def test_two_clear_topics_are_found(name: str, tmp_path: Path) -> None:
    recipe = load_recipe("topics", name)
    recipe["model"] |= {"hidden": 16, "dropout": 0.0}
    recipe["data"] = {"batch": 20}
    recipe["objective"] = {"reconstruction": 1.0, "kl": 1.0}
    recipe["training"] = {"epochs": 15, "learning_rate": 0.03, "warmup": 20, "validate_every": 100}
    bags, kinds = corpus(300)
    reader = fit(bags, recipe, 2, 1, run=tmp_path / "run")
    first = [{reader.words[i] for i in row.argsort()[-5:]} for row in reader.topics]
    assert sorted(map(sorted, first)) == sorted([sorted(SEA), sorted(LAW)])
    law = first.index(set(LAW))
    assert (reader.proportions(bags).argmax(1) == law).tolist() == (kinds == 1).tolist()
    assert reader.topics.sum(1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_a_killed_training_resumes_to_the_same_losses(tmp_path: Path) -> None:
    whole = losses(task(), tmp_path / "whole")
    assert len(whole) == 40
    stopped = train(
        task(), TrainingOptions(epochs=4, learning_rate=0.01, warmup=5, save_every=0), tmp_path / "cut"
    )
    begun = [step.loss for step in islice(stopped, 15)]
    del stopped
    rest = losses(task(), tmp_path / "cut", resume=True)
    # The state before the last step is the last one saved: step 15 comes again.
    assert len(rest) in (25, 26)
    assert [*begun[: 40 - len(rest)], *rest] == pytest.approx(whole, rel=1e-6)
    assert losses(task(seed=2), tmp_path / "other", steps=3) != whole[:3]


def test_the_checkpoint_holds_vocabulary_recipe_and_figures(tmp_path: Path) -> None:
    made = task()
    steps = list(train(made, TrainingOptions(epochs=1, validate_every=5), tmp_path / "run"))
    validated = [step.validation for step in steps if step.validation]
    assert set(validated[-1]) == {"bound", "perplexity", "npmi", "diversity", "score"}
    assert sum(step.size for step in steps) == 200
    config = json.loads((tmp_path / "run" / "best" / "config.json").read_text())
    assert config["kind"] == "topics"
    assert config["recipe"] == RECIPE
    reader = textvae.load(str(tmp_path / "run"))
    assert isinstance(reader, TopicReader)
    assert reader.words == WORDS
    last = TopicReader.load(tmp_path / "run" / "last")
    assert np.allclose(last.topics, TopicReader.from_task(made).topics)
    bags = corpus(30, 2)[0]
    assert np.allclose(last.proportions(bags, batch=7), last.proportions(bags))
    assert last.kl_topics(bags).shape == (2,)
    assert np.array_equal(last.likelihood(bags).weighted, last.likelihood(bags).weighted)


def test_a_document_of_strangers_gets_the_mean_of_the_others(tmp_path: Path) -> None:
    reader = TopicReader.from_task(task())
    bags = Bags.count([SEA, [], LAW], WORDS)
    shares = reader.proportions(bags)
    assert shares[1].tolist() == pytest.approx(((shares[0] + shares[2]) / 2).tolist())
    assert reader.proportions(bags.select(np.array([1]))).tolist() == [[0.5, 0.5]]
    with pytest.raises(TextError, match=r"reader\.count"):
        reader.proportions(Bags.count([SEA], SEA))


def test_batches_hold_every_document_with_words_once() -> None:
    bags = Bags.count([*([SEA] * 41), [], []], WORDS)
    made = TopicTask(RECIPE, bags, bags, CPU)
    assert sorted(np.concatenate(made.epoch(0)).tolist()) == list(range(41))
    assert min(map(len, made.epoch(0))) > 1
    assert np.concatenate(made.epoch(0)).tolist() != np.concatenate(made.epoch(1)).tolist()


def test_a_kl_under_its_floor_is_free() -> None:
    made = task(data={"batch": 20, "free_bits": 100.0})
    terms = made.terms(made.epoch(0)[0], 0)
    assert float(terms["kl"].detach()) == pytest.approx(200.0)  # two topics, each under its floor
    assert set(terms) == {"reconstruction", "kl"}


def test_the_correction_changes_the_gradient_and_not_the_loss() -> None:
    found = {}
    for correction in (False, True):
        model = {**RECIPE["model"], "estimator": "rejection", "correction": correction, "dropout": 0.0}
        made = task(model=model)
        made.model.train()
        torch.manual_seed(5)
        nll = made.terms(made.epoch(0)[0], 0)["reconstruction"]
        nll.backward()
        gradient = made.topic_model.latent.to_concentration[0].weight.grad
        found[correction] = float(nll.detach()), gradient.clone()
    assert found[True][0] == pytest.approx(found[False][0], rel=1e-6)
    assert not torch.allclose(found[True][1], found[False][1])


def test_dev_is_held_out_unless_it_is_given() -> None:
    bags = corpus(100)[0]
    made, options = prepare(bags, RECIPE, k=3, seed=7)
    assert (len(made.train_set), len(made.dev_set)) == (90, 10)
    assert made.topic_model.config.latent.topics == 3
    assert options.seed == made.seed == 7
    few, _ = prepare(bags.select(np.arange(20)), RECIPE)
    assert len(few.train_set) == len(few.dev_set) == 20
    assert RECIPE["model"]["topics"] == 2


def test_what_cannot_be_trained(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="give more documents"):
        prepare(Bags.count([SEA], WORDS), RECIPE)
    with pytest.raises(UnknownNameError, match="reconstruction"):
        task(objective={"reconstruction": 1.0, "coherence": 1.0})
    with pytest.raises(UnknownNameError, match="bound"):
        task(data={"score": "bounds"})
    with pytest.raises(RecipeError, match="at least 2 documents"):
        task(data={"batch": 1})
    with pytest.raises(UnknownNameError, match="dirichlet"):
        next(fit_steps(corpus(20)[0], "dirichle", 2, 1, tmp_path / "run"))
    with pytest.raises(CheckpointError, match="not of topics"):
        TopicReader.load("affect-en")


@pytest.mark.parametrize("name", recipe_names("topics"))
def test_every_recipe_that_ships_takes_a_step(name: str, tmp_path: Path) -> None:
    step = next(fit_steps(corpus(60)[0], name, 4, 1, tmp_path / "run"))
    assert np.isfinite(step.loss)
