"""Edits out of fillings, exclamation marks, and what an editor asks its infilling model."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from textvae.text.blanks import Alphabet
from textvae.text.editing import Editor, Questions
from textvae.text.fillings import EDIT, MARK, Edit, Filling, Slot, filled, marked, pairs, together
from textvae.text.infilling import Infiller, Place
from textvae.text.marks import calmer, louder
from textvae.text.settings import Editing

FORM = "the cold food was bad."
COLD, FOOD, BAD = Place(4, 8), Place(9, 13), Place(18, 21)
NAN = float("nan")


def filling(place: Place, word: str, value: float, log_prob: float = -1.0, stand: float = -1.0) -> Filling:
    return Filling(place, word, value, log_prob, stand)


def test_words_are_put_in_from_the_left() -> None:
    first, second = filling(COLD, "warm", 1.0, -1.0, -2.0), filling(BAD, "excellent", 2.0, -3.0, -0.5)
    assert filled(FORM, [first, second], 0.25) == (1.75, Edit("the warm food was excellent.", -2.0, -2.0))


def test_all_slots_are_filled_together_the_best_first() -> None:
    ways = [
        [filling(COLD, "warm", 1.0), filling(COLD, "", 3.0)],
        [filling(BAD, "good", 0.0), filling(BAD, "fine", 0.5)],
    ]
    found = together(FORM, ways, 0.0, 2)
    assert [edit.form for _, edit in found] == ["the warm food was fine.", "the warm food was good."]
    assert [value for value, _ in found] == [0.75, 0.5]


def test_pairs_are_of_words_that_are_not_neighbours() -> None:
    best = [filling(BAD, "good", 2.0), filling(FOOD, "soup", 1.5), filling(COLD, "warm", 1.0)]
    best += [filling(BAD, "fine", 0.5)]
    forms = [edit.form for edit in pairs(FORM, best, 9)]
    assert forms == [
        "the cold soup was good.",
        "the warm food was good.",
        "the cold soup was fine.",
        "the warm food was fine.",
    ]
    assert [edit.form for edit in pairs(FORM, best, 1)] == forms[:1]


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("the food was bad.", "the food was bad!"),
        ("the food was bad ...", "the food was bad !"),
        ("the food was bad", "the food was bad!"),
        ('he said "go."', 'he said "go!"'),
        ('"go," he said.', '"go!" he said.'),
        ('"who is it?" he asked.', '"who is it?" he asked.'),
        ("we met at 3 p.m.", "we met at 3 p.m.!"),
        ("wow! it was bad.", "wow! it was bad."),
        ("was it bad?", "was it bad?"),
        ("bad -", "bad -"),
        ("the food was bad :(", "the food was bad! :("),
        ("we won the match #COYS @tom", "we won the match! #COYS @tom"),
        ('"it is over," she whispered.', '"it is over," she whispered.'),
    ],
)
def test_louder(text: str, raised: str) -> None:
    assert louder(text) == raised


def test_calmer() -> None:
    assert calmer("wow!! what?! it was bad!") == "wow. what? it was bad."
    assert calmer("it was bad.") == "it was bad."


def test_marks_follow_arousal_alone() -> None:
    edits = [Edit("the warm food was bad.", -1.0, -0.5)]
    up = marked(FORM, edits, np.array([0.0, 1.0]), 2.0)
    assert up == [
        Edit("the cold food was bad!", 0.0, -2.0, MARK),
        Edit("the warm food was bad!", -1.0, -2.5, EDIT | MARK),
    ]
    assert marked(FORM, edits, np.array([1.0, 0.0]), 2.0) == []
    assert marked(FORM, edits, np.array([0.0, -1.0]), 2.0) == []  # nothing to calm
    down = marked("bad!", [Edit("worse!", -1.0, -0.5)], np.array([0.0, -1.0]), 2.0)
    calm = [Edit("bad.", 0.0, 0.0, MARK), Edit("worse.", -1.0, -0.5, EDIT | MARK)]
    assert down == calm  # to calm costs nothing


def test_a_death_is_told_without_a_raised_voice() -> None:
    assert marked("my aunt died.", [], np.array([0.0, 1.0]), 2.0) == []
    assert marked("my phone died.", [], np.array([0.0, 1.0]), 2.0) == [
        Edit("my phone died!", 0.0, -2.0, MARK)
    ]
    assert marked("my aunt died!", [], np.array([0.0, -1.0]), 2.0) == [Edit("my aunt died.", 0.0, 0.0, MARK)]


WORDS = ["[PAD]", "bad", "calm", "dull", "food", "the", "was"]


class Asked:
    """An infilling model that finds all words as likely, and notes what it was told."""

    def __init__(self) -> None:
        flags = torch.zeros(len(WORDS), dtype=torch.bool)
        self.alphabet = Alphabet(0, 0, 0, 0, flags, flags)
        self.words = {word: number for number, word in enumerate(WORDS) if number}
        self.told: list[list[float]] = []

    def piece(self, number: int) -> str:
        return WORDS[number]

    def pose(self, text: str, questions: Questions) -> int:
        return sum(map(len, questions))

    def answer(self, posed: int, affect: Tensor) -> Tensor:
        self.told.append(affect.tolist())
        return torch.full((posed, len(WORDS)), 1 / len(WORDS)).log()

    def kinship(self, word: str, pieces: Tensor) -> Tensor:
        """Of "bad", "calm" is the contrary and "dull" a stranger."""
        near = {"calm": 0.5, "dull": 0.05, "bad": 1.0}
        return torch.tensor([near.get(WORDS[int(piece)], 0.0) for piece in pieces])

    def standing(self, texts: list[str], places: list[list[Place]], affect: Tensor) -> list[Tensor]:
        return [torch.full((len(some), 2), -1.0) for some in places]


def propose(
    options: Editing, way: tuple[float, float] = (NAN, -2.0), form: str = "the food was bad."
) -> tuple[list[Edit], Asked]:
    asked = Asked()
    lexicon = {"bad": (-1.0, 1.0), "calm": (1.0, -0.5), "dull": (-0.5, -0.4), "never": (-2.0, 2.0)}
    editor = Editor(cast(Infiller, asked), lexicon, options)
    return editor.propose(form, np.array([-1.0, 1.0]), np.array(way)), asked


def test_what_the_infilling_model_is_told() -> None:
    told = propose(Editing())[1].told
    assert told[0] == pytest.approx([NAN, NAN], nan_ok=True)
    assert told[1] == pytest.approx([NAN, -2.0], nan_ok=True)
    assert propose(Editing(same=True))[1].told[1] == [-1.0, -2.0]
    assert propose(Editing(same=True), (1.5, NAN))[1].told[1] == [1.5, 1.0]


def test_words_that_move_the_other_axis_cost() -> None:
    """Of arousal "calm" takes away 1.5, "dull" 1.4; it moves valence by 2, "dull" by 0.5."""

    def first(options: Editing) -> str:
        return next(edit.form for edit in propose(options)[0] if edit.form.startswith("the food was "))

    assert first(Editing()) == "the food was calm."
    assert first(Editing(aside=0.1)) == "the food was dull."


def test_strange_words_cost_and_the_contrary_stands_where_its_word_stood() -> None:
    """All words are as likely, so that each stands at 0 by itself."""
    options = Editing(strange=10.0, kin=0.15, kindred=0.4, price=0.0, fluent=-1.5, least_fluency=-1.0)
    stands = {edit.form: edit.stand for edit in propose(options)[0]}
    assert stands["the food was calm."] == 0.0
    assert stands["the food was dull."] == pytest.approx(-1.0)  # 10 * (0.15 - 0.05)
    assert stands["the calm was bad."] == pytest.approx(0.0)  # "food" does not stand in the way
    nearer = {edit.form: edit.stand for edit in propose(replace(options, near_kin=0.6))[0]}
    assert nearer["the food was calm."] == 0.0
    assert nearer["the calm was bad."] < -0.5
    editor = Editor(cast(Any, Asked()), {}, options)
    said = ["the food was dull.", "the food was calm.", "the food was not so bad."]
    assert editor.stand("the food was bad.", said) == pytest.approx([-2.0, -1.0, -1.0])


def test_the_contrary_is_lifted_as_far_as_it_is_likely() -> None:
    stand, told = torch.tensor([-9.0, -9.0, -12.0]), torch.full((len(WORDS),), -2.0)
    options = Editing(strange=10.0, kindred=0.4, gain=0.25, fluent=-1.5, least_fluency=-1.0, plausible=-4.0)
    editor = Editor(cast(Any, Asked()), {"calm": (1.0, 0.0), "dull": (-1.0, 0.0)}, options)
    calm, dull = WORDS.index("calm"), WORDS.index("dull")
    way, pieces = torch.tensor([1.0, 0.0]), torch.tensor([calm, dull, calm])

    def among(slot: Slot) -> list[float]:
        return editor._among_kin(slot, pieces, stand, way).tolist()

    slot = Slot(BAD, "bad", 1.0, told, told)
    assert among(slot) == pytest.approx([-2.0, -10.0, -12.0])  # -1.5 - 2 / 4; a stranger; unheard of
    assert among(replace(slot, held=0.0)) == pytest.approx([-9.0, -10.0, -12.0])
    assert among(replace(slot, turned=False)) == pytest.approx([-9.0, -10.0, -12.0])


def test_what_denies_stays_and_no_sentence_ends_in_the_air() -> None:
    forms = [edit.form for edit in propose(Editing(), (2.0, NAN), "the food was never bad.")[0]]
    assert forms
    assert all("never" in form for form in forms)
    assert "the food was never." not in forms
    assert "the food was." in [edit.form for edit in propose(Editing(), (2.0, NAN), "the bad food was.")[0]]


def test_pairs_and_marks_come_beside() -> None:
    plain = [edit.form for edit in propose(Editing())[0]]
    more = [edit.form for edit in propose(Editing(pairs=3, price=0.0))[0]]
    assert len(plain) == len(set(plain)) and len(more) == len(set(more))
    assert any("food" not in form and "bad" not in form for form in more)
    loud = propose(Editing(marks=1, mark_price=3.0), (NAN, 2.0))[0]
    assert Edit("the food was bad!", 0.0, -3.0, MARK) in loud
    assert not any("!" in edit.form for edit in propose(Editing(marks=1), (2.0, NAN))[0])


def test_the_price_of_a_mark_is_asked_of_the_decoder_too() -> None:
    editor = Editor(cast(Any, Asked()), {}, Editing(mark_price=2.0))
    said = ["the food was bad!", "the food was calm!", "the food was calm."]
    assert editor.stand("the food was bad.", said) == [-2.0, -3.0, -1.0]
    assert editor.stand("the food was bad!", said) == [0.0, -1.0, -1.0]
