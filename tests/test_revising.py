"""Running text revised: only what is off the target changes, the rest comes back to the byte."""

from typing import Any

import numpy as np
import pytest

from textvae.errors import InputError, TargetError, TooLongError
from textvae.text.revising import TOLERANCE, Passage, ended, off_target, revise, with_gaps
from textvae.text.targets import parse_target
from textvae.text.values import Candidate, Transfer


@pytest.mark.parametrize(
    ("goal", "met", "missed"),
    [
        ("4.0", (3.7, 4.0, 5.0), (3.6, 1.0)),  # at least
        ("2.0", (2.3, 2.0, 1.0), (2.4, 5.0)),  # at most
        ("neutral", (2.7, 3.3), (2.6, 3.4)),  # about
        ("+0.5", (), (1.0, 3.0, 4.9)),
        (None, (1.0, 5.0), ()),
    ],
)
def test_off_target(goal: str | None, met: tuple[float, ...], missed: tuple[float, ...]) -> None:
    target = parse_target(goal)
    assert not any(off_target(at, target, 0.3 + 1e-9) for at in met)
    assert all(off_target(at, target, 0.3) for at in missed)


class Reader:
    def score(self, texts: list[str]) -> Any:
        return np.array([[3 + t.count("good") - t.count("bad"), 3.0, 3.0] for t in texts]).reshape(-1, 3)


