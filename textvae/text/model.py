"""The text VAE: q(z|x) by an encoder, p(x|z) by a recurrent decoder, z = (affect, content)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Normal
from torch.nn import functional

from textvae.errors import CheckpointError, RecipeError
from textvae.text.decoder import Decoder, State
from textvae.text.dropout import Dropout
from textvae.text.encoder import CELLS, READS, SUMMARIES, Encoder
from textvae.variational.posterior import GaussianPosterior

AFFECT = 2  # valence and arousal
POSTERIORS = ("gaussian", "point")
ONLY_TRAINING = ("adversary.", "informant.", "critics.")  # parts that a checkpoint does without


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The dimensions of a text VAE; a recipe's `[model]`.

    With neither affect nor content there is no z and no encoder: a language model. A `point` posterior has
    no spread: z is its mean, as in an autoencoder.
    """

    pieces: int
    embedding: int = 256
    encoder: int = 512  # a direction
    summary: str = "attention"
    heads: int = 4
    content: int = 160
    decoder: int = 640
    highway: int = 2
    dropout: float = 0.1
    adversary: int = 256  # of its layers; 0: none
    affect: int = AFFECT  # or 0
    reads: str = "both"
    cell: str = "gru"
    posterior: str = "gaussian"
    attends: bool = False  # the content has a part an attention head, and the decoder attends over them
    encoder_dropout: float | None = None  # where it is not the decoder's
    informant: int = 0  # of the network that tells z from the decoder's hidden states; 0: none
    style: int = 0  # of the content's dimensions the first so many are a style latent (John et al. 2018)
    labels: int = 0  # the styles there are, as many as [data] labels; 0: valence and arousal are the style
    critics: int = 0  # of the networks that read style and words off both parts of z; 0: none

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                use = ", ".join(map(str, known))
                raise RecipeError(f"[model] {name} = {getattr(self, name)!r}: use {use}.")
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise RecipeError(f"[model] {name} = {getattr(self, name)}: it is {least} or more.")
        for name in ("dropout", "encoder_dropout"):
            if not 0 <= (getattr(self, name) or 0.0) < 1:
                raise RecipeError(f"[model] {name} = {getattr(self, name)}: it is from 0 to below 1.")
        if self.reads == "convolution" and self.summary == "last":
            raise RecipeError('[model] summary = "last" with reads = "convolution": use mean or attention.')
        if self.attends and (self.summary != "attention" or self.content % self.heads or not self.content):
            raise RecipeError('[model] attends: it takes summary = "attention" and as much content a head.')
        if self.affect and (self.style or self.labels):
            raise RecipeError("[model] style and [data] labels: a model with affect = 2 has its style there.")
        if self.style and self.style >= self.content:
            raise RecipeError(f"[model] style = {self.style}: it is a part of the {self.content} of content.")
        if self.critics and not (self.styled and self.content):
            raise RecipeError("[model] critics need a style, or affect = 2, and a content beside it.")
        if self.critics and self.style and not self.labels:
            raise RecipeError("[model] critics read the style off z: say in [data] labels which there are.")

    @property
    def styled(self) -> int:
        """The first dimensions of z, those of its style: affect, or a part of content; 0 without any."""
        return self.affect or self.style

    @property
    def latent(self) -> int:
        """Dimensions of z."""
        return self.affect + self.content


_LEAST = dict.fromkeys(("embedding", "encoder", "heads", "decoder"), 1) | dict.fromkeys(
    ("content", "highway", "adversary", "informant", "style", "labels", "critics"), 0
)
_CHOICES: dict[str, tuple[object, ...]] = {
    "summary": SUMMARIES,
    "reads": READS,
    "cell": tuple(CELLS),
    "posterior": POSTERIORS,
    "affect": (0, AFFECT),
}


@dataclass(frozen=True, slots=True)
class Latent:
    """z in its two parts: affect (B, 2) is standardised valence and arousal, content (B, C) the rest. Either
    may have no dimension."""

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

    @property
    def z(self) -> Normal:
        """q(z|x) over both parts, batch shape (B, 2 + C)."""
        mean = torch.cat([self.affect.mean, self.content.mean], dim=-1)
        return Normal(mean, torch.cat([self.affect.stddev, self.content.stddev], -1), validate_args=False)


