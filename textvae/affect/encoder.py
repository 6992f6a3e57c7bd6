"""Sentence encoders: a pretrained transformer, its word pieces, and one vector a sentence.

A BERT-shaped encoder is built here from its own dimensions, so that a shipped model starts without
importing transformers; every other architecture, and every name on the hub, goes through transformers.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.affect.emoji import reading_emoji
from textvae.affect.recurrent import ARCHITECTURES, RecurrentEncoder, RecurrentSize
from textvae.errors import CheckpointError, RecipeError


@dataclass(frozen=True, slots=True)
class BertSize:
    """The dimensions of a BERT encoder (Devlin et al. 2019)."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    intermediate: int
    positions: int
    epsilon: float = 1e-12


class BertLayer(nn.Module):
    """One transformer block: attention and a feed-forward net, each with a residual and a norm after."""

    def __init__(self, size: BertSize, dropout: float) -> None:
        super().__init__()
        self.heads = size.heads
        self.attend = nn.Linear(size.hidden, 3 * size.hidden)
        self.merge = nn.Linear(size.hidden, size.hidden)
        self.attend_norm = nn.LayerNorm(size.hidden, size.epsilon)
        self.widen = nn.Linear(size.hidden, size.intermediate)
        self.narrow = nn.Linear(size.intermediate, size.hidden)
        self.narrow_norm = nn.LayerNorm(size.hidden, size.epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """`x` (B, T, H) and the additive attention bias (B, 1, 1, T) give (B, T, H)."""
        batch, length, hidden = x.shape
        heads = self.attend(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], bias.to(heads.dtype))
        mixed = mixed.transpose(1, 2).reshape(batch, length, hidden)
        x = self.attend_norm(x + self.dropout(self.merge(mixed)))
        return self.narrow_norm(x + self.dropout(self.narrow(F.gelu(self.widen(x)))))  # type: ignore[no-any-return]


class BertEncoder(nn.Module):
    """BERT without its pooler: word pieces to contextual vectors."""

    def __init__(self, size: BertSize, dropout: float = 0.1) -> None:
        super().__init__()
        self.size, self.width = size, size.hidden
        self.pieces = _embedding(size.vocabulary, size.hidden)
        self.places = _embedding(size.positions, size.hidden)
        self.norm = nn.LayerNorm(size.hidden, size.epsilon)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(BertLayer(size, dropout) for _ in range(size.layers))

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """`pieces` (B, T) and `mask` (B, T), true at real pieces, give vectors (B, T, H)."""
        x = self.pieces(pieces) + self.places.weight[: pieces.shape[1]]
        x = self.dropout(self.norm(x))
        bias = torch.zeros(mask.shape, device=x.device).masked_fill_(~mask, -1e4)[:, None, None]
        for layer in self.layers:
            x = layer(x, bias)
        return x

    @property
    def blocks(self) -> list[nn.Module]:
        """The layers from the bottom up, as `freeze` counts them."""
        return list(self.layers)

    @property
    def embeddings(self) -> list[nn.Module]:
        """What stands under the first layer."""
        return [self.pieces, self.places, self.norm]

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps to build this encoder again."""
        return {"architecture": "bert", **asdict(self.size)}


def _embedding(count: int, hidden: int) -> nn.Embedding:
    """Vectors of variance 0.02^2; torch's own draw of them is slow without memory behind."""
    spread = 0.02 * 3**0.5
    return nn.Embedding.from_pretrained(torch.empty(count, hidden).uniform_(-spread, spread), freeze=False)


class HubEncoder(nn.Module):
    """Any other transformer that `AutoModel` knows (RoBERTa, DeBERTa, XLM-R, ...)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.width = int(model.config.hidden_size)  # type: ignore[union-attr, arg-type]

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """`pieces` (B, T) and `mask` (B, T), true at real pieces, give vectors (B, T, H)."""
        return self.model(input_ids=pieces, attention_mask=mask.long()).last_hidden_state  # type: ignore[no-any-return]

    @property
    def blocks(self) -> list[nn.Module]:
        """The layers from the bottom up, as `freeze` counts them."""
        for name in ("encoder.layer", "transformer.layer", "encoder.layers", "layers"):
            try:
                return list(self.model.get_submodule(name))  # type: ignore[call-overload, no-any-return]
            except AttributeError:
                continue
        raise RecipeError("this encoder's layers cannot be counted: use freeze = 'none' or 'all'.")

    @property
    def embeddings(self) -> list[nn.Module]:
        """What stands under the first layer."""
        return [self.model.get_submodule("embeddings")]

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps to build this encoder again."""
        settings = self.model.config.to_diff_dict()  # type: ignore[union-attr, operator]
        return {"architecture": "hub", "settings": settings}


SentenceEncoder = BertEncoder | HubEncoder | RecurrentEncoder


def sentence_vectors(encoder: SentenceEncoder, pieces: Tensor, mask: Tensor) -> Tensor:
    """One vector a sentence, (B, H) in fp32, pooled as the encoder pools; a transformer takes the mean."""
    states = encoder(pieces, mask)
    return encoder.pool(states, mask) if isinstance(encoder, RecurrentEncoder) else pool(states, mask)


