"""A trained text model as a checkpoint that writers load."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor

from textvae.errors import RecipeError
from textvae.text.data import DataOptions
from textvae.text.model import ONLY_TRAINING, TextConfig, TextVAE
from textvae.text.preparation import Prepared
from textvae.text.settings import Steering
from textvae.training.checkpoint import Checkpoint, save_checkpoint

FREE = ("dropout", "encoder_dropout", "posterior", "adversary", "informant", "style", "labels", "critics")
"""What a training that starts from another model's weights may have otherwise."""


def export_model(
    folder: Path,
    model: TextVAE,
    prepared: Prepared,
    data: DataOptions,
    steering: Steering,
    content: tuple[Tensor, Tensor] | None,
    figures: Mapping[str, float],
    more: Mapping[str, Any],
    quantised: bool = True,
) -> None:
    """Write the checkpoint: without what only training needs, `quantised` to int8 with a scale a row.

    `content` is the mean and SD of the content latent over dev, (C,) each; `more` goes into its config.
    """
    mean, sd = ([], []) if content is None else ([round(x, 4) for x in part.tolist()] for part in content)
    config = {
        "kind": "text",
        "model": model.describe(),
        "form": data.form,
        "max_pieces": data.max_pieces,
        "max_words": data.max_words,
        "affect_words": data.affect_words,
        "affect_mean": [round(float(x), 5) for x in prepared.affect_mean],
        "affect_sd": [round(float(x), 5) for x in prepared.affect_sd],
        "steering": asdict(steering),
        "content_mean": mean,
        "content_sd": sd,
        "corpora": prepared.corpora,
        **more,
        "dev": {name: round(value, 5) for name, value in figures.items()},
    }
    weights = {k: v for k, v in model.state_dict().items() if not k.startswith(ONLY_TRAINING)}
    lexicon = {word: [round(x, 3) for x in prepared.lexicon[word]] for word in sorted(prepared.carriers)}
    files = {
        prepared.tokenizer.file: prepared.tokenizer.model,
        "casing.json": json.dumps(prepared.casing, ensure_ascii=False).encode(),
        "lexicon.json": json.dumps(lexicon, ensure_ascii=False).encode(),
    }
    save_checkpoint(folder, config, weights, files, quantised=quantised)


def inherited(start: Checkpoint, wanted: Mapping[str, Any], form: str) -> dict[str, Any]:
    """The dimensions of `start`, which `wanted`, a recipe's `[model]`, must not contradict.

    Raises `RecipeError` if it does, or if `start` is not a text model of the `form`.
    """
    if start.kind != "text" or start.config["form"] != form:
        raise RecipeError(
            f"{start.folder} holds a model of the kind {start.kind}"
            + (f", of the form {start.config['form']}" if "form" in start.config else "")
            + f": to start from it, name a text model of the recipe's form, {form}."
        )
    dimensions = asdict(TextConfig(**start.config["model"]))
    for key, value in wanted.items():
        if key not in FREE and dimensions.get(key, value) != value:
            raise RecipeError(
                f"[model] {key} = {value!r}, but {start.folder} has {dimensions[key]!r}: "
                "leave it out of the recipe."
            )
    return dimensions | {key: value for key, value in wanted.items() if key in FREE}
