"""Words kept and avoided with the shipped text-en; skipped where it is not there."""

from itertools import pairwise

import pytest

from textvae import TextWriter
from textvae.resources import checkpoint_folder
from textvae.text.revising import revise
from textvae.text.similarity import content_kept
from textvae.text.wording import holds, lost, plain

pytestmark = pytest.mark.skipif(
    not all((checkpoint_folder() / name).is_dir() for name in ("text-en", "affect-en")),
    reason="needs the shipped models",
)


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    return TextWriter.load("text-en", device="cpu")


@pytest.mark.parametrize(
    ("text", "keep", "avoid"),
    [
        ("the food was cold and the staff was rude", ["cold"], ["happy", "beautiful", "the best"]),
        ("the food was cold and the staff was rude", ["rude", "the food"], ["good"]),
        ("My room was small and dirty.", ["dirty"], ["Room"]),
        ("I hated every minute of it.", ["Every minute"], ["love", "loved"]),
    ],
)
def test_every_candidate_holds_them(writer: TextWriter, text: str, keep: list[str], avoid: list[str]) -> None:
    moved = writer.transfer(text, valence=4.0, n=50, keep=keep, avoid=avoid)
    assert len(moved.candidates) > 3
    for candidate in moved.candidates:
        assert all(holds(plain(candidate.text), word) for word in keep), candidate
        assert not any(holds(plain(candidate.text), word) for word in avoid), candidate


def test_names_numbers_and_quotations_are_said_again(writer: TextWriter) -> None:
    text = 'We had a terrible time at Lake Tahoe in 2019, as "they" said.'
    entrusted = ("Lake", "Tahoe", "2019", "they")
    moved = writer.transfer(text, valence=4.0, n=50)
    assert moved.passed
    assert not any(lost(entrusted, candidate.text) for candidate in moved.passed)


def test_accents_that_no_piece_has_are_left_out_and_put_back(writer: TextWriter) -> None:
    assert 3 not in writer.codec.pieces("The naïve señor was late.")
    assert writer.codec.pieces("Zürich") == writer.codec.pieces("zurich")
    assert "señor" in writer.reconstruct("The señor was late.")


def test_between_two_sentences_the_way_goes_in_small_steps(writer: TextWriter) -> None:
    ends = ("The children are playing in the garden.", "The soldiers were marching through the town.")
    way, plain = ([point.text for point in writer.interpolate(*ends, plain=plain)] for plain in (False, True))
    assert (way[0], way[-1]) == ends
    assert len(set(way)) == 7
    for_each = [[content_kept(a, b) for a, b in pairwise(texts)] for texts in (way, plain)]
    assert min(for_each[0]) > 0.3 > min(for_each[1])


def test_a_letter(writer: TextWriter) -> None:
    letter = "Dear Anna,\r\n\r\nThe food was terrible.  It was a\nwonderful day! I hated the hotel.\n"
    passages = list(revise(letter, writer, valence=3.8))
    assert "".join(passage.source for passage in passages) == letter
    changed = [passage.source for passage in passages if passage.text != passage.source]
    assert set(changed) <= {"The food was terrible.", "I hated the hotel."}
    assert changed
