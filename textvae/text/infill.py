"""A masked language model that is told the affect: which words could stand at a place of a sentence.

p(x_i | x without its places i, affect), trained as BERT is (Devlin et al. 2019), with two additions: the
affect of the whole sentence may be told (Wu et al. 2019 tell a label), and a place may hold nothing at all,
so that words are put in and left out by the same distribution that changes them. The lowest layers and the
word pieces are an affect model's and stay as they are there.
"""

import copy
import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.affect.encoder import BertEncoder
from textvae.errors import RecipeError


@dataclass(frozen=True, slots=True)
class InfillConfig:
    """A recipe's `[model]`: of the affect model's layers, the lowest `shared` are used as they are."""

    shared: int = 3
    dropout: float = 0.0


def base_checksum(base: BertEncoder, shared: int) -> str:
    """The first 12 hex digits of the sha256 of what an infilling model has of `base`: the word pieces and the
    `shared` lowest layers, rounded to bf16, so that the precision they run in does not matter."""
    digest = hashlib.sha256()
    for part in [*base.embeddings, *base.blocks[:shared]]:
        for name, tensor in sorted(part.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().to(torch.bfloat16).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]


class InfillModel(nn.Module):
    """The upper layers, what tells them the affect, and the head; `base` lends the rest and is not trained.

    The layers begin as those of `base`. Raises `RecipeError` if it has no layer above the `shared` ones.
    """

    def __init__(self, base: BertEncoder, config: InfillConfig) -> None:
        super().__init__()
        if not 0 <= config.shared < len(base.layers):
            raise RecipeError(f"[model] shared = {config.shared}: use 0 to {len(base.layers) - 1}.")
        self.config = config
        self._base = (base,)  # in a tuple it is no part of this module: its weights have a checkpoint already
        self.layers = nn.ModuleList(copy.deepcopy(layer).float() for layer in base.layers[config.shared :])
        self.layers.requires_grad_(True)
        for module in self.layers.modules():
            if isinstance(module, nn.Dropout):
                module.p = config.dropout
        width = base.width
        raised = nn.Linear(width, width)
        self.told = nn.Sequential(nn.Linear(4, width), nn.GELU(), raised)
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(base.size.vocabulary))
        nn.init.zeros_(raised.weight)
        nn.init.zeros_(raised.bias)
        nn.init.eye_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    @property
    def base(self) -> BertEncoder:
        """The encoder that lends word pieces and the lowest layers."""
        return self._base[0]

    def forward(self, pieces: Tensor, mask: Tensor, affect: Tensor) -> Tensor:
        """States (B, T, H) of `pieces` (B, T), real where `mask` (B, T), for the standardised valence and
        arousal `affect` (B, 2), nan where it is not told."""
        return self.told_to(*self.untouched(pieces, mask), affect)

    @torch.no_grad()
    def untouched(self, pieces: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What the shared layers make of `pieces`, (B, T, H), whatever is told; and the bias of attention."""
        base = self.base
        bias = torch.zeros(mask.shape, device=pieces.device).masked_fill_(~mask, -1e4)[:, None, None]
        x = base.norm(base.pieces(pieces) + base.places.weight[: pieces.shape[1]])
        for layer in base.layers[: self.config.shared]:
            x = layer(x, bias)
        return x, bias

    def told_to(self, x: Tensor, bias: Tensor, affect: Tensor) -> Tensor:
        """The states of `forward`, from what is `untouched`."""
        known = ~affect.isnan()
        x = x + self.told(torch.cat([affect.nan_to_num(), known.to(affect)], 1))[:, None]
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def logits(self, states: Tensor, table: Tensor | None = None) -> Tensor:
        """Scores (N, V) of all pieces at states (N, H); the output matrix is that of the word pieces, or
        `table`, the same in another precision."""
        matrix = self.base.pieces.weight if table is None else table
        return F.linear(self.norm(F.gelu(self.dense(states))), matrix, self.bias)
