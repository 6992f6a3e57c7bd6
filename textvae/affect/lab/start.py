"""The affect model that a laboratory's training goes on from: its heads on other ratings, what it holds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from textvae.affect.beginning import Beginning
from textvae.affect.calibration import Calibration, fit_line
from textvae.affect.distillation import readings_of
from textvae.affect.encoder import SentenceEncoder
from textvae.affect.model import AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.recalibration import relined
from textvae.training.checkpoint import Checkpoint
from textvae.training.device import Device

ORIGIN = ("recipe", "corpora", "columns", "start")
"""What the checkpoint of a model that went on keeps of the one it began as."""

ENOUGH = 10
"""Training rows that must be rated for a dimension before another line, and other readings, are learnt."""


@dataclass(frozen=True, slots=True)
class Start:
    """An affect model, and what it says of N sentences.

    `readings` (N, 6) are means and spreads on the 1-5 scale.
    """

    checkpoint: Checkpoint
    weights: Mapping[str, Tensor]
    scales: tuple[Scale, ...]
    calibration: Calibration
    readings: np.ndarray

    @classmethod
    def reading(cls, begun: Beginning, texts: Sequence[str], device: Device) -> "Start":
        """Let the affect model that was begun with read the texts."""
        assert begun.checkpoint is not None
        assert begun.weights is not None
        assert begun.scales is not None
        reader = AffectReader.from_checkpoint(begun.checkpoint, device)
        read = readings_of(reader, texts)
        return cls(begun.checkpoint, begun.weights, begun.scales, reader.calibration, read)

    @property
    def about(self) -> Mapping[str, Any]:
        """Its weights' checksum and what they were trained on, for the checkpoint of what goes on from it."""
        config = self.checkpoint.config
        kept = {key: config[key] for key in ORIGIN if key in config}
        return {"weights": self.checkpoint.checksum, **kept}

    def model(self, encoder: SentenceEncoder, ratings: np.ndarray, rows: np.ndarray) -> AffectModel:
        """The model as it is before it learns: `encoder`, with the start's weights, below the start's heads.

        Of each dimension that `ENOUGH` of these rows of the ratings (N, 3) are rated for, the mean becomes
        the straight line of what was read that comes nearest to the ratings, and is standardised by them.
        """
        lines, scales = np.tile([0.0, 1.0], (len(self.scales), 1)), list(self.scales)
        for i in range(len(scales)):
            gold = ratings[rows, i]
            known = gold[~np.isnan(gold)]
            if len(known) >= ENOUGH and known.std() > 0:
                lines[i] = fit_line(self.readings[rows, i], gold)
                scales[i] = Scale(float(known.mean()), float(known.std()))
        weights = {**self.weights, **relined(self.weights, lines, self.scales, scales)}
        narrower = [math.log(old.width / new.width) for old, new in zip(self.scales, scales, strict=True)]
        weights["log_spread.bias"] = weights["log_spread.bias"] + torch.tensor(narrower)
        model = AffectModel(encoder, encoder.width, tuple(scales))
        model.load_state_dict(weights)
        return model

    def held(self, ratings: np.ndarray, spreads: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """(M, 6): the readings of these rows in means and spreads that not `ENOUGH` of them are rated for.

        NaN elsewhere: in a spread that raters are known by, in a dimension that is rated, and in a rated row.
        """
        rated = ~np.isnan(np.concatenate([ratings[rows], spreads[rows]], axis=1))
        return np.where(rated | (rated.sum(0) >= ENOUGH), np.nan, self.readings[rows])
