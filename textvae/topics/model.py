"""One topic model for every system: an encoder of counts, a posterior of proportions, a decoder of words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn import functional as F

from textvae.errors import UnknownNameError
from textvae.topics.latents import HeadNorm, LatentConfig, build_latent
from textvae.training.recipe import read_table

INPUTS = ("log", "counts", "shares")
DECODERS = ("product", "mixture")
START = 0.3
"""How far, in nats (SD), a mixture's topics begin from the words' frequencies."""
EXCLUSIVITY = 2.0
"""The weight of p(k|w) in the words of an expert."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """The part of a recipe's `[model]` that is not the posterior."""

    hidden: int = 100
    layers: int = 2
    inputs: str = "log"  # log(1 + count), or counts, or shares of the document
    dropout: float = 0.2  # of the encoder's last layer
    topic_dropout: float = 0.0  # of the proportions, in training
    decoder: str = "product"  # of experts, or mixture
    decoder_norm: bool = True  # normalise the decoder's logits over the batch (mixture: over the topics)


@dataclass(frozen=True, slots=True)
class TopicConfig:
    """What a checkpoint needs to build its model."""

    words: int  # V
    latent: LatentConfig = field(default_factory=LatentConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)

    @classmethod
    def read(cls, table: Mapping[str, Any], words: int) -> "TopicConfig":
        """From a recipe's flat `[model]`. Raises `UnknownNameError` for a key that neither part has."""
        latent = {key: value for key, value in table.items() if key in LatentConfig.__slots__}
        network = {key: value for key, value in table.items() if key not in latent}
        return cls(
            words, read_table(latent, LatentConfig, "model"), read_table(network, NetworkConfig, "model")
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What the model makes of a batch, per document, in nats."""

    nll: Tensor  # (B,) -log p(x|theta) at one draw, without the multinomial coefficient
    kl: Tensor  # (B,)
    log_ratio: Tensor | None  # (B,) of the rejection estimator
    posterior: Distribution


class Encoder(nn.Module):
    """Counts (B, V) -> features (B, H): linear layers with softplus, and dropout at the end."""

    def __init__(self, words: int, config: NetworkConfig) -> None:
        super().__init__()
        if config.inputs not in INPUTS:
            raise UnknownNameError("kind of inputs", config.inputs, INPUTS)
        self.inputs = config.inputs
        sizes = [words] + [config.hidden] * config.layers
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, V) -> (B, H)."""
        if self.inputs == "log":
            x = torch.log1p(x)
        elif self.inputs == "shares":
            x = x / x.sum(-1, keepdim=True).clamp_min(1)
        for layer in self.layers:
            x = F.softplus(layer(x))
        return self.dropout(x)


class Decoder(nn.Module):
    """Proportions (..., K) -> log p(w|theta), (..., V).

    `product`: softmax(theta B + background), a product of experts (Srivastava & Sutton 2017, section 3.1);
    `mixture`: theta softmax(B + background), the topics' distributions mixed as in LDA. B is (K, V), the
    background (V,) begins as the words' log frequencies. Normalised are the logits of a product over the
    batch, and B of a mixture, each word over the topics, with one trained scale.
    """

    def __init__(self, topics: int, words: int, config: NetworkConfig) -> None:
        super().__init__()
        if config.decoder not in DECODERS:
            raise UnknownNameError("decoder", config.decoder, DECODERS)
        self.product = config.decoder == "product"
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(topics, words)))
        if not self.product:  # topics that begin alike would leave the encoder nothing to tell
            nn.init.normal_(self.weight, std=START)
        self.background = nn.Parameter(torch.zeros(words))
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=config.decoder_norm and not self.product)
        self.norm = HeadNorm(words) if config.decoder_norm and self.product else None
        self.normalised = config.decoder_norm
        self.dropout = nn.Dropout(config.topic_dropout)

    def topics(self) -> Tensor:
        """The distribution of each topic over the words, (K, V); rows sum to 1.

        Experts have none of their own: their rows say how a topic moves the words' probabilities away from
        what all topics share. Their weights are p(w|k) p(k|w)^2, normalised, so that a topic's first words
        are frequent in it and exclusive to it. p(w|k) is the softmax of row and background, the row relative
        to the mean of all rows and on the scale of the normalised logits; p(k|w) = p(w|k) / sum_j p(w|j).
        """
        if not self.product:
            rows: Tensor = self.weight
            if self.normalised:
                rows = F.layer_norm(rows.t(), rows.shape[:1]).t() * self.log_scale.exp()
            return torch.softmax(rows + self.background, -1)
        rows = self.weight - self.weight.mean(0)
        if self.norm is not None and self.norm.running_var is not None:
            rows = rows / torch.sqrt(self.norm.running_var.mean() + self.norm.eps) + self.norm.shift
        rows = torch.log_softmax(rows + self.background, -1)
        return torch.softmax(rows + EXCLUSIVITY * torch.log_softmax(rows, 0), -1)

    def forward(self, theta: Tensor) -> Tensor:
        """(..., K) -> (..., V) logarithms of probabilities."""
        theta = self.dropout(theta)
        if not self.product:
            return torch.log((theta @ self.topics()).clamp_min(1e-20))
        logits = theta @ self.weight
        if self.norm is not None:
            logits = self.norm(logits.flatten(0, -2)).view(logits.shape)
        return torch.log_softmax(logits + self.background, -1)


