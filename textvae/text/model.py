"""The text VAE: q(z|x) by a BiGRU, p(x|z) by a GRU, z = (affect, content)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Normal
from torch.nn import functional

from textvae.errors import CheckpointError, RecipeError
from textvae.text.decoder import Decoder, State
from textvae.text.encoder import SUMMARIES, Encoder
from textvae.variational.posterior import GaussianPosterior

AFFECT = 2  # valence and arousal


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The dimensions of a text VAE; a recipe's `[model]`."""

    pieces: int
    embedding: int = 256
    encoder: int = 512  # a direction
    summary: str = "attention"
    heads: int = 4
    content: int = 160
    decoder: int = 640
    highway: int = 2
    dropout: float = 0.1
    adversary: int = 256


@dataclass(frozen=True, slots=True)
class Latent:
    """z in its two parts: affect (B, 2) is standardised valence and arousal, content (B, C) the rest."""

    affect: Tensor
    content: Tensor

    @property
    def z(self) -> Tensor:
        """(B, 2 + C)."""
        return torch.cat([self.affect, self.content], dim=-1)


@dataclass(frozen=True, slots=True)
class Posterior:
    """q(affect|x) and q(content|x)."""

    affect: Normal
    content: Normal

    @property
    def mean(self) -> Latent:
        """The means of both."""
        return Latent(self.affect.mean, self.content.mean)


class TextVAE(nn.Module):
    """Encoder, decoder and adversary over one embedding matrix (Press & Wolf 2017: the output's too)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        if config.summary not in SUMMARIES:
            raise RecipeError(f"[model] summary = {config.summary!r}: use {', '.join(SUMMARIES)}.")
        self.config = config
        self.embedding = nn.Embedding(config.pieces, config.embedding)
        nn.init.normal_(self.embedding.weight, std=config.embedding**-0.5)
        self.input_norm = nn.LayerNorm(config.embedding)
        self.output_bias = nn.Parameter(torch.zeros(config.pieces))
        self.encoder = Encoder(config.embedding, config.encoder, config.summary, config.heads)
        self.affect = GaussianPosterior(self.encoder.features, AFFECT)
        self.content = GaussianPosterior(self.encoder.features, config.content)
        latent = AFFECT + config.content
        self.decoder = Decoder(config.embedding, config.decoder, latent, config.highway, config.dropout)
        self.dropout = nn.Dropout(config.dropout)
        self.adversary = nn.Sequential(
            nn.Linear(config.content, config.adversary),
            nn.ReLU(),
            nn.Linear(config.adversary, config.adversary),
            nn.ReLU(),
            nn.Linear(config.adversary, AFFECT),
        )

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> "TextVAE":
        """The model of a checkpoint; the adversary, which only training needs, may be missing."""
        model = cls(TextConfig(**config))
        model.adversary = nn.Sequential()
        wanted = {name: value for name, value in tensors.items() if not name.startswith("adversary.")}
        try:
            model.load_state_dict(wanted, assign=True)
        except RuntimeError as error:
            raise CheckpointError(f"the weights do not fit the configuration ({error}).") from error
        return model.requires_grad_(False).eval()

    def describe(self) -> dict[str, Any]:
        """The dimensions, as a checkpoint's config carries them."""
        return asdict(self.config)

    def embed(self, tokens: Tensor) -> Tensor:
        """(B, T) -> (B, T, embedding)."""
        embedded: Tensor = self.dropout(self.input_norm(self.embedding(tokens)))
        return embedded

    def encode(self, tokens: Tensor, lengths: Tensor) -> Posterior:
        """(B, T) padded at the end, (B,) at least 1 -> q(z|x)."""
        summary = self.dropout(self.encoder(self.embed(tokens), lengths))
        return Posterior(self.affect(summary), self.content(summary))

    def start(self, latent: Latent) -> State:
        """The decoder's state for z, before the first token."""
        return self.decoder.start(latent.z)

    def forward(self, tokens: Tensor, latent: Latent) -> Tensor:
        """Teacher forcing: (B, T) beginning with bos -> the output that `logits` takes, (B, T, E)."""
        output: Tensor = self.decoder(self.embed(tokens), self.start(latent))
        return output

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """(B,) the tokens before -> logits (B, V) of the next ones, and the state after."""
        output, state = self.decoder.step(self.embed(tokens), state)
        return self.logits(output), state

    def logits(self, output: Tensor) -> Tensor:
        """(..., embedding) -> (..., V)."""
        return functional.linear(output, self.embedding.weight, self.output_bias)
