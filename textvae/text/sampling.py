"""Greedy decoding, and sampling by temperature and nucleus."""

from dataclasses import dataclass

import torch
from torch import Tensor

from textvae.text.decoding import NEVER, Hypothesis, LanguageModel, S
from textvae.text.tokenizer import BOS, EOS, PAD, UNK

HEAD = 512
"""Pieces that a nucleus is looked for among, before all are sorted, which takes six times as long."""


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """How to draw: logits are divided by `temperature` (0 is greedy: always the likeliest piece), then only
    the nucleus is kept, the fewest pieces whose probabilities reach `top_p` (1 keeps all). `<unk>` is drawn
    only with `unknown`, where a corpus has it as a word."""

    temperature: float = 1.0
    top_p: float = 1.0
    unknown: bool = False

    def __post_init__(self) -> None:
        if self.temperature < 0 or not 0 < self.top_p <= 1:
            raise ValueError(f"expected temperature >= 0 and 0 < top_p <= 1, got {self}")


def draw_from_nucleus(logits: Tensor, noise: Tensor, top_p: float) -> Tensor:
    """A piece (R,) from the nucleus of each row (Holtzman et al. 2020, eq. 2 and 3).

    `logits` (R, V); `noise` (R,) uniform in [0, 1): the piece is where the cumulative probability,
    likeliest piece first, passes `noise` times the nucleus's mass.
    """
    probs = logits.softmax(-1)
    likeliest, pieces = probs.topk(min(HEAD, probs.size(-1)))
    wide = (likeliest.cumsum(-1)[:, -1] < top_p).nonzero()[:, 0]
    drawn = _drawn(likeliest, pieces, noise, top_p)
    if wide.numel():
        drawn[wide] = _drawn(*probs[wide].sort(dim=-1, descending=True, stable=True), noise[wide], top_p)
    return drawn


def _drawn(probs: Tensor, pieces: Tensor, noise: Tensor, top_p: float) -> Tensor:
    """Of `pieces` (R, K), the likeliest first."""
    reached = probs.cumsum(-1)
    last = (reached < top_p).sum(-1, keepdim=True).clamp_max(probs.size(-1) - 1)
    threshold = noise[:, None] * reached.gather(-1, last)
    return pieces.gather(-1, torch.minimum((reached <= threshold).sum(-1, keepdim=True), last))[:, 0]


@torch.inference_mode()
def sample_tokens(
    model: LanguageModel[S],
    state: S,
    longest: Tensor,
    options: SampleOptions | None = None,
    noise: Tensor | None = None,
) -> list[Hypothesis]:
    """A sentence for each row of `state`, `longest` (N,) its most pieces; at its limit a sentence ends.

    `noise` (N, L + 1), uniform in [0, 1), decides what is drawn, row by row: a row is the same whatever
    the batch. Left out, it is drawn from torch's own generator. The log-probabilities are the model's, at
    temperature 1 and without the nucleus.
    """
    options = options or SampleOptions()
    device, count = longest.device, longest.numel()
    limit = int(longest.max()) if count else 0
    if noise is None and options.temperature > 0:
        noise = torch.rand(count, limit + 1, device=device)
    rows = torch.arange(count, device=device)
    tokens = torch.full((count, limit + 1), PAD, device=device)
    log_probs = torch.zeros(count, device=device)
    pieces = torch.full((count,), BOS, device=device)
    never = torch.tensor([p for p in NEVER if not (options.unknown and p == UNK)], device=device)
    for place in range(limit + 1):
        if not rows.numel():
            break
        logits, state = model.step(pieces, state)
        logits = logits.float()
        normaliser = logits.logsumexp(-1)
        allowed = logits.index_fill(1, never, -torch.inf)
        if noise is None or options.temperature == 0:
            pieces = allowed.argmax(-1)
        else:
            pieces = draw_from_nucleus(allowed / options.temperature, noise[rows, place], options.top_p)
        pieces = pieces.where(place < longest[rows], EOS)
        tokens[rows, place] = pieces
        log_probs[rows] += logits.gather(1, pieces[:, None])[:, 0] - normaliser
        open_ = pieces != EOS
        if not bool(open_.all()):
            left = open_.nonzero()[:, 0]
            rows, pieces, state = rows[left], pieces[left], state.select(left)
    found = zip(tokens.tolist(), log_probs.tolist(), strict=True)
    return [Hypothesis(tuple(padded[: padded.index(EOS)]), log_prob, log_prob) for padded, log_prob in found]


def greedy(model: LanguageModel[S], state: S, longest: Tensor) -> list[Hypothesis]:
    """The likeliest piece at every step."""
    return sample_tokens(model, state, longest, SampleOptions(temperature=0))
