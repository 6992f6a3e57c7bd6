"""What candidates are judged by: the affect of their words, words said again, and by whom."""

from collections.abc import Sequence
from math import tanh

import numpy as np
import pytest

from textvae.text.acceptance import fault_of, repeated, unclosed
from textvae.text.choosing import Measured, choose
from textvae.text.judging import remembering
from textvae.text.lexicon import read_words
from textvae.text.settings import Editing, Steering
from textvae.text.steering import Floats, Scale, merit

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


def test_moving_what_was_not_asked_for_costs() -> None:
    """Valence goes from 0 to 2, arousal stays at 1 or goes to 2.5: 1.5 away, at 0.5 each."""
    steering = Steering(affect=1.0, content=0.0, fluency=0.0, other=0.5)
    own, reached = np.array([0.0, 1.0]), np.array([[2.0, 1.0], [2.0, 2.5], [1.0, 0.0]])
    flat, valence, both = np.zeros(3), np.array([2.0, NAN]), np.array([2.0, 1.0])
    assert merit(reached, valence, flat, flat, steering, own=own).tolist() == [0.0, -0.75, -1.5]
    assert merit(reached, valence, flat, flat, steering, 1.0, own=own).tolist() == [0.0, -1.5, -1.0]
    assert merit(reached, valence, flat, flat, steering).tolist() == [0.0, 0.0, -1.0]
    assert merit(reached, both, flat, flat, steering, own=own).tolist() == [0.0, -0.75, -1.0]  # its error
    arousal = np.array([NAN, 0.0])
    assert merit(reached, arousal, flat, flat, steering, own=own).tolist() == [-2.0, -3.5, -0.5]


def test_the_source_is_what_the_other_axis_is_measured_from() -> None:
    said = [
        Measured("so good", 0.0, np.array([4.0, 4.0]), 0.5, 0.0),
        Measured("good", 0.0, np.array([3.8, 3.1]), 0.5, 0.0),
    ]
    scale, steering, target = Scale((3.0, 3.0), (0.5, 0.25)), Steering(other=1.0), np.array([4.0, NAN])
    assert choose(said, target, 1, 0.5, scale, steering, np.array([3.0, 3.0]))[0].text == "good"
    assert choose(said, target, 1, 0.5, scale, steering, np.array([3.0, 4.0]))[0].text == "so good"


@pytest.mark.parametrize(
    ("text", "source", "asked", "fault"),
    [
        ("the food was cold!", "the food was cold.", "arousal", ""),
        ("The food was cold.", "the food was cold!", "arousal", ""),
        ("the food was cold!", "the food was cold.", "valence", "is a copy"),
        ("the food, was cold.", "the food was cold.", "arousal", "is a copy"),
        ("was the food cold!", "was the food cold?", "arousal", "is a copy"),
    ],
)
def test_an_exclamation_mark_is_an_answer_where_arousal_is_asked_for(
    text: str, source: str, asked: str, fault: str
) -> None:
    target = [1.0, NAN] if asked == "valence" else [NAN, 1.0]
    affect = np.array([[0.0, 0.0], [1.0, 1.0], target])
    assert fault_of(text, source, affect, 1.0, 0.0, 0.0, (), Steering()) == fault
    unmoved = np.array([[0.0, 0.0], [0.0, 0.0], target])
    assert fault_of(text, source, unmoved, 1.0, 0.0, 0.0, (), Steering()) == (fault or "hardly moves")


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


@pytest.mark.parametrize(
    ("text", "source", "fault"),
    [
        ("@anonymous the train always works", "why is the train late?", "says a placeholder"),
        ("[name] is good", "he is bad", "says a placeholder"),
        ("[Name] is good", "[NAME] is bad", ""),
        ("see http://url_removed, it is good", "see this, it is bad", "says a placeholder"),
    ],
)
def test_what_no_candidate_may_say(text: str, source: str, fault: str) -> None:
    affect = np.array([[0.0, NAN], [1.0, NAN], [1.0, NAN]])
    assert fault_of(text, source, affect, 0.9, 0.0, 0.0, (), Steering()) == fault


