"""The affect model: a sentence's mean and spread of valence, arousal and dominance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.affect.decoder import Decoder, Parts, Standard, Trunk
from textvae.affect.encoder import SentenceEncoder, build_encoder, sentence_vectors

DIMENSIONS = ("valence", "arousal", "dominance")


@dataclass(frozen=True, slots=True)
class Scale:
    """Standardisation of a rating: centre and width of the training ratings, on the 1-5 scale."""

    centre: float
    width: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """q(z|x) = Normal(mean, spread), standardised, each (B, Z): the rated dimensions, then the others.

    `vectors` (B, H) are the sentence vectors, `layers` the outputs of the trunk, the lowest first.
    """

    mean: Tensor
    spread: Tensor
    vectors: Tensor
    layers: tuple[Tensor, ...] = ()


class AffectModel(nn.Module):
    """A pooled encoder with a head for the means and one for the spreads of the rated dimensions.

    The heads work on standardised ratings; `scales`, one for each of the first DIMENSIONS, bring them back
    to 1-5. `parts` adds what makes it a variational autoencoder of sentence vectors: hidden layers before
    the heads, further latent dimensions, a category to condition on, a decoder.
    """

    centre: Tensor
    width: Tensor

    def __init__(
        self,
        encoder: SentenceEncoder,
        hidden: int,
        scales: tuple[Scale, ...],
        parts: Parts = Parts(),  # noqa: B008
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.encoder, self.hidden, self.parts = encoder, hidden, parts
        top = parts.trunk[-1] if parts.trunk else hidden
        size = len(scales) + parts.extra
        self.standard = Standard(hidden) if parts.trunk else None
        self.trunk = Trunk(hidden, parts, dropout) if parts.trunk else None
        self.mean = nn.Linear(top, size)
        self.log_spread = nn.Linear(top, size)
        self.decoder = Decoder(size, hidden, parts) if parts.decoder != "none" else None
        self.scales = scales
        self.register_buffer("centre", torch.tensor([s.centre for s in scales]), persistent=False)
        self.register_buffer("width", torch.tensor([s.width for s in scales]), persistent=False)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The rated dimensions, in the order of the latent's first ones."""
        return DIMENSIONS[: len(self.scales)]

    def forward(self, pieces: Tensor, mask: Tensor, category: Tensor | None = None) -> Posterior:
        """`pieces` (B, T) and `mask` (B, T), true at real pieces; category numbers (B,), else not known."""
        return self.judge(sentence_vectors(self.encoder, pieces, mask), category)

    def judge(self, vectors: Tensor, category: Tensor | None = None) -> Posterior:
        """The posterior of sentence vectors (B, H) that the encoder gave."""
        with torch.autocast(vectors.device.type, enabled=False):
            layers: tuple[Tensor, ...] = ()
            if self.trunk is not None and self.standard is not None:
                layers = self.trunk(self.standard(vectors), category)
            top = layers[-1] if layers else vectors
            return Posterior(self.mean(top), self.log_spread(top).exp(), vectors, layers)

    def decode(self, z: Tensor, layers: tuple[Tensor, ...] = (), category: Tensor | None = None) -> Tensor:
        """z (B, Z) to standardised sentence vectors (B, H); a U-Net needs the posterior's `layers`."""
        if self.decoder is None:
            raise ValueError("this model has no decoder")
        with torch.autocast(z.device.type, enabled=False):
            return self.decoder(z, layers, category)

    def read(self, pieces: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and spread on the 1-5 scale, (B, 3) each; NaN in a dimension that is not rated."""
        return self.rated(self(pieces, mask))

    def rated(self, posterior: Posterior) -> tuple[Tensor, Tensor]:
        """Mean and spread on the 1-5 scale, (B, 3) each; NaN in a dimension that is not rated."""
        size = len(self.scales)
        mean = posterior.mean[:, :size] * self.width + self.centre
        spread = posterior.spread[:, :size] * self.width
        if (missing := len(DIMENSIONS) - size) == 0:
            return mean, spread
        return F.pad(mean, (0, missing), value=torch.nan), F.pad(spread, (0, missing), value=torch.nan)

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps to build this model again."""
        scales = {d: [s.centre, s.width] for d, s in zip(self.dimensions, self.scales, strict=True)}
        described = {"encoder": self.encoder.describe(), "hidden": self.hidden, "scales": scales}
        parts = self.parts.describe()
        return {**described, "parts": parts} if parts else described

    @staticmethod
    def build(described: Mapping[str, Any], weights: Mapping[str, Tensor]) -> "AffectModel":
        """The model of a checkpoint, ready to read (dropout off)."""
        rated = [d for d in DIMENSIONS if d in described["scales"]]
        scales = tuple(Scale(*described["scales"][d]) for d in rated)
        lists: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in described.get("parts", {}).items()
        }
        # Weights that are about to be replaced need no memory; other encoders compute buffers of their own.
        with torch.device("meta" if described["encoder"]["architecture"] == "bert" else "cpu"):
            encoder = build_encoder(described["encoder"])
            model = AffectModel(encoder, described["hidden"], scales, Parts(**lists))
        model.load_state_dict(dict(weights), assign=True)
        model.centre = torch.tensor([s.centre for s in scales])
        model.width = torch.tensor([s.width for s in scales])
        return model.eval()
