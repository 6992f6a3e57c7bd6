"""Divergences that are estimated from draws: MMD between two samples, KL to any prior by Monte Carlo."""

import torch
from torch import Tensor
from torch.distributions import Distribution, Normal

from textvae.errors import UnknownNameError

KERNELS = ("rbf", "imq")


def kernel_matrix(a: Tensor, b: Tensor, kernel: str = "rbf", bandwidth: float | None = None) -> Tensor:
    """k(a_i, b_j) of rows (A, Z) and (B, Z): (A, B), in (0, 1].

    With d the distance and h the bandwidth: `rbf` is exp(-d^2 / 2h^2), `imq` the inverse multiquadratic
    2h^2 / (2h^2 + d^2) (Tolstikhin et al. 2018). h is sqrt(Z) unless given: then 2h^2 is the squared
    distance to expect between two draws of N(0, I). Raises `UnknownNameError` for another kernel.
    """
    squared = (a.float()[:, None] - b.float()[None]).square().sum(-1)
    width = 2.0 * (a.shape[1] if bandwidth is None else bandwidth**2)
    if kernel == "rbf":
        return torch.exp(-squared / width)
    if kernel == "imq":
        return width / (width + squared)
    raise UnknownNameError("kernel of mmd", kernel, KERNELS)


def mmd(z: Tensor, prior: Tensor, kernel: str = "rbf", bandwidth: float | None = None) -> Tensor:
    """Squared maximum mean discrepancy between draws z (B, Z) and draws of the prior (P, Z), a scalar.

    The unbiased estimate of Gretton et al. 2012, equation 3: mean of k(z, z') over pairs of different rows,
    the same of the prior, minus twice the mean of k(z, p). On average 0 when both are draws of one
    distribution, so a batch can give less. InfoVAE (Zhao et al. 2019, equation 6) weights it in the loss.
    """
    within = _off_diagonal(kernel_matrix(z, z, kernel, bandwidth))
    prior_within = _off_diagonal(kernel_matrix(prior, prior, kernel, bandwidth))
    return within + prior_within - 2.0 * kernel_matrix(z, prior, kernel, bandwidth).mean()


def _off_diagonal(matrix: Tensor) -> Tensor:
    """The mean over pairs of different rows; 0 where there is one row."""
    rows = matrix.shape[0]
    return (matrix.sum() - matrix.diagonal().sum()) / max(1, rows * (rows - 1))


def kl_monte_carlo(posterior: Normal, z: Tensor, prior: Distribution) -> Tensor:
    """log q(z|x) - log p(z) of draws z (..., B, Z) from the posterior: (..., B), in nats.

    Its mean over draws is KL(q(z|x) || p(z)) for any prior that has a density (a mixture has no closed
    form). `prior` has batch shape () and event shape (Z,). The estimate of a draw may be below 0.
    """
    density: Tensor = prior.log_prob(z)
    return posterior.log_prob(z).sum(-1) - density
