"""The beam of a search that has words to say (Post & Vilar 2018): a bank for each number of steps left.

Hypotheses that have said more of what they must are less likely than those that have said none; they would
fall out of the beam long before they can end. The beam is shared out equally among the banks, and what a
bank does not need goes to the best of the others.
"""

import torch
from torch import Tensor

from textvae.text.constraints import NOTHING, Constraints
from textvae.text.tokenizer import EOS, PAD


def expand_in_banks(
    logits: Tensor, normaliser: Tensor, scores: Tensor, states: Tensor, asked: Constraints
) -> tuple[Tensor, Tensor, Tensor]:
    """The next steps of N sentences with a beam of K: scores, parents and pieces, (N, 2 K) each.

    `logits` (N, K, V) less what may not be said, `normaliser` (N, K, 1), `scores` (N, K), `states` (N, K, P).
    The first K are hypotheses that end, or nothing (-inf); the others go on. A hypothesis ends when it is
    among the best K that have said all they must; with nothing to say, this is plain beam search.
    """
    width, size = logits.shape[1:]
    each = min(2 * width, size)
    values, pieces = logits.topk(each, dim=-1)
    led = asked.ahead[states]  # (N, K, P): the pieces that lead on
    twice = (led[..., None] == pieces[..., None, :]).any(-1) | _repeated(led) | (led == NOTHING)
    leading = logits.gather(-1, led.clamp_min(0)).masked_fill(twice, -torch.inf)
    values, pieces = torch.cat([values, leading], -1), torch.cat([pieces, led.clamp_min(0)], -1)
    gained = (values - normaliser + scores[..., None]).flatten(1)
    parents = torch.arange(width, device=logits.device)[:, None].expand(pieces.shape[1:]).flatten()

    order = gained.argsort(dim=-1, descending=True, stable=True)
    gained, pieces, parents = gained.gather(1, order), pieces.flatten(1).gather(1, order), parents[order]
    held = states.gather(1, parents[..., None].expand(*parents.shape, states.size(-1)))
    left = asked.left(asked.after(held, pieces))  # (N, M)
    ends = pieces == EOS

    finished = gained.masked_fill(
        ~(ends & (left == 0) & (_rank(left, torch.ones_like(ends)) < width)), -torch.inf
    )
    going_on = gained.masked_fill(ends, -torch.inf)
    dead = going_on == -torch.inf
    banks = asked.left(asked.states)[:, None] + 1  # as many as steps to go, and those that said all
    share = (width // banks).clamp_min(1) + torch.where(left == 0, width % banks, 0)
    # Those within their bank's share, the furthest banks first; then the best of the others.
    turn = torch.where(_rank(left, ~dead) < share, left, banks).masked_fill(dead, size)
    chosen = turn.argsort(dim=-1, stable=True)[:, :width]
    first = finished.topk(width, dim=-1).indices
    picked = torch.cat([first, chosen], -1)
    result = torch.cat([finished.gather(1, first), going_on.gather(1, chosen)], -1)
    # An ending that fills up the beam is no hypothesis, and may not look like one.
    following = pieces.gather(1, chosen).masked_fill(ends.gather(1, chosen), PAD)
    return result, parents.gather(1, picked), torch.cat([torch.full_like(first, EOS), following], -1)


def _repeated(pieces: Tensor) -> Tensor:
    """(..., P) whether a piece stands further to the left too."""
    same = pieces[..., :, None] == pieces[..., None, :]
    return same.tril(-1).any(-1)


def _rank(banks: Tensor, counted: Tensor) -> Tensor:
    """(N, M) how many of those counted stand before each in its bank (N, M)."""
    most = int(banks.max()) + 1 if banks.numel() else 1
    members = torch.nn.functional.one_hot(banks, most) * counted[..., None]
    return (members.cumsum(1) - members).gather(2, banks[..., None]).squeeze(-1)
