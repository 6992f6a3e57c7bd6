"""Which words carry a reading: where words lie, leaving one out, the gradient; worked out by hand."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn

from textvae.affect.attribution import integrated_gradients
from textvae.affect.calibration import Calibration
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.explanation import AHEAD, CHARACTERS, WORDS, leave_one_out, without, words
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.affect.values import Explanation
from textvae.affect.windows import PieceReader
from textvae.errors import InputError, UnknownNameError
from textvae.training.device import Device

WEIGHTS = {"good": 0.5, "lovely": 0.75, "bad": -0.5, "!": 0.125}
WINDOW = 24
CPU = Device(torch.device("cpu"), torch.float32)


def summed(texts: list[str]) -> np.ndarray:
    """A reader whose score is 3 and the sum of its words' weights."""
    return np.array(
        [3.0 + sum(WEIGHTS.get(text[a:b].lower(), 0.0) for a, b in words(text)) for text in texts]
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It isn't 3.5-star :(", "It|isn't|3.5-star|:("),
        ("  two\n\twords ", "two|words"),
        ("at 3 p.m. it ended.", "at|3|p.m|.|it|ended|."),
        ("1,000 of them, or 'more'", "1,000|of|them|,|or|'|more|'"),
        ("nai\u0308ve \u2764\ufe0f!", "nai\u0308ve|\u2764\ufe0f!"),
        ("\U0001f469\u200d\U0001f467 ok", "\U0001f469\u200d\U0001f467|ok"),
        ("\u4eca\u5929\u597d\u3002ok", "\u4eca|\u5929|\u597d|\u3002|ok"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
        ("\u0301a \u0301", "\u0301|a|\u0301"),
        ("", ""),
        (" \n", ""),
    ],
)  # fmt: skip
def test_words_and_marks(text: str, found: str) -> None:
    assert "|".join(text[start:end] for start, end in words(text)) == found


@given(st.text(st.characters(codec=None), max_size=80))
def test_words_are_all_of_a_text_but_its_white_space(text: str) -> None:
    spans = words(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert "".join(text[a:b] for a, b in spans) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "word", "left"),
    [
        ("not a good day", "good", "not a day"),
        ("good day", "good", "day"),
        ("a day", "day", "a "),
        ("so good!", "good", "so !"),
        ("good", "good", ""),
        ("(good)", "good", "()"),
        ("good--bad", "--", "good bad"),
        ("\u4eca\u5929\u597d", "\u5929", "\u4eca\u597d"),
    ],
)
def test_without(text: str, word: str, left: str) -> None:
    start = text.index(word)
    assert without(text, (start, start + len(word))) == left


def test_leaving_words_out_of_a_sum_gives_back_its_weights() -> None:
    text = "A good, GOOD and bad one!  "
    [found] = leave_one_out([text], summed, "valence")
    assert found is not None
    assert (found.text, found.dimension, found.mean, found.left_out) == (text, "valence", 3.625, 0)
    assert [(w.text, w.contribution) for w in found.words] == [
        ("A", 0.0), ("good", 0.5), (",", 0.0), ("GOOD", 0.5), ("and", 0.0), ("bad", -0.5),
        ("one", 0.0), ("!", 0.125),
    ]  # fmt: skip
    assert all(text[w.start : w.end] == w.text for w in found.words)


ALPHABET = ["good", "bad", "lovely", "\n", " ", "\u00e9", "\U0001f600", "--"]


@given(st.lists(st.none() | st.lists(st.sampled_from(ALPHABET), max_size=12).map("".join), max_size=8))
def test_order_blanks_and_sums(texts: list[str | None]) -> None:
    found = list(leave_one_out(iter(texts), summed, "valence"))
    assert [e and e.text for e in found] == [text if text and text.strip() else None for text in texts]
    for explanation in found:
        if explanation is not None:
            for word in explanation.words:
                assert word.contribution == WEIGHTS.get(word.text, 0.0)
                assert explanation.text[word.start : word.end] == word.text


