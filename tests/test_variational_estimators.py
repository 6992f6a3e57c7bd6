"""Gradient estimators against a gradient in closed form."""

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from textvae.variational.estimators import draw, leave_one_out, score_function

MU, SIGMA = torch.tensor([0.7, -0.3]), torch.tensor([0.8, 1.2])


def gradients(estimator: str, rounds: int, rows: int) -> Tensor:
    """(rounds, 4): the gradient of E[sum_j (z_j - 1)^2] to mu and sigma, each from `rows` draws."""
    torch.manual_seed(0)
    found = []
    for _ in range(rounds):
        mu, sigma = MU.clone().requires_grad_(), SIGMA.clone().requires_grad_()
        q = Normal(mu.expand(rows, 2), sigma.expand(rows, 2))
        z = draw(q, estimator)
        cost = (z - 1).square().sum(-1)
        loss = cost.sum()
        if estimator != "reparameterization":
            loss = loss + score_function(q, z, cost, estimator == "score-baseline")
        loss.backward()  # type: ignore[no-untyped-call]
        assert mu.grad is not None and sigma.grad is not None
        found.append(torch.cat([mu.grad, sigma.grad]) / rows)
    return torch.stack(found)


@pytest.mark.parametrize("estimator", ["reparameterization", "score", "score-baseline"])
def test_estimators_have_the_analytic_mean(estimator: str) -> None:
    """E (z - 1)^2 = (mu - 1)^2 + sigma^2, so the gradient is 2 (mu - 1) and 2 sigma."""
    exact = torch.cat([2 * (MU - 1), 2 * SIGMA])
    found = gradients(estimator, 400, 50)
    error = found.std(0) / 400**0.5
    assert ((found.mean(0) - exact).abs() < 4 * error).all()


def test_the_baseline_and_the_path_lower_the_variance() -> None:
    variance = {
        name: float(gradients(name, 400, 50).var(0).sum())
        for name in ("reparameterization", "score", "score-baseline")
    }
    assert variance["reparameterization"] < variance["score-baseline"] < variance["score"]


def test_score_function_by_hand() -> None:
    """Of N(mu, 1), grad log q = z - mu; costs 1 and 3 have the other one as baseline: worths -2 and 2."""
    z, cost = torch.tensor([[0.5], [2.0]]), torch.tensor([1.0, 3.0])
    assert leave_one_out(cost).tolist() == [3.0, 1.0]
    for baseline, by_hand in ((False, [0.5, 6.0]), (True, [-1.0, 4.0])):
        mu = torch.zeros(2, 1, requires_grad=True)
        value = score_function(Normal(mu, torch.ones(2, 1)), z, cost, baseline)
        assert value.item() == 0.0
        value.backward()  # type: ignore[no-untyped-call]
        assert mu.grad is not None
        assert mu.grad.flatten().tolist() == by_hand
    assert leave_one_out(torch.tensor([5.0])).tolist() == [0.0]  # nobody else: no baseline
