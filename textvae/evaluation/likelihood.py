"""How likely a text model finds sentences: the bound, and the importance-weighted log-likelihood."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Normal

from textvae.text.data import shifted
from textvae.text.likelihood import token_nll
from textvae.text.model import Latent, TextVAE
from textvae.variational.terms import kl_standard

Floats = NDArray[np.float64]

TOKENS_AT_ONCE = {"cpu": 12288}
TOKENS_ELSEWHERE = 131072
"""Tokens, draws of z counted, that go through the decoder together: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What N sentences cost a model, in nats, in their order.

    `reconstruction` is -E_q[log p(x|z)] and `kl` is KL(q(z|x) || p(z)): their sum is the bound on -log p(x).
    `nll` is -log p(x): exact for a language model, importance-weighted for a VAE, None for a model whose
    posterior has no density (an autoencoder), where `reconstruction` is at the posterior's mean.
    """

    reconstruction: Floats  # (N,)
    kl: Floats  # (N,)
    nll: Floats | None  # (N,)
    posterior: Normal | None  # batch shape (N, Z)

    @property
    def bound(self) -> Floats:
        """Minus the ELBO of each sentence, (N,)."""
        return self.reconstruction + self.kl


def measure_likelihood(
    model: TextVAE,
    sentences: Sequence[Sequence[int]],
    draws: int = 10,
    samples: int = 500,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Likelihood:
    """`draws` of z are taken for the bound, whose KL is in closed form, and `samples` for

        log p(x) ~ log 1/S sum_s p(x|z_s) p(z_s) / q(z_s|x),   z_s ~ q(z|x)

    (Burda et al. 2016, equation 8), which is a bound too and tightens with S. `model` is a `TextVAE`, a
    sentence its tokens without begin and end, none of them empty. The draws for a sentence depend on `seed`
    and its place alone. `progress` is told how many sentences are done.
    """
    count, size = len(sentences), model.config.latent
    reconstruction, kl, nll = np.zeros(count), np.zeros(count), np.zeros(count)
    mu, sd = torch.zeros(count, size), torch.zeros(count, size)
    point = size > 0 and model.config.posterior == "point"
    taken = 1 if point or not size else max(draws, samples)
    done = 0
    for places in _of_one_length([len(sentence) for sentence in sentences]):
        tokens = torch.tensor([sentences[i] for i in places], device=model.output_bias.device)
        if not size:
            nothing = tokens.new_zeros(len(places), 1, 0, dtype=torch.float32)
            reconstruction[places] = nll[places] = _log_prob(model, tokens, nothing).neg().numpy()[:, 0]
        else:
            q = _posterior(model, tokens)
            mu[places], sd[places] = q.mean.cpu(), q.stddev.cpu()
            noise = torch.stack([_noise(seed, i, taken, size) for i in places]).to(tokens.device)
            z = q.mean[:, None] + (0.0 if point else q.stddev[:, None] * noise)
            log_prob = _log_prob(model, tokens, z)
            reconstruction[places] = -log_prob[:, :draws].mean(1).numpy()
            if not point:
                kl[places] = kl_standard(q).sum(1).cpu().numpy()
                ratio = _log_ratio(q, z).cpu()[:, :samples] + log_prob[:, :samples]
                nll[places] = math.log(ratio.shape[1]) - torch.logsumexp(ratio, dim=1).numpy()
        done += len(places)
        if progress:
            progress(done)
    posterior = Normal(mu, sd, validate_args=False) if size else None
    return Likelihood(reconstruction, kl, None if point else nll, posterior)


def perplexity(nll: Floats, words: Sequence[int]) -> float:
    """exp of the nats a word, the end of each sentence counted as one (as the Penn Treebank's papers do).

    `nll` (N,) is of whole sentences, so that pieces are summed to words; `words` are those between blanks.
    """
    return math.exp(float(nll.sum()) / (sum(words) + len(words)))


def _of_one_length(lengths: Sequence[int]) -> list[list[int]]:
    """Places in groups of sentences of one length, shortest first, at most 64 together."""
    groups: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if not groups or lengths[groups[-1][0]] != lengths[place] or len(groups[-1]) == 64:
            groups.append([])
        groups[-1].append(place)
    return groups


def _noise(seed: int, place: int, draws: int, size: int) -> Tensor:
    generator = torch.Generator().manual_seed((seed + place * 0x9E3779B97F4A7C15) % 2**63)
    return torch.randn(draws, size, generator=generator)


@torch.inference_mode()
def _posterior(model: TextVAE, tokens: Tensor) -> Normal:
    q: Normal = model.encode(tokens, torch.full((len(tokens),), tokens.shape[1], device=tokens.device)).z
    return q


def _log_ratio(q: Normal, z: Tensor) -> Tensor:
    """log p(z) - log q(z|x) of draws (B, S, Z): (B, S); the constants cancel."""
    within = (z - q.mean[:, None]) / q.stddev[:, None]
    return (0.5 * within.square() - 0.5 * z.square() + q.stddev[:, None].log()).double().sum(-1)


@torch.inference_mode()
def _log_prob(model: TextVAE, tokens: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) of sentences (B, T) at draws (B, S, Z), some at a time: (B, S) on the CPU, fp64."""
    inputs, targets = shifted(tokens)
    rows = torch.arange(len(tokens), device=tokens.device).repeat_interleave(z.shape[1])
    flat = z.flatten(0, 1)
    found = torch.empty(len(rows), dtype=torch.float64)
    room = TOKENS_AT_ONCE.get(tokens.device.type, TOKENS_ELSEWHERE)
    step = max(1, room // inputs.shape[1])
    for at in range(0, len(rows), step):
        some, heard = rows[at : at + step], flat[at : at + step]
        output = model(inputs[some], Latent(heard[:, :0], heard)).flatten(0, 1)
        cost = token_nll(output, model.embedding.weight, model.output_bias, targets[some].flatten())
        found[at : at + step] = -cost.view(len(some), -1).double().sum(1).cpu()
    return found.view(z.shape[:2])