def test_many_texts_are_read_together_and_not_all_at_once() -> None:
    asked: list[int] = []

    def score(texts: list[str]) -> np.ndarray:
        asked.append(len(texts))
        return summed(texts)

    texts = ["a good day"] * 2000
    assert all(e and e.words[1].contribution == 0.5 for e in leave_one_out(texts, score, "valence"))
    assert sum(asked) == 4 * 2000
    assert max(asked) <= AHEAD + 4
    assert len(asked) == 4


def test_of_a_long_text_the_beginning_is_explained() -> None:
    [found] = leave_one_out(["good " * (WORDS + 50)], summed, "valence")
    assert found is not None
    assert (len(found.words), found.left_out) == (WORDS, 50)
    assert found.mean == 3 + 0.5 * WORDS
    [found] = leave_one_out(["x" * 3 * CHARACTERS + " good"], summed, "valence")
    assert found is not None
    assert (len(found.words), found.left_out) == (1, 1)


VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "good", "bad", "day", "##s", "!"]


def word_reader(encoder: nn.Module, hidden: int) -> AffectReader:
    """A reader of a few words, with `encoder` and a head that adds nothing."""
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(["[MASK]"])
    model = AffectModel(encoder, hidden, tuple(Scale(3.0, 1.0) for _ in DIMENSIONS))  # type: ignore[arg-type]
    nn.init.eye_(model.mean.weight)
    nn.init.zeros_(model.mean.bias)
    kept = Calibration([[np.arange(1.0, 100.0) / 50] * 3])
    return AffectReader(model, PieceReader(tokenizer, WINDOW), kept, CPU)


def test_a_text_of_which_no_piece_is_left_is_read_and_explained() -> None:
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "good": 2}, "[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    encoder = RecurrentEncoder("lstm", RecurrentSize(3, 4, 4, 1, "mean"))
    model = AffectModel(encoder, encoder.width, tuple(Scale(3.0, 1.0) for _ in DIMENSIONS)).eval()
    kept = Calibration([[np.arange(1.0, 100.0) / 50] * 3])
    reader = AffectReader(model, PieceReader(tokenizer, WINDOW), kept, CPU)
    nothing = "\u200b"
    assert reader.score([nothing] * 3).tolist() == reader.score(["zzz"] * 3).tolist()
    for by in ("removal", "gradient"):
        for found in reader.explain([nothing, "good", "good"] * 30, by=by):
            assert found is not None
            if found.text == nothing:
                assert [word.contribution for word in found.words] == [0.0]


