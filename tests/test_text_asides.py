"""Addresses and long numbers set aside while a sentence is decoded; some tests need the shipped text-en."""

import pytest

from textvae import TextWriter
from textvae.resources import checkpoint_folder
from textvae.text.asides import ADDRESS, set_aside
from textvae.text.orthography import Orthography

ORTHOGRAPHY = Orthography("plain")
shipped = pytest.mark.skipif(
    not all((checkpoint_folder() / name).is_dir() for name in ("text-en", "affect-en")),
    reason="needs the shipped models",
)


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    return TextWriter.load("text-en", device="cpu", precision="fp32")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://a.example.com/b?q=1&r=2#top, or not.", ["https://a.example.com/b?q=1&r=2#top"]),
        ("It is on www.example.org/foo.", ["www.example.org/foo"]),
        ("Go to shop.example.com/sale now!", ["shop.example.com/sale"]),
        ("Ask Anna.K+new@Example.co.uk!", ["Anna.K+new@Example.co.uk"]),
        ("@anna and @bob_1 say #now", ["@anna", "@bob_1", "#now"]),
        ("It was 3.50 at 10:30, e.g. at Tom's.", []),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert ADDRESS.findall(text) == found


def test_what_is_set_aside_comes_back_in_its_places() -> None:
    aside = set_aside("It was [name], not @anna, who paid 1,234,567 to bob@x.org.", "[name]", len)
    assert aside.text == "It was [name], not [name], who paid 20 to [name]."
    assert aside.found == ("", "@anna", "bob@x.org")
    form = "it was [name], [name] said, who paid 20 to [name]."
    assert aside.fits(form)
    assert aside.written(form, ORTHOGRAPHY) == "It was [name], @anna said, who paid 1,234,567 to bob@x.org."
    assert aside.written(ORTHOGRAPHY.normalise(aside.text), ORTHOGRAPHY) == aside.source


@pytest.mark.parametrize(
    "form", ["ask [name].", "ask [name] or [name] or [name], 20.", "ask [name] or [name]."]
)
def test_what_has_no_place_is_not_guessed(form: str) -> None:
    aside = set_aside("Ask @anna or @bob, 1,234,567.", "[name]", len)
    assert not aside.fits(form)
    assert "@anna" not in aside.written(form.replace("or [name]", ""), ORTHOGRAPHY)


def test_a_sentence_of_words_is_as_it_is() -> None:
    text = "It was 1984 when I had 12 of them."
    assert set_aside(text, "[name]", len).whole
    assert set_aside("Ask @anna.", "", len).whole


@shipped
@pytest.mark.parametrize(
    "text",
    [
        "Write to Anna.K@Example.com before 5 pm.",
        "See https://example.com/page?x=1 for the menu.",
        "@anna the food at #joes was cold.",
        "On 12/05/2024 we lost 1,234,567 euros.",
    ],
)
def test_what_is_reconstructed_keeps_them(writer: TextWriter, text: str) -> None:
    assert writer.reconstruct(text) == text
    assert writer.reconstruct(text, restored=False) != writer.normalise(text)


@shipped
def test_sentences_with_and_without_them_are_the_same_alone_and_in_a_list(writer: TextWriter) -> None:
    texts = ["Ask @bob.", "the match was over before it began", " ", "#fail", "Thanks, bob@x.org and @anna!"]
    assert writer.reconstruct(texts) == [writer.reconstruct(text) for text in texts]


@shipped
def test_on_the_way_a_sentence_has_those_of_an_end(writer: TextWriter) -> None:
    ends = ("Write to Anna.K@Example.com before 5 pm.", "I wrote to Anna.K@Example.com about the menu.")
    assert all("Anna.K@Example.com" in point.text for point in writer.interpolate(*ends))
    ends = ("@anna the food was cold", "@bob the room was warm")
    for plain in (False, True):
        way = [point.text for point in writer.interpolate(*ends, plain=plain)]
        assert (way[0], way[-1]) == ends
        found = [name for text in way for name in ADDRESS.findall(text)]
        assert found == sorted(found)
        assert set(found) == {"@anna", "@bob"}
    money = ("He paid $1,250.50 for the tickets.", "She lost 12,000 euros at night")
    said = " ".join(point.text for point in writer.interpolate(*money))
    assert not {one for one in said.split() if any(map(str.isdigit, one))} - {"$1,250.50", "12,000"}
