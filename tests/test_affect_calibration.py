"""Conformal intervals: quantiles worked out by hand, and coverage where it can be known."""

import numpy as np
import pytest

from textvae.affect.calibration import Calibration
from textvae.errors import InputError


def test_factors_are_the_conformal_quantiles() -> None:
    # Nine residuals 1..9 of each dimension: the ceil((9 + 1) 0.9) = 9th and the ceil((9 + 1) 0.5) = 5th.
    gold = np.zeros((9, 3))
    mean = np.arange(9, 0, -1.0)[:, None].repeat(3, axis=1)
    calibration = Calibration.fit(gold, mean, np.ones((9, 3)))
    assert calibration.factors(0.9).tolist() == [9.0, 9.0, 9.0]
    assert calibration.factors(0.5).tolist() == [5.0, 5.0, 5.0]


def test_residuals_are_measured_in_spreads() -> None:
    calibration = Calibration.fit(np.full((1, 3), 4.0), np.full((1, 3), 3.0), np.array([[0.5, 1.0, 2.0]]))
    assert calibration.factors(0.9).tolist() == [2.0, 1.0, 0.5]


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_coverage_on_fresh_draws(level: float) -> None:
    random = np.random.default_rng(0)
    spread = random.uniform(0.2, 2.0, (40_000, 3))
    gold = random.normal(0.0, spread)
    mean = np.zeros_like(gold)
    half = len(gold) // 2
    factors = Calibration.fit(gold[:half], mean[:half], spread[:half]).factors(level)
    inside = np.abs(gold[half:]) <= factors * spread[half:]
    assert np.abs(inside.mean(0) - level).max() < 0.01


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 90.0, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        Calibration(np.ones((3, 1))).factors(level)
