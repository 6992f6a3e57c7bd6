"""Training a text VAE: the data of a recipe, its terms, its dev figures, its checkpoint."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.text.data import Batch, DataOptions, Dataset, Item, Score, carrying_pieces, gather, read_affect
from textvae.text.lexicon import Lexicon, learn_lexicon
from textvae.text.likelihood import summed_nll
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.noise import NoiseOptions, compact, keep_mask, told
from textvae.text.orthography import Orthography, learn_casing
from textvae.text.steering import Steering
from textvae.text.tokenizer import BOS, EOS, UNK, Tokenizer
from textvae.errors import RecipeError
from textvae.training.checkpoint import Checkpoint, save_checkpoint
from textvae.training.device import Device
from textvae.training.recipe import read_table
from textvae.variational.objective import Objective
from textvae.variational.posterior import reverse_gradient
from textvae.variational.schedules import read_schedule
from textvae.variational.terms import free_bits, gaussian_nll, kl_standard

TERMS = frozenset({"reconstruction", "kl", "affect", "adversary"})


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """A recipe's `[batches]`."""

    pieces: int = 3072  # a batch holds about so many pieces
    free_bits: float = 0.0  # nats a content dimension may cost for nothing
    dev_sentences: int = 1000


class TextTask:
    """A recipe made ready to be trained; `textvae.training.train` drives it."""

    def __init__(
        self,
        recipe: Mapping[str, Any],
        device: Device,
        score: Score,
        reader: str,
        checksum: str,
        seed: int,
        start: Checkpoint | None = None,
    ) -> None:
        """`score` reads the affect of texts, `reader` is its name and `checksum` its weights'. From `start`,
        a text model, come the first weights, the tokenizer, the dimensions and the scale of the affect.

        Raises `RecipeError` when the recipe asks for other dimensions than `start` has.
        """
        self.recipe, self.device, self.reader, self.seed = recipe, device, reader, seed
        self.data = read_table(recipe["data"], DataOptions, "data")
        self.noise = read_table(recipe.get("noise", {}), NoiseOptions, "noise")
        self.options = read_table(recipe.get("batches", {}), BatchOptions, "batches")
        self.steering = read_table(recipe.get("steering", {}), Steering, "steering")
        self.objective = Objective.from_recipe(recipe.get("objective", {}), TERMS)
        self.reversal = read_schedule(
            recipe.get("adversary", {}).get("strength", 0.0), "[adversary] strength"
        )
        plain = Orthography(self.data.form)
        gathered = gather(self.data, ("train", "dev"), plain)
        items, dev = gathered["train"], gathered["dev"][: self.options.dev_sentences]
        self.casing = learn_casing(item.text for item in items) if self.data.form == "plain" else {}
        readings = read_affect(items, plain, score, checksum)
        if start is None:
            self.affect_mean, self.affect_sd = readings.mean(0), readings.std(0)
        else:
            self.affect_mean, self.affect_sd = (
                np.array(start.config[name], dtype=np.float32) for name in ("affect_mean", "affect_sd")
            )
        standard = self._standardise(readings)
        self.lexicon = learn_lexicon([item.form for item in items], standard)
        self.tokenizer = (
            Tokenizer.train((item.form for item in items), self.data.pieces, seed)
            if start is None
            else Tokenizer(start.files["tokenizer.model"])
        )
        self.train_set = self._dataset(items, standard)
        self.dev_set = self._dataset(dev, self._standardise(read_affect(dev, plain, score, checksum)))
        torch.manual_seed(seed)
        wanted = {"pieces": len(self.tokenizer), **recipe.get("model", {})}
        if start is not None:
            wanted = _dimensions(start, recipe.get("model", {}), self.data.form)
        self.model = TextVAE(read_table(wanted, TextConfig, "model"))
        if start is not None:
            self.model.load_state_dict(start.tensors, strict=False)  # the adversary begins anew
        self.model.to(device.device)
        self.word_starts = torch.from_numpy(self.tokenizer.word_starts).to(device.device)

    def _standardise(self, readings: NDArray[np.float32]) -> NDArray[np.float32]:
        standard: NDArray[np.float32] = (readings - self.affect_mean) / self.affect_sd
        return standard.astype(np.float32)

    def _dataset(self, items: Sequence[Item], readings: NDArray[np.float32]) -> Dataset:
        carriers = affect_carriers(self.lexicon, self.data.affect_words)
        sequences = self.tokenizer.encode_all([item.form for item in items])
        marks = [
            carrying_pieces(item.form, ids, self.tokenizer, carriers)
            for item, ids in zip(items, sequences, strict=True)
        ]
        return Dataset(sequences, marks, readings, self.data.max_pieces)

    def epoch(self, epoch: int) -> Sequence[NDArray[np.int64]]:
        """Index groups of an epoch, shuffled by the seed and the epoch."""
        return self.train_set.batches(self.options.pieces, np.random.default_rng([self.seed, epoch]))

    def size(self, batch: NDArray[np.int64]) -> int:
        """Pieces in the batch, the end of each sentence counted."""
        return int(len(batch) * (self.train_set.lengths[batch[0]] + 1))

    def terms(self, batch: NDArray[np.int64], step: int) -> Mapping[str, Tensor]:
        """The terms on a batch, the encoder's and the decoder's inputs noised.

        `reconstruction` and `kl` are nats a piece, `affect` is -log q(readings|x) and `adversary` the
        squared error of the adversary a dimension, both a sentence.
        """
        read = self._to_device(self.train_set.take(batch))
        keep = keep_mask(self.word_starts[read.tokens], read.carries, self.noise)
        tokens, lengths = compact(read.tokens, keep)
        affect = read.readings + self.noise.affect_noise * torch.randn_like(read.readings)
        return self._evaluate(tokens, lengths, read, affect, self.noise, self.reversal(step))

    def _evaluate(
        self,
        tokens: Tensor,
        lengths: Tensor,
        read: Batch,
        affect: Tensor | None,
        noise: NoiseOptions | None,
        reversal: float,
    ) -> dict[str, Tensor]:
        model = self.model
        posterior = model.encode(tokens, lengths)
        content = posterior.content.rsample() if model.training else posterior.content.mean
        latent = Latent(posterior.affect.mean if affect is None else affect, content)
        inputs, targets = self._shifted(read.tokens)
        if noise:
            hears_affect, hears_content = told(len(tokens), noise, tokens.device)
            latent = Latent(latent.affect * hears_affect, content * hears_content)
            hidden = torch.rand(inputs.shape, device=inputs.device) < noise.word_dropout * hears_content
            inputs = torch.where(hidden & (inputs != BOS), UNK, inputs)
        output = model(inputs, latent).flatten(0, 1)
        guess = model.adversary(reverse_gradient(posterior.content.mean, reversal)).float()
        nll = summed_nll(output, model.embedding.weight, model.output_bias, targets.flatten())
        return {
            "reconstruction": nll / targets.numel(),
            "kl": free_bits(kl_standard(posterior.content), self.options.free_bits).sum() / targets.numel(),
            "affect": gaussian_nll(posterior.affect, read.readings).mean(),
            "adversary": (guess - read.readings).square().mean(),
        }

    @staticmethod
    def _shifted(tokens: Tensor) -> tuple[Tensor, Tensor]:
        """bos + tokens and tokens + eos, both (B, T + 1)."""
        edge = tokens.new_full((len(tokens), 1), BOS)
        return torch.cat([edge, tokens], 1), torch.cat([tokens, torch.full_like(edge, EOS)], 1)

    def _to_device(self, batch: Batch) -> Batch:
        device = self.device.device
        return Batch(batch.tokens.to(device), batch.carries.to(device), batch.readings.to(device))

    @torch.no_grad()
    def validate(self) -> Mapping[str, float]:
        """The terms on dev without noise, from posterior means; `score` is minus the nats a piece."""
        self.model.eval()
        sums: dict[str, float] = {}
        for batch in self.dev_set:
            read = self._to_device(batch)
            lengths = torch.full((len(read.tokens),), read.tokens.shape[1], device=self.device.device)
            with self.device.autocast():
                terms = self._evaluate(read.tokens, lengths, read, None, None, 0.0)
            for name, value in terms.items():
                pieces = read.tokens.shape[1] + 1 if name in ("reconstruction", "kl") else 1
                sums[name] = sums.get(name, 0.0) + float(value) * len(read.tokens) * pieces
        sentences = len(self.dev_set)
        pieces = int(self.dev_set.lengths.sum()) + sentences
        figures = {
            name: value / (pieces if name in ("reconstruction", "kl") else sentences)
            for name, value in sums.items()
        }
        return figures | {"score": -figures["reconstruction"]}

    @torch.no_grad()
    def _content_statistics(self) -> tuple[list[float], list[float]]:
        """Mean and SD of the content latent over dev: the aggregate posterior that samples are drawn from."""
        self.model.eval()
        draws = []
        for batch in self.dev_set:
            tokens = batch.tokens.to(self.device.device)
            lengths = torch.full((len(tokens),), tokens.shape[1], device=tokens.device)
            draws.append(self.model.encode(tokens, lengths).content.mean.float().cpu())
        content = torch.cat(draws)
        mean, sd = content.mean(0).tolist(), content.std(0, correction=0).tolist()
        return [round(x, 4) for x in mean], [round(x, 4) for x in sd]

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the checkpoint: without the adversary, int8 with a scale a row."""
        mean, sd = self._content_statistics()
        config = {
            "kind": "text",
            "model": self.model.describe(),
            "form": self.data.form,
            "max_pieces": self.data.max_pieces,
            "max_words": self.data.max_words,
            "affect_words": self.data.affect_words,
            "affect_mean": [round(float(x), 5) for x in self.affect_mean],
            "affect_sd": [round(float(x), 5) for x in self.affect_sd],
            "affect_reader": self.reader,
            "untold": self.noise.untold > 0,
            "steering": asdict(self.steering),
            "content_mean": mean,
            "content_sd": sd,
            "recipe": self.recipe,
            "seed": self.seed,
            "dev": {name: round(value, 5) for name, value in figures.items()},
        }
        weights = {k: v for k, v in self.model.state_dict().items() if not k.startswith("adversary.")}
        carriers = affect_carriers(self.lexicon, self.data.affect_words)
        lexicon = {word: [round(x, 3) for x in self.lexicon[word]] for word in sorted(carriers)}
        files = {
            "tokenizer.model": self.tokenizer.model,
            "casing.json": json.dumps(self.casing, ensure_ascii=False).encode(),
            "lexicon.json": json.dumps(lexicon, ensure_ascii=False).encode(),
        }
        save_checkpoint(folder, config, weights, files, quantised=True)


def _dimensions(start: Checkpoint, wanted: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The dimensions of `start`, which `wanted` must not contradict."""
    if start.kind != "text" or start.config["form"] != form:
        raise RecipeError(
            f"{start.folder} is a {start.kind} model of the form {start.config.get('form')!r}: "
            f'to start from it, name a text model of the recipe\'s form, "{form}".'
        )
    dimensions: dict[str, Any] = start.config["model"]
    for key, value in wanted.items():
        if key != "dropout" and dimensions.get(key, value) != value:
            raise RecipeError(
                f"[model] {key} = {value!r}, but {start.folder} has {dimensions[key]!r}: leave it out of the recipe."
            )
    return dimensions | {key: value for key, value in wanted.items() if key == "dropout"}


def affect_carriers(lexicon: Lexicon, threshold: float) -> frozenset[str]:
    """The words whose weight for valence or arousal is larger than `threshold` standard deviations."""
    return frozenset(word for word, weights in lexicon.items() if max(map(abs, weights)) > threshold)
