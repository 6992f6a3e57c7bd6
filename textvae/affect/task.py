"""Training the affect model: the recipe's corpora, the terms, validation on EmoBank's dev rows, export."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from textvae.affect.beginning import Beginning, begin, in_fold, taught
from textvae.affect.calibration import FILE, Calibration, raters_sd
from textvae.affect.distillation import Student, StudentOptions, new_student
from textvae.affect.figures import pearson
from textvae.affect.lessons import Batch, Lessons, encode, hide, pad, scales_of
from textvae.affect.model import DIMENSIONS, AffectModel
from textvae.affect.pupil import TERMS, Pupil
from textvae.corpora import Sentence, read_corpus
from textvae.corpora.ratings import PERSPECTIVES, read_perspectives
from textvae.errors import RecipeError
from textvae.training.checkpoint import save_checkpoint
from textvae.training.device import Device, choose_device
from textvae.training.quantisation import dequantise, quantise
from textvae.training.recipe import read_table
from textvae.variational.objective import Objective


@dataclass(frozen=True, slots=True)
class DataOptions:
    """A recipe's `[data]`."""

    batch: int = 64  # sentences
    longest: int = 96  # word pieces; longer sentences are cut in training
    fold: str = ""  # "2/5": the second of five parts of EmoBank's training rows is not taught
    hidden: float = 0.0  # share of the word pieces that are hidden in training


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """A recipe's `[model]`."""

    encoder: str = ""  # a folder or a name on the hub
    start: str = ""  # a trained affect model to go on from, instead of an encoder
    freeze: str = "none"
    dropout: float = 0.1
    window: int = 256  # word pieces that the model reads at once; longer texts are read in windows
    quantised: bool = True  # export int8 weights with a scale a row