@pytest.mark.parametrize(
    ("text", "source", "fault"),
    [
        ("The minister died.", "The minister resigned.", 'says "died"'),
        ("My aunt helped me.", "My aunt Died.", 'loses "died"'),
        ("It is sad that my aunt died.", "my aunt died.", ""),
        ("the cat was killed.", "the dog died.", ""),
    ],
)
def test_a_death_is_neither_put_in_nor_taken_out(text: str, source: str, fault: str) -> None:
    affect = np.array([[0.0, NAN], [1.0, NAN], [1.0, NAN]])
    assert fault_of(text, source, affect, 0.9, 0.0, 0.0, (), Steering(grave=False)) == fault
    assert fault_of(text, source, affect, 0.9, 0.0, 0.0, (), Steering()) == ""


@pytest.mark.parametrize(
    ("text", "source", "fault"),
    [
        ("Tom left the window open.", "Who left the window open?", "is no question"),
        ("Send me the report, thank you 🙏", "Send me the report 🙏", ""),
        ("Was this your trip?", "This was your good trip.", "is a question"),
        ("Is he here now?!", "Is he here?", "shouts a question"),
        ("I laughed at the dog.", "Stop shouting at the dog.", "is no order"),
        ("Close the door. Thanks", "Close the door.", ""),
        ("He went to 4.1 percent.", "Prices fell to 4.1 percent.", 'says "he"'),
        ("I write to Tom about it.", "I write to complain about it.", 'says "tom"'),
        ("Our dog hurt me.", "Our dog bit my leg.", ""),
        ("They were good to our dog.", "The vet was good to our dog.", 'says "they"'),
        ("I said that I loved him.", "I never said that I loved him.", "says what was denied"),
        ("The soup was not good.", "The soup was good.", "denies what was said"),
        ("The soup was good, but I was disappointed.", "The soup was good.", ""),
        ("The soup is good, but I am disappointed.", "The soup is good.", ""),
        ("There is nothing good.", "There isn't any good.", ""),
    ],
)
def test_what_is_another_sentence(text: str, source: str, fault: str) -> None:
    affect = np.array([[0.0, NAN], [1.0, NAN], [1.0, NAN]])
    strict = Steering(loose=False)
    assert fault_of(text, source, affect, 0.9, 0.0, 0.0, (), strict, {"tom": "Tom"}) == fault
    assert fault_of(text, source, affect, 0.9, 0.0, 0.0, (), Steering(), {"tom": "Tom"}) == ""


def test_what_the_decoder_judges_by_stays_its_own() -> None:
    steering = Steering(fluency=3.0, fluent=-2.0, least_fluency=-1.0, least_likely=-2.0)
    over = Editing(judged=0, fluency=7.0, fluent=-1.0, least_fluency=-5.0).over(steering)
    assert (over.fluency, over.fluent, over.least_fluency) == (3.0, -2.0, -1.0)
    assert over.least_likely == -np.inf
    assert Editing(judged=2, fluency=7.0).over(steering).fluency == 7.0


def test_a_quotation_mark_wants_its_partner() -> None:
    assert unclosed('he came!"', "he came.")
    assert unclosed("he came!\u201d", "he came.")
    assert not unclosed('"he came!"', "he came.")
    assert not unclosed('he came!"', 'he came."')
    assert not unclosed("he came :)", "he came.")


def test_no_text_is_read_twice_and_each_gets_its_own_reading() -> None:
    asked: list[list[str]] = []

    def read(texts: Sequence[str]) -> Floats:
        asked.append(list(texts))
        return np.array([[len(text), -len(text)] for text in texts], float)

    reading = remembering(read)
    assert reading(["ab", "a", "ab"]).tolist() == [[2, -2], [1, -1], [2, -2]]
    assert reading(["a", "abc"]).tolist() == [[1, -1], [3, -3]]
    assert reading(["abc", "ab"]).tolist() == [[3, -3], [2, -2]]
    assert reading([]).shape == (0, 2)
    assert asked == [["ab", "a"], ["abc"]]
