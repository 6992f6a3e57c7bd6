"""The terms of a text model's objective: a function each, from one pass over a batch to a scalar."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Normal

from textvae.errors import RecipeError, UnknownNameError
from textvae.text import disentangling, written
from textvae.text.data import Batch
from textvae.text.model import Latent, Posterior, TextConfig, TextVAE
from textvae.text.written import Written
from textvae.variational.divergences import KERNELS, mmd
from textvae.variational.estimators import ESTIMATORS, score_function
from textvae.variational.objective import Objective
from textvae.variational.posterior import reverse_gradient
from textvae.variational.terms import free_bits, gaussian_nll, kl_standard


@dataclass(frozen=True, slots=True)
class TermOptions:
    """A recipe's `[terms]`."""

    free_bits: float = 0.0  # nats a content dimension may cost for nothing
    estimator: str = "reparameterization"  # of the gradient through z
    kernel: str = "imq"  # of mmd
    bandwidth: float | None = None  # of its kernel; sqrt(dimensions of z)
    written_share: float = 0.25  # of a batch's sentences are said with another affect, for the terms on these
    written_spread: float = 1.5  # SD of the affect that these are asked for

    def __post_init__(self) -> None:
        if self.estimator not in ESTIMATORS:
            raise UnknownNameError("[terms] estimator", self.estimator, ESTIMATORS)
        if self.kernel not in KERNELS:
            raise UnknownNameError("[terms] kernel", self.kernel, KERNELS)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass of a model over a batch of B sentences of T tokens gave."""

    model: TextVAE
    batch: Batch
    posterior: Posterior | None  # None: a language model
    latent: Latent  # that the decoder heard
    inputs: Tensor  # (B, T + 1), bos first, with the words that the decoder heard
    nll: Tensor  # -log p(x|z), summed over tokens and sentences
    each: Tensor  # the same of each sentence, (B,), without a gradient
    options: TermOptions
    reversal: float = 0.0
    counted: Tensor | None = None  # (V,) which tokens a bag of words has; None: all
    written: Written | None = None  # what the model wrote of the first sentences; None: no term asks

    @property
    def tokens(self) -> int:
        """How many tokens were predicted."""
        return self.inputs.numel()

    @property
    def q(self) -> Posterior:
        """The posterior of a model that has one."""
        assert self.posterior is not None
        return self.posterior

    @property
    def said(self) -> Written:
        """What the model wrote, for the terms that ask."""
        assert self.written is not None
        return self.written


def reconstruction(seen: Pass) -> Tensor:
    """-log p(x|z), nats a token. With a score-function estimator its gradient reaches q(z|x) that way."""
    if seen.options.estimator == "reparameterization" or not torch.is_grad_enabled():
        return seen.nll / seen.tokens
    baseline = seen.options.estimator == "score-baseline"
    score = score_function(seen.q.content, seen.latent.content, seen.each, baseline)
    return (seen.nll + score) / seen.tokens


def kl(seen: Pass) -> Tensor:
    """KL(q(content|x) || N(0, I)), nats a token; with free bits in training, what counts of it."""
    floor = seen.options.free_bits if seen.model.training else 0.0
    return free_bits(kl_standard(seen.q.content), floor).sum() / seen.tokens


def affect(seen: Pass) -> Tensor:
    """-log q(readings|x), nats a sentence."""
    return gaussian_nll(seen.q.affect, seen.batch.readings).mean()


def adversary(seen: Pass) -> Tensor:
    """Squared error, a dimension, of the network that reads the affect off the content's mean; the encoder
    gets its gradient reversed (Ganin & Lempitsky 2015)."""
    content = reverse_gradient(seen.q.content.mean, seen.reversal)
    guess: Tensor = seen.model.adversary(content)
    return (guess.float() - seen.batch.readings).square().mean()


def mutual_information(seen: Pass) -> Tensor:
    """-(log q_MI(z|x) - log p(z)), nats a token: a bound on -I(x; z) (Vani & Birodkar, equations 6-9).

    q_MI is a Gaussian whose parameters the `informant` reads off the mean of the decoder's hidden states.
    The decoder runs once more from a z without a gradient, so that what is learnt is to let z be heard in
    the hidden states: neither z nor the encoder gets a gradient (the embeddings, which both share, do).
    """
    model, z = seen.model, seen.latent.z.detach()
    hidden = model.decoder.hidden(model.embed(seen.inputs), model.start(Latent(z[:, :0], z)))
    mu, logvar = model.informant(hidden.mean(1)).float().chunk(2, dim=-1)
    q = Normal(mu, torch.exp(0.5 * logvar.clamp(-9.0, 3.0)), validate_args=False)
    prior = 0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)  # -log p(z)
    return (gaussian_nll(q, z) - prior).sum() / seen.tokens


def mmd_to_prior(seen: Pass) -> Tensor:
    """MMD between the batch's content and as many draws of N(0, I), a sentence's worth spread over its tokens
    (InfoVAE, Zhao et al. 2019, equation 6)."""
    z = seen.latent.content
    found = mmd(z, torch.randn_like(z), seen.options.kernel, seen.options.bandwidth)
    return found * len(z) / seen.tokens


TERMS: Mapping[str, Callable[[Pass], Tensor]] = {
    "reconstruction": reconstruction,
    "kl": kl,
    "affect": affect,
    "adversary": adversary,
    "mutual_information": mutual_information,
    "mmd": mmd_to_prior,
    **disentangling.TERMS,
    **written.TERMS,
}
"""Every term by the name that a recipe's `[objective]` gives it."""

PER_TOKEN = frozenset(
    {"reconstruction", "kl", "mutual_information", "mmd", "cycle", *disentangling.PER_TOKEN}
)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "kl": ("content",),
    "mmd": ("content",),
    "affect": ("affect",),
    "adversary": ("adversary",),
    "mutual_information": ("informant",),
    **disentangling.NEEDS,
    **written.NEEDS,
}
"""The sizes of the model that must not be 0 for a term."""
WANTED = {
    "labels": "a style that labels tell: [data] labels",
    "styled": "a style: [model] style or affect to be more than 0",
}


def chosen_terms(objective: Objective, config: TextConfig) -> tuple[str, ...]:
    """The terms to work out: the objective's, and `reconstruction` and `kl` to be logged, where there is one.

    Raises `RecipeError` for a term that needs a part of the model whose size is 0.
    """
    for name in objective.weights:
        for size in NEEDS.get(name, ()):
            if not getattr(config, size):
                missing = WANTED.get(size, f"[model] {size} to be more than 0")
                raise RecipeError(f"[objective] {name} needs {missing}.")
    has_kl = bool(config.content) and config.posterior == "gaussian"
    asked = [name for name in ("kl", *disentangling.PER_TOKEN) if name in objective.weights]
    if asked and not has_kl:
        raise RecipeError(f'[objective] {asked[0]}: a posterior that is a "point" has none; leave it out.')
    logged = {"reconstruction"} | ({"kl"} if has_kl else set())
    return tuple(name for name in TERMS if name in logged or name in objective.weights)
