"""Emoji in rewritten sentences: set aside, put back where they stood, left out where they contradict."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textvae.text.data import DataOptions
from textvae.text.gathering import bare, gather
from textvae.text.orthography import Orthography
from textvae.text.pictures import put_pictures_back, without_contrary, without_pictures
from textvae.text.preparation import prepare
from textvae.text.revising import why_unmoved
from textvae.text.writer import TextWriter

ASIDE = Orthography("plain", {"london": "London"}, pictures=False)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Late again 😡", "Late again"),
        ("😡😡 late again", "late again"),
        ("Late 😡again", "Late again"),
        ("Late😡again", "Late again"),
        ("Thanks 🙏🏽!", "Thanks!"),
        ("Late 😡, of course 👩\u200d❤\ufe0f\u200d👨.", "Late, of course."),
        ("A good room ⭐⭐⭐⭐⭐!", "A good room!"),
        ("A ♯ and a ♭", "A ♯ and a ♭"),
        ("no emoji", "no emoji"),
        ("👍", ""),
    ],
)
def test_emoji_are_set_aside(text: str, bare: str) -> None:
    assert without_pictures(text) == bare


@pytest.mark.parametrize(
    ("text", "source", "written"),
    [
        ("Late again, sadly", "Late again 😡", "Late again, sadly 😡"),
        ("Late again, sadly", "Late again😡", "Late again, sadly😡"),
        ("A lot of thanks!", "Thanks a lot 🙏!", "A lot of thanks! 🙏"),
        ("It is hot. We swim.", "It was hot. 🏖\ufe0f We swim.", "It is hot. 🏖\ufe0f We swim."),
        ("It is cold. We swim.", "It was hot. 🏖\ufe0f We swim.", "It is cold. We swim."),
        ("A good day", "☀ A bad day", "☀ A good day"),
        ("the bus and the good bus came", "the bus and the bus 🚌 came", "the bus and the good bus 🚌 came"),
        ("The bus was early.", "The bus 🚌 was late 😡.", "The bus 🚌 was early. 😡"),
    ],
)
def test_emoji_are_put_back(text: str, source: str, written: str) -> None:
    assert put_pictures_back(text, source) == written


@pytest.mark.parametrize(
    ("text", "way", "written"),
    [
        ("Late again 😡", 1.0, "Late again"),
        ("Late again 😡", -1.0, "Late again 😡"),
        ("😍 Lovely 😍 day 🚌", -1.0, "Lovely day 🚌"),
        ("Lovely 😍", float("nan"), "Lovely 😍"),
        ("😡😡", 1.0, "😡😡"),
        ("He wrote “why? 😡” and :( again", 1.0, "He wrote “why? 😡” and again"),
        ("I failed again :(", 1.0, "I failed again"),
        ("I failed again :'(.", 1.0, "I failed again."),
        ("So sad for tonight!!! :D", -1.0, "So sad for tonight!!!"),
        ("So sad for tonight!!! :D", 1.0, "So sad for tonight!!! :D"),
        ("It is at http://a.b/(c :/", 1.0, "It is at http://a.b/(c"),
        ("My bus😡is late 😡😡again", 1.0, "My bus is late again"),
        ("I failed again D:", 1.0, "I failed again"),
        ("Drive D: is full", 1.0, "Drive D: is full"),
        ("I love you <3!", -1.0, "I love you!"),
        ("It takes <3 minutes", -1.0, "It takes <3 minutes"),
        ("Two lists (a:b) and (c=[1])", 1.0, "Two lists (a:b) and (c=[1])"),
    ],
)
def test_what_contradicts_the_way_is_left_out(text: str, way: float, written: str) -> None:
    assert without_contrary(text, way) == written


MARKS = st.sampled_from(["late", "again", " ", " ", ",", ".", "😡", "👍🏽", "🚌", "❤\ufe0f", "3"])


@given(st.lists(MARKS).map("".join))
def test_the_form_has_no_emoji_and_an_unchanged_sentence_comes_back(text: str) -> None:
    form = ASIDE.normalise(text)
    assert form.isascii()
    assert ASIDE.normalise(form) == form
    assert ASIDE.restore(form, text) == " ".join(text.split())


def test_capitals_and_emoji_come_from_the_source() -> None:
    assert ASIDE.restore("we hate london.", "We love London 😍.") == "We hate London. 😍"


def test_a_text_model_is_not_taught_what_it_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    sentences = [f"We were late {i} times in March 😡" for i in range(60)] + [
        "😡 😡 😡",
        "It was “fine” in May",
    ]
    path.write_text("\n\n".join(sentences), encoding="utf-8")
    gathered = gather(DataOptions((str(path),)), ("train",), Orthography("plain"))
    taught = bare(gathered["train"], "plain")
    assert all(item.form.isascii() and item.form for item in taught)
    assert {item.form for item in taught} == {
        form for item in gathered["train"] if (form := ASIDE.normalise(item.text))
    }
    assert bare(gathered["train"], "given") == gathered["train"]
    prepared = prepare(DataOptions((str(path),), tokens="words"), 9, None, "", 1)
    assert "late" in prepared.tokenizer.decode(prepared.train.tokens.tolist())
    assert prepared.tokenizer.decode(prepared.train.tokens.tolist()).isascii()


def test_text_en_rewrites_sentences_with_emoji() -> None:
    writer = TextWriter.load(device="cpu", precision="fp32")
    found = writer.transfer("The food was cold and the staff was rude 👎", valence=4.0)
    assert found.passed
    assert "👎" not in found.text
    assert writer.transfer("I hate this place 🏖", valence=4.0).text.endswith(" 🏖")
    assert writer.reconstruct(["I love this place 😍", " 😍 ", "  "]) == ["I love this place 😍", "😍", ""]
    assert writer.reconstruct("😍", restored=False) == ""
    nothing = writer.transfer("😡", valence=4.0)
    assert (nothing.text, why_unmoved(nothing)) == ("😡", "has no words")


def test_blanks_by_the_thousand_take_no_time() -> None:
    began = time.process_time()
    assert ASIDE.normalise("é" + " " * 100_000 + "a") == "é a"
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "valence", "contrary"),
    [("I love you so much <3", 1.5, "<3"), ("I love this place :D", 1.5, ":D")],
)
def test_the_letters_of_an_emoticon_that_goes_bind_nobody(text: str, valence: float, contrary: str) -> None:
    found = TextWriter.load(device="cpu", precision="fp32").transfer(text, valence=valence)
    assert found.passed
    assert contrary not in found.text


def test_what_is_to_be_kept_stays_though_it_contradicts() -> None:
    writer = TextWriter.load(device="cpu", precision="fp32")
    found = writer.transfer("My bus is late :(", valence=4.0, n=8, keep=["late :("])
    assert found.passed
    assert all("late :(" in each.text for each in found.candidates)


def test_the_source_of_emoji_is_the_sentence_as_it_was() -> None:
    writer = TextWriter.load(device="cpu", precision="fp32")
    text = "My bus is late 😡"
    found = writer.transfer(text, valence=4.0, n=40, without=["decoder"])
    assert [each.text for each in found.candidates if each.by == "source"] == [text]