class TextVAE(nn.Module):
    """Encoder, decoder and what only training needs, over one embedding matrix (Press & Wolf 2017: the
    output's too)."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.pieces, config.embedding)
        nn.init.normal_(self.embedding.weight, std=config.embedding**-0.5)
        self.input_norm = nn.LayerNorm(config.embedding)
        self.output_bias = nn.Parameter(torch.zeros(config.pieces))
        self.encoder: Encoder | None = None
        self.affect: GaussianPosterior | None = None
        self.content: GaussianPosterior | None = None
        if config.latent:
            self.encoder = Encoder(
                config.embedding, config.encoder, config.summary, config.heads, config.reads, config.cell
            )
            features = self.encoder.features
            self.affect = GaussianPosterior(features, config.affect) if config.affect else None
            heads = config.heads if config.attends else 1
            self.content = (
                GaussianPosterior(features, config.content, parts=heads) if config.content else None
            )
        parts = (config.heads, config.content // config.heads) if config.attends else (0, 0)
        self.decoder = Decoder(
            config.embedding,
            config.decoder,
            config.latent,
            config.highway,
            config.dropout,
            config.cell,
            parts,
        )
        self.dropout = Dropout(config.dropout)
        apart = config.encoder_dropout
        self.encoder_dropout = Dropout(config.dropout if apart is None else apart)
        hears = config.content if config.affect else 0
        self.adversary = _layers(hears, config.adversary, AFFECT, depth=2)
        self.informant = _layers(config.decoder, config.informant, 2 * config.latent, depth=1)
        self.critics = _critics(config)

    @classmethod
    def from_tensors(cls, config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> "TextVAE":
        """The model of a checkpoint; what only training needs may be missing."""
        model = cls(TextConfig(**config))
        model.adversary, model.informant, model.critics = nn.Sequential(), nn.Sequential(), nn.ModuleDict()
        wanted = {name: value for name, value in tensors.items() if not name.startswith(ONLY_TRAINING)}
        try:
            model.load_state_dict(wanted, assign=True)
        except RuntimeError as error:
            raise CheckpointError(f"the weights do not fit the configuration ({error}).") from error
        return model.requires_grad_(False).eval()

    def describe(self) -> dict[str, Any]:
        """The dimensions, as a checkpoint's config carries them."""
        return asdict(self.config)

    def embed(self, tokens: Tensor) -> Tensor:
        """(B, T) -> (B, T, embedding), as the decoder hears them."""
        embedded: Tensor = self.dropout(self._embed(tokens))
        return embedded

    def _embed(self, tokens: Tensor) -> Tensor:
        embedded: Tensor = self.input_norm(self.embedding(tokens))
        return embedded

    def encode(self, tokens: Tensor, lengths: Tensor) -> Posterior:
        """(B, T) padded at the end, (B,) at least 1 -> q(z|x).

        Raises `CheckpointError` for a language model, which has no encoder.
        """
        return self.read(self._embed(tokens), lengths)

    def read(self, embedded: Tensor, lengths: Tensor) -> Posterior:
        """`encode` of tokens that are embedded already, (B, T, embedding)."""
        if self.encoder is None:
            raise CheckpointError(
                "this model is a language model and has no latent to encode into: it can sample, but not "
                "reconstruct, interpolate or transfer; name a text VAE."
            )
        summary = self.encoder_dropout(self.encoder(self.encoder_dropout(embedded), lengths))
        empty = summary.new_zeros(len(embedded), 0, dtype=torch.float32)
        nothing = Normal(empty, empty, validate_args=False)
        affect = nothing if self.affect is None else self.affect(summary)
        return Posterior(affect, nothing if self.content is None else self.content(summary))

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


def _critics(config: TextConfig) -> nn.ModuleDict:
    """What reads the style and the bag of words off the two parts of z; see `textvae.text.disentangling`."""
    if not config.critics:
        return nn.ModuleDict()
    style, content = config.styled, config.latent - config.styled
    critics = {
        "style_of_content": _layers(content, config.critics, config.labels or AFFECT, depth=1),
        "words_of_content": nn.Linear(content, config.pieces),
        "words_of_style": _layers(style, config.critics, config.pieces, depth=1),
    }
    if config.labels:
        critics["style_of_style"] = nn.Linear(style, config.labels)
    return nn.ModuleDict(critics)


def _layers(features: int, hidden: int, size: int, depth: int) -> nn.Sequential:
    """`depth` hidden layers with ReLU and a linear one to `size`; nothing if any of the sizes is 0."""
    if not (features and hidden and size):
        return nn.Sequential()
    layers: list[nn.Module] = []
    for before in [features] + [hidden] * (depth - 1):
        layers += [nn.Linear(before, hidden), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(hidden, size))
