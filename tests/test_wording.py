"""Words to keep and to avoid, what no rewriting may change, and which candidates are offered."""

import math
from typing import Any

import numpy as np
import pytest

from textvae.errors import InputError, TextError
from textvae.text.acceptance import fault_of
from textvae.text.settings import Steering
from textvae.text.wording import ANY, Wording, entrusted, holds, lost, plain, put_back

CASING = {"london": "London", "anna": "Anna", "may": "may", "bbc": "BBC", "new york": "New York"}


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("The staff was rude.", "STAFF", True),
        ("The staff's dog", "staff", True),
        ("staffing", "staff", False),
        ("the  cold\nfood", "cold food", True),
        ("he did n't go", "didn't", True),
        ("I don’t go", "don't", True),
        ("it costs 12.50", "12", True),
        ("it costs 125", "12", False),
        ("a well-known man", "well", True),
        ('he said "no!"', '"no!"', True),
    ],
)
def test_whole_words_whatever_their_case(text: str, phrase: str, there: bool) -> None:
    assert holds(plain(text), phrase) == there


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna met Mr. Zorn in London on 5 May.", ("5", "Anna", "Zorn", "London", "May")),
        ("anna met mr. zorn in london", ("anna", "london")),
        ("On the bbc they said so.", ()),  # three letters without a capital: too often something else
        ("THE FOOD IN LONDON WAS COLD", ("LONDON",)),
        ("The Food Was Cold", ()),
        ('He said "I hate this!" and left.', ("I hate this",)),
        ('"I hate this place."', ()),  # the sentence itself
        ("They say “never” in Oslo.", ("never", "Oslo")),
        ("I paid $1,250.50 for two nights.", ("1,250.50", "two")),
        ("We close at 6pm on the 21st, not on the A4.", ("6pm", "21st", "A4")),
        ("_num_ nights of _num_", ("_num_", "_num_")),
        (
            "See https://example.com/a?b=1, www.b.org or c.com.",
            ("https://example.com/a?b=1", "www.b.org", "c.com"),
        ),
        ("@anna, write to jo.b@mail.example.org #now!", ("@anna", "jo.b@mail.example.org", "#now")),
        ("it ended.then we left.", ()),
        ("I know I'm cold and you're late.", ()),
        ("Don't touch that!", ("Don't",)),
        ("Please, never give up.", ("never",)),
        ("Don't you like it?", ()),
        ("I don't like it.", ()),
        ("", ()),
    ],
)
def test_what_no_rewriting_may_change(text: str, found: tuple[str, ...]) -> None:
    assert set(entrusted(text, CASING)) == set(found)
    assert len(entrusted(text, CASING)) == len(found)
    assert lost(entrusted("don't touch that", CASING), "touch that") == ["don't"]
    assert entrusted("don't touch that", {}) == ()


def test_what_is_lost() -> None:
    assert lost(("5", "London"), "london has 5 parks") == []
    assert lost(("5", "London"), "Londoners have 15 parks") == ["5", "London"]
    assert lost(("6pm", "A4"), "at 6pm on the A40") == ["A4"]
    assert lost(("_num_", "_num_"), "only _num_ left") == ["_num_"]


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("We had a good time at Lake tat in 2019.", "We had a good time at Lake Tahoe in 2019."),
        ("We had a good time at Lake Tahoe in 2019.", "We had a good time at Lake Tahoe in 2019."),
        ("We had a good time at the big lake in 2019.", "We had a good time at the big lake in 2019."),
        ("we had a bad time at 1998 tahoes in 2019", "we had a bad time at Lake Tahoe in 2019"),
        ("", ""),
    ],
)
def test_a_name_comes_back_to_its_place(text: str, restored: str) -> None:
    source = "We had a terrible time at Lake Tahoe in 2019."
    assert put_back(text, source, ("2019", "Lake", "Tahoe")) == restored


def test_what_is_asked_has_to_make_sense() -> None:
    with pytest.raises(InputError, match='"cold food" is to be kept and "Food" to be avoided'):
        Wording.asked(["cold food"], ["Food"])
    with pytest.raises(InputError, match="'!' is no word"):
        Wording.asked(avoid=["!"])
    with pytest.raises(TextError, match='"warm" is to be kept, but it is not in the sentence "the food'):
        Wording.asked(["cold", "warm"]).check("the food was cold")
    assert Wording.asked("cold").keep == ("cold",)


