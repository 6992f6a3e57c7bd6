"""Words that are spread as chance would spread them: by hand, and what the preparation makes of them."""

from math import inf

import numpy as np
import pytest

from textvae.topics import chance
from textvae.topics.preparation import Cleaning, prepare_texts

PLAIN = Cleaning(stop_words=frozenset(), rare=1, frequent=1.0, even=0)


def test_clustering_by_hand() -> None:
    """Twenty documents of 20 words: 0 once in each; 1 and 2 ten times in ten of them; the rest is 3."""
    documents = [np.array([0] + [1 + n % 2] * 10 + [3] * 9, np.int32) for n in range(20)]
    found = chance.clustering(documents, np.ones(5, bool))
    # A document holds 1/20 of the tokens: c tokens dealt out stand in 20 (1 - exp(-c / 20)) of them.
    assert found[0] == pytest.approx(1 - np.exp(-1))
    assert found[1] == found[2] == pytest.approx(2 * (1 - np.exp(-5)))
    assert found[3] == pytest.approx(1 - np.exp(-9))
    assert found[4] == inf  # stands nowhere


def test_words_dealt_out_by_chance_are_near_one() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(20, 80, 400)
    dealt = [random.integers(0, 200, length).astype(np.int32) for length in lengths]
    found = chance.clustering(dealt, np.ones(200, bool))
    assert found.mean() == pytest.approx(1, abs=0.01)
    assert np.abs(found - 1).max() < 0.125


def test_where_it_is_open() -> None:
    """In short documents, and for words in few of them; longer documents than all others are passed over."""
    short = [np.array([0, 0, 1], np.int32)] * 30
    assert (chance.clustering(short, np.ones(2, bool)) == inf).all()
    assert (chance.clustering([], np.ones(2, bool)) == inf).all()
    usual = [np.array([0, 1] * 10, np.int32) for _ in range(30)]
    few = [np.array([2] * 20, np.int32)] * 9
    found = chance.clustering(usual + few, np.ones(3, bool))
    assert found[2] == inf
    with_a_book = chance.clustering([*usual, *few, np.array([0] * 10_000, np.int32)], np.ones(3, bool))
    assert with_a_book.tolist() == found.tolist()
    assert (chance.clustering(usual, np.array([True, False])) == inf).all()  # half of the words: too short


def test_even_words_are_left_out_and_told() -> None:
    """`and` stands twice in each text; `cat` and `dog` come again and again in half of them."""
    texts = [f"{'and ' * 2}{('cat ', 'dog ')[n % 2] * 20}" for n in range(40)]
    found = prepare_texts(texts, Cleaning(stop_words=frozenset(), rare=1, frequent=1.0))
    assert found.bags.words == ("cat", "dog")
    assert found.account.even == ("and",)
    kept = prepare_texts(texts, PLAIN)
    assert kept.bags.words == ("and", "cat", "dog")
    assert kept.account.even == ()


@pytest.mark.parametrize(("count", "size"), [(20, 1000), (3000, 1500), (9000, 2000)])
def test_the_vocabulary_grows_with_the_documents(count: int, size: int) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [a + b + c for a in letters[:10] for b in letters for c in letters]
    texts = [words[3 * n % 6000] + " " + " ".join(words[n % 50 :: 50]) for n in range(count)]
    few = Cleaning(stop_words=frozenset(), rare=1, frequent=1.0, even=0)
    assert prepare_texts(texts, few).account.vocabulary == size