def pool(vectors: Tensor, mask: Tensor) -> Tensor:
    """The mean of the real pieces' vectors: (B, T, H) and (B, T) give (B, H), in fp32."""
    weights = mask.unsqueeze(-1).float()
    return (vectors.float() * weights).sum(1) / weights.sum(1).clamp_min(1.0)


def piece_table(encoder: SentenceEncoder) -> nn.Embedding:
    """What turns word pieces into vectors."""
    if isinstance(encoder, HubEncoder):
        return encoder.model.get_input_embeddings()  # type: ignore[operator, no-any-return]
    return encoder.pieces


def freeze(encoder: SentenceEncoder, what: str) -> None:
    """Keep a part of the encoder as it was pretrained.

    `what` is `none`, `all`, `embeddings`, `first:N` (the embeddings and the N lowest layers), `middle:N`,
    `last:N` (the N highest layers) or `but-first:N` (all but the N lowest layers). Raises `RecipeError` for
    anything else.
    """
    found = re.fullmatch(r"(none|all|embeddings)|(first|middle|last|but-first):([1-9]\d*)", what)
    if not found:
        ways = "none, all, embeddings, first:N, middle:N, last:N or but-first:N"
        raise RecipeError(f"freeze = {what!r}: use {ways}.")
    whole, end, count = found.groups()
    wholes: dict[str, list[nn.Module]] = {"all": [encoder], "embeddings": encoder.embeddings}
    frozen = wholes.get(whole or "", [])
    if end:
        blocks, number, below = encoder.blocks, int(count), encoder.embeddings
        if number > len(blocks):
            raise RecipeError(f"freeze = {what!r}: this encoder has {len(blocks)} layers.")
        start = (len(blocks) - number) // 2
        frozen = {
            "first": [*below, *blocks[:number]],
            "middle": blocks[start : start + number],
            "last": blocks[-number:],
            "but-first": [*below, *blocks[number:]],
        }[end]
    for module in frozen:
        module.requires_grad_(False)


def build_encoder(described: Mapping[str, Any], dropout: float = 0.1) -> SentenceEncoder:
    """The encoder that `describe` described, its weights still to be loaded."""
    settings = dict(described)
    architecture = settings.pop("architecture", None)
    if architecture == "bert":
        return BertEncoder(BertSize(**settings), dropout)
    if architecture == "hub":
        from transformers import AutoConfig, AutoModel

        config = AutoConfig.for_model(**settings["settings"])
        return HubEncoder(AutoModel.from_config(config))
    if architecture in ARCHITECTURES:
        return RecurrentEncoder(architecture, RecurrentSize(**settings), dropout)
    raise CheckpointError(f"unknown encoder architecture {architecture!r}: use the textvae that wrote it.")


def pretrained_encoder(name_or_path: str) -> tuple[SentenceEncoder, bytes]:
    """A pretrained encoder and its `tokenizer.json`, from a folder or by its name on the hub.

    Raises `RecipeError` when there is no such encoder or it has no fast tokenizer.
    """
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name_or_path)
        model = AutoModel.from_pretrained(name_or_path)
    except (OSError, ValueError, ImportError) as error:
        reason = str(error).splitlines()[0]
        raise RecipeError(
            f"encoder {name_or_path!r} cannot be loaded ({reason}): give the folder of a transformers "
            "model (config.json, model.safetensors, tokenizer.json) or a name on the hub."
        ) from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise RecipeError(f"encoder {name_or_path!r} has no fast tokenizer (tokenizer.json): choose another.")
    pieces = reading_emoji(backend).to_str().encode()
    if model.config.model_type == "bert" and model.config.hidden_act == "gelu":
        return _from_transformers(model), pieces
    return HubEncoder(model), pieces


def _from_transformers(model: Any) -> BertEncoder:
    """A transformers `BertModel` as a `BertEncoder` with the same weights."""
    c = model.config
    size = BertSize(
        vocabulary=c.vocab_size,
        hidden=c.hidden_size,
        layers=c.num_hidden_layers,
        heads=c.num_attention_heads,
        intermediate=c.intermediate_size,
        positions=c.max_position_embeddings,
        epsilon=c.layer_norm_eps,
    )
    encoder = BertEncoder(size)
    their, mine = model.state_dict(), {}
    mine["pieces.weight"] = their["embeddings.word_embeddings.weight"]
    # Every piece here is of the first segment: its embedding joins the places'.
    first = their["embeddings.token_type_embeddings.weight"][0]
    mine["places.weight"] = their["embeddings.position_embeddings.weight"] + first
    names = {
        "attention.output.dense": "merge",
        "attention.output.LayerNorm": "attend_norm",
        "intermediate.dense": "widen",
        "output.dense": "narrow",
        "output.LayerNorm": "narrow_norm",
    }
    for part in ("weight", "bias"):
        mine[f"norm.{part}"] = their[f"embeddings.LayerNorm.{part}"]
        for i in range(size.layers):
            source = f"encoder.layer.{i}."
            heads = [their[f"{source}attention.self.{w}.{part}"] for w in ("query", "key", "value")]
            mine[f"layers.{i}.attend.{part}"] = torch.cat(heads)
            for name, ours in names.items():
                mine[f"layers.{i}.{ours}.{part}"] = their[f"{source}{name}.{part}"]
    encoder.load_state_dict(mine)
    return encoder