class AffectTask:
    """What the training loop needs; an epoch is the recipe's whole plan, stage after stage."""

    def __init__(
        self, recipe: Mapping[str, Any], model: AffectModel, tokenizer: Tokenizer, lessons: Lessons,
        dev: list[Sentence], options: ModelOptions, data: DataOptions, seed: int, device: Device,
    ) -> None:  # fmt: skip
        self.recipe, self.tokenizer, self.lessons = recipe, tokenizer, lessons
        self.options, self.data, self.seed, self.device = options, data, seed, device
        self.objective = Objective.from_recipe(recipe.get("objective", {}), TERMS)
        views = bool(self.objective.weights.keys() & set(PERSPECTIVES))
        pupil = Pupil(model, len(lessons.scale_names), len(lessons.emotions), views)
        self.pupil = pupil.to(device.device)
        if not 0.0 <= data.hidden < 1.0 or (data.hidden and lessons.blank is None):
            reason = "this tokenizer has no piece to hide others behind" if data.hidden < 1.0 else "too many"
            raise RecipeError(f"[data] hidden = {data.hidden}: {reason}; give a share such as 0.1, or 0.")
        self.model: nn.Module = self.pupil
        self.dev = encode(tokenizer, [s.text for s in dev], options.window)
        self.gold, self.gold_sd = ratings_of(dev), raters_sd(dev)

    @classmethod
    def from_recipe(
        cls, recipe: Mapping[str, Any], *, encoder: str | None = None, seed: int = 1,
        device: str = "auto", precision: str = "auto", directory: str | Path | None = None,
    ) -> "AffectTask":  # fmt: skip
        """Read the corpora and the pretrained encoder (`encoder`, else the recipe's `[model] encoder`)."""
        data = read_table(recipe.get("data", {}), DataOptions, "data")
        options = read_table(recipe.get("model", {}), ModelOptions, "model")
        stages = recipe.get("stage", [])
        if not stages:
            raise RecipeError("the recipe has no [[stage]]: give at least one, such as emobank = 4.0.")
        names = dict.fromkeys(name for stage in stages for name in stage)
        torch.manual_seed(seed)
        wanted = read_table(recipe.get("student", {}), StudentOptions, "student")
        begun: Beginning | None = None
        if "student" not in recipe or wanted.architecture == "bert":
            source = encoder or ("" if options.start else options.encoder)
            begun = begin(source, options.start, options.freeze, options.dropout)
        if begun is None or "student" in recipe:
            if data.fold:
                raise RecipeError("[data] fold: a [student] learns from all rows; leave it out.")
            student = new_student(wanted, names, options.dropout, directory, device, precision, begun)
        else:
            sources = {name: _source(name, directory) for name in names}
            if "emobank" in sources:
                sources["emobank"] = taught(sources["emobank"], data.fold)
            student = Student(begun.encoder, begun.tokenizer, sources, {})
        terms = Objective.from_recipe(recipe.get("objective", {}), TERMS).weights
        views = read_perspectives(directory) if terms.keys() & set(PERSPECTIVES) else None
        kept = begun.scales if begun else None
        scales = kept or scales_of(student.sources.get("emobank", ()))
        lessons = Lessons(student.sources, student.tokenizer, data.longest, scales, student.readings, views)
        torch.manual_seed(seed)
        model = AffectModel(student.encoder, student.encoder.width, scales)
        if begun and begun.weights:
            model.load_state_dict(dict(begun.weights))
        dev = list(read_corpus("emobank", split="dev", directory=directory))
        chosen = choose_device(device, precision)
        return cls(recipe, model, student.tokenizer, lessons, dev, options, data, seed, chosen)

    def account(self) -> str:
        """How many sentences of each corpus teach, in words."""
        taught = ", ".join(f"{name} {len(rows):,}" for name, rows in self.lessons.rows.items())
        return f"sentences that teach: {taught}; dev: emobank {len(self.gold):,}"

    def epoch(self, epoch: int) -> Sequence[np.ndarray]:
        """Row numbers of every batch of the plan."""
        generator = np.random.default_rng([self.seed, epoch])
        stages = self.recipe["stage"]
        return [rows for stage in stages for rows in self.lessons.order(stage, self.data.batch, generator)]

    def terms(self, batch: np.ndarray, step: int) -> Mapping[str, Tensor]:
        """The objective's terms on a batch."""
        ready = self.lessons.batch(batch)
        if self.data.hidden and self.lessons.blank is not None:
            pieces = hide(ready.pieces, ready.mask, self.data.hidden, self.lessons.blank)
            ready = replace(ready, pieces=pieces)
        moved = {name: getattr(ready, name).to(self.device.device) for name in Batch.__slots__}
        return self.pupil(Batch(**moved))  # type: ignore[no-any-return]

    def size(self, batch: np.ndarray) -> int:
        """Sentences in the batch."""
        return len(batch)

    def validate(self) -> Mapping[str, float]:
        """Pearson's r and squared error on dev; the score is the mean of the three r."""
        mean, _ = self._read(self.pupil.model)
        figures = {f"r_{d}": pearson(mean[:, i], self.gold[:, i]) for i, d in enumerate(DIMENSIONS)}
        figures["mse"] = float(((mean - self.gold) ** 2).mean())
        figures["score"] = sum(figures[f"r_{d}"] for d in DIMENSIONS) / len(DIMENSIONS)
        return figures

    def export(self, folder: Path, figures: Mapping[str, float]) -> None:
        """Write the affect model alone, its intervals calibrated on the weights as they are stored."""
        state = self.pupil.model.state_dict()
        weights = {name: value.detach().cpu().float() for name, value in state.items()}
        stored = dequantise(quantise(weights)) if self.options.quantised else weights
        shipped = AffectModel.build(self.pupil.model.describe(), stored).to(self.device.device)
        calibration = Calibration.fit(self.gold, *self._read(shipped), self.gold_sd)
        config = {
            "kind": "affect",
            "model": self.pupil.model.describe(),
            "window": self.options.window,
            "recipe": dict(self.recipe),
            "seed": self.seed,
            "dev": {name: round(value, 5) for name, value in figures.items()},
        }
        about = {"corpus": "emobank/dev", "rows": len(self.gold)}
        files = {"tokenizer.json": _bare(self.tokenizer), FILE: calibration.to_json(about)}
        save_checkpoint(folder, config, weights, files, quantised=self.options.quantised)

    @torch.no_grad()
    def _read(self, model: AffectModel) -> tuple[np.ndarray, np.ndarray]:
        """Means and spreads of the dev rows on the 1-5 scale, (N, 3) each."""
        model.eval()
        order = np.argsort([len(row) for row in self.dev], kind="stable")
        mean, spread = np.empty((2, len(self.dev), len(DIMENSIONS)), np.float32)
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            pieces, mask = pad([self.dev[row] for row in rows], self.lessons.pad)
            with self.device.autocast():
                read = model.read(pieces.to(self.device.device), mask.to(self.device.device))
            mean[rows], spread[rows] = (values.float().cpu().numpy() for values in read)
        return mean, spread


def ratings_of(sentences: Iterable[Sentence]) -> np.ndarray:
    """Mean ratings, (N, 3) on the 1-5 scale."""
    return np.array([[getattr(s, d).mean for d in DIMENSIONS] for s in sentences], np.float32)


def _source(name: str, directory: str | Path | None) -> list[Sentence]:
    """The training sentences of a source; of the reviews, the pros and cons of products."""
    return [s for s in read_corpus(name, split="train", directory=directory) if is_taught(name, s)]


def is_taught(source: str, sentence: Sentence, fold: str = "") -> bool:
    """Whether a sentence of a source teaches: it is in its train split, of the reviews among the pros and
    cons, of EmoBank not in `fold`."""
    return sentence.split == "train" and (
        sentence.id.startswith("pros_cons")
        if source == "reviews"
        else source != "emobank" or not in_fold(sentence, fold)
    )


def _bare(tokenizer: Tokenizer) -> bytes:
    """`tokenizer.json` without the cut and the padding that training asked for."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer.to_str().encode()
