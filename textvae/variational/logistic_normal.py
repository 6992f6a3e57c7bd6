"""Gaussians in softmax coordinates that stand for a Dirichlet (MacKay 1998; Srivastava & Sutton 2017)."""

import torch
from torch import Tensor
from torch.distributions import Normal


def laplace_approximation(concentration: Tensor) -> Normal:
    """The diagonal Gaussian whose softmax resembles Dirichlet(concentration), (K,) -> Normal over (K,).

    Srivastava & Sutton 2017, equation 2: mu_k = log a_k - mean_j log a_j and
    sigma_k^2 = (1 - 2/K) / a_k + sum_j 1/a_j / K^2.
    """
    k = concentration.shape[-1]
    logarithm, inverse = concentration.log(), 1 / concentration
    mu = logarithm - logarithm.mean(-1, keepdim=True)
    variance = inverse * (1 - 2 / k) + inverse.sum(-1, keepdim=True) / k**2
    return Normal(mu, torch.sqrt(variance), validate_args=False)
