"""Training a text VAE: the data of a recipe, its terms, its dev figures, its checkpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Normal

from textvae.errors import RecipeError
from textvae.text import written
from textvae.text.data import Batch, DataOptions, Score
from textvae.text.disentangling import counted
from textvae.text.editing import usable
from textvae.text.export import export_model, inherited
from textvae.text.lagging import LaggingOptions, Pace, let_learn
from textvae.text.likelihood import summed_and_each_nll
from textvae.text.model import Latent, Posterior, TextConfig, TextVAE
from textvae.text.noise import NoiseOptions, compact, disturb, keep_mask, told
from textvae.text.preparation import prepare
from textvae.text.settings import Editing, Steering
from textvae.text.terms import PER_TOKEN, TERMS, Pass, TermOptions, chosen_terms
from textvae.text.tokenizer import BOS, UNK
from textvae.text.written import write_anew
from textvae.training.checkpoint import Checkpoint
from textvae.training.device import Device
from textvae.training.recipe import read_table
from textvae.variational.estimators import draw
from textvae.variational.objective import Objective
from textvae.variational.schedules import read_schedule
from textvae.variational.statistics import active_units, mutual_information


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """A recipe's `[batches]`."""

    pieces: int = 3072  # a batch holds about so many pieces
    dev_sentences: int = 1000
    best: str = "reconstruction"  # what decides which weights are best on dev; or objective
    quantised: bool = True  # the checkpoint is int8 with a scale a row

    def __post_init__(self) -> None:
        for name in ("pieces", "dev_sentences"):
            if getattr(self, name) < 1:
                raise RecipeError(f"[batches] {name} = {getattr(self, name)}: it is at least 1.")


@dataclass(frozen=True, slots=True)
class StartOptions:
    """A recipe's `[start]`: what is not taken over from the model of `--from`."""

    reset: tuple[str, ...] = ()  # beginnings of the names of weights: decoder, output_bias, ...


def reads_affect(recipe: Mapping[str, Any]) -> bool:
    """Whether a recipe's model has an affect latent, so that its corpora are read by an affect model."""
    return bool(recipe.get("model", {}).get("affect", TextConfig.__dataclass_fields__["affect"].default))


