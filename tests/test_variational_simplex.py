"""Posteriors on the simplex: their KLs against integration, their gradients against what is known exactly."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Dirichlet, Gamma, Weibull, kl_divergence

from textvae.variational.dirichlet import (
    ESTIMATORS,
    InverseCdfDirichlet,
    RejectionDirichlet,
    kl_components,
    kl_dirichlet,
    log_density,
    log_draws,
)
from textvae.variational.logistic_normal import laplace_approximation
from textvae.variational.weibull import NormalisedWeibull, log_density_gamma, log_density_weibull

DRAWS = 60_000
COST = torch.tensor([3.0, -1.0, 0.5])
EULER = 0.5772156649015329


def mean_and_error(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Of (N, K) estimates: their mean and its standard error."""
    return rows.mean(0), rows.std(0) / math.sqrt(len(rows))


def exact_gradient(alpha: Tensor) -> Tensor:
    """Of E[c . theta] = c . a / a0: (c_k - c . a / a0) / a0."""
    total = alpha.sum()
    return (COST - (COST * alpha).sum() / total) / total


def draw_gradients(name: str, alpha: Tensor, corrected: bool = False) -> tuple[Tensor, Tensor]:
    """Draws of theta (N, K) and the gradients of c . theta for each of them, (N, K)."""
    torch.manual_seed(1)
    rows = alpha.expand(DRAWS, -1).clone().requires_grad_()
    q = ESTIMATORS[name](rows, validate_args=False)
    if corrected:
        assert isinstance(q, RejectionDirichlet)
        theta, ratio = q.rsample_with_ratio()
        cost = theta @ COST
        (cost + cost.detach() * ratio).sum().backward()
    else:
        theta = q.rsample()
        (theta @ COST).sum().backward()
    assert rows.grad is not None
    return theta.detach(), rows.grad


@pytest.mark.parametrize("alpha", [[0.3, 0.8, 0.1], [1.5, 2.0, 4.0]])
@pytest.mark.parametrize(("name", "corrected"), [("implicit", False), ("rejection", True)])
def test_unbiased_gradients(name: str, corrected: bool, alpha: list[float]) -> None:
    concentration = torch.tensor(alpha)
    theta, gradients = draw_gradients(name, concentration, corrected)
    for found, truth in (
        (theta, concentration / concentration.sum()),
        (gradients, exact_gradient(concentration)),
    ):
        mean, error = mean_and_error(found)
        assert ((mean - truth).abs() < 4 * error).all(), (mean, truth, error)
        assert (error < 0.03).all()


def test_rejection_without_its_correction_is_nearly_unbiased_and_more_so_with_a_boost() -> None:
    concentration = torch.tensor([0.3, 0.8, 0.1])
    _, gradients = draw_gradients("rejection", concentration)
    mean, error = mean_and_error(gradients)
    truth = exact_gradient(concentration)
    assert ((mean - truth).abs() < 4 * error + 0.01 * truth.abs()).all()
    # Of E[Gamma(a)] = a, whose gradient is 1: what passes through h alone, at shape 1 and at shape 11.
    passed = {}
    for shape in (1.0, 11.0):
        raised = torch.full((DRAWS,), shape, requires_grad=True)
        offset = raised - 1 / 3
        torch.manual_seed(0)
        noise = ((torch._standard_gamma(raised) / offset).pow(1 / 3) - 1) * torch.sqrt(9 * offset)
        (offset * (1 + noise.detach() / torch.sqrt(9 * offset)) ** 3).sum().backward()
        assert raised.grad is not None
        passed[shape] = abs(float(raised.grad.mean()) - 1)
    assert passed[11.0] < 0.01 < passed[1.0]


def test_inverse_cdf_is_right_for_small_concentrations_and_wrong_for_large_ones() -> None:
    small = torch.tensor([0.02, 0.05, 0.01])
    theta, gradients = draw_gradients("inverse-cdf", small)
    mean, error = mean_and_error(theta)
    assert ((mean - small / small.sum()).abs() < 4 * error + 0.01).all()
    mean, error = mean_and_error(gradients)
    truth = exact_gradient(small)
    assert ((mean - truth).abs() < 4 * error + 0.05 * truth.abs()).all()
    large = torch.tensor([5.0, 5.0, 5.0])
    spread = draw_gradients("inverse-cdf", large)[0].std(0)
    assert (spread < 0.6 * Dirichlet(large).stddev).all()
    assert InverseCdfDirichlet(large).mean.tolist() == pytest.approx([1 / 3] * 3)