class TopicModel(nn.Module):
    """x (B, V) counts -> posterior of theta (B, K) -> log p(w|theta) (B, V)."""

    def __init__(self, config: TopicConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config.words, config.network)
        self.latent = build_latent(config.network.hidden, config.latent)
        self.decoder = Decoder(config.latent.topics, config.words, config.network)

    @torch.no_grad()
    def start_from(self, frequencies: Tensor) -> None:
        """Let the decoder's background be the log frequencies of the words, (V,) counts over a corpus, so
        that no topic has to gather up the words that are frequent everywhere."""
        self.decoder.background.copy_(torch.log((frequencies + 1) / (frequencies + 1).sum()))

    def encode(self, x: Tensor) -> Distribution:
        """(B, V) -> q(theta|x), or q(z|x) of a Gaussian."""
        return self.latent(self.encoder(x))

    def decode(self, theta: Tensor) -> Tensor:
        """(..., K) -> log p(w|theta), (..., V)."""
        return self.decoder(theta)

    def forward(self, x: Tensor) -> Parts:
        """The parts of the bound on a batch (B, V), at one draw of the posterior."""
        q = self.encode(x)
        theta, log_ratio = self.latent.draw(q)
        nll = -(x * self.decode(theta)).sum(-1)
        return Parts(nll, self.latent.kl(q), log_ratio, q)

    def topics(self) -> Tensor:
        """The word distributions of the topics, (K, V), rows sum to 1.

        Where z itself is decoded, a topic is a direction without a scale: the softmax of its row, relative to
        the mean of all rows and in their standard deviations.
        """
        if self.config.latent.posterior == "gaussian" and self.config.latent.simplex == "none":
            rows = self.decoder.weight - self.decoder.weight.mean(0)
            return torch.softmax(rows / rows.std().clamp_min(1e-12), -1)
        return self.decoder.topics()

    def proportions(self, x: Tensor) -> Tensor:
        """The posterior's mean proportions, (B, V) -> (B, K)."""
        return self.latent.mean(self.encode(x))

    def describe(self) -> dict[str, Any]:
        """What `build` needs, as JSON."""
        return {"words": self.config.words, **asdict(self.config.latent), **asdict(self.config.network)}

    @classmethod
    def build(cls, described: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> "TopicModel":
        """The model that `describe` described, with its weights."""
        table = dict(described)
        model = cls(TopicConfig.read(table, int(table.pop("words"))))
        model.load_state_dict(dict(tensors))
        return model.eval()
