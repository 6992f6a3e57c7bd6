"""What candidates are judged by: the affect of their words, words said again, and by whom."""

from math import tanh

import numpy as np
import pytest

from textvae.text.acceptance import fault_of, repeated
from textvae.text.lexicon import read_words
from textvae.text.steering import Editing, Steering, merit

NAN = float("nan")


def test_the_affect_of_words_by_themselves() -> None:
    lexicon = {"great": (1.0, 0.25), "cold": (-0.5, 0.0)}
    assert read_words("great , great and cold", lexicon).tolist() == pytest.approx(
        [2 * tanh(1.5), 2 * tanh(0.5)]
    )
    assert read_words("a table", lexicon).tolist() == [0.0, 0.0]


def test_words_that_say_the_contrary_cost() -> None:
    steering = Steering(affect=1.0, words=0.5, content=2.0, fluency=0.0)
    reached, target = np.array([[2.0, 0.0], [2.0, 0.0]]), np.array([2.0, NAN])
    worded = np.array([[2.0, 9.0], [-1.0, 9.0]])
    flat = np.zeros(2)
    assert merit(reached, target, flat, flat, steering, 0.5, worded).tolist() == pytest.approx([0.0, -1.5])
    assert merit(reached, target, flat, flat, steering, 0.0, worded).tolist() == pytest.approx([0.0, -3.0])
    assert merit(reached, target, flat, flat, steering, 1.0, worded).tolist() == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("text", "source", "word"),
    [
        ("Best food and the best staff", "good food and the bad staff", "best"),
        ("the best food and the best staff", "the best of the best", ""),
        ("the food was and was the staff", "the food", ""),
        ("a dog, a cat", "a dog", ""),
    ],
)
def test_words_said_again(text: str, source: str, word: str) -> None:
    assert repeated(text, source) == word
    affect = np.array([[0.0, NAN], [1.0, NAN], [1.0, NAN]])
    fault = fault_of(text, source, affect, 0.9, 0.0, 0.0, (), Steering())
    assert fault == (f'says "{word}" again' if word else "")


def test_what_the_decoder_judges_by_stays_its_own() -> None:
    steering = Steering(fluency=3.0, fluent=-2.0, least_fluency=-1.0, least_likely=-2.0)
    over = Editing(judged=0, fluency=7.0, fluent=-1.0, least_fluency=-5.0).over(steering)
    assert (over.fluency, over.fluent, over.least_fluency) == (3.0, -2.0, -1.0)
    assert over.least_likely == -np.inf
    assert Editing(judged=2, fluency=7.0).over(steering).fluency == 7.0
