"""Dropout by hand: what is dropped, what the rest becomes, and where torch's own is used."""

import pytest
import torch
from torch import nn

from textvae.text.dropout import Dropout


@pytest.mark.parametrize(
    ("p", "rounded"), [(0.5, 128 / 256), (0.1, 26 / 256), (0.2, 51 / 256), (0.9, 230 / 256)]
)
def test_the_share_dropped_and_the_scale_of_the_rest(p: float, rounded: float) -> None:
    torch.manual_seed(0)
    x = torch.ones(1001, 203)
    y = Dropout(p)(x)
    assert float((y == 0).float().mean()) == pytest.approx(rounded, abs=0.004)  # 4 standard deviations
    torch.testing.assert_close(y[y != 0].unique(), torch.tensor([1 / (1 - rounded)]))
    assert float(y.mean()) == pytest.approx(1.0, abs=0.015)
    columns = (y == 0).float().mean(0)  # no place is preferred: 8 decisions of one number are apart
    assert float(columns.std()) < 1.3 * (rounded * (1 - rounded) / 1001) ** 0.5


def test_decisions_next_to_each_other_are_independent() -> None:
    torch.manual_seed(1)
    kept = (Dropout(0.5)(torch.ones(200_000)) != 0).float() - 0.5
    for apart in range(1, 9):
        assert abs(float((kept[apart:] * kept[:-apart]).mean())) < 0.003  # the standard deviation is 0.0006


def test_the_gradient_goes_where_the_value_went_and_the_seed_decides() -> None:
    x = torch.randn(7, 5, requires_grad=True)
    torch.manual_seed(2)
    y = Dropout(0.5)(x)
    y.sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    torch.testing.assert_close(y, x * x.grad)
    torch.manual_seed(2)
    torch.testing.assert_close(Dropout(0.5)(x), y, rtol=0, atol=0)
    assert Dropout(0.5)(x.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("p", [0.0, 0.001, 0.999, 1.0])
def test_next_to_nothing_and_to_everything_is_torchs_own(p: float) -> None:
    x = torch.ones(4000)
    torch.manual_seed(3)
    expected = nn.Dropout(p)(x)
    torch.manual_seed(3)
    torch.testing.assert_close(Dropout(p)(x), expected, rtol=0, atol=0)


def test_reading_drops_nothing() -> None:
    x = torch.randn(3, 4)
    assert torch.equal(Dropout(0.5).eval()(x), x)
