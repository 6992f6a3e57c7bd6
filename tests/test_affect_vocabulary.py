"""Words and characters for encoders that are trained from nothing, and embeddings out of files."""

from pathlib import Path

import numpy as np
import pytest

from textvae.affect.lab.vocabulary import read_vectors, train_tokenizer
from textvae.errors import RecipeError

TEXTS = ["The day was good.", "the day was bad!", "A day?"]


def test_words_are_lower_cased_and_rare_ones_unknown() -> None:
    tokenizer = train_tokenizer(TEXTS, "words", 100, least=2)
    assert tokenizer.get_vocab().keys() == {"[PAD]", "[UNK]", "day", "the", "was"}
    assert tokenizer.token_to_id("[PAD]") == 0
    assert tokenizer.encode("THE day broke").tokens == ["the", "day", "[UNK]"]
    assert train_tokenizer(TEXTS, "words", 3, least=1).get_vocab_size() == 3


def test_characters_without_spaces() -> None:
    tokenizer = train_tokenizer(["今天 好！", "今天壞"], "characters", 100, least=1)
    assert tokenizer.encode("今 天壞!").tokens == [
        "今",
        "天",
        "壞",
        "!",
    ]  # NFKC narrows the mark


def test_units_that_are_not_known() -> None:
    with pytest.raises(RecipeError, match="syllables"):
        train_tokenizer(TEXTS, "syllables", 10, 1)


@pytest.mark.parametrize("ending", ["txt", "vec", "npz"])
def test_vectors_are_found_by_their_words(ending: str, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(TEXTS, "words", 100, least=2)
    path = tmp_path / f"vectors.{ending}"
    rows = {"day": [1.0, -1.0], "night": [9.0, 9.0], "was": [-1.0, 1.0]}
    if ending == "npz":
        np.savez(path, words=np.array(list(rows)), vectors=np.array(list(rows.values())))
    else:
        head = "3 2\n" if ending == "vec" else ""
        path.write_text(head + "".join(f"{word} {a} {b}\n" for word, (a, b) in rows.items()))
    table, share = read_vectors(path, tokenizer, seed=1)
    assert table.shape == (5, 2)
    assert share == pytest.approx(2 / 3)
    assert table[tokenizer.token_to_id("day")].tolist() == [1.0, -1.0]
    assert table[tokenizer.token_to_id("was")].tolist() == [-1.0, 1.0]
    assert table[0].tolist() == [0.0, 0.0]
    assert 0 < float(table[tokenizer.token_to_id("the")].abs().sum()) < 20  # drawn, not night's


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "day one two\n"),
        ("b.txt", "day 1 2\nwas 1\n"),
        ("c.txt", "night 1 2\n"),
        ("d.npz", "x"),
        ("e.vec", None),
    ],
)
def test_vectors_that_cannot_be_used(name: str, content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(RecipeError, match=r"\.npz with words and vectors"):
        read_vectors(tmp_path / name, train_tokenizer(TEXTS, "words", 100, least=2), seed=1)
