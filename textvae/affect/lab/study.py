"""One training of the affect laboratory: a model, its rated sentences, the terms, and what it then reads."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.affect.calibration import FILE, Calibration
from textvae.affect.encoder import SentenceEncoder
from textvae.affect.figures import Figures, figures_of
from textvae.affect.lab.latent import LATENT_TERMS, LatentTerms, unexplained
from textvae.affect.lab.rated import Rated
from textvae.affect.lessons import bucketed, standardised
from textvae.affect.model import AffectModel, Posterior
from textvae.errors import RecipeError
from textvae.training.checkpoint import save_checkpoint
from textvae.training.device import Device
from textvae.variational.objective import Objective

TERMS = LATENT_TERMS | {"affect", "spread", "held"}
READ_ROWS = 64  # sentences that are read at once


class Away(nn.Module):
    """Stands in for an encoder that is not trained and whose embeddings are there already."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        super().__init__()
        self.kept = (encoder,)  # in a tuple, its weights are not this module's

    def describe(self) -> dict[str, Any]:
        """The description of the encoder that it stands for."""
        return self.kept[0].describe()


class Study:
    """What the training loop needs to train `model` on the sentences of `train`, looking at those of `dev`.

    A frozen encoder is not run: the model reads the table's embeddings. `pad` is the tokenizer's padding.
    With `keep`, `export` writes checkpoints that `AffectReader` loads, with what `about` says of the corpus;
    without, the best weights are kept in memory, for `restore`. What dev has no ratings of stays calibrated
    as it was `before`.
    """

    def __init__(
        self, recipe: Mapping[str, Any], model: AffectModel, train: Rated, dev: Rated, latent: LatentTerms,
        tokenizer: Tokenizer, pad: int, window: int, batch: int, seed: int, device: Device, keep: bool = True,
        about: Mapping[str, Any] | None = None, before: Calibration | None = None,
    ) -> None:  # fmt: skip
        self.objective = Objective.from_recipe(recipe.get("objective", {}), TERMS)
        if "reconstruction" in self.objective.weights and (model.decoder is None or train.vectors is None):
            raise RecipeError(
                "the objective names reconstruction: it needs a pretrained encoder, whose embeddings are "
                "given back, and [latent] decoder = plain or unet."
            )
        if "held" in self.objective.weights and train.held is None:
            raise RecipeError(
                "the objective names held: what is held is said by the model.start that it needs."
            )
        self.frozen = train.vectors is not None and not any(
            p.requires_grad for p in model.encoder.parameters()
        )
        self.encoder = model.encoder
        if self.frozen:
            model.encoder = Away(model.encoder)  # type: ignore[assignment]
        self.recipe, self.train, self.dev, self.latent = recipe, train, dev, latent
        self.tokenizer, self.pad, self.window, self.batch = tokenizer, pad, window, batch
        self.seed, self.device, self.keep, self.about = seed, device, keep, about or {}
        self.before = before
        self.affect_model = model.to(device.device)
        self.model: nn.Module = self.affect_model
        self.best: dict[str, Tensor] = {}

    def epoch(self, epoch: int) -> Sequence[np.ndarray]:
        """Row numbers of every batch: each sentence that counts, once."""
        random = np.random.default_rng([self.seed, epoch])
        mixed = random.permutation(np.flatnonzero(self.train.weight > 0))
        lengths = [1] * len(self.train) if self.frozen else [len(pieces) for pieces in self.train.pieces]
        return bucketed(mixed, lengths, self.batch, random)

    def terms(self, rows: np.ndarray, step: int) -> Mapping[str, Tensor]:
        """The objective's terms on a batch; affect and spread are weighted means over the sentences."""
        model, place = self.affect_model, self.device.device
        category = torch.from_numpy(self.train.category[rows]).to(place)
        if model.parts.categories:
            withheld = torch.rand(len(rows), device=place) < self.latent.options.unknown
            category = category.masked_fill(withheld, 0)
        read = self.judge(self.train, rows, category)
        ratings, spreads = self.train.standardised(rows, model.scales)
        weight = torch.from_numpy(self.train.weight[rows]).to(place)
        size = len(model.scales)
        terms = {
            "affect": squared_error(read.mean[:, :size], ratings.to(place), weight),
            "spread": squared_error(read.spread[:, :size], spreads.to(place), weight),
        }
        if self.train.held is not None:
            held = torch.from_numpy(standardised(self.train.held[rows], model.scales).astype(np.float32))
            said = torch.cat([read.mean[:, :size], read.spread[:, :size]], 1)
            terms["held"] = squared_error(said, held.to(place), weight)
        if LATENT_TERMS & self.objective.weights.keys():
            kept = self.train.vectors
            observed = read.vectors.detach() if kept is None else torch.from_numpy(kept[rows]).to(place)
            terms |= self.latent(model, read, observed, category)
        return terms

    def judge(self, table: Rated, rows: np.ndarray, category: Tensor) -> Posterior:
        """The posterior of rows of a table: from embeddings if the encoder is frozen, else from pieces."""
        place = self.device.device
        if self.frozen and table.vectors is not None:
            return self.affect_model.judge(torch.from_numpy(table.vectors[rows]).to(place), category)
        pieces, mask = table.padded(rows, self.pad)
        return self.affect_model(pieces.to(place), mask.to(place), category)

    def size(self, rows: np.ndarray) -> int:
        """Sentences in the batch."""
        return len(rows)

    def validate(self) -> Mapping[str, float]:
        """Pearson's r and errors on dev; the score is the mean of the r of the rated dimensions."""
        found = self.measure(self.dev)
        figures = {f"r_{d}": value for d, value in found.r.items()}
        figures["mse"] = sum(found.mse.values()) / len(found.mse)
        figures["mae"] = sum(found.mae.values()) / len(found.mae)
        if self.affect_model.decoder is not None and self.dev.vectors is not None:
            figures["unexplained"] = self.unexplained(self.dev)
        values = [value if np.isfinite(value) else 0.0 for value in found.r.values()]
        figures["score"] = sum(values) / len(values)
        return figures

    def measure(self, table: Rated) -> Figures:
        """What the model, as it is, gets right of a table's ratings."""
        size = len(self.affect_model.scales)
        return figures_of(self.read(table)[0][:, :size], table.ratings[:, :size])

    def unexplained(self, table: Rated) -> float:
        """The decoder's squared error from the posterior's mean, in parts of that of the mean embedding."""
        if table.vectors is None or self.affect_model.standard is None:
            return float("nan")
        observed = self.affect_model.standard(torch.from_numpy(table.vectors).to(self.device.device))
        return float(self.read(table)[2].mean()) / float(observed.square().mean())

    @torch.no_grad()
    def read(self, table: Rated) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Means and spreads on the 1-5 scale, (N, 3) each, and the decoder's error from the posterior's mean.

        The error (N,) is squared, in parts of the training embeddings' variance; NaN without a decoder.
        """
        model, place = self.affect_model.eval(), self.device.device
        lengths = [len(pieces) for pieces in table.pieces]
        order = np.argsort(lengths, kind="stable")
        both = np.empty((2, len(table), 3), np.float32)
        left = np.full(len(table), np.nan, np.float32)
        for start in range(0, len(order), READ_ROWS):
            rows = order[start : start + READ_ROWS]
            category = torch.from_numpy(table.category[rows]).to(place)
            with self.device.autocast():
                read = self.judge(table, rows, category)
            both[0][rows], both[1][rows] = (values.float().cpu().numpy() for values in model.rated(read))
            if model.decoder is not None and table.vectors is not None:
                decoded = model.decode(read.mean, read.layers, category)
                observed = torch.from_numpy(table.vectors[rows]).to(place)
                left[rows] = unexplained(model, decoded, observed).cpu().numpy()
        return both[0], both[1], left

    def restore(self) -> None:
        """Put back the weights that were best on dev."""
        if self.best:
            self.affect_model.load_state_dict(self.best)

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the model with its encoder, its intervals calibrated on dev; without `keep`, remember it."""
        state = self.affect_model.state_dict()
        if not self.keep:
            if folder.name == "best":
                self.best = {name: value.detach().clone() for name, value in state.items()}
            return
        weights = {name: value.detach().cpu().float() for name, value in state.items()}
        if self.frozen:
            weights |= {f"encoder.{name}": value for name, value in self.encoder.state_dict().items()}
        mean, spread, _ = self.read(self.dev)
        calibration = Calibration.fit(self.dev.ratings, mean, spread, self.dev.spreads, before=self.before)
        config = {
            "kind": "affect",
            "model": self.affect_model.describe(),
            "window": self.window,
            "recipe": dict(self.recipe),
            **self.about,
            "seed": self.seed,
            "dev": {name: round(value, 5) for name, value in figures.items()},
        }
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        files = {"tokenizer.json": self.tokenizer.to_str().encode(), FILE: calibration.to_json()}
        save_checkpoint(folder, config, weights, files)


def squared_error(predicted: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """The weighted mean over sentences of the squared error summed over dimensions, 0 where target is NaN."""
    known = ~target.isnan()
    filled = torch.where(known, target, torch.zeros_like(target))
    errors = F.mse_loss(predicted, filled, reduction="none") * known
    return (errors.sum(1) * weight).mean()
