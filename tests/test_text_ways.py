"""What made a candidate, and candidates without some of the ways of making them."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from textvae.cli.steer import hasty
from textvae.errors import InputError, UnknownNameError
from textvae.text.choosing import choose
from textvae.text.decoding import Hypothesis
from textvae.text.editing import Editor
from textvae.text.fillings import EDIT, FRAME, MARK, Edit, marked
from textvae.text.frames import frame_of, framed
from textvae.text.infilling import Infiller
from textvae.text.judging import measure
from textvae.text.lexicon import words_of
from textvae.text.settings import Editing, Steering
from textvae.text.steering import Scale
from textvae.text.ways import left, turned_off
from textvae.text.writer import TextWriter

SOURCE = "the shop was closed."
HERE, UP = np.zeros(2), np.array([1.0, 1.0])
CODEC = cast(Any, SimpleNamespace(lexicon={}, orthography=SimpleNamespace(normalise=str.lower)))
SENTENCES = [
    "She is worried about her exam.",
    "Sadly, our team lost the game.",
    "Did you remember to lock the back door?",
    "Please send me the report by Friday.",
    "Storm leaves thousands without power",
]


def test_ways_are_turned_off_by_name() -> None:
    assert turned_off(()) == ()
    assert turned_off(["frames", "decoder", "frames"]) == ("decoder", "frames")
    assert turned_off("edits") == ("edits",)
    with pytest.raises(UnknownNameError, match="unknown way of making candidates 'edit': did you mean 'edi"):
        turned_off(["decoder", "edit"])
    with pytest.raises(InputError, match="without decoder, edits, frames nothing makes candidates"):
        turned_off(["frames", "edits", "decoder"])


class Writer:
    """A writer's settings; its editor may not be asked for where there is no use for it."""

    name, steering = "toy", Steering(strengths=(0.5, 1.0, 1.5))
    reader = None

    def __init__(self, editing: Editing | None, needed: bool = True) -> None:
        self._editing, self._needed = editing, needed

    @property
    def editor(self) -> Editor | None:
        assert self._needed, "nobody needs an editor"
        return Editor(cast(Infiller, None), {}, self._editing) if self._editing else None


EVERY = Editing(frames=8, marks=4, nested=2)


def test_what_is_left() -> None:
    writer = Writer(EVERY)
    for off, options in (
        ((), EVERY),
        (("decoder",), EVERY),
        (("edits",), replace(EVERY, most=0, marks=0, nested=0)),
        (("frames",), replace(EVERY, frames=0, nested=0)),
        (("frames", "decoder"), replace(EVERY, frames=0, nested=0)),
    ):
        steering, editor = left(writer, off)
        assert editor is not None and editor.options == options
        assert steering.strengths == (() if "decoder" in off else (0.5, 1.0, 1.5))
    assert left(Writer(EVERY, needed=False), ("frames", "edits")) == (writer.steering, None)
    assert left(Writer(None), ("edits",)) == (writer.steering, None)


@pytest.mark.parametrize(
    ("editing", "off"),
    [
        (None, ("decoder",)),
        (None, ("decoder", "frames")),
        (Editing(), ("decoder", "edits")),
        (Editing(most=0, frames=8), ("decoder", "frames")),
    ],
)
def test_a_model_that_has_no_other_way(editing: Editing | None, off: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=rf"toy has no way .* turned off \({', '.join(off)}\)"):
        left(Writer(editing), off)


def test_a_hasty_writer_keeps_to_what_is_left() -> None:
    def quick(*off: str) -> tuple[tuple[float, ...], Any]:
        made: Any = hasty(cast(TextWriter, Settable()), off)
        return made.steering.strengths, made.editor and made.editor.options

    class Settable(Writer):
        editor = Writer(EVERY).editor  # type: ignore[assignment]

        def __init__(self) -> None:
            super().__init__(EVERY)

    fewer = replace(EVERY, per_word=3, per_gap=1, most=10, nested=0)
    assert quick() == ((), fewer)
    assert quick("decoder") == ((), fewer)
    assert quick("frames") == ((), replace(fewer, frames=0))
    assert quick("edits") == ((1.0,), replace(fewer, most=0, marks=0))  # frames alone would be too few
    assert quick("edits", "frames") == ((1.0,), None)
    assert quick("decoder", "edits") == ((), replace(fewer, most=0, marks=0))


def test_frames_and_marks_say_what_they_are() -> None:
    around = framed(SOURCE, HERE, UP, 2, 0.0)
    assert around and all(edit.by == FRAME for edit in around)
    [bare, *_] = framed(f"sadly, {SOURCE}", HERE, UP, 1, 0.0)
    assert (bare.form, bare.by) == (SOURCE, FRAME)  # taken off
    edits = [Edit("the shop was open.", -1.0, -1.0), around[0]]
    loud = {edit.form: edit.by for edit in marked(SOURCE, edits, UP, 0.0)}
    assert loud == {
        "the shop was closed!": MARK,
        "the shop was open!": EDIT | MARK,
        around[0].form.replace(".", "!"): FRAME | MARK,
    }


