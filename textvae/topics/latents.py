"""What a document's proportions are drawn from: a posterior, its prior, the way from latent to simplex.

Each class maps features (B, H) to a posterior, draws proportions (B, K) from it with a gradient, and knows
its KL from the prior in nats. Recipes choose by name (`LATENTS`).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Dirichlet, Distribution, Gamma, Normal, kl_divergence
from torch.nn import functional as F

from textvae.errors import RecipeError, UnknownNameError
from textvae.variational.dirichlet import (
    ESTIMATORS,
    RejectionDirichlet,
    kl_components,
    kl_dirichlet,
    log_density,
    log_draws,
)
from textvae.variational.logistic_normal import laplace_approximation
from textvae.variational.weibull import NormalisedWeibull, log_density_gamma, log_density_weibull


@dataclass(frozen=True, slots=True)
class LatentConfig:
    """The part of a recipe's `[model]` that chooses the posterior and its prior."""

    topics: int = 50
    posterior: str = "dirichlet"  # or gaussian, weibull
    estimator: str = "implicit"  # of the Dirichlet's gradient; or rejection, inverse-cdf
    correction: bool = False  # of the rejection estimator: with the part that h does not carry
    prior: str = "dirichlet"  # the Gaussian's: the Laplace approximation of a Dirichlet, or standard
    alpha: float = 0.02  # concentration of the prior, the same for every topic
    learned_prior: bool = False  # train the prior's concentrations, alpha the first ones
    simplex: str = "softmax"  # of a Gaussian: softmax, linear (a matrix before it), none (z itself, as NVDM)
    batch_norm: bool = True  # normalise what the heads give
    floor: float = 1e-3  # smallest concentration of a posterior
    ceiling: float = 1e4  # largest


class HeadNorm(nn.BatchNorm1d):
    """Batch normalisation with a trained shift and a fixed scale of 1, so that no dimension can be shrunk
    away (Srivastava & Sutton 2017, section 3.4)."""

    def __init__(self, size: int, momentum: float = 0.1) -> None:
        super().__init__(size, affine=False, momentum=momentum)
        self.shift = nn.Parameter(torch.zeros(size))

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """(B, size) -> (B, size)."""
        return super().forward(input) + self.shift


def head(features: int, size: int, normalised: bool) -> nn.Module:
    """A linear layer, (B, features) -> (B, size), normalised if asked for."""
    linear = nn.Linear(features, size, bias=not normalised)
    return nn.Sequential(linear, HeadNorm(size)) if normalised else linear


class DirichletLatent(nn.Module):
    """q(theta|x) = Dirichlet(a(x)), prior Dirichlet(alpha): Burkhardt & Kramer 2019, Joo et al. 2019."""

    def __init__(self, features: int, config: LatentConfig) -> None:
        super().__init__()
        if config.estimator not in ESTIMATORS:
            raise UnknownNameError("estimator of the Dirichlet", config.estimator, ESTIMATORS)
        self.config = config
        self.kind = ESTIMATORS[config.estimator]
        self.to_concentration = head(features, config.topics, config.batch_norm)
        self.log_alpha = nn.Parameter(
            torch.full((config.topics,), config.alpha).log(), requires_grad=config.learned_prior
        )

    def forward(self, features: Tensor) -> Dirichlet:
        """(B, H) -> a Dirichlet with batch shape (B,)."""
        a = F.softplus(self.to_concentration(features).float())
        return self.kind(a.clamp(self.config.floor, self.config.ceiling), validate_args=False)

    def draw(self, q: Dirichlet) -> tuple[Tensor, Tensor | None]:
        """Proportions (B, K) with a gradient, and the rejection's log ratio (B,) if the recipe wants it."""
        if self.config.correction and isinstance(q, RejectionDirichlet):
            return q.rsample_with_ratio()
        return q.rsample(), None

    def kl(self, q: Dirichlet) -> Tensor:
        """KL from the prior, (B,)."""
        return kl_dirichlet(q, self.log_alpha.exp())

    def kl_topics(self, q: Dirichlet) -> Tensor:
        """KL of each topic's gamma from its prior, (B, K)."""
        return kl_components(q, self.log_alpha.exp())

    def mean(self, q: Dirichlet) -> Tensor:
        """E[theta], (B, K)."""
        return q.mean

    def weigh(self, q: Dirichlet, samples: int) -> tuple[Tensor, Tensor]:
        """Exact draws (S, B, K) and log p(theta) - log q(theta|x), (S, B)."""
        log_theta = log_draws(q, samples)
        weight = log_density(self.log_alpha.exp(), log_theta) - log_density(q.concentration, log_theta)
        return log_theta.exp(), weight


