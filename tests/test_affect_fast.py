"""The fast reader: the folded GRU against torch's, words cut once, the same scores alone and in any batch."""

import copy
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from textvae.affect import words as words_module
from textvae.affect.folded import FoldedGru
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.affect.threads import one_core_threads
from textvae.affect.windows import OVERLAP, PieceReader
from textvae.affect.words import WordReader
from textvae.training.checkpoint import save_checkpoint

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'"
WINDOW = 80


def tokenizer() -> Tokenizer:
    """Word pieces of single characters, without special pieces around a text."""
    pieces = ["[PAD]", "[UNK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    made = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def tiny(architecture: str = "bigru", pooling: str = "mean", layers: int = 1) -> AffectModel:
    torch.manual_seed(7)
    size = RecurrentSize(
        vocabulary=2 + 2 * len(LETTERS), embedding=8, hidden=6, layers=layers, pooling=pooling
    )
    encoder = RecurrentEncoder(architecture, size)
    model = AffectModel(encoder, encoder.width, tuple(Scale(3.0, 0.4) for _ in DIMENSIONS))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model.eval()


def saved(folder: Path, architecture: str = "bigru") -> Path:
    model = tiny(architecture)
    tensors = dict(model.state_dict()) | {f"residuals.{d}": torch.arange(1.0, 100.0) / 50 for d in DIMENSIONS}
    config = {"kind": "affect", "model": model.describe(), "window": WINDOW}
    save_checkpoint(folder, config, tensors, {"tokenizer.json": tokenizer().to_str().encode()})
    return folder


def some_texts(count: int) -> list[str]:
    random = np.random.default_rng(3)
    return ["".join(random.choice(list(LETTERS + "    "), n)) + "x" for n in random.integers(1, 70, count)]


@pytest.mark.parametrize("architecture", ["gru", "bigru"])
@pytest.mark.parametrize("lengths", [[1], [2, 2, 2], [7, 7, 7, 7], [9, 9, 7, 4, 4, 1]])
def test_the_folded_gru_is_the_model(architecture: str, lengths: list[int]) -> None:
    model = tiny(architecture)
    pieces, sizes = torch.randint(2, 80, (len(lengths), lengths[0])), np.array(lengths)
    with torch.inference_mode():
        wanted = model.read(pieces, torch.arange(lengths[0]) < torch.tensor(lengths)[:, None])
        fine = FoldedGru(model, torch.float32).read(pieces, sizes)
        torch.testing.assert_close(fine, wanted, atol=1e-5, rtol=1e-5)
        coarse = FoldedGru(model, torch.bfloat16).read(pieces, sizes)
        torch.testing.assert_close(coarse, wanted, atol=0.05, rtol=0.05)


def test_threads_work_alone_and_leave_torch_as_it_was() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with one_core_threads(2) as pool:
            assert pool is not None
            found = list(pool.map(lambda _: (threading.get_ident(), torch.get_num_threads()), range(30)))
            assert torch.get_num_threads() == 3
        assert {count for _, count in found} == {1}
        assert threading.get_ident() not in {thread for thread, _ in found}
        assert torch.get_num_threads() == 3
        for cores, batches in ((1, 8), (2, 1), (5, 2)):
            torch.set_num_threads(cores)
            with one_core_threads(batches) as pool:
                assert pool is None
    finally:
        torch.set_num_threads(before)


def test_two_threads_read_what_one_reads(tmp_path: Path) -> None:
    reader, texts = (
        AffectReader.load(saved(tmp_path / "fast"), device="cpu", precision="fp32"),
        some_texts(200),
    )
    before, found = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            found.append(reader.score(texts))
    finally:
        torch.set_num_threads(before)
    assert np.abs(found[0] - found[1]).max() <= 1e-5


def test_only_one_gru_layer_with_the_mean_is_folded() -> None:
    assert FoldedGru.suits(tiny("gru"))
    assert not FoldedGru.suits(tiny("bilstm"))
    assert not FoldedGru.suits(tiny(pooling="attention"))
    assert not FoldedGru.suits(tiny(layers=2))


def test_words_give_the_pieces_that_the_tokenizer_gives() -> None:
    texts = [*some_texts(200), "Don't STOP!!", "  a  b ", "naïve café", "x\ty\nz", "日本 語", "a" * 70]
    theirs, ours = PieceReader(tokenizer(), WINDOW).read(texts), WordReader(tokenizer(), WINDOW).read(texts)
    assert [row.tolist() for row in ours.rows] == [row.tolist() for row in theirs.rows]
    assert ours.windows.tolist() == [1] * len(texts)


def test_a_word_is_cut_once() -> None:
    reader = WordReader(tokenizer(), WINDOW)
    first = reader.read(["good bad good", "bad"])
    assert list(reader.words) == ["good", "bad"]
    assert len(reader.words.pieces) == 7
    again = reader.read(["good bad good", "bad"])
    assert list(reader.words) == ["good", "bad"]
    assert np.array_equal(first.flat, again.flat)


def test_memory_for_words_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_module, "KEPT", 6)
    reader = WordReader(tokenizer(), WINDOW)
    read = [reader.read([text]).flat.tolist() for text in ("good bad", "bad", "good bad")]
    assert read[0] == read[2] == [*PieceReader(tokenizer(), WINDOW).read(["good bad"]).flat]
    assert len(reader.words) == 0


