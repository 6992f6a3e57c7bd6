"""The exhibits' own arithmetic: what stands for a gamma, the simplex, and gradients that agree."""

import math
from typing import Any

import numpy as np
import pytest
import torch


def test_the_weibull_that_stands_for_a_gamma(benchmarks: Any) -> None:
    log_a, log_k = benchmarks("topic_gradients").matched_shapes()
    # An exponential is both a Gamma(1) and a Weibull of shape 1; a Weibull of shape 2 has the
    # coefficient of variation sqrt(4 / pi - 1).
    for a, k in ((1.0, 1.0), (1 / (4 / math.pi - 1), 2.0)):
        found = float(np.interp(math.log(a), log_a.numpy(), log_k.numpy()))
        assert found == pytest.approx(math.log(k), abs=1e-4)
    assert (log_a.diff() > 0).all()


def test_the_unbiased_estimators_agree_about_a_document(benchmarks: Any) -> None:
    gradients = benchmarks("topic_gradients")
    loss = gradients.document()
    found = {}
    for name in ("implicit", "rejection, corrected"):
        rows, seconds = gradients.gradients(gradients.ESTIMATES[name], 1.0, loss, 4000, seed=2)
        assert rows.shape == (4000, gradients.TOPICS)
        assert seconds > 0
        found[name] = rows.mean(0), rows.var(0) / len(rows)
    (one, error), (other, error_too) = found.values()
    assert ((one - other).abs() < 4.5 * torch.sqrt(error + error_too)).all()


def test_corners_of_the_simplex(benchmarks: Any) -> None:
    corners = benchmarks("topic_sparsity").corners(np.eye(3))
    sides = [np.linalg.norm(corners[i] - corners[j]) for i, j in ((0, 1), (1, 2), (2, 0))]
    assert sides == pytest.approx([1.0, 1.0, 1.0])
    middle = benchmarks("topic_sparsity").corners(np.full((1, 3), 1 / 3))
    assert middle[0].tolist() == pytest.approx(corners.mean(0).tolist())
