"""Training a topic model: batches of documents, the terms, validation on held-out documents, export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from textvae.errors import CorpusError, RecipeError, UnknownNameError
from textvae.topics.bags import Bags
from textvae.topics.coherence import diversity, npmi, top_words
from textvae.topics.counting import Counting
from textvae.topics.factors import first_topics
from textvae.topics.likelihood import document_likelihood, document_perplexity
from textvae.topics.model import Parts, TopicConfig, TopicModel
from textvae.training.checkpoint import save_checkpoint
from textvae.training.device import Device
from textvae.training.recipe import read_table
from textvae.variational.objective import Objective
from textvae.variational.terms import free_bits

TERMS = frozenset({"reconstruction", "kl"})
SCORES = ("bound", "coherence")
STARTS = ("random", "factors")
VOCABULARY, COUNTING = "vocabulary.txt", "counting.json"
NEVER = -1.0
"""The NPMI in validation of two words that never meet."""


@dataclass(frozen=True, slots=True)
class DataOptions:
    """A recipe's `[data]`."""

    batch: int = 200  # documents; fewer of a small corpus, so that an epoch has 50 batches
    least: int = 32  # documents of a batch, however small the corpus
    free_bits: float = 0.0  # nats a topic may cost for nothing
    start: str = "random"  # of the decoder's weights; or factors: non-negative factors of the documents
    score: str = "bound"  # what chooses the best checkpoint: the bound on dev, or coherence times diversity
    dev_documents: int = 2000  # at most so many are validated on


class TopicTask:
    """A recipe, documents to train on and documents to validate on; `textvae.training.loop` drives it."""

    def __init__(
        self,
        recipe: Mapping[str, Any],
        train: Bags,
        dev: Bags,
        device: Device,
        seed: int = 1,
        counting: Counting | None = None,
    ) -> None:
        """Documents without a word of the vocabulary are passed over. How texts were counted goes with the
        model, for texts to come.

        Raises `CorpusError` when none is left to train on or to validate on, and what is wrong with a recipe.
        """
        self.recipe, self.device, self.seed = recipe, device, seed
        self.counting = counting
        self.data = read_table(recipe.get("data", {}), DataOptions, "data")
        if self.data.score not in SCORES:
            raise UnknownNameError("score", self.data.score, SCORES, "It stands in [data].")
        if self.data.start not in STARTS:
            raise UnknownNameError("start", self.data.start, STARTS, "It stands in [data].")
        if min(self.data.batch, self.data.least) < 2:
            raise RecipeError(
                f"[data] batch = {self.data.batch}, least = {self.data.least}: give at least 2 documents."
            )
        self.objective = Objective.from_recipe(recipe.get("objective", {}), TERMS)
        self.train_set = train
        self.rows = np.flatnonzero(train.lengths > 0).astype(np.int64)
        self.dev_set = dev.select(np.flatnonzero(dev.lengths > 0)[: self.data.dev_documents].astype(np.int64))
        if len(self.rows) < 2 or not len(self.dev_set):
            raise CorpusError(
                f"{len(self.rows)} documents to train on and {len(self.dev_set)} to validate on have a word "
                "of the vocabulary: give more documents."
            )
        config = TopicConfig.read(recipe.get("model", {}), len(train.words))
        torch.manual_seed(seed)
        topic_model = TopicModel(config)
        frequencies = np.bincount(train.indices, train.counts, len(train.words))
        topic_model.start_from(torch.from_numpy(frequencies).float())
        if self.data.start == "factors":
            found = first_topics(train, config.latent.topics, seed)
            with torch.no_grad():
                topic_model.decoder.weight.copy_(torch.from_numpy(found))
        self.topic_model = topic_model.to(device.device)

    @property
    def model(self) -> nn.Module:
        """Whose parameters are trained."""
        return self.topic_model

    def epoch(self, epoch: int) -> Sequence[NDArray[np.int64]]:
        """Row numbers of each batch, shuffled by the seed and the epoch; their sizes are nearly equal."""
        order = np.random.default_rng([self.seed, epoch]).permutation(self.rows)
        size = min(self.data.batch, max(self.data.least, len(order) // 50))
        parts = max(1, round(len(order) / size))
        return np.array_split(order, parts)

    def terms(self, batch: NDArray[np.int64], step: int) -> Mapping[str, Tensor]:
        """`reconstruction` and `kl`, the means over the documents, in nats."""
        x = self.train_set.dense(batch).to(self.device.device)
        parts: Parts = self.topic_model(x)
        nll = parts.nll
        if parts.log_ratio is not None:  # the gradient that the rejection's transformation does not carry
            learned = nll.detach() - nll.detach().mean()
            nll = nll + learned * (parts.log_ratio - parts.log_ratio.detach())
        kl = parts.kl
        if self.data.free_bits > 0:
            kl = free_bits(self.topic_model.latent.kl_topics(parts.posterior), self.data.free_bits)
        return {"reconstruction": nll.mean(), "kl": kl.mean()}

    def size(self, batch: NDArray[np.int64]) -> int:
        """Documents in the batch."""
        return len(batch)

    def validate(self) -> Mapping[str, float]:
        """The bound on dev in nats a document, its perplexity, and NPMI and diversity of the ten first words
        over the training documents; `score` is what `[data] score` says."""
        found = document_likelihood(self.topic_model, self.dev_set, samples=1, device=self.device.device)
        top = top_words(self.topic_model.topics().detach().cpu().numpy(), self.train_set.words)
        figures = {
            "bound": float(found.bound.mean()),
            "perplexity": document_perplexity(found.bound, found.lengths),
            "npmi": float(npmi(top, self.train_set, NEVER).mean()),
            "diversity": diversity(top),
        }
        coherent = figures["npmi"] * figures["diversity"]
        figures["score"] = coherent if self.data.score == "coherence" else figures["bound"]
        return figures

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the model and its vocabulary."""
        config = {
            "kind": "topics",
            "model": self.topic_model.describe(),
            "recipe": dict(self.recipe),
            "seed": self.seed,
            "documents": len(self.rows),
            "dev": {name: round(value, 5) for name, value in figures.items()},
        }
        words = "".join(f"{word}\n" for word in self.train_set.words).encode()
        files = {VOCABULARY: words}
        if self.counting is not None:
            files[COUNTING] = self.counting.dump()
        save_checkpoint(folder, config, self.topic_model.state_dict(), files)
