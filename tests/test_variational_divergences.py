"""MMD between draws and KL by Monte Carlo: values worked out by hand."""

import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from textvae.errors import UnknownNameError
from textvae.variational.divergences import kernel_matrix, kl_monte_carlo, mmd


def test_kernels_by_hand() -> None:
    a, b = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 2.0], [0.0, 0.0]])
    # d^2 = 4 and 0; without a bandwidth 2h^2 = 2Z = 4.
    assert kernel_matrix(a, b)[0].tolist() == pytest.approx([math.exp(-1), 1.0])
    assert kernel_matrix(a, b, "imq")[0].tolist() == pytest.approx([0.5, 1.0])
    assert kernel_matrix(a, b, "rbf", 1.0)[0].tolist() == pytest.approx([math.exp(-2), 1.0])
    assert kernel_matrix(a, b, "imq", 1.0)[0].tolist() == pytest.approx([1 / 3, 1.0])
    with pytest.raises(UnknownNameError, match="imq"):
        kernel_matrix(a, b, "imk")


def test_mmd_by_hand() -> None:
    z, prior = torch.tensor([[0.0], [2.0]]), torch.tensor([[0.0], [1.0]])
    # h = 1: pairs at distance 2 within z, 1 within the prior, and 0, 1, 2, 1 across.
    far, near = math.exp(-2), math.exp(-0.5)
    across = (1 + near + far + near) / 4
    assert float(mmd(z, prior, "rbf", 1.0)) == pytest.approx(far + near - 2 * across, abs=1e-6)
    across = (1 + 2 / 3 + 1 / 3 + 2 / 3) / 4
    assert float(mmd(z, prior, "imq", 1.0)) == pytest.approx(1 / 3 + 2 / 3 - 2 * across, abs=1e-6)
    assert float(mmd(z[:1], prior[:1])) == -2.0  # one row on each side: only the term across is left


@pytest.mark.parametrize("kernel", ["rbf", "imq"])
def test_mmd_is_zero_on_average_for_one_distribution_and_grows_with_the_distance(kernel: str) -> None:
    generator = torch.Generator().manual_seed(0)

    def draws(shift: float) -> torch.Tensor:
        return torch.randn(64, 3, generator=generator) + shift

    same = torch.stack([mmd(draws(0), draws(0), kernel) for _ in range(200)])
    assert abs(float(same.mean())) < 3 * float(same.std()) / 200**0.5
    near, far = float(mmd(draws(0.5), draws(0), kernel)), float(mmd(draws(2), draws(0), kernel))
    assert float(same.mean()) < near < far


def test_the_gradient_of_mmd_pulls_towards_the_prior() -> None:
    z = torch.full((8, 2), 1.5, requires_grad=True)
    mmd(z, torch.zeros(8, 2)).backward()
    assert z.grad is not None
    assert (z.grad > 0).all()


def test_kl_by_monte_carlo_by_hand() -> None:
    posterior = Normal(torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]]))
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    # log q - log p at z = (2, 0): -1/2 + 2 = 1.5.
    assert kl_monte_carlo(posterior, torch.tensor([[2.0, 0.0]]), prior).tolist() == pytest.approx([1.5])
    torch.manual_seed(0)
    mean = kl_monte_carlo(posterior, posterior.rsample((20_000,)), prior).mean()
    assert float(mean) == pytest.approx(0.5, abs=0.03)  # KL(N(1, 1) || N(0, 1)) = 1/2


def test_kl_to_a_mixture() -> None:
    components = Independent(Normal(torch.tensor([[-20.0], [20.0]]), torch.ones(2, 1)), 1)
    prior = MixtureSameFamily(Categorical(torch.tensor([0.25, 0.75])), components)
    posterior = Normal(torch.tensor([[20.0], [-20.0]]), torch.ones(2, 1))
    torch.manual_seed(0)
    kl = kl_monte_carlo(posterior, posterior.rsample((500,)), prior).mean(0)
    # Components so far apart do not overlap: q is one of them, so KL = -log of its weight.
    assert kl.tolist() == pytest.approx([math.log(4 / 3), math.log(4)], abs=1e-4)
