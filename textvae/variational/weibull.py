"""Normalised Weibull draws as a posterior of proportions (Zhang et al. 2018, section 2.2)."""

import torch
from torch import Tensor
from torch.distributions import Gamma, Weibull, register_kl

EULER = 0.5772156649015329
TINY = 1e-37
Shape = torch.Size | list[int] | tuple[int, ...]
ONE = torch.Size()
"""The shape of one draw."""


class NormalisedWeibull(Weibull):
    """w_k ~ Weibull(scale_k, concentration_k), and theta = w / sum(w); parameters are (..., K).

    The Weibull resembles the gamma, and its draw is one transformation of uniform noise:
    w = scale (-log(1 - u))^(1 / concentration). Draws are kept as logarithms, which do not overflow.
    """

    def log_rsample(self, sample_shape: Shape = ONE) -> Tensor:
        """Logarithms of w, (*sample_shape, ..., K), reparameterized."""
        shape = torch.Size(sample_shape) + self.scale.shape
        exponential = torch.empty(shape, dtype=self.scale.dtype, device=self.scale.device).exponential_()
        return self.scale.log() + exponential.clamp_min(TINY).log() / self.concentration

    def proportions(self, sample_shape: Shape = ONE) -> Tensor:
        """theta, (*sample_shape, ..., K), reparameterized; rows sum to 1."""
        return torch.softmax(self.log_rsample(sample_shape), -1)


def log_density_weibull(scale: Tensor, concentration: Tensor, log_w: Tensor) -> Tensor:
    """Log density of log w (not of w) under independent Weibulls, summed over K, (..., K) -> (...)."""
    power = concentration * (log_w - scale.log())
    return (concentration.log() + power - power.exp()).sum(-1)


def log_density_gamma(shape: Tensor, log_g: Tensor) -> Tensor:
    """Log density of log g (not of g) under independent Gamma(shape, 1), summed over K."""
    return (shape * log_g - log_g.exp() - torch.lgamma(shape)).sum(-1)


@register_kl(Weibull, Gamma)  # type: ignore[untyped-decorator]
def kl_weibull_gamma(posterior: Weibull, prior: Gamma) -> Tensor:
    """KL(Weibull || Gamma) of each component, in nats: Zhang et al. 2018, equation 5.

    With k, l the Weibull's concentration and scale, a, b the gamma's shape and rate, g Euler's constant:
    g a / k - a log l + log k + b l Gamma(1 + 1/k) - g - 1 - a log b + log Gamma(a).
    """
    k, scale, shape, rate = posterior.concentration, posterior.scale, prior.concentration, prior.rate
    mean = scale * torch.exp(torch.lgamma(1 + 1 / k))
    cross = EULER * shape / k - shape * scale.log() + rate * mean - shape * rate.log() + torch.lgamma(shape)
    return cross + k.log() - EULER - 1
