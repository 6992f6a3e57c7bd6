"""What every way of decoding shares: the decoder's protocol, hypotheses, what a decoder may not say, and
sentences as it hears and says them.

Beam search is in `beam.py`, greedy decoding and sampling in `sampling.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor

from textvae.text.tokenizer import BOS, EOS, PAD, UNK

NEVER = (PAD, BOS, UNK)
"""Pieces that no decoded sentence holds."""


def bounded(sentences: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    """(B, T): the pieces of sentences between bos and eos, padded. A decoder hears all of a row but its last
    place and says all but the first."""
    longest = max(map(len, sentences))
    rows = [[BOS, *pieces, EOS, *[PAD] * (longest - len(pieces))] for pieces in sentences]
    return torch.tensor(rows, device=device)


class DecoderState(Protocol):
    """What a decoder carries from step to step, a row a sentence."""

    def select(self, rows: Tensor) -> Self:
        """The state of `rows` (R,), in that order; a row may be taken more than once or not at all."""


S = TypeVar("S", bound=DecoderState)


class LanguageModel(Protocol[S]):
    """Anything that says how a sentence goes on."""

    def step(self, tokens: Tensor, state: S) -> tuple[Tensor, S]:
        """The pieces that came last (B,) -> logits of the next ones (B, V), and the state after them.

        The logits are the caller's: decoding writes into them."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A decoded sentence. `tokens` end before `eos`; `log_prob` is of the tokens and the `eos`, in nats."""

    tokens: tuple[int, ...]
    log_prob: float
    score: float
    """What hypotheses are ranked by: the log-probability, length-normalised in beam search."""

    @property
    def said(self) -> bool:
        """Whether a decoder says it, at whatever odds; else it stands where nothing is said."""
        return self.log_prob > -math.inf

    @property
    def log_prob_per_token(self) -> float:
        """Mean log-probability of the tokens and the `eos`."""
        return self.log_prob / (len(self.tokens) + 1)


def repeated_ngrams(history: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """The pieces that would end an n-gram of `size` which `history` (R, T) already holds.

    Returns (row, piece) pairs to forbid. With `size` 1 no piece may come twice.
    """
    if history.size(1) < size:
        none = history.new_zeros(0)
        return none, none
    windows = history.unfold(1, size, 1)
    seen = (windows[..., :-1] == history[:, history.size(1) - size + 1 :].unsqueeze(1)).all(-1)
    rows, places = seen.nonzero(as_tuple=True)
    return rows, windows[rows, places, -1]
