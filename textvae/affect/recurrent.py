"""Recurrent sentence encoders: GRU or LSTM layers over embedded pieces, their states pooled."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from textvae.errors import RecipeError

CELLS: dict[str, type[nn.GRU] | type[nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}
POOLINGS = ("mean", "attention", "last")
ARCHITECTURES = ("gru", "bigru", "lstm", "bilstm")
"""The cells with one direction and with two, as `describe` names them."""


@dataclass(frozen=True, slots=True)
class RecurrentSize:
    """The dimensions of a recurrent encoder: `hidden` is the width of a state in each direction."""

    vocabulary: int
    embedding: int
    hidden: int
    layers: int = 1
    pooling: str = "mean"


class RecurrentEncoder(nn.Module):
    """Embedded pieces through layers of GRU (Cho et al. 2014) or LSTM (Hochreiter & Schmidhuber 1997).

    A state depends on the real pieces of its own row alone: the backward direction starts at the last real
    piece, wherever the padding ends. `embeddings` (V, E) are the embeddings to start from.

    Raises `RecipeError` for an architecture or a pooling that is not known.
    """

    def __init__(
        self,
        architecture: str,
        size: RecurrentSize,
        dropout: float = 0.1,
        embeddings: Tensor | None = None,
    ) -> None:
        super().__init__()
        if architecture not in ARCHITECTURES:
            raise RecipeError(f"encoder {architecture!r}: use {', '.join(ARCHITECTURES)}.")
        if size.pooling not in POOLINGS:
            raise RecipeError(f"pooling = {size.pooling!r}: use {', '.join(POOLINGS)}.")
        self.architecture, self.size = architecture, size
        both = architecture.startswith("bi")
        self.width = size.hidden * (2 if both else 1)
        cell = CELLS[architecture.removeprefix("bi")]
        if embeddings is None:
            embeddings = torch.empty(size.vocabulary, size.embedding).normal_(0.0, size.embedding**-0.5)
        self.pieces = nn.Embedding.from_pretrained(embeddings.clone(), freeze=False)
        widths = [size.embedding, *[self.width] * (size.layers - 1)]
        self.layers = nn.ModuleList(
            cell(width, size.hidden, batch_first=True, bidirectional=both) for width in widths
        )
        self.dropout = nn.Dropout(dropout)
        if size.pooling == "attention":
            self.project = nn.Linear(self.width, self.width)
            self.context = nn.Linear(self.width, 1, bias=False)

    def forward(self, pieces: Tensor, mask: Tensor) -> Tensor:
        """`pieces` (B, T) and `mask` (B, T), true at real pieces, give states (B, T, width), 0 at padding."""
        x = self.dropout(self.pieces(pieces))
        if bool(mask.all()):
            for layer in self.layers:
                x = self.dropout(layer(x)[0])
            return x
        lengths = mask.sum(1).clamp_min(1).cpu()
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        for layer in self.layers:
            packed = _dropped(self.dropout, layer(packed)[0])
        return pad_packed_sequence(packed, batch_first=True, total_length=pieces.shape[1])[0]

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """One vector a row, (B, width) in fp32, from the states (B, T, width) of its real pieces.

        `mean` averages them. `attention` weighs them by softmax(u . tanh(W h + b)) (Yang et al. 2016,
        equations 5-7). `last` takes each direction's final state: the forward one at the last piece, the
        backward one at the first.
        """
        states = states.float()
        if self.size.pooling == "last":
            return self._last(states, mask)
        with torch.autocast(states.device.type, enabled=False):
            if self.size.pooling == "attention":
                scores = self.context(torch.tanh(self.project(states))).squeeze(-1)
                weights = scores.masked_fill(~mask, -1e9).softmax(1)
            else:
                weights = mask.float() / mask.sum(1, keepdim=True).clamp_min(1)
            return torch.einsum("bt,bth->bh", weights, states)

    def _last(self, states: Tensor, mask: Tensor) -> Tensor:
        rows = torch.arange(len(states), device=states.device)
        ends = states[rows, (mask.sum(1) - 1).clamp_min(0)]
        if not self.architecture.startswith("bi"):
            return ends
        hidden = self.size.hidden
        return torch.cat([ends[:, :hidden], states[:, 0, hidden:]], 1)

    @property
    def blocks(self) -> list[nn.Module]:
        """The layers from the bottom up, as `freeze` counts them."""
        return list(self.layers)

    @property
    def embeddings(self) -> list[nn.Module]:
        """What stands under the first layer."""
        return [self.pieces]

    def describe(self) -> dict[str, Any]:
        """What a checkpoint's config keeps to build this encoder again."""
        return {"architecture": self.architecture, **asdict(self.size)}


def _dropped(dropout: nn.Dropout, packed: PackedSequence) -> PackedSequence:
    return PackedSequence(
        dropout(packed.data), packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices
    )
