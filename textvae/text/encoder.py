"""The text encoder: a bidirectional GRU and a summary of its states."""

import torch
from torch import Tensor, nn

SUMMARIES = ("last", "mean", "attention")


def lengths_to_mask(lengths: Tensor, width: int) -> Tensor:
    """(B,) -> (B, width), true on the real tokens."""
    return torch.arange(width, device=lengths.device)[None, :] < lengths[:, None]


def reverse_within(x: Tensor, lengths: Tensor) -> Tensor:
    """Turn each row of (B, T, ...) around within its own length; the padding stays at the end."""
    width = x.shape[1]
    positions = torch.arange(width, device=x.device)[None, :].expand(x.shape[0], width)
    index = torch.where(positions < lengths[:, None], lengths[:, None] - 1 - positions, positions)
    return x.gather(1, index.reshape(*index.shape, *([1] * (x.dim() - 2))).expand(x.shape))


class Encoder(nn.Module):
    """Two GRUs (Cho et al. 2014), one a direction, and a summary of their states.

    No state of a real token depends on padding: the forward GRU reads left to right over padding at the
    end, the backward GRU reads each row turned around within its length.

    `last`: the two final states. `mean`: the mean over the tokens. `attention`: each of `heads` heads
    weights the tokens by softmax(w_h . state_t) and sums (Lin et al. 2017, equation 6).
    """

    def __init__(self, embedding: int, hidden: int, summary: str = "attention", heads: int = 4) -> None:
        super().__init__()
        self.forwards = nn.GRU(embedding, hidden, batch_first=True)
        self.backwards = nn.GRU(embedding, hidden, batch_first=True)
        self.summary = summary
        self.score = nn.Linear(2 * hidden, heads) if summary == "attention" else None
        self.features = 2 * hidden * (heads if summary == "attention" else 1)

    def forward(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, embedding), (B,) -> (B, features)."""
        there, _ = self.forwards(embedded)
        back, _ = self.backwards(reverse_within(embedded, lengths))
        if self.summary == "last":
            rows = torch.arange(len(lengths), device=lengths.device)
            return torch.cat([there[rows, lengths - 1], back[rows, lengths - 1]], dim=-1)
        states = torch.cat([there, reverse_within(back, lengths)], dim=-1)
        mask = lengths_to_mask(lengths, states.shape[1])
        if self.score is None:
            return (states * mask[..., None]).sum(1) / lengths[:, None]
        scores = self.score(states).float().masked_fill(~mask[..., None], float("-inf"))
        weights = torch.softmax(scores, dim=1).to(states.dtype)
        return torch.einsum("bth,btf->bhf", weights, states).flatten(1)
