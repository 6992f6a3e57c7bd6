"""The variational core against answers worked out by hand."""

import math
from typing import Any

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from textvae.errors import RecipeError, UnknownNameError
from textvae.variational.objective import Objective
from textvae.variational.posterior import GaussianPosterior, Parted, held_still, reverse_gradient
from textvae.variational.schedules import Cyclical, Linear, Logistic, read_schedule
from textvae.variational.statistics import active_units, latent_statistics, mutual_information
from textvae.variational.terms import free_bits, gaussian_nll, kl_standard


def test_kl_of_the_prior_is_zero() -> None:
    assert torch.equal(kl_standard(Normal(torch.zeros(2, 3), torch.ones(2, 3))), torch.zeros(2, 3))


def test_kl_by_hand_and_by_torch() -> None:
    q = Normal(torch.tensor([[1.0, -2.0]]), torch.tensor([[2.0, 0.5]]))
    by_hand = [0.5 * (1 + 4 - 1 - math.log(4)), 0.5 * (4 + 0.25 - 1 - math.log(0.25))]
    assert kl_standard(q)[0].tolist() == pytest.approx(by_hand)
    assert torch.allclose(kl_standard(q), kl_divergence(q, Normal(0.0, 1.0)))


def test_free_bits_floor_cheap_dimensions_and_stop_their_gradient() -> None:
    kl = torch.tensor([[0.1, 2.0], [0.3, 4.0]], requires_grad=True)
    paid = free_bits(kl, 0.5)
    assert paid.tolist() == pytest.approx([2.5, 4.5])
    paid.sum().backward()
    assert kl.grad is not None
    assert kl.grad.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert free_bits(kl, 0.0).tolist() == pytest.approx([2.1, 4.3])


def test_gaussian_nll_by_hand() -> None:
    nll = gaussian_nll(Normal(torch.zeros(1, 2), torch.ones(1, 2)), torch.tensor([[0.0, 1.0]]))
    assert nll.item() == pytest.approx(math.log(2 * math.pi) + 0.5)


def test_posterior_has_a_positive_bounded_spread() -> None:
    layer = GaussianPosterior(4, 3)
    q = layer(1000 * torch.randn(5, 4))
    assert q.mean.shape == (5, 3)
    assert q.stddev.min() >= math.exp(-4.5) - 1e-6
    assert q.stddev.max() <= math.exp(1.5) + 1e-4


def test_parts_hear_their_own_features_alone() -> None:
    torch.manual_seed(0)
    layer = GaussianPosterior(6, 4, parts=2)
    x = torch.randn(1, 6)
    mean = layer(x).mean
    other = x.clone()
    other[:, 3:] += 1.0
    moved = layer(other).mean
    assert torch.equal(moved[:, :2], mean[:, :2])
    assert (moved[:, 2:] != mean[:, 2:]).all()
    parted = layer.to_mu
    assert isinstance(parted, Parted)
    by_hand = parted.weight[1] @ x[0, 3:] + parted.bias[2:]
    assert torch.allclose(mean[0, 2:], by_hand, atol=1e-6)


def test_reversed_gradient() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (reverse_gradient(x, 0.5) ** 2).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [-1.0, -2.0]


def test_a_network_held_still_says_the_same() -> None:
    network = torch.nn.Linear(3, 2)
    x = torch.randn(4, 3, requires_grad=True)
    with held_still(network):
        out = network(x)
    assert torch.equal(out, network(x))
    out.sum().backward()
    assert network.weight.grad is None
    assert x.grad is not None


