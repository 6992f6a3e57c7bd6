"""Frames around statements: where one may stand, which, and that running text does not repeat them."""

import re

import numpy as np
import pytest

from textvae.text.frames import FRAMES, frame_of, framed
from textvae.text.statements import assertion, past, statement

UP, DOWN = np.array([1.0, 0.0]), np.array([-1.0, 0.0])
LOUDER, CALMER = np.array([0.0, 1.0]), np.array([0.0, -1.0])
HERE = np.array([0.0, 0.0])


@pytest.mark.parametrize(
    "form",
    [
        "the shop was closed.",
        "my neighbour plays the piano every evening.",
        "i lost my keys and missed the last train.",
        "they go home.",
        "it's raining again!",
        "that's how it is.",
        "nobody came to his party.",
        "our neighbours invited us to dinner.",
        "tom lives in boston.",
        "the dog didn't eat it",
        "tom called mary.",
        "after lunch, i returned to the office.",
        "security is slow today.",
    ],
)
def test_statements(form: str) -> None:
    assert statement(form, {"tom"}, {"security"})


@pytest.mark.parametrize(
    "form",
    [
        "",
        "it rains",
        "how are you today?",
        "you came, didn't you?",
        "take what you can get.",
        "village buried by 100 inches of snow",
        "tom lives in boston.",
        "a subtle and well crafted chiller.",
        "i hope this is worth it.",
        "i am glad to see you.",
        "the shop was closed...",
        "i, for one, am glad.",
        "here's where we started -",
        "the best of all",
        "security is slow today.",
        "see if security is slow.",
        "after lunch the office.",
    ],
)
def test_no_statements(form: str) -> None:
    assert not statement(form, nouns={"see"})


@pytest.mark.parametrize(
    "form",
    [
        "kidnappers seize two in nigeria",
        "in may the legislature voted to reinstate it.",
        "a subtle and well crafted chiller.",
    ],
)
def test_assertions(form: str) -> None:
    assert assertion(form)
    assert not statement(form)
    assert framed(form, HERE, DOWN, 20, 0.0)[0].form.rstrip(".").endswith(", i am sorry to say")
    assert framed(f'"{form}', HERE, DOWN, 20, 0.0) == []


@pytest.mark.parametrize(
    "form",
    [
        "take what you can get.",
        "thanks for all of it.",
        "here it ends -",
        "note: it ends here",
        "he came. she left.",
        "wine and cheese",
        "what does he say of it?",
        "so it goes...",
    ],
)
def test_no_assertions(form: str) -> None:
    assert not assertion(form)


def test_what_was_is_known() -> None:
    assert past("we won the match.")
    assert past("they cancelled it.")
    assert not past("we win the match.")


def test_frames_lead_one_way_at_a_price() -> None:
    found = framed("the shop was closed.", HERE, UP, 2, 1.5)
    assert [edit.form for edit in found] == [
        "i am glad that the shop was closed.",
        "luckily, the shop was closed.",
    ]
    assert {(edit.log_prob, edit.stand) for edit in found} == {(0.0, -1.5)}
    both = framed("the shop is open.", HERE, np.array([-1.0, -1.0]), 1, 0.0)
    assert [edit.form for edit in both] == [
        "sadly, the shop is open.",
        "it is generally assumed that the shop is open.",
    ]
    tailed = [edit.form for edit in framed('the shop is open!"', HERE, CALMER, 8, 0.0)]
    assert tailed[-1] == 'generally, the shop is open, i suppose!"'
    assert framed("is the shop closed?", HERE, UP, 9, 0.0) == []
    assert framed("the shop was closed.", HERE, UP, 0, 0.0) == []


@pytest.mark.parametrize(
    ("own", "way", "there", "missing"),
    [
        (-0.4, UP, "i am glad that", "luckily,"),
        (-0.4, UP, "i am happy although", "fortunately,"),
        (-1.5, UP, "i am happy although", "i am glad that"),
        (0.5, UP, "luckily,", "i am happy although"),
        (1.5, DOWN, "it is terrible that", "sadly,"),
        (2.5, DOWN, "i am sad although", "it is terrible that"),
        (0.0, DOWN, "sadly,", "i am sad although"),
    ],
)
def test_nobody_says_luckily_of_bad_news(own: float, way: np.ndarray, there: str, missing: str) -> None:
    found = {frame_of(edit.form) for edit in framed("it was so.", np.array([own, 0.0]), way, 20, 0.0)}
    assert f"{there} *" in found
    assert f"{missing} *" not in found


def test_what_was_is_no_habit() -> None:
    calm = {frame_of(edit.form) for edit in framed("we won the match.", HERE, CALMER, 9, 0.0)}
    habits = re.compile(r"typically|generally, \*|i assume that")
    assert calm == {frame for frame in FRAMES[0, -1] if not habits.search(frame)}


def test_what_says_two_things_is_not_framed_from_behind() -> None:
    calm = [edit.form for edit in framed("we won it. he lost it.", HERE, CALMER, 9, 0.0)]
    assert calm == [
        f"{before} we won it. he lost it."
        for before in ("it is generally assumed that", "i suppose that", "perhaps")
    ]


def test_nobody_says_wow_of_bad_news() -> None:
    found = [edit.form for edit in framed("we lost the match.", np.array([-1.0, 0.0]), LOUDER, 3, 0.0)]
    assert found == [
        f"{frame} we lost the match." for frame in ("i can't believe that", "suddenly,", "incredibly,")
    ]


def test_a_frame_is_taken_off_and_changed() -> None:
    forms = [edit.form for edit in framed("sadly, the shop was closed.", HERE, UP, 1, 0.0)]
    assert forms == ["the shop was closed.", "i am glad that the shop was closed."]
    assert framed("suddenly, the shop was closed.", HERE, LOUDER, 2, 0.0)[0].form == "the shop was closed."


def test_frames_are_known_by_their_beginning() -> None:
    for frames in FRAMES.values():
        for frame in frames:
            assert frame_of(frame.replace("*", "it rains") + ".") == frame
    assert frame_of("sadly it rains.") == ""
    assert frame_of("sadly, ") == ""
    assert frame_of('"but sadly, it rains," he said.') == "sadly, *"


def test_a_frame_stands_inside_a_quotation_and_behind_but() -> None:
    forms = [edit.form for edit in framed('"but it rains today," he said.', HERE, UP, 1, 0.0)]
    assert forms == ['"but i am glad that it rains today," he said.']
    assert framed('"a drink," he said.', HERE, UP, 1, 0.0) == []
    assert framed("so it is.", HERE, UP, 1, 0.0) == []
