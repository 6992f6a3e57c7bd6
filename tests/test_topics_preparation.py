"""Texts into bags of words: what a word is, what is left out and told, and what cannot be used."""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textvae.errors import InputError
from textvae.topics.pieces import plain, tokens
from textvae.topics.preparation import Cleaning, fewest_documents, prepare_texts
from textvae.topics.stop_words import STOP_WORDS

ALL = Cleaning(rare=2, frequent=1.0, people=True, pairs=None, plurals=True, weighted=False)
EVERYTHING = Cleaning(
    stop_words=frozenset(), rare=1, frequent=1.0, people=True, pairs=None, plurals=True, weighted=False
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The CAT, the hat!", ["the", "cat", "the", "hat"]),
        ("I can't; don’t you?", ["cant", "dont", "you"]),
        (
            "the film's stars' l'amour o'brien they're",
            ["the", "film", "stars", "amour", "brien", "they", "re"],
        ),
        ("Ünïcode naïve Straße ÉTÉ", ["ünïcode", "naïve", "straße", "été"]),
        ("in 1999, 3d, 90s and x2 a b c", ["in", "and"]),
        ("snake_case sci-fi e-mail", ["snake", "case", "sci", "fi", "mail"]),
        ("Good.<br /><br />Bad &amp; ugly&nbsp;<b>bold</b>ly", ["good", "bad", "ugly", "boldly"]),
        ("see https://a.example/b?c=d or www.example.org/x, me@example.org", ["see", "or"]),
        ("1 < 2 and 3 > 2, <3 you", ["and", "you"]),
        ("हिन्दी में शब्द", ["हिन्दी", "में", "शब्द"]),
        ("Привет, мир! γειά σου", ["привет", "мир", "γειά", "σου"]),
        ("cafe\u0301", ["café"]),
        ("我 喜欢 电影", ["喜欢", "电影"]),
        ("", []),
    ],
)
def test_what_a_word_is(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_markup_becomes_paragraphs() -> None:
    assert plain("One.<br/>Two.<p class='x'>Three &lt;b&gt;") == "One.\n\nTwo.\n\nThree "
    assert plain("a < b") == "a < b"


def test_stop_words_have_the_form_of_tokens() -> None:
    assert all(tokens(word) == [word] for word in STOP_WORDS)
    assert 300 <= len(STOP_WORDS) <= 500
    assert {"the", "dont", "because"} <= STOP_WORDS
    assert not {"good", "bad", "film", "war"} & STOP_WORDS


def test_counts_worked_out_by_hand() -> None:
    texts = ["cat cat dog", "cat bird", "dog", "cat"] * 3
    found = prepare_texts(texts, EVERYTHING)
    assert found.bags.words == ("bird", "cat", "dog")
    assert found.bags.dense()[:4].tolist() == [[0, 2, 1], [1, 1, 0], [0, 0, 1], [0, 1, 0]]
    assert found.kept.tolist() == list(range(12))
    account = found.account
    assert (account.documents, account.tokens, account.vocabulary) == (12, 21, 3)
    assert (account.rare, account.beyond, account.frequent, account.empty) == (0, 0, (), ())


def test_what_is_left_out_is_counted() -> None:
    """Of 20 documents: `all` in 20, `most` in 15, `some` in 8, `few` in 2, `one` in 1."""
    texts = [
        "all " + "most " * (n < 15) + "some some " * (n >= 12) + "few " * (n < 2) + "lonely " * (n == 0)
        for n in range(20)
    ]
    found = prepare_texts(texts, Cleaning(stop_words={"most"}, rare=2, frequent=0.9, largest=1))
    assert found.bags.words == ("some",)
    account = found.account
    assert account.stopped == 15
    assert account.rare == 1
    assert account.frequent == ("all",)
    assert account.beyond == 1  # few
    assert account.empty == tuple(range(12))
    assert found.kept.tolist() == list(range(12, 20))
    assert found.bags.lengths.tolist() == [2.0] * 8


def test_the_english_list_is_for_english() -> None:
    english = prepare_texts(["the cat is on the mat", "a dog was in the garden"] * 10, ALL)
    assert english.account.listed
    assert english.account.english == pytest.approx(7 / 11)  # the is on the, was in the; "a" is no token
    assert set(english.bags.words) == {"cat", "mat", "dog", "garden"}
    german = prepare_texts(["die Katze sitzt auf der Matte", "ein Hund im Garten"] * 10, ALL)
    assert not german.account.listed
    assert "der" in german.bags.words
    none = prepare_texts(["the cat is on the mat"] * 10, EVERYTHING)
    assert not none.account.listed
    assert "the" in none.bags.words


def test_how_rare_is_too_rare_goes_with_the_documents_and_their_words() -> None:
    many = np.full(1000, 50)
    assert [fewest_documents(many, count) for count in (100, 1000, 10_000)] == [2, 5, 20]
    assert [fewest_documents(many[1:], count) for count in (100, 1000, 10_000)] == [2, 2, 5]
    assert fewest_documents(np.full(1000, 12), 4000) == 12
    assert prepare_texts(["cat dog"] * 10_000, Cleaning(frequent=1.0)).account.fewest == 5


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "there is no text"),
        (["a text alone"], "only one text"),
        (["one text", "two texts", "three texts"], "only 3 texts"),
        (["1 2 3", "!?"] * 10, "none of the 20 texts holds a word"),
        (["the and of"] * 20, "no word is left"),
        (["我喜欢这部电影，因为它很有意思。"] * 20, "not separated by spaces"),
        (["この映画はとても面白かったです。"] * 20, "not separated by spaces"),
        (["ภาพยนตร์เรื่องนี้สนุกมากจริงๆ"] * 20, "not separated by spaces"),
    ],
)
def test_texts_without_topics(texts: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        prepare_texts(texts)


@pytest.mark.parametrize(
    "text",
    [
        "我 喜欢 这 部 电影 因为 它 很 有意思",
        "この 映画 は とても 面白かった です",
        "한국 영화는 정말 재미있다",
    ],
)
def test_texts_with_spaces_in_any_script(text: str) -> None:
    assert len(prepare_texts([text] * 20, EVERYTHING).bags) == 20


def test_a_chinese_text_among_english_ones_is_no_reason_to_stop() -> None:
    found = prepare_texts(
        ["我喜欢这部电影，因为它很有意思。"] + ["a cat met another cat"] * 20, Cleaning(frequent=1.0)
    )
    assert found.account.empty == (0,)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(), max_size=14))
@example(["<" * 5000, "&" * 5000, "a@" * 5000, "'" * 5000, "<!--" * 2000] * 3)
@example(["\ud800 half a character", "\x00\x01", "İstanbul ǅ ß"] * 4)
def test_any_text_is_prepared_or_refused(texts: list[str]) -> None:
    for text in texts:
        assert all(len(word) > 1 and not word.isspace() for word in tokens(text))
    try:
        found = prepare_texts(texts, EVERYTHING)
    except InputError:
        return
    assert len(found.bags) + len(found.account.empty) == len(texts)
    assert found.bags.lengths.sum() == found.account.tokens
    again: Any = prepare_texts(texts, EVERYTHING)
    assert np.array_equal(again.bags.indices, found.bags.indices)