def test_what_a_candidate_has_to_hold() -> None:
    wording = Wording.asked(["Cold food", "rude"], ["nice", "London"])
    assert wording.of("Cold food in London") == ("Cold food",)
    assert wording.binding("Cold food with Anna in London", CASING) == ("Anna", "Cold food")
    assert wording.allows("good cold food", "the cold food")
    assert not wording.allows("good food", "the cold food")
    assert not wording.allows("nice cold food", "the cold food")
    assert ANY.allows("anything", "whatever")


PASSING: dict[str, Any] = {
    "text": "the food was warm",
    "source": "the food was cold",
    "affect": [[-1.0, 0.0], [0.5, 2.0], [1.0, math.nan]],
    "similarity": 0.6,
    "fluency": -0.2,
    "log_prob": -0.5,
    "entrusted": (),
    "steering": Steering(least_content=0.3, least_fluency=-1.0, least_likely=-2.0, least_move=0.5, near=0.25),
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, ""),
        ({"text": "The food was cold!"}, "is a copy"),
        ({"text": "The food was cold!", "affect": [[0.9, 0], [0.9, 0], [1.0, math.nan]]}, ""),  # is there
        ({"entrusted": ("5",)}, 'loses "5"'),
        ({"fluency": -1.1}, "is not fluent"),
        ({"log_prob": -2.5}, "is not fluent"),
        ({"similarity": 0.2}, "keeps too little"),
        ({"affect": [[-1.0, 0], [-0.1, 0], [1.0, math.nan]]}, "hardly moves"),  # less than half of the way
        ({"affect": [[-1.0, 0], [0.1, 0], [1.0, math.nan]]}, ""),
        ({"affect": [[-1.0, 0], [3.5, 0], [1.0, math.nan]]}, "hardly moves"),  # as far away beyond it
        ({"affect": [[0.9, 0], [1.2, 0], [1.0, math.nan]]}, ""),  # was there, and is
        ({"affect": [[0.9, 0], [1.3, 0], [1.0, math.nan]]}, "hardly moves"),
        ({"affect": [[0.0, 0.0], [1.0, 0.2], [1.0, 1.0]]}, ""),  # on average over what is asked for
        ({"affect": [[0.0, 0.0], [0.0, 1.0], [math.nan, math.nan]]}, ""),
        ({"affect": [[0.0, 0.0], [0.0, 1.6], [math.nan, 5.0]]}, ""),  # half of what can be reached (2.5)
        ({"affect": [[0.0, 0.0], [1.6, 0.0], [5.0, math.nan]]}, "hardly moves"),
        ({"text": f"wow, {PASSING['source']}", "affect": [[0.0, 0.0], [1.6, 0.0], [5.0, math.nan]]}, ""),
        ({"text": "she died here!", "source": "she died there."}, "tells of a death with a raised voice"),
    ],
)
def test_what_is_offered(change: dict[str, Any], fault: str) -> None:
    case = PASSING | change
    assert fault_of(**case | {"affect": np.array(case["affect"])}) == fault


@pytest.mark.parametrize(
    ("text", "source", "fault"),
    [
        ("my father had an outstanding performance.", "my father had an accident.", 'loses "accident"'),
        ("we raised the ship on sunday.", "we buried the cat on sunday.", 'loses "buried"'),
        ("we are drowned in work.", "we are buried in work.", 'says "drowned"'),
        ("i have a good arm.", "i have a broken arm.", 'loses "broken arm"'),
        ("he found her by design.", "he found her by accident.", ""),
        ("he was helped by a car.", "he was hit by a car.", 'loses "hit by a car"'),
        (
            "they loved the whole village.",
            "they burned the whole village.",
            'loses "burned the whole village"',
        ),
        ("we loved the porridge.", "we burned the porridge.", ""),
        ("fuck tom!", "happy tom!", 'says "fuck"'),
        ("she loved the baby.", "she lost the baby.", 'loses "lost the baby"'),
    ],
)
def test_illness_stays_and_nothing_coarse_comes(text: str, source: str, fault: str) -> None:
    affect = np.array([[-1.0, 0.0], [0.9, 0.0], [1.0, math.nan]])
    assert fault_of(text, source, affect, 1.0, 0.0, 0.0, (), Steering(grave=False)) == fault
