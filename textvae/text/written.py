"""What a model is to learn from sentences that it writes itself in training.

It says contents of a batch with the affect of other sentences, and reads what it wrote. Two terms are the
decoder's, through the words it chose: `written_affect`, that the affect asked for is read off them (Hu et al.
2017, equation 8), and `written_content`, that the source's content is. The encoder that reads is held still,
so that the two do not agree on signs of their own. A third, `cycle`, is back-translation: from what was
written, taken as it is, encoder and decoder are to find back to the source (Lample et al. 2019, equation 2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from textvae.text.data import Batch
from textvae.text.decoding import NEVER
from textvae.text.likelihood import summed_and_each_nll
from textvae.text.model import Latent, Posterior, TextVAE
from textvae.text.tokenizer import BOS, EOS
from textvae.variational.posterior import held_still

if TYPE_CHECKING:
    from textvae.text.terms import Pass

ROOM = 2


@dataclass(frozen=True, slots=True)
class Written:
    """Sentences (B, T) that a model wrote, their `lengths` (B,) without the end and at least 1, the
    standardised affect `asked` of them (B, 2), and what the model reads off them, with a gradient to what
    wrote them alone."""

    tokens: Tensor
    lengths: Tensor
    asked: Tensor
    read: Posterior


def write(model: TextVAE, latent: Latent, longest: int) -> Written:
    """What the decoder says of `latent`, a sentence a row, of at most so many pieces.

    In training each piece is drawn, else it is the likeliest. Its embedding is that of the piece, with the
    gradient of the mean embedding under p as the draw has tempered it (the straight-through Gumbel-softmax of
    Jang, Gu & Poole 2017, section 2.2, at temperature 1).
    """
    state, rows = model.start(latent), len(latent.affect)
    word = model.embed(torch.full((rows,), BOS, device=latent.affect.device))
    tokens, words = [], []
    with held_still(model.input_norm):
        for place in range(longest):
            output, state = model.decoder.step(word, state)
            logits = model.logits(output).float()
            logits[:, [*NEVER] if place else [*NEVER, EOS]] = float("-inf")
            if model.training:
                logits = logits - torch.empty_like(logits).exponential_().log()
            tokens.append(logits.argmax(-1))
            word = model.input_norm(_straight_through(logits, tokens[-1], model.embedding.weight.detach()))
            words.append(word)
    found = torch.stack(tokens, 1)
    lengths = ((found == EOS).cumsum(1) == 0).sum(1)
    with held_still(model.encoder, model.affect, model.content):
        read = model.read(torch.stack(words, 1), lengths)
    return Written(found, lengths, latent.affect, read)


def write_anew(model: TextVAE, latent: Latent, batch: Batch, share: float, spread: float) -> Written:
    """What the decoder says of the first `share` of a batch, at least a sentence, each told the affect of
    another, `spread` times as far from the mean; at most `ROOM` pieces more than its source."""
    rows = max(1, round(share * len(batch.tokens)))
    asked = spread * batch.readings.roll(1, 0)[:rows]
    return write(model, Latent(asked, latent.content[:rows]), batch.tokens.shape[1] + ROOM)


def _straight_through(logits: Tensor, chosen: Tensor, weight: Tensor) -> Tensor:
    """The rows of `weight` (V, E) that were `chosen` (B,), with the gradient of softmax(logits) weight."""
    mean = logits.softmax(-1).to(weight.dtype) @ weight
    return weight[chosen] + mean - mean.detach()


def written_affect(seen: "Pass") -> Tensor:
    """Squared error, a dimension, of the affect read off what was written."""
    return (seen.said.read.affect.mean - seen.said.asked).square().mean()


def written_content(seen: "Pass") -> Tensor:
    """Squared distance, a dimension, of the content read off what was written to the source's."""
    source = seen.q.content.mean[: len(seen.said.asked)].detach()
    return (seen.said.read.content.mean - source).square().mean()


def cycle(seen: "Pass") -> Tensor:
    """-log p(source | its own affect, the content of what was written), nats a token."""
    model, written = seen.model, seen.said
    rows = len(written.asked)
    content = model.encode(written.tokens, written.lengths).content.mean
    targets = seen.batch.shifted()[1][:rows]
    output = model(seen.inputs[:rows], Latent(seen.batch.readings[:rows], content)).flatten(0, 1)
    nll, _ = summed_and_each_nll(output, model.embedding.weight, model.output_bias, targets.flatten())
    return nll / targets.numel()


TERMS: Mapping[str, Callable[["Pass"], Tensor]] = {
    "written_affect": written_affect,
    "written_content": written_content,
    "cycle": cycle,
}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "written_affect": ("affect",),
    "written_content": ("affect", "content"),
    "cycle": ("affect", "content"),
}
