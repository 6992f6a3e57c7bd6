"""The likelihood of documents: the evidence bound and the importance-weighted estimate, and perplexities.

A document's likelihood here is that of its tokens in the order they came, log p(x) = log integral of
p(theta) prod_n p(w_n|theta): without the multinomial coefficient, as the papers have it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.topics.bags import Bags
from textvae.topics.model import TopicModel


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Of N documents that have at least one word, in nats."""

    bound: NDArray[np.float64]  # (N,) mean over the draws of log p(x, theta) - log q(theta|x), KL exact
    weighted: NDArray[np.float64]  # (N,) log of the mean over the draws of p(x, theta) / q(theta|x)
    lengths: NDArray[np.float64]  # (N,) tokens


def document_likelihood(
    model: TopicModel,
    bags: Bags,
    samples: int = 20,
    seed: int = 0,
    batch: int = 200,
    device: torch.device | None = None,
) -> Likelihood:
    """The bound and the importance-weighted log-likelihood (Burda et al. 2016, equation 8) of each document.

    Documents without words are left out. Draws are the posterior's own, whatever estimator trained it.
    The seed is torch's global one within, and restored.
    """
    lengths = bags.lengths
    rows = np.flatnonzero(lengths > 0)
    bound, weighted = np.empty((2, len(rows)), np.float64)
    training = model.training
    model.eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for start in range(0, len(rows), batch):
            x = bags.dense(rows[start : start + batch])
            x = x.to(device) if device else x
            q = model.encode(x)
            kl = model.latent.kl(q)
            theta, log_weight = model.latent.weigh(q, samples)
            log_p = torch.stack([(x * model.decode(draw)).sum(-1) for draw in theta])
            joint = (log_p + log_weight).double()
            here = slice(start, start + len(x))
            bound[here] = (log_p.double().mean(0) - kl.double()).cpu().numpy()
            weighted[here] = (torch.logsumexp(joint, 0) - np.log(samples)).cpu().numpy()
    model.train(training)
    return Likelihood(bound, weighted, lengths[rows].astype(np.float64))


def document_perplexity(log_p: NDArray[np.float64], lengths: NDArray[np.float64]) -> float:
    """exp(-1/D sum_d log p(d) / N_d): every document counts alike, as in NVDM and GSM (Miao et al.)."""
    return float(np.exp(-(log_p / lengths).mean()))


def corpus_perplexity(log_p: NDArray[np.float64], lengths: NDArray[np.float64]) -> float:
    """exp(-sum_d log p(d) / sum_d N_d): every token counts alike."""
    return float(np.exp(-log_p.sum() / lengths.sum()))
