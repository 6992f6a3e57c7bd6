"""Calibrating a trained model again, on rated sentences that it has not seen: its network stays as it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from textvae.affect.calibration import FILE, Calibration, fit_line, raters_mean, raters_sd
from textvae.affect.model import DIMENSIONS, Scale
from textvae.affect.reader import AffectReader
from textvae.corpora.sentence import Sentence
from textvae.errors import CheckpointError, CorpusError
from textvae.training.checkpoint import WEIGHTS, Checkpoint, load_checkpoint, save_checkpoint
from textvae.training.device import choose_device
from textvae.training.quantisation import dequantise, quantise

HEAD = ("mean.weight", "mean.bias")
"""The tensors that make the means."""

FEWEST = 50
"""Rated sentences that a calibration needs; intervals at 0.9 would be rough guesses with fewer."""


def recalibrate(
    name: str | Path,
    sentences: Iterable[Sentence],
    folder: Path,
    corpus: str = "",
    *,
    means: bool = False,
    device: str = "auto",
    precision: str = "auto",
) -> AffectReader:
    """Write model `name` to `folder` with a calibration fitted on `sentences`; return its reader.

    The file of the weights stays as it is, and so do the means that are read. What the sentences have no
    ratings of stays calibrated as it was: without the raters' spread the spreads, without arousal all of it.
    With `means` the last layer is changed, so that each dimension's mean becomes the straight line of it that
    comes nearest to the raters' (least squares): correlations stay, squared errors fall where the model
    exaggerates.

    Raises `CorpusError` for fewer than 50 rated sentences, `CheckpointError` for a model that does not fit.
    """
    rated = [s for s in sentences if s.text.strip() and any(getattr(s, d) is not None for d in DIMENSIONS)]
    if len(rated) < FEWEST:
        raise CorpusError(
            f"{corpus or 'the corpus'} has {len(rated)} rated sentences, which is too few to calibrate on: "
            f"give at least {FEWEST} that the model was not trained on."
        )
    checkpoint, chosen = load_checkpoint(name), choose_device(device, precision)
    texts = [sentence.text for sentence in rated]
    gold, gold_sd = raters_mean(rated), raters_sd(rated)
    weights: bytes | None = (checkpoint.folder / WEIGHTS).read_bytes()
    if means:
        read, _ = AffectReader.from_checkpoint(checkpoint, chosen).read(texts)
        lines = np.stack([fit_line(read[:, i], gold[:, i]) for i in range(len(DIMENSIONS))])
        tensors = rescale_means(checkpoint, lines)
        stored = dequantise(quantise(tensors)) if checkpoint.quantised else tensors
        checkpoint, weights = replace(checkpoint, tensors=stored), None
    reader = AffectReader.from_checkpoint(checkpoint, chosen)
    read, spread = reader.read(texts)
    calibration = Calibration.fit(gold, read, spread, gold_sd, before=reader.calibration)
    files = {**checkpoint.files, FILE: calibration.to_json({"corpus": corpus, "rows": len(rated)})}
    config = {key: value for key, value in checkpoint.config.items() if key != "files"}
    save_checkpoint(
        folder, config, checkpoint.tensors, files, quantised=checkpoint.quantised, weights=weights
    )
    return AffectReader.from_checkpoint(load_checkpoint(folder), chosen)


def rescale_means(checkpoint: Checkpoint, lines: np.ndarray) -> dict[str, Tensor]:
    """The tensors of a model whose means are a + b times the old ones; `lines` (3, 2) holds a and b."""
    tensors = dict(checkpoint.tensors)
    try:
        scales = [Scale(*checkpoint.config["model"]["scales"][d]) for d in DIMENSIONS]
        tensors |= relined(tensors, lines, scales, scales)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{checkpoint.folder} has no head whose means could be rescaled.") from error
    return tensors


def relined(
    tensors: Mapping[str, Tensor], lines: np.ndarray, old: Sequence[Scale], new: Sequence[Scale]
) -> dict[str, Tensor]:
    """The `HEAD` whose means are a + b times those of the tensors' own, standardised by the `new` scales.

    With rating = width x + centre, the old x becomes (b width x + a + b centre - new centre) / new width.
    """
    weight, bias = (tensors[name] for name in HEAD)
    centre, width = np.array([(s.centre, s.width) for s in old], np.float64).T
    onto, wide = np.array([(s.centre, s.width) for s in new], np.float64).T
    slope = torch.tensor(lines[:, 1] * width / wide, dtype=weight.dtype)
    shift = torch.tensor((lines[:, 0] + lines[:, 1] * centre - onto) / wide, dtype=bias.dtype)
    return dict(zip(HEAD, (weight * slope[:, None], bias * slope + shift), strict=True))
