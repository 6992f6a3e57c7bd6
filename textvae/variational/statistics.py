"""What a latent holds: KL a dimension, active units, mutual information."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Normal

from textvae.variational.terms import kl_standard


@dataclass(frozen=True, slots=True)
class LatentStatistics:
    """Over a set of sentences; nats."""

    kl: tuple[float, ...]  # of each dimension, mean over the sentences
    active: int  # dimensions whose posterior mean varies
    mutual_information: float  # between the sentence and z


def active_units(mu: Tensor, threshold: float = 0.01) -> Tensor:
    """(N, Z) -> (Z,) whether Var_x(E[z_j|x]) > threshold: Burda et al. 2016, section 5.1.2. One
    sentence varies in nothing."""
    return mu.var(dim=0, correction=min(1, len(mu) - 1)) > threshold


def mutual_information(posterior: Normal, generator: torch.Generator | None = None) -> float:
    """An estimate of I(x; z) = E_x KL(q(z|x) || p(z)) - KL(q(z) || p(z)), in nats.

    As Hoffman & Johnson 2016 split the ELBO: the mean of log q(z|x) - log q(z) of one draw of z a sentence,
    where q(z) is the mixture of all N posteriors. At most log N, since the mixture has 1/N of each. (With
    -H(q(z|x)) in closed form in the first term's place, as Dieng et al. 2019 have it, it varies more.)
    """
    mu, sd = posterior.mean.double(), posterior.stddev.double()
    n, size = mu.shape
    z = mu + sd * torch.randn(mu.shape, generator=generator, dtype=mu.dtype)
    precision = sd.pow(-2)
    distance = (
        z.square() @ precision.t() - 2 * z @ (mu * precision).t() + (mu.square() * precision).sum(1)[None]
    )
    log_density = -0.5 * distance - sd.log().sum(1)[None] - 0.5 * size * math.log(2 * math.pi)
    aggregate = torch.logsumexp(log_density, dim=1) - math.log(n)
    return float((log_density.diagonal() - aggregate).mean())


def latent_statistics(posterior: Normal, generator: torch.Generator | None = None) -> LatentStatistics:
    """The statistics of posteriors with batch shape (N, Z)."""
    kl = kl_standard(posterior).mean(0)
    return LatentStatistics(
        tuple(float(x) for x in kl),
        int(active_units(posterior.mean).sum()),
        mutual_information(posterior, generator),
    )
