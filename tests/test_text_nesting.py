"""Edits of words in frames: which edits, in which frames, and at what cost."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from textvae.text.choosing import Measured
from textvae.text.editing import Editor
from textvae.text.fillings import Edit
from textvae.text.fitting import cost, fits
from textvae.text.nesting import nested
from textvae.text.phrases import STATEMENTS
from textvae.text.rewriting import written
from textvae.text.settings import Editing
from textvae.text.steering import Scale
from textvae.text.wording import ANY, Wording

SCALE = Scale((3.0, 3.0), (1.0, 1.0))
SOURCE = "The shop was closed."
CODEC = cast(
    Any, SimpleNamespace(orthography=SimpleNamespace(restore=lambda form, source: form.capitalize()))
)
FORMS = {
    "the shop was open.": (3.4, -0.5),
    "the shop was fine.": (3.5, -2.0),
    "luckily, the shop was closed.": (3.2, -2.5),
    "i am glad that the shop was closed.": (3.5, -2.5),
    "the shop is closed.": (3.0, -1.0),
}
"""What an editor says of the shop: its valence and its stand."""


def seen(valence: dict[str, tuple[float, float]] = FORMS) -> tuple[list[Measured], dict[str, Edit]]:
    edited = {form.capitalize(): Edit(form, -1.0, stand) for form, (_, stand) in valence.items()}
    known = [
        Measured(form.capitalize(), -1.0, np.array([at, 3.0]), 0.9, stand)
        for form, (at, stand) in valence.items()
    ]
    return [*known, Measured(SOURCE, 0.0, np.array([2.9, 3.0]), 1.0, 0.0)], edited


def nest(
    most: int,
    valence: dict[str, tuple[float, float]] = FORMS,
    wording: Wording = ANY,
    target: tuple[float, float] = (4.5, np.nan),
) -> dict[str, Edit]:
    known, edited = seen(valence)
    options = Editing(frames=8, frame_price=2.5, fluent=-1.5, nested=most)
    editor = Editor(cast(Any, None), {}, options)

    def value(some: Any) -> Any:
        return np.array([one.affect[0] for one in some])

    own = SCALE.standardise(np.array([2.9, 3.0]))
    goal = SCALE.standardise(np.array(target))
    made = nested(known, own, goal, edited, value, editor, SCALE)
    return written(made, SOURCE, goal[0] - own[0], CODEC, wording)


def test_the_best_edits_stand_in_the_best_frames() -> None:
    found = nest(2)
    assert list(found) == [
        "I am glad that the shop was fine.",
        "Luckily, the shop was fine.",
        "I am glad that the shop was open.",
        "Luckily, the shop was open.",
    ]
    assert list(nest(1)) == list(found)[:2]


def test_a_frame_costs_its_price_and_what_the_edit_lacks() -> None:
    # "fine" stands at -2, half a nat worse than what is ordinary; "open" stands better, which earns nothing.
    found = nest(2)
    for word, lacks in (("fine", 0.5), ("open", 0.0)):
        core, frames = f"the shop was {word}", STATEMENTS[1, 0]
        suited = [frame for frame in frames if fits(frame, core, 1.0, 0.5)]
        price = 2.5 + cost("luckily, *", core) - min(cost(frame, core) for frame in suited) + lacks
        edit = found[f"Luckily, the shop was {word}."]
        assert (edit.form, edit.log_prob) == (f"luckily, the shop was {word}.", -1.0)
        assert edit.by == {"edit", "frame"}
        assert edit.stand == pytest.approx(-price)


def test_an_edit_that_hardly_moves_is_not_nested() -> None:
    assert list(nest(2, FORMS | {"the shop was open.": (3.2, -0.5)})) == list(nest(1))


def test_a_frame_has_to_suit_the_edit() -> None:
    """Nobody says "luckily" of what reads 1.5."""
    assert nest(1, {"the shop was awful.": (1.5, -0.5), "luckily, the shop was closed.": (1.4, -2.5)}) == {}


def test_where_there_is_nothing_to_nest() -> None:
    assert nest(3, {}) == {}
    assert nest(3, {"the shop was open.": (3.3, -0.5)}) == {}
    assert nest(3, {"luckily, the shop was closed.": (3.2, -2.5)}) == {}


def test_nobody_looks_again_where_it_is_far_enough_or_at_arousal() -> None:
    assert nest(3, target=(4.2, np.nan))  # from 2.9 half of the way is 3.55, and the best reads 3.5
    assert nest(3, target=(4.0, np.nan)) == {}
    assert nest(3, target=(np.nan, 4.5)) == {}


def test_what_may_not_be_said_is_not_nested() -> None:
    found = nest(2, wording=Wording.asked((), ("glad",)))
    assert found
    assert all("glad" not in text.lower() for text in found)
