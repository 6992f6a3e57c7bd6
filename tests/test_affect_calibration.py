"""Calibration: spreads and conformal quantiles worked out by hand, and coverage where it can be known."""

import json
import math

import numpy as np
import pytest

from textvae.affect.calibration import Calibration, fit_line, fit_spread, raters_mean, raters_sd
from textvae.corpora import Rating, Sentence
from textvae.errors import InputError


def test_factors_are_the_conformal_quantiles() -> None:
    # Nine scores 1..9 of each dimension: the ceil((9 + 1) 0.9) = 9th and the ceil((9 + 1) 0.5) = 5th.
    mean = np.arange(9, 0, -1.0)[:, None].repeat(3, axis=1)
    calibration = Calibration.fit(np.zeros((9, 3)), mean, np.ones((9, 3)))
    assert calibration.factors(0.9).tolist() == [[9.0, 9.0, 9.0]]
    assert calibration.factors(0.5).tolist() == [[5.0, 5.0, 5.0]]
    # The ceil((9 + 1) 0.95) = 10th of nine: no interval short of the whole scale can promise that.
    assert calibration.factors(0.95).tolist() == [[math.inf] * 3]
    low, high = calibration.interval(np.full((1, 3), 2.0), np.ones((1, 3)), calibration.factors(0.95))
    assert (low.tolist(), high.tolist()) == ([[1.0] * 3], [[5.0] * 3])


def test_scores_are_measured_in_spreads() -> None:
    calibration = Calibration.fit(np.full((9, 3), 4.0), np.full((9, 3), 3.0), np.array([[0.5, 1.0, 2.0]] * 9))
    assert calibration.factors(0.9).tolist() == [[2.0, 1.0, 0.5]]


def test_each_third_of_predicted_valence_has_its_own_quantiles() -> None:
    # Predicted valences 1..6 fall into thirds (1, 2), (3, 4), (5, 6); the errors are 1 to 6 tenths.
    mean = np.stack([np.arange(1.0, 7.0), np.full(6, 3.0), np.full(6, 3.0)], axis=1)
    gold = mean + np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])[:, None]
    calibration = Calibration.fit(gold, mean, np.ones((6, 3)), groups=3)
    assert calibration.edges.tolist() == pytest.approx([1 + 5 / 3, 1 + 10 / 3])
    assert calibration.factors(0.6)[:, 0].tolist() == pytest.approx([0.2, 0.4, 0.6])  # ceil(3 x 0.6) = 2nd
    assert calibration.factors(0.3)[:, 1].tolist() == pytest.approx([0.1, 0.3, 0.5])
    # A new sentence takes the factor of the third that its valence falls into, for every dimension.
    fresh = np.array([[2.6, 3.0, 3.0], [2.7, 3.0, 3.0], [4.4, 3.0, 3.0]])
    sd = np.array([[1.0, 0.5, 2.0]] * 3)
    low, high = calibration.interval(fresh, sd, calibration.factors(0.6))
    assert high - fresh == pytest.approx(np.array([[0.2], [0.4], [0.6]]) * sd[0])
    assert fresh - low == pytest.approx(high - fresh)


def test_few_sentences_make_one_group() -> None:
    ones = np.ones((299, 3))
    assert len(Calibration.fit(ones, ones, ones).scores) == 1
    many = np.random.default_rng(0).uniform(1, 5, (300, 3))
    assert [len(group[0]) for group in Calibration.fit(many, many, np.ones((300, 3))).scores] == [100] * 3


def test_what_nobody_rated_has_no_interval() -> None:
    gold = np.full((20, 3), 3.0)
    gold[:, 2] = np.nan  # valence and arousal alone, as in Chinese EmoBank
    calibration = Calibration.fit(gold, np.full((20, 3), 3.5), np.ones((20, 3)), np.full((20, 3), np.nan))
    assert calibration.factors(0.9).tolist() == [[0.5, 0.5, math.inf]]
    assert calibration.lines.tolist() == [[0.0, 1.0]] * 3


def test_what_no_rating_tells_stays_as_it_was() -> None:
    draw = np.random.default_rng(3)
    mean, spread = draw.normal(3, 0.4, (400, 3)), np.exp(draw.normal(-0.5, 0.2, (400, 3)))
    gold, sd = mean + draw.normal(0, 0.2, (400, 3)), np.full((400, 3), 0.6)
    before = Calibration.fit(gold, mean, spread, sd)
    unrated = gold.copy()
    unrated[:, 1] = np.nan
    shifted = unrated + np.array([0.0, 0.0, 0.3])
    after = Calibration.fit(shifted, mean, spread, before=before)  # no spread of raters
    assert np.array_equal(after.lines, before.lines)
    pooled = np.sort(np.concatenate([group[1] for group in before.scores]))
    assert all(np.array_equal(group[1], pooled) for group in after.scores)
    assert not np.array_equal(after.scores[0][2], before.scores[0][2])
    assert np.array_equal(Calibration.fit(unrated, mean, spread).lines, [[0.0, 1.0]] * 3)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_coverage_in_each_third_on_fresh_draws(level: float) -> None:
    """The model's spread is wrong by a factor that depends on valence; each third still keeps the promise."""
    random = np.random.default_rng(0)
    mean = random.uniform(1.5, 4.5, (60_000, 3))
    spread = random.uniform(0.02, 0.2, mean.shape)
    gold = random.normal(mean, spread * np.where(mean[:, :1] < 2.5, 0.5, 2.0))
    half = len(gold) // 2
    calibration = Calibration.fit(gold[:half], mean[:half], spread[:half])
    low, high = calibration.interval(mean[half:], calibration.sd(spread[half:]), calibration.factors(level))
    inside = (low <= gold[half:]) & (gold[half:] <= high)
    for group in range(3):
        shares = inside[calibration.group(mean[half:]) == group].mean(0)
        assert np.abs(shares - level).max() < 0.015