def test_without_edits_the_infilling_model_is_not_asked_and_without_frames_none_is_taken_off() -> None:
    around = Editor(cast(Infiller, None), {}, Editing(most=0, frames=2))
    found = around.propose(SOURCE, HERE, np.array([1.0, np.nan]))
    assert found and all(edit.by == FRAME and frame_of(edit.form) for edit in found)
    none = Editor(cast(Infiller, None), {}, Editing(most=0, frames=0))
    assert none.propose(f"sadly, {SOURCE}", HERE, np.array([1.0, np.nan])) == []


def test_of_several_that_say_the_same_the_edit_and_the_source_count() -> None:
    said = {text: Hypothesis((1,), -2.0, -2.0) for text in ("one", "two", SOURCE)}
    edited = {"two": Edit("two", -0.5, -0.25, EDIT | FRAME), "three": Edit("three", -0.5, -0.25, MARK)}

    def read(texts: Any) -> Any:
        return np.full((len(texts), 2), 3.0)

    def made(edits: dict[str, Edit] | None, said: dict[str, Hypothesis]) -> dict[str, str]:
        [found] = measure([SOURCE], [said], [edits], read, CODEC, Steering())
        scale, target = Scale((3.0, 3.0), (1.0, 1.0)), np.array([4.0, np.nan])
        return {one.text: one.by for one in choose(found, target, 9, 0.5, scale, Steering())}

    assert made(edited, said) == {"one": "decoder", "two": "edit+frame", "three": "mark", SOURCE: "source"}
    assert made(None, said) == {"one": "decoder", "two": "decoder", SOURCE: "decoder"}
    nothing = Hypothesis((1,), -np.inf, -np.inf)  # a decoder without a word leaves the sentence as it is
    assert made(None, {SOURCE: nothing}) == {SOURCE: "source"}


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    return TextWriter.load("text-en", device="cpu", precision="fp32")


def every(writer: TextWriter, *without: str, **asked: Any) -> list[Any]:
    moved = writer.transfer(SENTENCES, n=100, without=without, **asked)
    return [one for each in moved for one in each.candidates]


def test_the_shipped_model_has_all_ways(writer: TextWriter) -> None:
    known = {"decoder", "edit", "frame", "edit+frame", "source"}
    assert {one.by for one in every(writer, valence=4.2)} == known
    loud = {one.by for one in every(writer, arousal=4.0)}
    assert loud == {"decoder", "edit", "frame", "mark", "edit+mark", "frame+mark", "source"}


def test_what_was_made_is_what_the_text_shows(writer: TextWriter) -> None:
    """An edit changes few words and adds no frame; a frame leaves the words as they are."""
    for moved in writer.transfer(SENTENCES[:1], valence=4.2, n=100):
        own = set(words_of(moved.source.lower()))
        for one in moved.candidates:
            frame = frame_of(one.text.lower())
            if one.by == "edit":
                assert not frame and len(own - set(words_of(one.text.lower()))) <= 3
            elif one.by == "frame":
                assert frame and own <= set(words_of(one.text.lower()))
            elif one.by == "edit+frame":
                assert frame and not own <= set(words_of(one.text.lower()))


@pytest.mark.parametrize("asked", [{"valence": 4.2}, {"arousal": 2.6}, {"arousal": 4.0, "fidelity": 0.3}])
def test_what_is_turned_off_makes_nothing(writer: TextWriter, asked: dict[str, Any]) -> None:
    for off, gone in (
        (("decoder",), {"decoder"}),
        (("edits",), {"edit", "mark"}),
        (("frames",), {"frame"}),
        (("decoder", "frames"), {"decoder", "frame"}),
        (("decoder", "edits"), {"decoder", "edit", "mark"}),
        (("edits", "frames"), {"edit", "frame", "mark", "source"}),
    ):
        found = {name for one in every(writer, *off, **asked) for name in one.by.split("+")}
        assert found and not found & gone


def test_a_frame_that_is_there_stays_where_frames_are_off(writer: TextWriter) -> None:
    moved = writer.transfer(SENTENCES[1], valence=4.0, n=100, without=["frames", "decoder"])
    assert all(one.text.startswith("Sadly, ") or one.by == "edit" for one in moved.candidates)
    assert any(one.by == "edit" for one in moved.candidates)


def test_the_decoder_by_itself_is_what_it_is_without_an_editor(
    writer: TextWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `[editing] model = ""` has it, which the ladder measures; and no infilling model is loaded."""
    alone = TextWriter(writer.codec, lambda: writer.reader, writer.config)
    alone.editing = Editing()
    assert alone.editor is None
    fresh = TextWriter(writer.codec, lambda: writer.reader, writer.config)
    monkeypatch.setattr("textvae.text.writer.load_checkpoint", lambda name: pytest.fail(f"{name} is loaded"))
    ways: list[dict[str, Any]] = [{"valence": 4.0}, {"valence": 2.0}, {"arousal": 4.0}]
    for asked in ways:
        expected = alone.transfer(SENTENCES, n=8, **asked)
        assert fresh.transfer(SENTENCES, n=8, without=("edits", "frames"), **asked) == expected
        assert any(each.candidates for each in expected)


def test_decoder_and_editor_are_turned_off_for_one_call_only(writer: TextWriter) -> None:
    before = writer.transfer(SENTENCES[0], valence=4.0, n=5)
    writer.transfer(SENTENCES[0], valence=4.0, n=5, without=["decoder", "edits"])
    assert writer.transfer(SENTENCES[0], valence=4.0, n=5) == before