class Writer:
    """Turns bad into good; more than ten words are too long, and nobody may say "very"."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.asked: list[str] = []

    def transfer(self, texts: list[str], **asked: Any) -> list[Transfer]:
        if any(len(text.split()) > 10 for text in texts):
            raise TooLongError("too long")
        self.asked += texts
        return [Transfer(text, 2.0, 3.0, 4.0, None, (self.candidate(text),)) for text in texts]

    def candidate(self, text: str) -> Candidate:
        fault = "is not fluent" if "very" in text else ""
        return Candidate(1, text.replace("bad", "good"), 4.0, 3.0, 0.8, -0.5, fault)


LETTER = (
    "Dear  Anna Maria Schmidt,\r\n\r\n"
    "The food was bad, and the\n  rooms were cold. \t The view was good good.  The bed was very bad.\n\n\n"
    "Too bad.\n"
    "We went there by train and by bus and it was all so bad that we left.  \n"
)


def revised(text: str, writer: Writer, **asked: Any) -> list[Passage]:
    found = list(revise(text, writer, valence="4.0", **asked))
    assert "".join(passage.source for passage in found) == text
    for passage in found:
        assert text[passage.start : passage.end] == passage.source
        assert passage.line == text.count("\n", 0, passage.start) + 1
    return found


def test_only_what_is_off_the_target_changes() -> None:
    writer = Writer()
    found = revised(LETTER, writer)
    assert "".join(passage.text for passage in found) == LETTER.replace(
        "The food was bad, and", "The food was good, and"
    )
    assert writer.asked == ["The food was bad, and the rooms were cold.", "The bed was very bad."]
    told = {passage.source: (passage.off, passage.fault) for passage in found if not passage.blank}
    assert told == {
        "Dear  Anna Maria Schmidt,": (True, "is too short"),
        "The food was bad, and the\n  rooms were cold.": (True, ""),
        "The view was good good.": (False, ""),
        "The bed was very bad.": (True, "is not fluent"),
        "Too bad.": (True, "is too short"),
        "We went there by train and by bus and it was all so bad that we left.": (True, "is too long"),
    }


def test_everything_takes_what_has_a_fault() -> None:
    text = "".join(passage.text for passage in revised(LETTER, Writer(), everything=True))
    assert "The bed was very good." in text


def test_a_wide_tolerance_leaves_all_as_it_is() -> None:
    writer = Writer()
    assert "".join(passage.text for passage in revised(LETTER, writer, tolerance=4)) == LETTER
    assert writer.asked == []


@pytest.mark.parametrize(
    "text", ["", "  \n", "\n\nOne two three bad", "bad bad bad.\u2028 Good it is. \x1b[0m"]
)
def test_edges(text: str) -> None:
    revised(text, Writer())


def test_where_a_face_is_gone_a_full_stop_ends_the_sentence() -> None:
    assert ended("My back hurts, luckily", "My back hurts :(") == "My back hurts, luckily."
    assert ended("My back hurts, luckily", "My back hurts") == "My back hurts, luckily"
    assert ended("Luckily, my back hurts!", "My back hurts!") == "Luckily, my back hurts!"
    assert ended("Luckily, my back hurts 😍", "My back hurts 😍") == "Luckily, my back hurts 😍"


def test_line_breaks_stay_after_as_many_words() -> None:
    assert with_gaps("a b c d", "w x\ny  z") == "a b\nc  d"
    assert with_gaps("a b", "w\nx\ny") == "a\nb"
    assert with_gaps("a b c d", "w\nx") == "a\nb c d"
    assert with_gaps("", "w\nx") == ""


class Framing(Writer):
    """Has three ways to say a sentence, two of them frames."""

    def transfer(self, texts: list[str], **asked: Any) -> list[Transfer]:
        assert asked["n"] > 1
        ways = ("I am glad that {}", "Luckily, {}", "{} Good.")
        return [
            Transfer(
                text,
                2.0,
                3.0,
                4.0,
                None,
                tuple(
                    Candidate(rank, way.format(text[0].lower() + text[1:]), 4.0, 3.0, 0.8, -0.5)
                    for rank, way in enumerate(ways, 1)
                ),
            )
            for text in texts
        ]


def test_no_two_sentences_are_given_the_same_frame() -> None:
    text = "It was so bad. He was bad too. She had bad luck. They had bad luck."
    found = [passage for passage in revised(text, Framing()) if not passage.blank]
    assert [passage.text for passage in found] == [
        "I am glad that it was so bad.",
        "Luckily, he was bad too.",
        "she had bad luck. Good.",
        "they had bad luck. Good.",
    ]
    signed = revised("The bus was bad 🚌. The food was bad 🍕.", Framing())  # an emoji hides no frame
    assert [passage.text for passage in signed if not passage.blank] == [
        "I am glad that the bus was bad 🚌.",
        "Luckily, the food was bad 🍕.",
    ]
    told = [passage.transfer.candidates for passage in found if passage.transfer]
    assert [[one.rank for one in some] for some in told] == [[1]] * 4
    *_, last = revised(text, Framing(), n=2)
    assert last.transfer is not None
    assert [one.text for one in last.transfer.candidates] == [
        "they had bad luck. Good.",
        "I am glad that they had bad luck.",
    ]


def test_what_cannot_be_asked_for() -> None:
    with pytest.raises(InputError, match="tolerance -1"):
        list(revise(LETTER, Writer(), valence=4.0, tolerance=-1))
    with pytest.raises(TargetError):
        list(revise(LETTER, Writer(), valence=9))


def test_the_command_says_the_same_tolerance() -> None:
    """The command line may not load the library for its help."""
    from textvae.cli.transfer import TOLERANCE as SAID

    assert SAID == TOLERANCE


def test_what_is_no_sentence_is_not_read() -> None:
    long = "bad " * 2000
    asked: list[str] = []

    writer = Writer()
    score = writer.reader.score

    def heard(texts: list[str]) -> Any:
        asked.extend(texts)
        return score(texts)

    writer.reader.score = heard  # type: ignore[method-assign]
    found = [p for p in revise(f"It was bad. {long}", writer, valence=4.0) if not p.blank]
    assert [(p.off, p.fault) for p in found][-1] == (True, "is too long")
    assert max(map(len, asked)) < 100
    assert "".join(p.source for p in revise(long, Writer(), valence=4.0)) == long
