"""Training an infilling model on a text model's corpora, read by the affect model that it stands on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from textvae.affect.encoder import BertEncoder
from textvae.affect.reader import AffectReader
from textvae.errors import RecipeError
from textvae.text.blanks import Alphabet, Blanked, BlankOptions, blank, tell
from textvae.text.data import DataOptions, Dataset, Item, read_affect
from textvae.text.gathering import bare, gather
from textvae.text.infill import InfillConfig, InfillModel, base_checksum
from textvae.text.lexicon import learn_lexicon
from textvae.text.orthography import Orthography
from textvae.text.preparation import affect_carriers
from textvae.training.checkpoint import Checkpoint, save_checkpoint
from textvae.training.device import Device
from textvae.training.recipe import read_table
from textvae.variational.objective import Objective

TERMS = frozenset({"infilling"})
DEV_SENTENCES = 1000


class InfillTask:
    """A recipe made ready to be trained; `textvae.training.train` drives it.

    It begins as `start`, an infilling model over the same layers or other ones, or as the upper layers of
    `reader`. Raises `RecipeError` when that is no BERT with a tokenizer of word pieces, or `start` does not
    fit it.
    """

    def __init__(
        self, recipe: Mapping[str, Any], reader: AffectReader, device: Device, seed: int,
        start: Checkpoint | None = None,
    ) -> None:  # fmt: skip
        base = reader.model.encoder
        if not isinstance(base, BertEncoder):
            raise RecipeError(f"{reader.name} is no BERT: name an affect model such as affect-en.")
        self.recipe, self.reader, self.device, self.seed = recipe, reader, device, seed
        self.data = read_table(recipe["data"], DataOptions, "data")
        self.blanks = read_table(recipe.get("blanks", {}), BlankOptions, "blanks")
        self.pieces = int(recipe.get("batches", {}).get("pieces", 1536))
        self.objective = Objective.from_recipe(recipe.get("objective", {"infilling": 1.0}), TERMS)
        self.alphabet = Alphabet.of(reader.pieces)
        self.alphabet_on_device = self.alphabet.to(device.device)
        torch.manual_seed(seed)
        self.model = InfillModel(base, read_table(recipe.get("model", {}), InfillConfig, "model"))
        if start:  # before the corpora are read, which takes minutes
            self._begin(start)
        self.model.to(device.device)
        plain = Orthography(self.data.form)
        gathered = gather(self.data, ("train", "dev"), plain)
        items, dev = (bare(gathered[split], self.data.form) for split in ("train", "dev"))
        dev = dev[:: max(1, len(dev) // DEV_SENTENCES)]
        read = read_affect(items, plain, reader.score, reader.checksum)
        self.mean, self.sd = read.mean(0), np.maximum(read.std(0), 1e-3)
        standard = (read - self.mean) / self.sd
        carriers = affect_carriers(
            learn_lexicon([item.form for item in items], standard), self.data.affect_words
        )
        self.train_set = self._dataset(items, standard, carriers)
        self.account = gathered.account(len(gathered["train"]) - len(self.train_set), self.data.max_pieces)
        dev_read = read_affect(dev, plain, reader.score, reader.checksum)
        self.dev_set = self._dataset(dev, (dev_read - self.mean) / self.sd, carriers)

    def _begin(self, start: Checkpoint) -> None:
        if start.kind != "infill":
            raise RecipeError(f"{start.folder} is a model of kind {start.kind!r}, not 'infill'.")
        try:
            self.model.load_state_dict(start.tensors)
        except RuntimeError as error:
            raise RecipeError(
                f"{start.folder} does not fit {self.reader.name}: their layers differ."
            ) from error

    def _dataset(
        self, items: Sequence[Item], readings: NDArray[np.float32], carriers: frozenset[str]
    ) -> Dataset:
        texts = [item.text for item in items]
        rows, marks = self.alphabet.sequences(texts, self.reader.pieces, carriers)
        return Dataset(rows, marks, readings.astype(np.float32), self.data.max_pieces)

    def epoch(self, epoch: int) -> Sequence[NDArray[np.int64]]:
        """Index groups of an epoch, shuffled by the seed and the epoch."""
        return self.train_set.batches(self.pieces, np.random.default_rng([self.seed, epoch]))

    def size(self, batch: NDArray[np.int64]) -> int:
        """Pieces in the batch."""
        return int(len(batch) * self.train_set.lengths[batch[0]])

    def terms(self, batch: NDArray[np.int64], step: int) -> Mapping[str, Tensor]:
        """`infilling`: -log p of the pieces asked for, in nats a piece."""
        read = self.train_set.take(batch).to(self.device.device)
        blanked = blank(read.tokens, read.carries, self.alphabet_on_device, self.blanks)
        loss, _ = self._answers(blanked, tell(read.readings, self.blanks))
        return {"infilling": loss.mean()}

    def _answers(self, blanked: Blanked, affect: Tensor) -> tuple[Tensor, Tensor]:
        """-log p of each piece asked for, (N,), and whether it is the likeliest one, (N,)."""
        seen, asked, answers = (
            part.to(self.device.device) for part in (blanked.seen, blanked.asked, blanked.answers)
        )
        states = self.model(seen, torch.ones_like(asked), affect.to(self.device.device))
        logits = self.model.logits(states[asked]).float()
        return F.cross_entropy(logits, answers[asked], reduction="none"), logits.argmax(1) == answers[asked]

    @torch.no_grad()
    def validate(self) -> Mapping[str, float]:
        """Nats a piece and the share of pieces that are the likeliest, on the same blanks of dev each time:
        with the affect told, and untold; `score` is minus the mean of the two."""
        self.model.eval()
        figures: dict[str, float] = {}
        with torch.random.fork_rng(devices=[]):
            for name, told in (("told", True), ("untold", False)):
                torch.manual_seed(self.seed)
                losses, right = [], []
                for rows in self.dev_set.batches(self.pieces):
                    read = self.dev_set.take(rows)
                    affect = read.readings if told else torch.full_like(read.readings, torch.nan)
                    with self.device.autocast():
                        loss, hit = self._answers(
                            blank(read.tokens, read.carries, self.alphabet, self.blanks), affect
                        )
                    losses.append(loss.float().cpu())
                    right.append(hit.float().cpu())
                figures[name] = float(torch.cat(losses).mean())
                figures[f"{name}_right"] = float(torch.cat(right).mean())
        return figures | {"score": -(figures["told"] + figures["untold"]) / 2}

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the checkpoint: the weights of this model alone, in int8 with a scale a row."""
        config = {
            "kind": "infill",
            "model": {"shared": self.model.config.shared},
            "base": self.reader.name,
            "base_checksum": base_checksum(self.model.base, self.model.config.shared),
            "affect_mean": [round(float(x), 5) for x in self.mean],
            "affect_sd": [round(float(x), 5) for x in self.sd],
            "max_pieces": self.data.max_pieces,
            "recipe": dict(self.recipe),
            "seed": self.seed,
            "dev": {name: round(value, 5) for name, value in figures.items()},
        }
        save_checkpoint(folder, config, self.model.state_dict(), quantised=True)
