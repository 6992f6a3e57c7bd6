"""Terms of the objective as plain functions; all in nats, summed over latent dimensions."""

import math

import torch
from torch import Tensor
from torch.distributions import Normal


def kl_standard(posterior: Normal) -> Tensor:
    """KL(q(z|x) || N(0, I)) of each dimension, (B, Z): Kingma & Welling 2014, equation 10.

    -1/2 (1 + log sigma^2 - mu^2 - sigma^2); 0 exactly when q is N(0, 1).
    """
    variance = posterior.variance
    return 0.5 * (posterior.mean.square() + variance - 1.0 - variance.log())


def free_bits(kl: Tensor, floor: float) -> Tensor:
    """KL of each sentence, (B,), where a dimension costs at least `floor` nats on the batch's mean.

    Kingma et al. 2016, equation 15: sum over dimensions of max(floor, mean over the batch of KL_j); a
    dimension under its floor is free and gets no gradient.
    """
    if floor <= 0:
        return kl.sum(-1)
    mean = kl.mean(0, keepdim=True)
    return torch.where(mean > floor, kl, torch.full_like(kl, floor)).sum(-1)


def gaussian_nll(posterior: Normal, observed: Tensor) -> Tensor:
    """-log q(observed), summed over dimensions, (B,)."""
    z = (observed - posterior.mean) / posterior.stddev
    return (0.5 * z.square() + posterior.stddev.log() + 0.5 * math.log(2 * math.pi)).sum(-1)