class TextTask:
    """A recipe made ready to be trained; `textvae.training.train` drives it."""

    def __init__(
        self,
        recipe: Mapping[str, Any],
        device: Device,
        score: Score | None,
        reader: str,
        checksum: str,
        seed: int,
        start: Checkpoint | None = None,
    ) -> None:
        """`score` reads the affect of texts (a model without affect needs none), `reader` is its name and
        `checksum` its weights'. From `start`, a text model, come the first weights, the tokenizer, the
        dimensions and the scale of the affect.

        Raises `RecipeError` when the recipe asks for other dimensions than `start` has, or for terms that
        its model lacks.
        """
        self.recipe, self.device, self.reader, self.seed = recipe, device, reader, seed
        self.data = read_table(recipe["data"], DataOptions, "data")
        self.noise = read_table(recipe.get("noise", {}), NoiseOptions, "noise")
        self.options = read_table(recipe.get("batches", {}), BatchOptions, "batches")
        if self.options.best not in ("reconstruction", "objective"):
            raise RecipeError(f"[batches] best = {self.options.best!r}: use reconstruction or objective.")
        self.term_options = read_table(recipe.get("terms", {}), TermOptions, "terms")
        self.steering = read_table(recipe.get("steering", {}), Steering, "steering")
        self.editing = usable(read_table(recipe.get("editing", {}), Editing, "editing"), reader)
        strength = recipe.get("adversary", {}).get("strength", 0.0)
        self.reversal = read_schedule(strength, "[adversary] strength")
        self.word_dropout = read_schedule(self.noise.word_dropout, "[noise] word_dropout")
        self.memory: dict[str, float] = {}
        self.pace = Pace(read_table(recipe.get("lagging", {}), LaggingOptions, "lagging"), self.memory)
        self.objective = Objective.from_recipe(recipe.get("objective", {}), frozenset(TERMS))
        wanted = recipe.get("model", {}) | {"labels": len(self.data.labels)}
        if start is not None:
            wanted = inherited(start, wanted, self.data.form)
        config = read_table({"pieces": 0} | wanted, TextConfig, "model")
        self.names = chosen_terms(self.objective, config)
        asked = score if reads_affect(recipe) else None
        self.prepared = prepare(self.data, self.options.dev_sentences, asked, checksum, seed, start)
        self.tokenizer, self.lexicon = self.prepared.tokenizer, self.prepared.lexicon
        self.train_set, self.dev_set = self.prepared.train, self.prepared.dev
        torch.manual_seed(seed)
        self.model = TextVAE(replace(config, pieces=config.pieces or len(self.tokenizer)))
        if start is not None:  # what only training needs begins anew, and what the recipe resets
            reset = read_table(recipe.get("start", {}), StartOptions, "start").reset
            kept = {name: value for name, value in start.tensors.items() if not name.startswith(reset)}
            self.model.load_state_dict(kept, strict=False)
        self.model.to(device.device)
        self.word_starts = torch.from_numpy(self.tokenizer.word_starts).to(device.device)
        self.counted = torch.from_numpy(counted(self.tokenizer)).to(device.device)

    def epoch(self, epoch: int) -> Sequence[NDArray[np.int64]]:
        """Index groups of an epoch, shuffled by the seed and the epoch."""
        return self.train_set.batches(self.options.pieces, np.random.default_rng([self.seed, epoch]))

    def size(self, batch: NDArray[np.int64]) -> int:
        """Pieces in the batch, the end of each sentence counted."""
        return int(len(batch) * (self.train_set.lengths[batch[0]] + 1))

    def terms(self, batch: NDArray[np.int64], step: int) -> Mapping[str, Tensor]:
        """The terms on a batch, the encoder's and the decoder's inputs noised. See `textvae.text.terms`."""
        read = self.train_set.take(batch).to(self.device.device)
        told = self.model.config.affect and not self.noise.affect_drawn
        starts = self.word_starts[read.tokens]
        tokens, lengths = compact(read.tokens, keep := keep_mask(starts, read.carries, self.noise))
        if self.noise.disturbs:
            starts, _ = compact(starts, keep)
            tokens = disturb(tokens, lengths, starts, self.model.config.pieces, self.noise)
        affect = read.readings + self.noise.affect_noise * torch.randn_like(read.readings) if told else None
        if self.pace.options.window:
            let_learn(self.model, self.pace.turn())
        return self._evaluate(tokens, lengths, read, affect, self.word_dropout(step), self.reversal(step))

    def note(self, loss: float) -> None:
        """What a step cost, for the pace of a lagging encoder."""
        if self.pace.lags:
            self.pace.note(self.pace.turn(), loss)

    def _evaluate(
        self,
        tokens: Tensor,
        lengths: Tensor,
        read: Batch,
        affect: Tensor | None,
        dropout: float | None,
        reversal: float,
    ) -> dict[str, Tensor]:
        """The terms; without noise on what the decoder hears if `dropout` is None."""
        model = self.model
        posterior = model.encode(tokens, lengths) if model.config.latent else None
        latent = self._latent(posterior, affect, read)
        inputs, targets = read.shifted()
        options = self.term_options
        said = None
        if not written.TERMS.keys().isdisjoint(self.names):
            said = write_anew(model, latent, read, options.written_share, options.written_spread)
        if dropout is not None:
            hears_affect, hears_content = told(len(tokens), self.noise, tokens.device)
            latent = Latent(latent.affect * hears_affect, latent.content * hears_content)
            hidden = torch.rand(inputs.shape, device=inputs.device) < dropout * hears_content
            inputs = torch.where(hidden & (inputs != BOS), UNK, inputs)
        output = model(inputs, latent).flatten(0, 1)
        nll, each = summed_and_each_nll(output, model.embedding.weight, model.output_bias, targets.flatten())
        each = each.view(targets.shape).sum(1)
        seen = Pass(model, read, posterior, latent, inputs, nll, each, options, reversal, self.counted, said)
        return {name: TERMS[name](seen) for name in self.names}

    def _latent(self, posterior: Posterior | None, affect: Tensor | None, read: Batch) -> Latent:
        """What the decoder hears: the readings, if given, and a draw of the rest, or its mean."""
        if posterior is None:
            nothing = read.readings.new_zeros(len(read.tokens), 0)
            return Latent(nothing, nothing)
        q = posterior.content
        if self.model.config.posterior == "point" or not (self.model.training or self._by_objective):
            content = q.mean
        elif self.model.training:
            content = draw(q, self.term_options.estimator)
        else:  # the same draw at every validation
            noise = torch.randn(q.mean.shape, generator=torch.Generator().manual_seed(len(read.tokens)))
            content = q.mean + q.stddev * noise.to(q.mean.device)
        if affect is None and self.model.training and self.noise.affect_drawn:
            affect = draw(posterior.affect)
        return Latent(posterior.affect.mean if affect is None else affect, content)

    @property
    def _by_objective(self) -> bool:
        return self.options.best == "objective"

    @torch.no_grad()
    def validate(self) -> Mapping[str, float]:
        """The terms on dev without noise, from posterior means; `score` is minus the nats a piece.

        With `best = "objective"` from a draw of z; `score` is minus the objective with the weights that its
        schedules end with, and the mutual information of sentence and z in nats and the number of active
        units stand beside.
        """
        self.model.eval()
        sums: dict[str, float] = {}
        for batch in self.dev_set:
            read = batch.to(self.device.device)
            lengths = torch.full((len(read.tokens),), read.tokens.shape[1], device=self.device.device)
            with self.device.autocast():
                terms = self._evaluate(read.tokens, lengths, read, None, None, 0.0)
            for name, value in terms.items():
                pieces = read.tokens.shape[1] + 1 if name in PER_TOKEN else 1
                sums[name] = sums.get(name, 0.0) + float(value) * len(read.tokens) * pieces
        sentences = len(self.dev_set)
        pieces = int(self.dev_set.lengths.sum()) + sentences
        figures = {name: value / (pieces if name in PER_TOKEN else sentences) for name, value in sums.items()}
        if not self._by_objective:
            return figures | {"score": -figures["reconstruction"]}
        if (q := self._content_on_dev()) is not None:
            figures["active"] = float(active_units(q.mean).sum())
            if self.model.config.posterior == "gaussian":
                figures["information"] = mutual_information(q, torch.Generator().manual_seed(self.seed))
                if self.pace.lags:
                    self.pace.judge(figures["information"])
        final = self.objective.final()
        return figures | {"score": -sum(weight * figures[name] for name, weight in final.items())}

    @torch.no_grad()
    def _content_on_dev(self) -> Normal | None:
        """q(content|x) of the dev sentences, batch shape (N, C); their means say where samples are."""
        self.model.eval()
        if not self.model.config.content:
            return None
        found = []
        for batch in self.dev_set:
            tokens = batch.tokens.to(self.device.device)
            lengths = torch.full((len(tokens),), tokens.shape[1], device=tokens.device)
            found.append(self.model.encode(tokens, lengths).content)
        mu, sd = (torch.cat([part.float().cpu() for part in parts]) for parts in
                  zip(*((q.mean, q.stddev) for q in found), strict=True))  # fmt: skip
        return Normal(mu, sd, validate_args=False)

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the checkpoint."""
        q = self._content_on_dev()
        spread = None if q is None else (q.mean.mean(0), q.mean.std(0, correction=0))
        more = {
            "affect_reader": self.reader,
            "editing": asdict(self.editing),
            "untold": self.noise.untold > 0,
            "recipe": self.recipe,
            "seed": self.seed,
        }
        export_model(
            folder, self.model, self.prepared, self.data, self.steering, spread, figures, more,
            self.options.quantised,
        )  # fmt: skip
