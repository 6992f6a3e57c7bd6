"""Emoji in words: which tokenizers get rules for them, where their pieces lie, and what the models read."""

import re
import unicodedata

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from textvae.affect.emoji import PICTURES, SAID, reading_emoji, without_rules
from textvae.affect.reader import AffectReader
from textvae.affect.words import WordReader

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "late", "again", "furious", "<", "3", "funny", "."]


def tokenizer(*more: str) -> Tokenizer:
    pieces = {piece: i for i, piece in enumerate([*PIECES, *more])}
    made = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def test_every_emoji_says_one_thing_and_is_one_character_among_the_pictures() -> None:
    all_of_them = "".join(SAID.values())
    assert len(set(all_of_them)) == len(all_of_them)
    made = reading_emoji(tokenizer())
    for one in all_of_them:
        assert unicodedata.category(one) in ("So", "Cn"), one  # Cn: newer than this Python's Unicode
        assert len(made.normalizer.normalize_str(one).strip()) > 1


@pytest.mark.parametrize(
    ("text", "pieces", "offsets"),
    [
        ("Late again 😡.", ["late", "again", "furious", "."], [(0, 4), (5, 10), (11, 12), (12, 13)]),
        ("late😡again", ["late", "furious", "again"], [(0, 4), (4, 5), (5, 10)]),
        ("late 🚌 again", ["late", "again"], [(0, 4), (7, 12)]),  # a bus says nothing
        ("late ⭐⭐ again ⏰", ["late", "again"], [(0, 4), (8, 13)]),
        ("late 3\ufe0f\u20e3", ["late", "3"], [(0, 4), (5, 6)]),
        ("late 🤷🏽\u200d♂\ufe0f again", ["late", "again"], [(0, 4), (11, 16)]),
        ("late ❤\ufe0f", ["late", "<", "3"], [(0, 4), (5, 6), (5, 6)]),
    ],
)
def test_emoji_are_words_that_lie_at_the_emoji(
    text: str, pieces: list[str], offsets: list[tuple[int, int]]
) -> None:
    found = reading_emoji(tokenizer()).encode(text, add_special_tokens=False)
    assert found.tokens == pieces
    assert found.offsets == offsets


def test_several_of_one_kind_say_it_once() -> None:
    assert reading_emoji(tokenizer()).encode("😡🤬😤 late", add_special_tokens=False).tokens == [
        "furious",
        "late",
    ]


def test_rules_are_given_once_and_only_where_emoji_are_unknown() -> None:
    made = reading_emoji(tokenizer())
    assert reading_emoji(made) is made
    assert without_rules(made).normalizer.normalize_str("Late 😡") == "late 😡"
    assert without_rules(tokenizer()).to_str() == tokenizer().to_str()
    knows = tokenizer("😡")
    assert reading_emoji(knows) is knows
    words = Tokenizer(models.WordLevel({"[UNK]": 0, "late": 1}, unk_token="[UNK]"))
    assert reading_emoji(words) is words


def test_a_text_of_emoji_that_say_nothing_is_one_unknown_piece() -> None:
    pieces = WordReader(reading_emoji(tokenizer()), 16).read(["🚌🚌", "😡"])
    assert [row.tolist() for row in pieces.rows] == [[1], [6]]


def test_music_is_no_emoji() -> None:
    assert re.findall(f"[{PICTURES}]", "♭🎵♯⭐♮") == ["🎵", "⭐"]


@pytest.mark.parametrize("name", ["affect-en", "affect-fast"])
def test_the_models_that_ship_read_them(name: str) -> None:
    reader = AffectReader.load(name, device="cpu", precision="fp32")
    assert reading_emoji(reader.pieces.tokenizer) is reader.pieces.tokenizer
    assert without_rules(reader.pieces.tokenizer) is not reader.pieces.tokenizer  # these rules, no older ones
    texts = [
        "The bus is late again",
        "The bus is late again 😡",
        "The bus is late again 🚌",
        "ok 😡",
        "ok 👍",
    ]
    bare, angry, bus, bad, good = reader.score(texts)[:, 0].tolist()
    assert angry < bare - 0.1
    assert bus == pytest.approx(bare)
    assert good > bad + 0.5
    explained = reader.explain(["ok 👍"])[0]
    assert (
        explained is not None and explained.words[-1].text == "👍" and explained.words[-1].contribution > 0.1
    )
