"""Dirichlet posteriors that differ in how a draw passes its gradient on, on torch.distributions.

`torch.distributions.Dirichlet` itself reparameterizes implicitly (Figurnov, Mohamed & Mnih 2018): it draws
exactly and differentiates the distribution function. The two classes here keep everything else of it, the
density, the mean and the KL, and replace `rsample`. Concentrations and draws are (..., K).
"""

import torch
from torch import Tensor
from torch.distributions import Dirichlet, Gamma, kl_divergence

Shape = torch.Size | list[int] | tuple[int, ...]
ONE = torch.Size()
"""The shape of one draw."""

TINY = 1e-37
"""Under the smallest normal fp32; a share is never exactly 0, so that its logarithm is finite."""


class RejectionDirichlet(Dirichlet):
    """Gamma draws by rejection, their gradient taken through the accepted noise (Naesseth et al. 2017).

    Marsaglia & Tsang's sampler transforms normal noise e as h(e, a) = (a - 1/3) (1 + e / sqrt(9 a - 3))^3.
    The shape is first raised by `boost` (shape augmentation, section 5 of the paper), as Burkhardt & Kramer
    2019 do for topic models: the higher it is, the more of the gradient passes through h. What does not is
    the gradient of `log_ratio`, which `rsample_with_ratio` returns and `rsample` leaves out.
    """

    boost = 10

    def rsample(self, sample_shape: Shape = ONE) -> Tensor:
        """Draws (*sample_shape, ..., K); their gradient is nearly, not exactly, unbiased."""
        return self.rsample_with_ratio(sample_shape)[0]

    def rsample_with_ratio(self, sample_shape: Shape = ONE) -> tuple[Tensor, Tensor]:
        """Draws and log q(h(e, a)) - log r(h(e, a)), summed over K: (*sample_shape, ...).

        For any f, the gradient of f(draw) + f(draw).detach() * log_ratio is an unbiased estimate of that of
        E[f] (Naesseth et al. 2017, equations 8-10).
        """
        shape = torch.Size(sample_shape) + self.concentration.shape
        alpha = self.concentration.expand(shape)
        raised = alpha + self.boost
        offset = raised - 1 / 3
        spread = torch.rsqrt(9 * offset)
        with torch.no_grad():  # accepted noise: the noise that leads to an exact draw
            noise = ((torch._standard_gamma(raised) / offset).pow(1 / 3) - 1) / spread
        stretched = 1 + spread * noise
        log_gamma = torch.log(offset) + 3 * torch.log(stretched)
        density = (raised - 1) * log_gamma - log_gamma.exp() - torch.lgamma(raised)
        ratio = density + torch.log(offset * spread) + 2 * torch.log(stretched)
        return torch.softmax(lowered(log_gamma, alpha, self.boost), -1).clamp_min(TINY), ratio.sum(-1)


class InverseCdfDirichlet(Dirichlet):
    """Gamma draws by an approximate inverse distribution function (Joo et al. 2019, equation 6).

    F^-1(u; a) is near (u a Gamma(a))^(1/a): the truth as a goes to 0, but bounded, so that for large a the
    draws are more even than the Dirichlet's (at a = 5 their spread is less than half of it).
    """

    def rsample(self, sample_shape: Shape = ONE) -> Tensor:
        """Draws (*sample_shape, ..., K)."""
        alpha = self.concentration.expand(torch.Size(sample_shape) + self.concentration.shape)
        uniform = torch.rand_like(alpha).clamp_min(TINY)
        log_gamma = (uniform.log() + torch.lgamma(alpha + 1)) / alpha
        return torch.softmax(log_gamma, -1).clamp_min(TINY)


ESTIMATORS: dict[str, type[Dirichlet]] = {
    "implicit": Dirichlet,
    "rejection": RejectionDirichlet,
    "inverse-cdf": InverseCdfDirichlet,
}


def lowered(log_gamma: Tensor, alpha: Tensor, boost: int) -> Tensor:
    """Logarithms of Gamma(alpha + boost) draws -> of Gamma(alpha) draws: Marsaglia & Tsang 2000, section 6.

    Each step down from shape a + 1 to a multiplies the draw by u^(1/a), u uniform on (0, 1).
    """
    for step in range(boost):
        uniform = torch.rand_like(alpha).clamp_min(TINY)
        log_gamma = log_gamma + uniform.log() / (alpha + step)
    return log_gamma


def log_draws(posterior: Dirichlet, samples: int) -> Tensor:
    """Logarithms of exact draws, (samples, ..., K), without gradient: finite where shares underflow."""
    with torch.no_grad():
        alpha = posterior.concentration.expand((samples, *posterior.concentration.shape))
        return torch.log_softmax(lowered(torch._standard_gamma(alpha + 1).log(), alpha, 1), -1)


def log_density(concentration: Tensor, log_theta: Tensor) -> Tensor:
    """Log density of a Dirichlet at exp(log_theta), (..., K) -> (...)."""
    normaliser = torch.lgamma(concentration.sum(-1)) - torch.lgamma(concentration).sum(-1)
    return normaliser + ((concentration - 1) * log_theta).sum(-1)


def kl_dirichlet(posterior: Dirichlet, prior: Tensor) -> Tensor:
    """KL(Dir(a) || Dir(prior)) of each document, (..., K) -> (...), in nats."""
    return kl_divergence(
        Dirichlet(posterior.concentration, validate_args=False),
        Dirichlet(prior.expand_as(posterior.concentration), validate_args=False),
    )


def kl_components(posterior: Dirichlet, prior: Tensor) -> Tensor:
    """KL(Gamma(a_k, 1) || Gamma(prior_k, 1)) of each component, (..., K), in nats.

    A Dirichlet is a normalised vector of such gammas, so the sum is at least the Dirichlets' KL: it is
    larger by the KL of the vectors' lengths. This is the multi-gamma KL of Joo et al. 2019, equation 5.
    """
    one = torch.ones((), dtype=prior.dtype, device=prior.device)
    return kl_divergence(
        Gamma(posterior.concentration, one, validate_args=False), Gamma(prior, one, validate_args=False)
    )
