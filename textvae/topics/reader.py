"""A trained topic model: its topics, and the proportions of documents."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.errors import CheckpointError, TextError
from textvae.topics.bags import Bags
from textvae.topics.counting import Counting
from textvae.topics.likelihood import Likelihood, document_likelihood
from textvae.topics.model import TopicModel
from textvae.topics.task import COUNTING, VOCABULARY, TopicTask
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import Device
from textvae.training.loop import Step, TrainingOptions, train
from textvae.training.recipe import load_recipe, read_table

CPU = Device(torch.device("cpu"), torch.float32)


class TopicReader:
    """What is done with a trained topic model; on the CPU, where it is fast enough."""

    def __init__(
        self,
        model: TopicModel,
        words: tuple[str, ...],
        config: Mapping[str, Any],
        counting: Counting | None = None,
    ) -> None:
        self.model, self.words, self.config = model.eval(), words, dict(config)
        self.counting = counting or Counting()

    @classmethod
    def load(cls, name_or_path: str | Path) -> "TopicReader":
        """Read a checkpoint's folder, or the folder of a training.

        Raises `UnknownNameError` where there is none, `CheckpointError` for one that is damaged or of
        another kind.
        """
        checkpoint = load_checkpoint(name_or_path)
        if checkpoint.kind != "topics":
            raise CheckpointError(f"{checkpoint.folder} is a model of kind {checkpoint.kind}, not of topics.")
        words = tuple(checkpoint.files[VOCABULARY].decode().split("\n")[:-1])
        try:
            model = TopicModel.build(checkpoint.config["model"], checkpoint.tensors)
        except (KeyError, RuntimeError) as error:
            raise CheckpointError(f"{checkpoint.folder} does not hold the model it says: {error}") from error
        told = checkpoint.files.get(COUNTING)
        return cls(model, words, checkpoint.config, Counting.parse(told, len(words)) if told else None)

    @classmethod
    def from_task(cls, task: TopicTask) -> "TopicReader":
        """The model of a task as it stands, apart from it."""
        model = copy.deepcopy(task.topic_model).cpu()
        config = {"kind": "topics", "recipe": dict(task.recipe)}
        return cls(model, task.train_set.words, config, task.counting)

    @property
    def topics(self) -> NDArray[np.float32]:
        """The distribution of each topic over the words, (K, V); rows sum to 1."""
        with torch.no_grad():
            return self.model.topics().numpy()

    @property
    def pure(self) -> NDArray[np.float32]:
        """The words expected of a document that is one topic alone, (K, V); rows sum to 1.

        Of a mixture these are its `topics`; of a product of experts they have the background's words too.
        """
        with torch.no_grad():
            return self.model.decode(torch.eye(self.model.config.latent.topics)).exp().numpy()

    def count(self, texts: Iterable[str]) -> Bags:
        """Texts as bags of the model's words, counted as those that it learnt from."""
        return self.counting.bags(texts, self.words)

    def proportions(self, bags: Bags, batch: int = 500) -> NDArray[np.float32]:
        """The mean proportions of each document, (N, K); rows sum to 1. A document without a known word
        gets the mean of the others' rows, or equal shares if there is no other.

        Raises `TextError` if the documents were counted over another vocabulary.
        """
        self._check(bags)
        found = np.empty((len(bags), self.model.config.latent.topics), np.float32)
        with torch.no_grad():
            for start in range(0, len(bags), batch):
                rows = np.arange(start, min(start + batch, len(bags)))
                found[rows] = self.model.proportions(bags.dense(rows)).numpy()
        known = bags.lengths > 0
        found[~known] = found[known].mean(0) if known.any() else 1 / found.shape[1]
        return found

    def likelihood(self, bags: Bags, samples: int = 20, seed: int = 0) -> Likelihood:
        """See `textvae.topics.likelihood.document_likelihood`."""
        self._check(bags)
        return document_likelihood(self.model, bags, samples, seed)

    def kl_topics(self, bags: Bags, batch: int = 500) -> NDArray[np.float64]:
        """KL of each topic from its prior, the mean over the documents, (K,) nats; near 0: collapsed."""
        self._check(bags)
        total = np.zeros(self.model.config.latent.topics)
        with torch.no_grad():
            for start in range(0, len(bags), batch):
                rows = np.arange(start, min(start + batch, len(bags)))
                q = self.model.encode(bags.dense(rows))
                total += self.model.latent.kl_topics(q).double().sum(0).numpy()
        return total / max(1, len(bags))

    def _check(self, bags: Bags) -> None:
        if bags.words != self.words:
            raise TextError(
                f"the documents are counted over {len(bags.words):,} words that are not the model's "
                f"{len(self.words):,}: count them with the model's, `reader.count(texts)`."
            )


def prepare(
    bags: Bags,
    recipe: str | Mapping[str, Any] = "dirichlet",
    k: int | None = None,
    seed: int = 1,
    dev: Bags | None = None,
    device: Device = CPU,
    counting: Counting | None = None,
) -> tuple[TopicTask, TrainingOptions]:
    """A recipe (its name, its .toml file or its tables) made ready for `bags`, with `k` topics.

    Without `dev` one document in ten is held out; of fewer than 50 none is, and training's own bound decides.
    """
    table = copy.deepcopy(dict(load_recipe("topics", recipe) if isinstance(recipe, str) else recipe))
    if k is not None:
        table["model"] = {**table.get("model", {}), "topics": k}
    if dev is None:
        order = np.random.default_rng(seed).permutation(len(bags))
        held = len(bags) // 10 if len(bags) >= 50 else 0
        bags, dev = (bags.select(order[held:]), bags.select(order[:held])) if held else (bags, bags)
    options = read_table({**table.get("training", {}), "seed": seed}, TrainingOptions, "training")
    return TopicTask(table, bags, dev, device, seed, counting), options


def fit_steps(
    bags: Bags,
    recipe: str | Mapping[str, Any],
    k: int | None,
    seed: int,
    run: Path,
    dev: Bags | None = None,
    resume: bool = False,
) -> Iterator[Step]:
    """Train into the folder `run`, a step at a time: `TopicReader.load(run)` reads the best checkpoint."""
    task, options = prepare(bags, recipe, k, seed, dev)
    return train(task, options, run, resume)


def fit(
    bags: Bags,
    recipe: str | Mapping[str, Any] = "dirichlet",
    k: int | None = None,
    seed: int = 1,
    *,
    run: Path,
    dev: Bags | None = None,
) -> TopicReader:
    """Train to the end into the folder `run` and return the best model."""
    for _ in fit_steps(bags, recipe, k, seed, run, dev):
        pass
    return TopicReader.load(run)
