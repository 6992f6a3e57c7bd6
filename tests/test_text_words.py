"""A vocabulary of words: what it covers, numbers, and the way there and back."""

import pytest

from textvae.errors import CheckpointError
from textvae.text.tokenizer import BOS, EOS, PAD, UNK, Tokenizer
from textvae.text.words import Words, read_tokenizer

TEXTS = ["a a a a a a b b b c d", "a a b e"]  # 8 a, 4 b, and c, d, e once each: 15 words


def test_vocabulary_covers_the_share_asked_for() -> None:
    assert Words.train(TEXTS, 100, coverage=12 / 15).words == ("a", "b")
    assert Words.train(TEXTS, 100, coverage=12.1 / 15).words == ("a", "b", "c")
    assert Words.train(TEXTS, 100).words == ("a", "b", "c", "d", "e")
    assert Words.train(TEXTS, 7).words == ("a", "b", "c")  # the most: four ids are taken
    assert len(Words.train(TEXTS, 7)) == 7


def test_there_and_back() -> None:
    words = Words.train(TEXTS, 100, coverage=0.8)
    assert words.encode("b a z  a") == [5, 4, UNK, 4]
    assert words.decode([BOS, 5, 4, UNK, EOS, PAD]) == "b a <unk>"
    assert words.encode("<unk> a") == [UNK, 4]
    assert words.encode_all(["a", ""]) == [[4], []]
    assert bool(words.word_starts.all())
    again = read_tokenizer({"words.json": words.model})
    assert isinstance(again, Words)
    assert again.words == words.words


def test_numbers_become_one_word() -> None:
    words = Words.train(["paid _num_ and 3,50 or -2 at 10:30 n.o 2nd"], 100, numbers=True)
    assert words.decode(words.encode("_num_ 7 1.5 10:30")) == "# # # #"
    assert {"n.o", "2nd", "#"} <= set(words.words)
    assert "3,50" in Words.train(["paid 3,50"], 100).words


def test_a_corpus_with_unk_as_a_word_keeps_it_out_of_the_vocabulary() -> None:
    assert Words.train(["<unk> a <unk> <unk>"], 100, coverage=1.0).words == ("a",)


def test_a_damaged_vocabulary_is_said_to_be_one() -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        Words(b'{"words": 3}')
    with pytest.raises(KeyError, match=Tokenizer.file):
        read_tokenizer({})
