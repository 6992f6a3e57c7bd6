"""Affect targets: numbers, shifts, words, and what is none of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textvae.corpora import read_corpus
from textvae.errors import TargetError
from textvae.text.targets import AROUSAL_WORDS, WORDS, Target, parse_target


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (None, None),
        (4.0, Target(value=4.0)),
        (1, Target(value=1.0)),
        (np.float32(2.5), Target(value=2.5)),
        (np.int64(4), Target(value=4.0)),
        ("4", Target(value=4.0)),
        (" 3.25 ", Target(value=3.25)),
        ("+0.8", Target(shift=0.8)),
        ("-1", Target(shift=-1.0)),
        ("- .5", Target(shift=-0.5)),
        ("\u22121", Target(shift=-1.0)),
        ("very-high", Target(value=WORDS["very-high"])),
        ("Very low", Target(value=WORDS["very-low"])),
        ("NEUTRAL", Target(value=3.0)),
    ],
)
def test_what_a_target_may_be(given_: float | str | None, expected: Target | None) -> None:
    assert parse_target(given_) == expected


def test_words_of_arousal_are_its_own() -> None:
    """As high a share of EmoBank's training sentences lies below as of the same word in valence."""
    assert parse_target("low", "valence") == parse_target("low") == Target(value=2.4)
    assert parse_target("low", "arousal") == parse_target("low", "--arousal") == Target(value=2.7)
    assert parse_target("Very high", "arousal") == Target(value=AROUSAL_WORDS["very-high"])
    assert list(AROUSAL_WORDS) == list(WORDS)
    assert parse_target(2.4, "arousal") == Target(value=2.4)  # a number is a number


@pytest.mark.corpora
def test_words_stand_for_as_rare_places() -> None:
    rated = [one for one in read_corpus("emobank", split="train") if one.valence and one.arousal]
    valence = np.array([one.valence.mean for one in rated if one.valence])
    arousal = np.array([one.arousal.mean for one in rated if one.arousal])
    for word, place in WORDS.items():
        below = ((valence < place).mean() + (valence <= place).mean()) / 2
        assert np.quantile(arousal, below) == pytest.approx(AROUSAL_WORDS[word], abs=0.05)


@pytest.mark.parametrize(
    "given_",
    [
        "abc",
        "",
        "9",
        9,
        0.99,
        "5.01",
        -1.0,
        "nan",
        "inf",
        float("nan"),
        "4,0",
        "+",
        "+-1",
        True,
        np.float32(5.5),
        np.float64("nan"),
        np.bool_(True),
        10**400,
    ],
)
def test_what_is_no_target(given_: float | str) -> None:
    with pytest.raises(
        TargetError, match=r"valence .*from 1 to 5, a shift such as \+0.8 or -1, or one of very-low, low"
    ):
        parse_target(given_, "valence")


def test_messages_name_the_value() -> None:
    with pytest.raises(TargetError, match="arousal 'abc' is not on the scale"):
        parse_target("abc", "arousal")
    with pytest.raises(TargetError, match=r'-1.0 is not on the scale \(a shift is written as text: "-1"\)'):
        parse_target(-1.0)
    with pytest.raises(TargetError, match=r"\+7 is a shift longer than the scale: shift by -4 to \+4"):
        parse_target("+7")


@given(st.floats(1, 5), st.floats(-4, 4))
def test_a_shift_stays_on_the_scale(source: float, shift: float) -> None:
    target = parse_target(f"{shift:+f}")
    assert target is not None
    reached = target.resolve(source)
    assert 1 <= reached <= 5
    assert reached in (1, 5) or reached == pytest.approx(source + shift, abs=1e-5)


def test_a_value_does_not_depend_on_the_source() -> None:
    assert Target(value=4.0).resolve(1.3) == 4.0