def test_what_is_held_still_gets_no_gradient_under_autocast_either() -> None:
    """Autocast keeps what it cast; what it cast before must not let a gradient through."""
    network = torch.nn.Linear(3, 2)
    x = torch.randn(4, 3, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        network(x)
        with held_still(network):
            out = network(x)
    out.float().sum().backward()
    assert network.weight.grad is None
    assert x.grad is not None


def test_parameters_learn_again_when_they_were_held_still() -> None:
    layer = torch.nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    with pytest.raises(ValueError, match="stop"), held_still(layer, None):
        assert not layer.weight.requires_grad
        raise ValueError("stop")
    assert layer.weight.requires_grad
    assert not layer.bias.requires_grad


@pytest.mark.parametrize(
    ("schedule", "points"),
    [
        (Linear(0.0, 1.0, end=10), {0: 0.0, 5: 0.5, 10: 1.0, 99: 1.0}),
        (Linear(1.0, 0.0, start=10, end=20), {0: 1.0, 10: 1.0, 15: 0.5, 30: 0.0}),
        (Logistic(0.0, 1.0, midpoint=100, steepness=0.1), {100: 0.5, 10**9: 1.0, -(10**9): 0.0}),
        (Cyclical(0.0, 1.0, period=100, rise=0.5), {0: 0.0, 25: 0.5, 50: 1.0, 99: 1.0, 100: 0.0, 125: 0.5}),
    ],
)
def test_schedules(schedule, points) -> None:  # type: ignore[no-untyped-def]
    for step, weight in points.items():
        assert schedule(step) == pytest.approx(weight, abs=1e-12)


def test_schedules_read_from_a_recipe() -> None:
    assert read_schedule(2)(7) == 2.0
    assert read_schedule({"schedule": "linear", "low": 0, "high": 2, "end": 4})(1) == 0.5
    with pytest.raises(UnknownNameError, match="did you mean 'logistic'"):
        read_schedule({"schedule": "logistc"})
    with pytest.raises(RecipeError, match="does not fit"):
        read_schedule({"schedule": "linear", "hihg": 2})
    with pytest.raises(RecipeError, match="give a number"):
        read_schedule("much")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            {"schedule": "linear", "low": 0, "high": "x", "end": 10},
            r"\[objective\] kl: high = 'x' is no number",
        ),
        ({"schedule": "logistic", "low": 0, "high": 1, "midpoint": True, "steepness": 1}, "midpoint = True"),
        ({"schedule": "cyclical", "low": 0, "high": 1, "period": 0}, "period = 0: give 1 step or more"),
        ({"value": "1"}, "value = '1'"),
        (float("nan"), "value = nan"),
    ],
)
def test_a_weight_that_no_step_can_have_is_refused(value: Any, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        read_schedule(value, "[objective] kl")


def test_objective_is_the_weighted_sum() -> None:
    objective = Objective.from_recipe({"a": 2.0, "b": {"schedule": "linear", "low": 0, "high": 1, "end": 10}})
    terms = {"a": torch.tensor(3.0), "b": torch.tensor(4.0), "logged": torch.tensor(9.0)}
    assert objective.total(terms, 5).item() == 2 * 3 + 0.5 * 4
    assert objective.at(10) == {"a": 2.0, "b": 1.0}
    with pytest.raises(RecipeError, match="names b"):
        objective.total({"a": torch.tensor(1.0)}, 0)
    with pytest.raises(UnknownNameError, match="did you mean 'reconstruction'"):
        Objective.from_recipe({"reconstuction": 1.0}, frozenset({"reconstruction", "kl"}))


@pytest.mark.filterwarnings("error")
def test_active_units() -> None:
    mu = torch.tensor([[0.0, 1.0], [0.0, -1.0], [0.001, 1.0]])
    assert active_units(mu).tolist() == [False, True]
    assert active_units(mu[:1]).tolist() == [False, False]


def test_mutual_information_of_far_and_of_equal_posteriors() -> None:
    generator = torch.Generator().manual_seed(0)
    far = Normal(100.0 * torch.arange(8.0)[:, None], torch.ones(8, 1))
    draws = [mutual_information(far, generator) for _ in range(200)]  # each knows its sentence for certain
    assert draws == pytest.approx([math.log(8)] * 200)
    near = Normal(torch.arange(8.0)[:, None], torch.ones(8, 1))
    assert all(mutual_information(near, generator) < math.log(8) for _ in range(200))
    same = Normal(torch.zeros(8, 1), torch.ones(8, 1))
    draws = [mutual_information(same, generator) for _ in range(200)]
    assert sum(draws) / len(draws) == pytest.approx(0.0, abs=0.1)


def test_latent_statistics_put_together() -> None:
    q = Normal(torch.tensor([[0.0, 3.0], [0.0, -3.0]]), torch.ones(2, 2))
    found = latent_statistics(q, torch.Generator().manual_seed(1))
    assert found.kl == pytest.approx((0.0, 4.5))
    assert found.active == 1
    assert sum(found.kl) == pytest.approx(4.5)
