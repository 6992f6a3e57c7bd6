"""The text encoder: what reads the tokens, and a summary of its states."""

import torch
from torch import Tensor, nn
from torch.nn import functional

SUMMARIES = ("last", "mean", "attention")
READS = ("both", "forwards", "convolution")
CELLS: dict[str, type[nn.GRU] | type[nn.LSTM]] = {"gru": nn.GRU, "lstm": nn.LSTM}
KERNEL, LAYERS = 3, 3  # tokens that a convolution sees, and how many stand one on another


def lengths_to_mask(lengths: Tensor, width: int) -> Tensor:
    """(B,) -> (B, width), true on the real tokens."""
    return torch.arange(width, device=lengths.device)[None, :] < lengths[:, None]


def reverse_within(x: Tensor, lengths: Tensor) -> Tensor:
    """Turn each row of (B, T, ...) around within its own length; the padding stays at the end."""
    width = x.shape[1]
    positions = torch.arange(width, device=x.device)[None, :].expand(x.shape[0], width)
    index = torch.where(positions < lengths[:, None], lengths[:, None] - 1 - positions, positions)
    return x.gather(1, index.reshape(*index.shape, *([1] * (x.dim() - 2))).expand(x.shape))


class Convolutions(nn.Module):
    """`LAYERS` convolutions of `KERNEL` tokens each, ReLU between; from the second on added to their input.

    The padding is set to zero before each, so that a token near the end sees what it would see alone.
    """

    def __init__(self, embedding: int, features: int) -> None:
        super().__init__()
        sizes = [embedding] + [features] * (LAYERS - 1)
        self.layers = nn.ModuleList(nn.Conv1d(size, features, KERNEL, padding="same") for size in sizes)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """(B, T, embedding), (B, T) -> (B, T, features)."""
        x, real = embedded.transpose(1, 2), mask[:, None]
        for number, layer in enumerate(self.layers):
            heard = functional.relu(layer(x * real))
            x = x + heard if number else heard
        return x.transpose(1, 2)


class Encoder(nn.Module):
    """A reader of tokens and a summary of its states; no state of a real token depends on padding.

    `reads` says what reads: `both`, two recurrent networks, one a direction (the backward one reads each
    row turned around within its length); `forwards`, the first of them alone; `convolution`, stacked
    convolutions. `cell` is `gru` (Cho et al. 2014) or `lstm` (Hochreiter & Schmidhuber 1997).

    `last`: the final states. `mean`: the mean over the tokens. `attention`: each of `heads` heads
    weights the tokens by softmax(w_h . state_t) and sums (Lin et al. 2017, equation 6).
    """

    def __init__(
        self,
        embedding: int,
        hidden: int,
        summary: str = "attention",
        heads: int = 4,
        reads: str = "both",
        cell: str = "gru",
    ) -> None:
        super().__init__()
        width = hidden if reads == "forwards" else 2 * hidden
        self.forwards = None if reads == "convolution" else CELLS[cell](embedding, hidden, batch_first=True)
        self.backwards = CELLS[cell](embedding, hidden, batch_first=True) if reads == "both" else None
        self.convolutions = Convolutions(embedding, width) if reads == "convolution" else None
        self.summary = summary
        self.score = nn.Linear(width, heads) if summary == "attention" else None
        self.features = width * (heads if summary == "attention" else 1)

    def forward(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, embedding), (B,) -> (B, features)."""
        mask = lengths_to_mask(lengths, embedded.shape[1])
        rows = torch.arange(len(lengths), device=lengths.device)
        if self.convolutions is not None:
            states = self.convolutions(embedded, mask)
        else:
            assert self.forwards is not None
            states, _ = self.forwards(embedded)
        back = None
        if self.backwards is not None:
            back, _ = self.backwards(reverse_within(embedded, lengths))
        if self.summary == "last":
            ends = [states[rows, lengths - 1]] + ([] if back is None else [back[rows, lengths - 1]])
            return torch.cat(ends, dim=-1)
        if back is not None:
            states = torch.cat([states, reverse_within(back, lengths)], dim=-1)
        if self.score is None:
            return (states * mask[..., None]).sum(1) / lengths[:, None]
        scores = self.score(states).float().masked_fill(~mask[..., None], float("-inf"))
        weights = torch.softmax(scores, dim=1).to(states.dtype)
        return torch.einsum("bth,btf->bhf", weights, states).flatten(1)
