"""Batched beam search, with diverse groups.

Every sentence keeps `width` open hypotheses and its own pool of finished ones. Sentences never see each
other: each has its own length limit and leaves the batch as soon as nothing open can beat what it has
finished, so that the answer is the same whatever the batch.
"""

from dataclasses import dataclass, fields
from typing import TypeVar

import torch
from torch import Tensor

from textvae.text.banks import expand_in_banks
from textvae.text.constraints import Constraints
from textvae.text.decoding import NEVER, Hypothesis, LanguageModel, S, repeated_ngrams
from textvae.text.tokenizer import BOS, EOS, PAD


@dataclass(frozen=True, slots=True)
class BeamOptions:
    """How to search.

    `length_penalty` is the alpha of `length_norm`; `min_length` counts pieces without `eos`;
    `no_repeat` forbids n-grams of that size to come twice (0 allows all). With `groups` > 1 the beam is
    split, and a group pays `diversity` nats for a piece for each time an earlier group takes it at the
    same step. `keep` hypotheses a sentence are returned (at most `width`).
    """

    width: int = 16
    keep: int = 1
    length_penalty: float = 1.0
    min_length: int = 0
    no_repeat: int = 0
    groups: int = 1
    diversity: float = 0.5

    def __post_init__(self) -> None:
        if self.width < 1 or self.groups < 1 or self.width % self.groups:
            raise ValueError(f"a beam of {self.width} cannot be split into {self.groups} equal groups")
        if not 1 <= self.keep <= self.width:
            raise ValueError(f"expected 1 <= keep <= width {self.width}, got keep {self.keep}")


Length = TypeVar("Length", float, Tensor)


def length_norm(length: Length, alpha: float) -> Length:
    """lp(Y) = (5 + |Y|)^alpha / 6^alpha, with `eos` counted in |Y| (Wu et al. 2016, eq. 14)."""
    norm: Length = ((5 + length) / 6) ** alpha
    return norm


@torch.inference_mode()
def beam_search(
    model: LanguageModel[S],
    state: S,
    longest: Tensor,
    options: BeamOptions | None = None,
    asked: Constraints | None = None,
) -> list[list[Hypothesis]]:
    """The best `options.keep` hypotheses of each sentence, best first.

    `longest` (N,) is the number of pieces that each sentence may have; `state` has a row a sentence.
    Score: log p(Y | z) / lp(Y). A hypothesis finishes when its `eos` ranks within the beam's width among
    all that the beam can do next; at its limit the only thing to do is to finish. With groups, this is
    Vijayakumar et al. (2016), algorithm 1, with Hamming diversity: the penalty steers which pieces are
    taken and stays out of the score.

    With words `asked` for, a hypothesis says those that it must and none that it may not; a sentence for
    which none is found has an empty list. Words that must be said need a beam of one group.
    """
    options = options or BeamOptions()
    leading = asked is not None and bool(asked.need.any())
    if leading and options.groups > 1:
        raise ValueError(f"words can be asked of one group only, not of {options.groups}")
    device, total = longest.device, longest.numel()
    groups, width = options.groups, options.width // options.groups
    limit = int(longest.max()) if total else 0
    rows = torch.arange(total, device=device)  # sentences still open, by their number
    state = state.select(rows.repeat_interleave(options.width))
    scores = torch.full((total, groups, width), -torch.inf, device=device)
    scores[..., 0] = 0.0
    history = torch.full((total, groups, width, 1), BOS, device=device)
    held = asked.states[:, None, None].expand(-1, groups, width, -1) if asked else None
    pool = _Pool(
        torch.full((total, groups, width), -torch.inf, device=device),
        torch.full((total, groups, width), -torch.inf, device=device),
        torch.full((total, groups, width, limit), PAD, device=device),
    )

    never = torch.tensor(NEVER, device=device)
    soonest = int(longest.min()) if total else 0
    for length in range(1, limit + 2):  # pieces of the hypotheses after this step, `eos` counted
        if not rows.numel():
            break
        logits, state = model.step(history[..., -1].flatten(), state)
        logits = logits.float()
        normaliser = logits.logsumexp(-1, keepdim=True)
        logits.index_fill_(1, never, -torch.inf)
        if length <= options.min_length:
            # A sentence whose limit is below the minimum still ends at its limit.
            logits[:, EOS].masked_fill_(
                (length <= longest[rows]).repeat_interleave(options.width), -torch.inf
            )
        if options.no_repeat:
            logits[repeated_ngrams(history[..., 1:].flatten(0, 2), options.no_repeat)] = -torch.inf
        if length > soonest:
            ending = logits[:, EOS].clone()
            logits.masked_fill_(
                (length > longest[rows]).repeat_interleave(options.width)[:, None], -torch.inf
            )
            logits[:, EOS] = ending
        if asked and held is not None:
            asked.bar(logits, held.flatten(0, 2))

        if asked and held is not None and leading:
            parts = (logits.view(-1, width, logits.size(-1)), normaliser.view(-1, width, 1), scores[:, 0])
            found = expand_in_banks(*parts, held[:, 0], asked)
            step = _Expansion(*(column[:, None] for column in found))
        else:
            step = _expand(logits, normaliser, scores, options)
        # What ends within the beam's width joins the pool; the best `width` of the others stay open.
        ended = step.scores[..., :width].masked_fill(step.pieces[..., :width] != EOS, -torch.inf)
        pool.add(rows, ended, history[..., 1:], step.parents[..., :width], length, options)
        step = step.going_on(width)
        scores = step.scores
        history = torch.cat([_take(history, step.parents), step.pieces[..., None]], -1)
        if asked and held is not None:
            held = asked.after(_take(held, step.parents), step.pieces)

        # log p only falls and lp only grows: no open hypothesis can end above this.
        best = scores.amax(-1)
        bound = best / length_norm(longest[rows] + 1.0, options.length_penalty)[:, None]
        worst_kept = pool.scores[rows][..., min(width, options.keep) - 1]
        still_open = (bound > worst_kept).any(-1)
        beams = step.parents + torch.arange(0, scores.numel(), width, device=device).view(-1, groups, 1)
        if not bool(still_open.all()):
            rows, scores, history, beams = (x[still_open] for x in (rows, scores, history, beams))
            if asked and held is not None:
                held, asked = held[still_open], asked.of(still_open)
        state = state.select(beams.flatten())
    return pool.best(options.keep)