def test_the_spread_by_hand() -> None:
    spread = np.array([0.1, 0.2, 0.4, 0.8])
    assert fit_spread(spread, (2 * spread) ** 2) == pytest.approx([math.log(2), 1.0])  # half of what it is
    assert fit_spread(spread, spread) == pytest.approx([0.0, 0.5], abs=1e-8)  # sd = spread ^ 0.5
    # Where the spread says nothing, the best constant: the root mean square, here of 0.3 and 0.4.
    same = np.array([0.5, 0.5])
    a, b = fit_spread(same, np.array([0.09, 0.16]))
    assert a + b * math.log(0.5) == pytest.approx(0.5 * math.log(0.125))
    # Where more spread means less, it counts for nothing.
    a, b = fit_spread(np.array([0.1, 0.8]), np.array([0.16, 0.09]))
    assert (a, b) == (pytest.approx(0.5 * math.log(0.125)), 0.0)
    assert fit_spread(same, np.array([np.nan, np.nan])).tolist() == [0.0, 1.0]


def test_the_spread_is_never_less_likely_than_a_constant() -> None:
    random = np.random.default_rng(1)
    spread = np.exp(random.normal(-1, 0.5, 400))
    for power in (0.0, 0.3, 1.0):
        squares = random.normal(0, spread**power) ** 2
        a, b = fit_spread(spread, squares)

        def loss(log_sd: np.ndarray, squares: np.ndarray = squares) -> float:
            return float(np.mean(log_sd + squares / (2 * np.exp(2 * log_sd))))

        best = loss(a + b * np.log(spread))
        assert best <= loss(np.full(400, 0.5 * np.log(squares.mean()))) + 1e-12
        for da, db in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
            assert b == 0.0 or best < loss(a + da + (b + db) * np.log(spread))


def test_the_raters_spread_counts_and_the_error_too() -> None:
    gold, mean = np.full((10, 3), 3.3), np.full((10, 3), 3.0)
    calibration = Calibration.fit(gold, mean, np.full((10, 3), 0.2), np.full((10, 3), 0.4))
    assert calibration.sd(np.full((1, 3), 0.2)) == pytest.approx(np.full((1, 3), 0.5))  # 0.3^2 + 0.4^2


def test_the_line_of_the_means_by_hand() -> None:
    assert fit_line(np.array([2.0, 3.0, 4.0]), np.array([2.5, 3.0, 3.5])).tolist() == [1.5, 0.5]
    assert fit_line(np.array([2.0, 9.0, 4.0]), np.array([2.5, np.nan, 3.5])).tolist() == [1.5, 0.5]
    assert fit_line(np.array([2.0, 2.0]), np.array([1.0, 2.0])).tolist() == [0.0, 1.0]


def test_ratings_of_sentences() -> None:
    rated = [Sentence("a", valence=Rating(4.0, 0.5), arousal=Rating(2.0)), Sentence("b")]
    assert np.array_equal(raters_mean(rated), [[4.0, 2.0, np.nan], [np.nan] * 3], equal_nan=True)
    assert np.array_equal(raters_sd(rated), [[0.5, np.nan, np.nan], [np.nan] * 3], equal_nan=True)


def test_a_checkpoint_keeps_all_of_it() -> None:
    random = np.random.default_rng(2)
    mean = random.uniform(1, 5, (400, 3))
    first = Calibration.fit(
        mean + random.normal(0, 0.3, mean.shape), mean, np.full(mean.shape, 0.5), mean / 9
    )
    content = first.to_json({"corpus": "made/dev"})
    assert json.loads(content)["corpus"] == "made/dev"
    again = Calibration.from_json(content)
    for level in (0.1, 0.5, 0.9, 0.99):
        assert again.factors(level) == pytest.approx(first.factors(level), rel=1e-5)
    assert again.edges == pytest.approx(first.edges, rel=1e-5)
    assert again.lines == pytest.approx(first.lines, rel=1e-5)
    assert again.digest == Calibration.from_json(again.to_json()).digest != Calibration(again.scores).digest
    whole = json.loads(content)
    flat = dict.fromkeys(("valence", "arousal", "dominance"), 1.0)
    wrongs: list[object] = [whole | {"edges": [3.0]}, whole | {"lines": flat}, {}, []]
    for wrong in wrongs:
        with pytest.raises((KeyError, TypeError, ValueError)):
            Calibration.from_json(json.dumps(wrong).encode())


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 90.0, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        Calibration([[np.ones(1)] * 3]).factors(level)