class Average(nn.Module):
    """Pieces to their vectors: the model's reading is the mean of what each piece says."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces = nn.Embedding(len(VOCABULARY), 3)
        nn.init.zeros_(self.pieces.weight)
        for piece, value in {"good": 2.0, "bad": -2.0, "##s": 1.0, "[MASK]": 0.5}.items():
            self.pieces.weight.data[VOCABULARY.index(piece), 0] = value

    def forward(self, pieces: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.pieces(pieces)  # type: ignore[no-any-return]


def test_the_gradient_of_an_average_by_hand() -> None:
    # Five pieces and two special ones: each carries a seventh of what it says less what a mask says.
    [found] = word_reader(Average(), 3).explain(["a goods bad !"], by="gradient")
    assert found is not None
    assert found.mean == pytest.approx(3 + (2 + 1 - 2) / 7, abs=1e-5)
    expected = {"a": -0.5 / 7, "goods": (1.5 + 0.5) / 7, "bad": -2.5 / 7, "!": -0.5 / 7}
    assert {w.text: w.contribution for w in found.words} == pytest.approx(expected, abs=1e-5)


@pytest.fixture(scope="module")
def reader() -> AffectReader:
    """A reader with a small random transformer."""
    torch.manual_seed(3)
    size = BertSize(len(VOCABULARY), hidden=16, layers=2, heads=2, intermediate=32, positions=WINDOW)
    encoder = BertEncoder(size)
    for name, parameter in encoder.named_parameters():
        if "norm" not in name:
            nn.init.normal_(parameter, std=0.4)
    return word_reader(encoder, 16)


def test_shares_add_up_to_the_way_from_the_masked_text(reader: AffectReader) -> None:
    text = "a good day !"
    for number, dimension in enumerate(DIMENSIONS):
        [found] = reader.explain([text], dimension, by="gradient")
        assert found is not None
        whole, masked = reader.score([text, "[MASK] [MASK] [MASK] [MASK]"])[:, number]
        assert found.mean == pytest.approx(whole, abs=1e-5)
        assert sum(w.contribution for w in found.words) == pytest.approx(whole - masked, abs=0.02)
        assert max(abs(w.contribution) for w in found.words) > 0.05


@pytest.mark.parametrize("by", ["removal", "gradient"])
def test_explained_alone_or_together(reader: AffectReader, by: str) -> None:
    texts = ["a good day", None, " ", "good", "bad bad day !", "\ud800 good\u0301", "a " * 40]
    together = reader.explain(texts, by=by)
    alone = [reader.explain([text], by=by)[0] for text in texts]
    assert [e is None for e in together] == [False, True, True, False, False, False, False]
    for one, other in zip(together, alone, strict=True):
        if one is not None and other is not None:
            assert [w.text for w in one.words] == [w.text for w in other.words]
            assert [w.contribution for w in one.words] == pytest.approx(
                [w.contribution for w in other.words], abs=1e-4
            )


def test_removal_is_the_difference_of_two_readings(reader: AffectReader) -> None:
    [found] = reader.explain("bad day", "arousal")
    assert found is not None
    both, day, bad = reader.score(["bad day", "day", "bad "])[:, 1]
    assert [w.contribution for w in found.words] == pytest.approx([both - day, both - bad], abs=1e-5)


def test_the_gradient_sees_one_window(reader: AffectReader) -> None:
    room = WINDOW - 2
    [found] = reader.explain(["day " * (room + 5)], by="gradient")
    assert found is not None
    assert (len(found.words), found.left_out) == (room, 5)


def test_an_unknown_way_or_dimension_is_refused(reader: AffectReader) -> None:
    with pytest.raises(UnknownNameError, match="valence"):
        reader.explain(["good"], "valense")
    with pytest.raises(UnknownNameError, match="gradient"):
        reader.explain(["good"], by="gradients")


def test_a_dimension_that_was_not_taught_is_refused() -> None:
    kept = Calibration([[np.arange(1.0, 100.0) / 50] * 3])
    whole = word_reader(Average(), 3)
    model = AffectModel(Average(), 3, (Scale(3.0, 1.0), Scale(3.0, 1.0)))  # type: ignore[arg-type]
    reader = AffectReader(model, whole.pieces, kept, CPU)
    for by in ("removal", "gradient"):
        assert reader.explain(["good"], "arousal", by=by)[0] is not None
        with pytest.raises(InputError, match="not taught dominance: explain valence or arousal"):
            reader.explain(["good"], "dominance", by=by)


def test_another_thread_reads_while_the_gradient_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = word_reader(Average(), 3)
    wanted = reader.explain(["good day"], by="gradient")
    read, meanwhile = reader.model.read, []

    def with_another(pieces: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        other = torch.tensor([[VOCABULARY.index("bad")]] * len(pieces))
        with ThreadPoolExecutor(1) as pool:
            meanwhile.append(pool.submit(read, other, other > 0).result()[0][:, 0].tolist())
        return read(pieces, mask)

    monkeypatch.setattr(reader.model, "read", with_another)
    assert reader.explain(["good day"], by="gradient") == wanted
    assert meanwhile == [[1.0] * 17]


def test_the_reading_leaves_no_gradient_behind(reader: AffectReader) -> None:
    found = list(integrated_gradients(["good"], reader.model, reader.pieces, CPU, "valence"))
    assert isinstance(found[0], Explanation)
    assert all(parameter.grad is None for parameter in reader.model.parameters())
    assert not reader.model.encoder.pieces._forward_hooks  # type: ignore[union-attr]