@dataclass(frozen=True, slots=True)
class _Expansion:
    """What each group of each sentence can do next, best first: (N, groups, K) each."""

    scores: Tensor
    parents: Tensor
    pieces: Tensor

    def going_on(self, width: int) -> "_Expansion":
        """The first `width` of those that do not end."""
        order = (self.pieces == EOS).to(torch.uint8).argsort(dim=-1, stable=True)[..., :width]
        return _Expansion(*(column.gather(-1, order) for column in (self.scores, self.parents, self.pieces)))


def _expand(logits: Tensor, normaliser: Tensor, scores: Tensor, options: BeamOptions) -> _Expansion:
    """The best 2 * width next steps of each group: enough to go on with when `width` of them end."""
    count, groups, width = scores.shape
    logits, normaliser = logits.view(count, groups, width, -1), normaliser.view(count, groups, width, 1)
    each = min(2 * width, logits.size(-1))
    taken = logits.new_zeros(count, logits.size(-1))
    found: list[_Expansion] = []
    for group in range(groups):
        candidates = logits[:, group]
        if group:
            candidates = candidates - options.diversity * taken[:, None]
        # The best of a group are among the best of its beams, and those are cheap to find.
        values, pieces = candidates.topk(each, dim=-1)
        values = values - normaliser[:, group] + scores[:, group, :, None]
        best, order = values.flatten(1).topk(2 * width, dim=-1)
        pieces = pieces.flatten(1).gather(1, order)
        if group:
            best = best + options.diversity * taken.gather(1, pieces)  # the penalty stays out of the score
        found.append(_Expansion(best, order // each, pieces))
        if group < groups - 1:
            kept = found[-1].going_on(width).pieces
            taken = taken.scatter_add(1, kept, torch.ones_like(kept, dtype=taken.dtype))
    return _Expansion(*(torch.stack([getattr(x, f.name) for x in found], 1) for f in fields(_Expansion)))


def _take(history: Tensor, parents: Tensor) -> Tensor:
    """The histories (N, groups, K, T) of `parents` (N, groups, K)."""
    return history.gather(2, parents[..., None].expand(*parents.shape, history.size(-1)))


@dataclass(frozen=True, slots=True)
class _Pool:
    """Finished hypotheses, best first: `scores` and `log_probs` (N, groups, width), `tokens` (..., L)."""

    scores: Tensor
    log_probs: Tensor
    tokens: Tensor

    def add(
        self,
        rows: Tensor,
        log_probs: Tensor,
        history: Tensor,
        parents: Tensor,
        length: int,
        options: BeamOptions,
    ) -> None:
        """Let hypotheses of `rows` that have just ended compete with those already there."""
        if not bool((log_probs > -torch.inf).any()):
            return
        width = log_probs.size(-1)
        fresh = self.tokens.new_full((*log_probs.shape, self.tokens.size(-1)), PAD)
        fresh[..., : length - 1] = _take(history, parents)
        scores = torch.cat([self.scores[rows], log_probs / length_norm(length, options.length_penalty)], -1)
        best, order = scores.topk(width, dim=-1)
        self.scores[rows] = best
        self.log_probs[rows] = torch.cat([self.log_probs[rows], log_probs], -1).gather(-1, order)
        self.tokens[rows] = _take(torch.cat([self.tokens[rows], fresh], 2), order)

    def best(self, keep: int) -> list[list[Hypothesis]]:
        """The best `keep` of each sentence over all its groups, without those that two groups found."""
        sentences = []
        columns = (self.scores.flatten(1), self.log_probs.flatten(1), self.tokens.flatten(1, 2))
        for scores, log_probs, tokens in zip(*(column.tolist() for column in columns), strict=True):
            found: dict[tuple[int, ...], Hypothesis] = {}
            for score, log_prob, padded in zip(scores, log_probs, tokens, strict=True):
                pieces = tuple(piece for piece in padded if piece != PAD)
                if score > -torch.inf:
                    found.setdefault(pieces, Hypothesis(pieces, log_prob, score))
            ranked = sorted(found.values(), key=lambda hypothesis: -hypothesis.score)
            sentences.append(ranked[:keep])
        return sentences
