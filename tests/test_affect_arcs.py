"""Whole texts: running means, the arc in a bounded number of cells, and a summary, all worked out by hand."""

import math
import random
from statistics import fmean, pstdev

import pytest

from textvae.affect.arcs import CELLS, Arc, RunningMean, Summary, running_mean
from textvae.affect.values import Affect, Reading
from textvae.errors import InputError


def reading(valence: float, text: str = "", low: float = 0.5, high: float = 0.3) -> Reading:
    """Valence with an interval from `low` below it to `high` above; arousal 2, dominance 3."""
    arousal, dominance = (Affect(mean, 0.5, mean - 1, mean + 1) for mean in (2.0, 3.0))
    return Reading(text, Affect(valence, 0.4, valence - low, valence + high), arousal, dominance)


def test_running_mean_by_hand() -> None:
    values = [(1.0, 10.0), (2.0, 20.0), (6.0, 0.0), (3.0, 0.0)]
    assert list(running_mean(values, 1)) == values
    # Two: the one before and the value itself. Three: one on each side. Where there is none, fewer.
    assert list(running_mean(values, 2)) == [(1.0, 10.0), (1.5, 15.0), (4.0, 10.0), (4.5, 0.0)]
    thirds = [value for mean in running_mean(values, 3) for value in mean]
    assert thirds == pytest.approx([1.5, 15, 3, 10, 11 / 3, 20 / 3, 4.5, 0])
    assert [a for a, _ in running_mean(values, 100)] == [3.0] * 4
    assert list(running_mean([], 3)) == []


@pytest.mark.parametrize("window", [1, 2, 3, 4, 7, 50])
@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_running_mean_is_the_mean_of_its_window(window: int, count: int) -> None:
    chance = random.Random(count)
    values = [chance.random() for _ in range(count)]
    found = [mean for (mean,) in running_mean(((v,) for v in values), window)]
    expected = [fmean(values[max(0, i - window // 2) : i + (window - 1) // 2 + 1]) for i in range(count)]
    assert found == pytest.approx(expected)


def test_a_running_mean_waits_for_no_more_than_it_needs_and_begins_again() -> None:
    running = RunningMean(3)
    assert list(running.push((1.0,))) == []
    assert list(running.push((2.0,))) == [(1.5,)]
    assert list(running.push((3.0,))) == [(2.0,)]
    assert list(running.rest()) == [(2.5,)]
    assert list(running.rest()) == []
    assert list(running.push((9.0,))) == []
    assert list(running.rest()) == [(9.0,)]
    with pytest.raises(InputError, match="at least 1"):
        RunningMean(0)


def test_an_arc_doubles_its_cells_when_they_are_full() -> None:
    arc = Arc()
    for value in range(CELLS):
        arc.add(float(value))
    assert (arc.each, arc.cells) == (1, [float(value) for value in range(CELLS)])
    arc.add(100.0)
    assert arc.each == 2
    assert arc.cells == [2 * i + 0.5 for i in range(CELLS // 2)] + [100.0]
    arc.add(50.0)
    assert arc.cells[-1] == 75.0


def test_an_arc_of_any_length_stays_small_and_keeps_the_mean() -> None:
    arc = Arc()
    values = [math.sin(i / 500) for i in range(10_000)]
    for value in values:
        arc.add(value)
    assert arc.each == 256
    assert len(arc.cells) == math.ceil(10_000 / 256)
    assert arc.cells[3] == pytest.approx(fmean(values[3 * 256 : 4 * 256]))


def test_a_summary_by_hand() -> None:
    whole = Summary()
    for line, (valence, text) in enumerate(
        [(3.0, "plain"), (4.0, "good"), (2.0, "bad"), (4.0, "good again")], 1
    ):
        whole.add(reading(valence, text), line)
    assert whole.count == 4
    assert whole.share == 0.5  # 3.0 is neither pleasant nor unpleasant
    figures = whole.figures["valence"]
    assert figures.mean == pytest.approx(3.25)
    assert [figures.low, figures.high] == pytest.approx([2.75, 3.55])  # the means of the ends
    assert whole.spread("valence") == pytest.approx(pstdev([3, 4, 2, 4]))
    assert whole.spread("arousal") == 0.0
    assert whole.highest is not None
    assert whole.lowest is not None
    assert (whole.highest.valence, whole.highest.text, whole.highest.line) == (4.0, "good", 2)
    assert (whole.lowest.text, whole.lowest.line) == ("bad", 3)
    assert whole.arc().cells == [3.0, 4.0, 2.0, 4.0]


def test_the_arc_of_a_summary_is_smoothed() -> None:
    whole = Summary(window=3)
    for valence in (1.0, 2.0, 6.0):
        whole.add(reading(valence))
    assert whole.arc().cells == [1.5, 3.0, 4.0]


def test_a_text_without_a_sentence() -> None:
    whole = Summary()
    assert whole.arc().cells == []
    assert math.isnan(whole.share)
    assert math.isnan(whole.spread("valence"))
    assert whole.highest is None