def test_weibull_gradients() -> None:
    """E[w] = l Gamma(1 + 1/k); of two exponentials with scales r and 1, E[w1 / (w1 + w2)] is
    r (r - 1 - log r) / (r - 1)^2."""
    torch.manual_seed(0)
    scale = torch.full((DRAWS, 1), 2.0, requires_grad=True)
    k = torch.full((DRAWS, 1), 1.7, requires_grad=True)
    NormalisedWeibull(scale, k, validate_args=False).log_rsample().exp().sum().backward()
    mean = math.gamma(1 + 1 / 1.7)
    slope = -2.0 * mean * float(torch.digamma(torch.tensor(1 + 1 / 1.7))) / 1.7**2
    for leaf, truth in ((scale, mean), (k, slope)):
        assert leaf.grad is not None
        found, error = mean_and_error(leaf.grad)
        assert abs(float(found) - truth) < 4 * float(error) < 0.1

    def expected(r: float) -> float:
        return r * (r - 1 - math.log(r)) / (r - 1) ** 2

    scales = torch.tensor([3.0, 1.0]).expand(DRAWS, 2).clone().requires_grad_()
    theta = NormalisedWeibull(scales, torch.ones(DRAWS, 2), validate_args=False).proportions()
    theta[:, 0].sum().backward()
    assert scales.grad is not None
    found, error = mean_and_error(theta.detach()[:, :1])
    assert abs(float(found) - expected(3.0)) < 4 * float(error)
    found, error = mean_and_error(scales.grad[:, :1])
    truth = (expected(3.0 + 1e-4) - expected(3.0 - 1e-4)) / 2e-4
    assert abs(float(found) - truth) < 4 * float(error) < 0.01


def test_kl_of_dirichlets_by_integration_and_by_gammas() -> None:
    q, prior = Dirichlet(torch.tensor([2.0, 3.0], dtype=torch.double)), torch.tensor([0.7, 1.2]).double()
    x = torch.linspace(0, 1, 200_001, dtype=torch.double)[1:-1]
    points = torch.stack([x, 1 - x], -1)
    ratio = q.log_prob(points) - Dirichlet(prior).log_prob(points)
    assert float(kl_dirichlet(q, prior)) == pytest.approx(
        float((q.log_prob(points).exp() * ratio).mean()), rel=1e-4
    )
    assert float(kl_dirichlet(Dirichlet(prior), prior)) == pytest.approx(0.0, abs=1e-12)
    lengths = kl_divergence(
        Gamma(torch.tensor(5.0), torch.tensor(1.0)), Gamma(prior.sum().float(), torch.tensor(1.0))
    )
    assert float(kl_components(q, prior).sum()) == pytest.approx(
        float(kl_dirichlet(q, prior) + lengths), rel=1e-5
    )


@pytest.mark.parametrize(("k", "scale", "shape"), [(1.0, 1.0, 1.0), (0.7, 2.0, 0.3), (3.0, 0.5, 2.5)])
def test_kl_of_weibull_and_gamma_by_integration(k: float, scale: float, shape: float) -> None:
    q = Weibull(torch.tensor(scale).double(), torch.tensor(k).double())
    p = Gamma(torch.tensor(shape).double(), torch.tensor(1.0).double())
    log_w = torch.linspace(-60, 8, 400_001, dtype=torch.double)
    w = log_w.exp()
    density = (q.log_prob(w) + log_w).exp()  # of log w
    truth = torch.trapezoid(density * (q.log_prob(w) - p.log_prob(w)).nan_to_num(), log_w)
    assert float(kl_divergence(q, p)) == pytest.approx(float(truth), abs=1e-5)
    assert float(log_density_weibull(q.scale, q.concentration, log_w[300_000:300_001])) == pytest.approx(
        float(q.log_prob(w[300_000]) + log_w[300_000])
    )
    assert float(log_density_gamma(p.concentration, log_w[300_000:300_001])) == pytest.approx(
        float(p.log_prob(w[300_000]) + log_w[300_000])
    )
    same = NormalisedWeibull(q.scale, q.concentration)
    assert float(kl_divergence(same, p)) == pytest.approx(float(truth), abs=1e-5)


def test_laplace_approximation_by_hand() -> None:
    normal = laplace_approximation(torch.tensor([0.5, 1.0, 2.0]))
    ln2 = math.log(2)
    assert normal.mean.tolist() == pytest.approx([-ln2, 0.0, ln2])
    # (1 - 2/3) / a_k + (2 + 1 + 1/2) / 9
    assert normal.variance.tolist() == pytest.approx([1 / 3 / a + 3.5 / 9 for a in (0.5, 1.0, 2.0)])
    symmetric = laplace_approximation(torch.full((50,), 0.02))
    assert symmetric.mean.abs().max() < 1e-6
    assert symmetric.variance.tolist() == pytest.approx([50 * (1 - 1 / 50)] * 50)


def test_log_draws_are_finite_where_shares_underflow_and_have_the_right_mean() -> None:
    torch.manual_seed(0)
    log_theta = log_draws(Dirichlet(torch.full((2, 4), 1e-3)), 1000)
    assert log_theta.shape == (1000, 2, 4)
    assert log_theta.isfinite().all()
    assert log_theta.min() < -200
    alpha = torch.tensor([0.2, 0.5, 1.3])
    mean, error = mean_and_error(log_draws(Dirichlet(alpha), DRAWS).exp())
    assert ((mean - alpha / alpha.sum()).abs() < 4 * error).all()
    inside = torch.tensor([0.2, 0.3, 0.5])
    assert float(log_density(alpha, inside.log())) == pytest.approx(
        float(Dirichlet(alpha).log_prob(inside)), rel=1e-5
    )