class GaussianLatent(nn.Module):
    """q(z|x) a diagonal Gaussian and theta = softmax(z): NVDM and GSM (Miao et al. 2016, 2017) with a
    standard prior, ProdLDA (Srivastava & Sutton 2017) with the Laplace approximation of a Dirichlet."""

    def __init__(self, features: int, config: LatentConfig) -> None:
        super().__init__()
        if config.prior not in ("dirichlet", "standard"):
            raise UnknownNameError("prior", config.prior, ("dirichlet", "standard"))
        if config.simplex not in ("softmax", "linear", "none"):
            raise UnknownNameError("simplex", config.simplex, ("softmax", "linear", "none"))
        self.simplex = config.simplex
        k = config.topics
        self.to_mu, self.to_logvar = (head(features, k, config.batch_norm) for _ in range(2))
        prior = laplace_approximation(torch.full((k,), config.alpha))
        if config.prior == "standard":
            prior = Normal(torch.zeros(k), torch.ones(k))
        self.prior_mu = nn.Parameter(prior.mean, requires_grad=config.learned_prior)
        self.prior_logvar = nn.Parameter(prior.variance.log(), requires_grad=config.learned_prior)
        self.linear = nn.Linear(k, k, bias=False) if config.simplex == "linear" else None

    @property
    def prior(self) -> Normal:
        """p(z), batch shape (K,)."""
        return Normal(self.prior_mu, torch.exp(0.5 * self.prior_logvar), validate_args=False)

    def forward(self, features: Tensor) -> Normal:
        """(B, H) -> a Gaussian with batch shape (B, K)."""
        logvar = self.to_logvar(features).float().clamp(-12.0, 8.0)
        return Normal(self.to_mu(features).float(), torch.exp(0.5 * logvar), validate_args=False)

    def _onto_simplex(self, z: Tensor) -> Tensor:
        if self.simplex == "none":
            return z
        return torch.softmax(z if self.linear is None else self.linear(z), -1)

    def draw(self, q: Normal) -> tuple[Tensor, Tensor | None]:
        """Proportions (B, K), or z itself where the recipe has no simplex."""
        return self._onto_simplex(q.rsample()), None

    def kl(self, q: Normal) -> Tensor:
        """KL from the prior, (B,)."""
        return self.kl_topics(q).sum(-1)

    def kl_topics(self, q: Normal) -> Tensor:
        """KL of each dimension, (B, K)."""
        return kl_divergence(q, self.prior)

    def mean(self, q: Normal) -> Tensor:
        """The softmax of the posterior's mean, (B, K); also where training uses z itself."""
        return torch.softmax(q.mean if self.linear is None else self.linear(q.mean), -1)

    def weigh(self, q: Normal, samples: int) -> tuple[Tensor, Tensor]:
        """Draws (S, B, K), mapped as `draw` does, and log p(z) - log q(z|x), (S, B)."""
        z = q.sample((samples,))
        return self._onto_simplex(z), (self.prior.log_prob(z) - q.log_prob(z)).sum(-1)


class WeibullLatent(nn.Module):
    """Independent Weibulls, normalised; the prior of each is Gamma(alpha, 1): Zhang et al. 2018."""

    def __init__(self, features: int, config: LatentConfig) -> None:
        super().__init__()
        self.config = config
        k = config.topics
        self.to_concentration, self.to_scale = (head(features, k, config.batch_norm) for _ in range(2))
        self.log_alpha = nn.Parameter(
            torch.full((k,), config.alpha).log(), requires_grad=config.learned_prior
        )

    def forward(self, features: Tensor) -> NormalisedWeibull:
        """(B, H) -> Weibulls with batch shape (B, K)."""
        k = F.softplus(self.to_concentration(features).float()).clamp(0.05, 100.0)
        scale = F.softplus(self.to_scale(features).float()).clamp(self.config.floor, self.config.ceiling)
        # The head gives the mean; scale = mean / Gamma(1 + 1/k) then stays finite where k is small.
        return NormalisedWeibull(scale * torch.exp(-torch.lgamma(1 + 1 / k)), k, validate_args=False)

    def _prior(self) -> Gamma:
        alpha = self.log_alpha.exp()
        return Gamma(alpha, torch.ones_like(alpha), validate_args=False)

    def draw(self, q: NormalisedWeibull) -> tuple[Tensor, Tensor | None]:
        """Proportions (B, K)."""
        return q.proportions(), None

    def kl(self, q: NormalisedWeibull) -> Tensor:
        """KL from the prior, (B,)."""
        return self.kl_topics(q).sum(-1)

    def kl_topics(self, q: NormalisedWeibull) -> Tensor:
        """KL of each Weibull from its gamma, (B, K)."""
        return kl_divergence(q, self._prior())

    def mean(self, q: NormalisedWeibull) -> Tensor:
        """The Weibulls' means, normalised, (B, K)."""
        mean = q.scale * torch.exp(torch.lgamma(1 + 1 / q.concentration))
        return mean / mean.sum(-1, keepdim=True)

    def weigh(self, q: NormalisedWeibull, samples: int) -> tuple[Tensor, Tensor]:
        """Draws (S, B, K) and log p(w) - log q(w|x), (S, B)."""
        with torch.no_grad():
            log_w = q.log_rsample((samples,))
            prior = log_density_gamma(self.log_alpha.exp(), log_w)
            return torch.softmax(log_w, -1), prior - log_density_weibull(q.scale, q.concentration, log_w)


LATENTS: dict[str, Any] = {
    "dirichlet": DirichletLatent,
    "gaussian": GaussianLatent,
    "weibull": WeibullLatent,
}


def build_latent(features: int, config: LatentConfig) -> Any:
    """The latent that a recipe names. Raises `UnknownNameError` or `RecipeError`."""
    if config.posterior not in LATENTS:
        raise UnknownNameError("posterior", config.posterior, LATENTS)
    if config.topics < 2 or config.alpha <= 0:
        raise RecipeError(
            f"[model] topics = {config.topics}, alpha = {config.alpha}: give at least 2 topics and an alpha "
            "above 0."
        )
    return LATENTS[config.posterior](features, config)


Posterior = Distribution
