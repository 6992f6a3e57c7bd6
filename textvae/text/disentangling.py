"""Style and content apart (John et al. 2018): what one part of z should tell, and what it should not.

z = (style, content): its first dimensions, the affect latent or a part of the content latent, are the
style's. A network each reads the style and the bag of words off each part; the affect latent needs none to be
read. What a part should tell is a term of the encoder and its network together (J_mul of the paper). What it
should not tell is two terms (J_dis and J_adv): a network learns to read it off a part that is held still, and
the encoder learns to leave that network, held still in turn, none the wiser. Both learn in one step of one
optimiser: no parameter gets a gradient from both sides, so with Adam, whose steps a parameter's own gradients
decide, they are those of two optimisers (but for the clipping, which all share).
"""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from textvae.text.similarity import FUNCTION_WORDS
from textvae.text.tokenizer import UNK, Tokenizer
from textvae.text.words import Words
from textvae.topics.stop_words import STOP_WORDS
from textvae.variational.posterior import held_still
from textvae.variational.terms import kl_standard

if TYPE_CHECKING:
    from textvae.text.terms import Pass

STOPPED = FUNCTION_WORDS | STOP_WORDS
"""Words that say nothing of the content."""


def counted(tokenizer: Tokenizer | Words) -> NDArray[np.bool_]:
    """(V,) which tokens a bag of words has: those with a letter or a digit, but for stop words and <unk>."""
    plain = [surface.strip().replace("'", "") for surface in tokenizer.surfaces]  # n't, 's
    spoken = np.array([word not in STOPPED for word in plain])
    spoken[: UNK + 1] = False
    return spoken & tokenizer.is_word


def parts(seen: "Pass") -> tuple[Tensor, Tensor]:
    """The z that the decoder heard as (style (B, S), content (B, C))."""
    z, styled = seen.latent.z, seen.model.config.styled
    return z[:, :styled], z[:, styled:]


def entropy(logits: Tensor) -> Tensor:
    """Of softmax(logits), in nats: (..., K) -> (...)."""
    log_p = logits.log_softmax(-1)
    return -(log_p.exp() * log_p).sum(-1)


def bag_weights(seen: "Pass") -> Tensor:
    """(B, T) what each token weighs in its sentence's bag: 1 over the number of tokens that count, 0 for stop
    words, affect words and marks. The row of a sentence without any other word is all 0."""
    tokens = seen.batch.tokens
    counts = ~seen.batch.carries
    if seen.counted is not None:
        counts = counts & seen.counted[tokens]
    weights = counts.float()
    return weights / weights.sum(1, keepdim=True).clamp_min(1.0)


def _bag_loss(logits: Tensor, seen: "Pass") -> Tensor:
    """-sum over words of (count / length) log p(word), mean over the sentences that have a bag."""
    weights = bag_weights(seen)
    log_p = logits.float().log_softmax(-1).gather(1, seen.batch.tokens)
    return -(weights * log_p).sum() / weights.sum().clamp_min(1.0)


def _style_loss(guess: Tensor, seen: "Pass") -> Tensor:
    """Cross-entropy of labels, nats a sentence; of valence and arousal the squared error, a dimension."""
    told = seen.batch.readings
    if seen.model.config.labels:
        return -(told * guess.float().log_softmax(-1)).sum(-1).mean()
    return (guess.float() - told).square().mean()


def kl_style(seen: "Pass") -> Tensor:
    """KL(q(style|x) || N(0, I)), nats a token."""
    return kl_standard(seen.q.z)[:, : seen.model.config.styled].sum() / seen.tokens


def kl_content(seen: "Pass") -> Tensor:
    """KL(q(content|x) || N(0, I)) of the content beside the style, nats a token."""
    return kl_standard(seen.q.z)[:, seen.model.config.styled :].sum() / seen.tokens


def style(seen: "Pass") -> Tensor:
    """J_mul(s): cross-entropy of the label that one linear layer reads off the style, nats a sentence. Where
    the affect latent is the style, the term `affect` does this."""
    return _style_loss(seen.model.critics["style_of_style"](parts(seen)[0]), seen)


def style_adversary(seen: "Pass") -> Tensor:
    """J_dis(s): what the network that reads the style off the content gets wrong; its own loss, the encoder
    gets no gradient."""
    return _style_loss(seen.model.critics["style_of_content"](parts(seen)[1].detach()), seen)


def style_hidden(seen: "Pass") -> Tensor:
    """J_adv(s), for the encoder: how much that network knows, 0 for nothing.

    Of L labels, log L minus the entropy of what it guesses. Of valence and arousal, by how much its squared
    error is below the batch's mean square, which guessing the mean would have; no more is asked than that.
    """
    with held_still(critic := seen.model.critics["style_of_content"]):
        guess = critic(parts(seen)[1]).float()
    if labels := seen.model.config.labels:
        return math.log(labels) - entropy(guess).mean()
    told = seen.batch.readings
    return (told.square().mean(0) - (guess - told).square().mean(0)).clamp_min(0.0).mean()


def words(seen: "Pass") -> Tensor:
    """J_mul(c): cross-entropy of the bag of words that one linear layer reads off the content, nats."""
    return _bag_loss(seen.model.critics["words_of_content"](parts(seen)[1]), seen)


def words_adversary(seen: "Pass") -> Tensor:
    """J_dis(c): the same, of the network that reads the bag off the style; its own loss alone."""
    return _bag_loss(seen.model.critics["words_of_style"](parts(seen)[0].detach()), seen)


def words_hidden(seen: "Pass") -> Tensor:
    """J_adv(c), for the encoder: log V minus the entropy of what that network guesses."""
    with held_still(critic := seen.model.critics["words_of_style"]):
        guess = critic(parts(seen)[0]).float()
    return math.log(guess.shape[1]) - entropy(guess).mean()


TERMS: Mapping[str, Callable[["Pass"], Tensor]] = {
    "kl_style": kl_style,
    "kl_content": kl_content,
    "style": style,
    "style_adversary": style_adversary,
    "style_hidden": style_hidden,
    "words": words,
    "words_adversary": words_adversary,
    "words_hidden": words_hidden,
}
PER_TOKEN = frozenset({"kl_style", "kl_content"})
NEEDS: Mapping[str, tuple[str, ...]] = {
    "kl_style": ("styled",),
    "kl_content": ("styled",),
    "style": ("labels", "critics"),
    **dict.fromkeys(
        ("style_adversary", "style_hidden", "words", "words_adversary", "words_hidden"), ("critics",)
    ),
}
