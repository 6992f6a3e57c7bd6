"""The affect model: a sentence's mean and spread of valence, arousal and dominance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textvae.affect.encoder import SentenceEncoder, build_encoder, pool

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True, slots=True)
class Scale:
    """Standardisation of a rating: centre and width of the training ratings, on the 1-5 scale."""

    centre: float
    width: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Standardised mean and spread of the affect, each (B, 3), and the sentence vectors (B, H)."""

    mean: Tensor
    spread: Tensor
    vectors: Tensor


class AffectModel(nn.Module):
    """A pooled encoder with a head for the means and one for the spreads of the three dimensions.

    Both heads work on standardised ratings; `scales` brings them back to 1-5.
    """

    def __init__(self, encoder: SentenceEncoder, hidden: int, scales: tuple[Scale, ...]) -> None:
        super().__init__()
        self.encoder = encoder
        self.mean = nn.Linear(hidden, len(DIMENSIONS))
        self.log_spread = nn.Linear(hidden, len(DIMENSIONS))
        self.scales = scales
        self.register_buffer("centre", torch.tensor([s.centre for s in scales]), persistent=False)
        self.register_buffer("width", torch.tensor([s.width for s in scales]), persistent=False)

    def forward(self, pieces: Tensor, mask: Tensor) -> Posterior:
        """`pieces` (B, T) and `mask` (B, T), true at real pieces."""
        vectors = pool(self.encoder(pieces, mask), mask)
        with torch.autocast(vectors.device.type, enabled=False):
            return Posterior(self.mean(vectors), self.log_spread(vectors).exp(), vectors)

    def read(self, pieces: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and spread on the 1-5 scale, (B, 3) each."""
        posterior = self(pieces, mask)
        return posterior.mean * self.width + self.centre, posterior.spread * self.width

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps to build this model again."""
        scales = {d: [s.centre, s.width] for d, s in zip(DIMENSIONS, self.scales, strict=True)}
        return {"encoder": self.encoder.describe(), "hidden": self.mean.in_features, "scales": scales}

    @staticmethod
    def build(described: Mapping[str, Any], weights: Mapping[str, Tensor]) -> "AffectModel":
        """The model of a checkpoint, ready to read (dropout off)."""
        scales = tuple(Scale(*described["scales"][d]) for d in DIMENSIONS)
        # Weights that are about to be replaced need no memory; other encoders compute buffers of their own.
        with torch.device("meta" if described["encoder"]["architecture"] == "bert" else "cpu"):
            model = AffectModel(build_encoder(described["encoder"]), described["hidden"], scales)
        model.load_state_dict(dict(weights), assign=True)
        model.centre = torch.tensor([s.centre for s in scales])
        model.width = torch.tensor([s.width for s in scales])
        return model.eval()
