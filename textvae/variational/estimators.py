"""Estimators of the gradient of an expectation over z ~ q(z|x): reparameterization, score function."""

from torch import Tensor
from torch.distributions import Normal

ESTIMATORS = ("reparameterization", "score", "score-baseline")


def draw(posterior: Normal, estimator: str = "reparameterization") -> Tensor:
    """A draw of each row of (B, Z): with a path for the gradient (Kingma & Welling 2014, section 2.4) or,
    for the score function, without one."""
    return posterior.rsample() if estimator == "reparameterization" else posterior.sample()


def leave_one_out(cost: Tensor) -> Tensor:
    """(B,) -> the mean cost of the other rows: a baseline that a row's own draw has no part in."""
    return (cost.sum() - cost) / max(1, len(cost) - 1) if len(cost) > 1 else cost.new_zeros(1)


def score_function(posterior: Normal, z: Tensor, cost: Tensor, baseline: bool) -> Tensor:
    """A scalar of value 0 whose gradient is sum_b (cost_b - baseline_b) grad log q(z_b|x_b).

    Added to sum_b cost_b it makes the gradient of sum_b E_q[cost_b] right for the posterior's parameters,
    without a gradient through the cost (Williams 1992, equation 4). `z` (B, Z) are draws, `cost` (B,). The
    baseline, the mean over the other rows, leaves the expectation as it is, because grad log q has mean 0.
    """
    worth = cost.detach() - leave_one_out(cost.detach()) if baseline else cost.detach()
    log_q: Tensor = posterior.log_prob(z.detach()).sum(-1)  # type: ignore[no-untyped-call]
    return (worth * (log_q - log_q.detach())).sum()