def test_threads_share_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """`analyze --explain` reads in one thread and explains in another, with one reader."""
    monkeypatch.setattr(words_module, "KEPT", 5_000)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        reader = WordReader(tokenizer(), WINDOW)
        halves = [[f"{letter}{i} {i}{letter}" for i in range(2000)] for letter in "ab"] * 2
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(reader.read, halves))
    finally:
        sys.setswitchinterval(before)
    for texts, read in zip(halves, found, strict=True):
        assert read.flat.tolist() == WordReader(tokenizer(), WINDOW).read(texts).flat.tolist()


def test_a_copied_reader_reads() -> None:
    reader = WordReader(tokenizer(), WINDOW)
    reader.read(["good"])
    for copied in (copy.deepcopy(reader), pickle.loads(pickle.dumps(reader))):
        assert copied.read(["bad"]).flat.tolist() == reader.read(["bad"]).flat.tolist()


def test_long_texts_are_cut_as_by_any_reader() -> None:
    text = "".join(LETTERS[i % 26] + " " for i in range(1000))
    texts = ["b", text, "a " * WINDOW, "a " * (WINDOW + 1), "c"]
    theirs, ours = PieceReader(tokenizer(), WINDOW).read(texts), WordReader(tokenizer(), WINDOW).read(texts)
    assert [row.tolist() for row in ours.rows] == [row.tolist() for row in theirs.rows]
    assert ours.owner.tolist() == theirs.owner.tolist()
    assert ours.windows.tolist() == theirs.windows.tolist()
    assert ours.windows.tolist()[2:] == [1, 2, 1]
    assert ours.lengths.tolist()[-2] == OVERLAP + 1


def test_a_text_without_a_piece_is_one_unknown_piece() -> None:
    read = WordReader(tokenizer(), WINDOW).read(["a", "\x00\x01", "\u200b", "b"])
    assert [row.tolist() for row in read.rows] == [[2], [1], [1], [3]]
    assert WordReader(tokenizer(), WINDOW).read([]).rows == []


def test_a_line_scores_the_same_alone_and_in_any_batch(tmp_path: Path) -> None:
    reader = AffectReader.load(saved(tmp_path / "fast"), device="cpu", precision="fp32")
    assert reader.folded is not None
    assert isinstance(reader.pieces, WordReader)
    texts = [*some_texts(300), "long " * 100]
    together = reader.score(texts)
    alone = np.concatenate([reader.score([text]) for text in texts])
    assert np.abs(together - alone).max() <= 1e-4
    assert together.std() > 0.01
    readings = reader.analyze([*texts, " ", None, texts[0]])
    assert [reading is None for reading in readings[-3:]] == [True, True, False]
    assert readings[0] == readings[-1]
    means = [reading.valence.mean for reading in readings[: len(texts)] if reading is not None]
    assert np.abs(together[:, 0] - means).max() <= 1e-4


def test_a_folded_model_reads_as_the_plain_one(tmp_path: Path) -> None:
    reader = AffectReader.load(saved(tmp_path / "fast"), device="cpu", precision="fp32")
    texts = [*some_texts(50), "long " * 100]
    folded, reader.folded = reader.score(texts), None
    assert np.abs(folded - reader.score(texts)).max() <= 1e-4
