"""The parts of the affect VAE around its heads: hidden layers above the embedding, and the way back to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.errors import RecipeError

DECODERS = ("none", "plain", "unet")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a model has besides its encoder and its heads.

    Attributes:
        trunk: widths of the hidden layers between the sentence vector and the heads.
        decoder: `plain` gives the sentence vector back from z; the layers of `unet` see the trunk's as well.
        extra: dimensions of z besides the rated ones.
        categories: the kinds of text that the model is told, in the order of their numbers from 1; 0 is
            a kind that is not known.
    """

    trunk: tuple[int, ...] = ()
    decoder: str = "none"
    extra: int = 0
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.decoder not in DECODERS:
            raise RecipeError(f"decoder = {self.decoder!r}: use {', '.join(DECODERS)}.")
        if not self.trunk and (self.decoder != "none" or self.categories):
            raise RecipeError(
                "a decoder or categories need hidden layers: give trunk = [512, 512, 512], say."
            )

    @property
    def told(self) -> int:
        """How many inputs say the category: one a category and one for "not known"; 0 without categories."""
        return len(self.categories) + 1 if self.categories else 0

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps: nothing for a model that is only an encoder and its heads."""
        return asdict(self) if self != Parts() else {}


class Standard(nn.Module):
    """Sentence vectors (B, H) to mean 0 in each dimension and variance 1 over all: (x - mean) / scale."""

    mean: Tensor
    scale: Tensor

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(hidden))
        self.register_buffer("scale", torch.ones(()))

    def fit(self, vectors: Tensor) -> None:
        """Take mean and scale from vectors (N, H)."""
        self.mean.copy_(vectors.mean(0))
        self.scale.copy_((vectors - self.mean).square().mean().sqrt())

    def forward(self, vectors: Tensor) -> Tensor:
        return (vectors - self.mean) / self.scale

    def restore(self, standard: Tensor) -> Tensor:
        """The inverse of `forward`."""
        return standard * self.scale + self.mean


class Trunk(nn.Module):
    """Hidden layers of the given widths, each with a ReLU, over the sentence vector and its category."""

    def __init__(self, hidden: int, parts: Parts, dropout: float) -> None:
        super().__init__()
        widths = [hidden + parts.told, *parts.trunk]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.dropout = nn.Dropout(dropout)
        self.told = parts.told

    def forward(self, vectors: Tensor, category: Tensor | None) -> tuple[Tensor, ...]:
        """Vectors (B, H) and category numbers (B,) give every layer's output, the lowest first."""
        x = _beside(vectors, category, self.told)
        outputs = []
        for layer in self.layers:
            x = self.dropout(F.relu(layer(x)))
            outputs.append(x)
        return tuple(outputs)


class Decoder(nn.Module):
    """z and the category back to the standardised sentence vector, through the trunk's widths in reverse.

    With `unet`, each layer after the first sees, beside the layer under it, the trunk's layer of its own
    height (Ronneberger et al. 2015): with a trunk of 512, 512, 512, layers two to four take 512 + 512. Such
    a decoder can give a vector back past z, so its error says nothing about what z holds.
    """

    def __init__(self, latent: int, hidden: int, parts: Parts) -> None:
        super().__init__()
        self.told, self.skips = parts.told, parts.decoder == "unet"
        falling = list(reversed(parts.trunk))
        seen = falling if self.skips else [0] * len(falling)
        inputs = [latent + parts.told, *(width + also for width, also in zip(falling, seen, strict=True))]
        outputs = [*falling, hidden]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(inputs, outputs, strict=True))

    def forward(self, z: Tensor, layers: Sequence[Tensor], category: Tensor | None) -> Tensor:
        """z (B, Z), the trunk's `layers` as it gave them (a plain decoder needs none): (B, H)."""
        if self.skips and len(layers) != len(self.layers) - 1:
            raise ValueError(
                f"a U-Net decoder needs {len(self.layers) - 1} layers of the trunk, got {len(layers)}"
            )
        x = F.relu(self.layers[0](_beside(z, category, self.told)))
        for i, layer in enumerate(self.layers[1:], 1):
            x = layer(torch.cat([x, layers[-i]], -1) if self.skips else x)
            if i < len(self.layers) - 1:
                x = F.relu(x)
        return x


def _beside(x: Tensor, category: Tensor | None, told: int) -> Tensor:
    """x (B, F) with the category as `told` more columns, a single 1 among them."""
    if not told:
        return x
    number = torch.zeros(len(x), dtype=torch.long, device=x.device) if category is None else category
    return torch.cat([x, F.one_hot(number, told).to(x.dtype)], -1)
