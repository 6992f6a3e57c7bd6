"""Reading texts: the same alone and in any batch, long texts in windows, odd characters, loading."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from textvae.affect.calibration import Calibration
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.grouping import Group, groups_ahead
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.affect.reader import GROUP_LINES, AffectReader
from textvae.affect.windows import OVERLAP, PieceReader
from textvae.errors import CheckpointError, InputError, TextError
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.device import Device

WINDOW = 96
CPU = Device(torch.device("cpu"), torch.float32)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,!?'"


def tiny_tokenizer() -> Tokenizer:
    """Word pieces of single characters, with BERT's special pieces."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def tiny_model() -> AffectModel:
    torch.manual_seed(7)
    size = BertSize(vocabulary=86, hidden=16, layers=2, heads=2, intermediate=32, positions=WINDOW)
    model = AffectModel(BertEncoder(size), 16, tuple(Scale(3.0, 0.4) for _ in DIMENSIONS))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random affect model in the form that ships."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model = tiny_model()
    tensors = dict(model.state_dict())
    tensors |= {f"residuals.{d}": torch.arange(1.0, 100.0) / 50 for d in DIMENSIONS}
    config = {"kind": "affect", "model": model.describe(), "window": WINDOW}
    files = {"tokenizer.json": tiny_tokenizer().to_str().encode()}
    save_checkpoint(folder, config, tensors, files, quantised=True)
    return folder


@pytest.fixture(scope="module")
def reader(folder: Path) -> AffectReader:
    return AffectReader.load(folder, device="cpu", precision="fp32")


def test_a_line_scores_the_same_alone_and_in_any_batch(reader: AffectReader) -> None:
    random = np.random.default_rng(3)
    texts = ["".join(random.choice(list(LETTERS + "     "), n)) + "x" for n in random.integers(1, 50, 300)]
    together = reader.score(texts)
    alone = np.concatenate([reader.score([text]) for text in texts])
    streamed = [r.valence.mean for r in reader.stream(iter(texts)) if r is not None]
    assert np.abs(together - alone).max() <= 1e-4
    assert np.abs(together[:, 0] - streamed).max() <= 1e-4
    assert together.dtype == np.float32
    assert together.std() > 0.01


def test_who_stops_reading_waits_for_nothing(reader: AffectReader) -> None:
    def act(group: Group, left: Event) -> bool:
        return group.texts == ["first"] or left.wait(60)

    found = groups_ahead(["first", "second", "third", "fourth"], reader.pieces, 1, act)
    assert next(found)
    start = time.monotonic()
    found.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 30
    left = Event()
    left.set()
    assert np.isnan(reader._read(reader.pieces.read(["nobody wants this"]), left)[0]).all()


def test_blank_texts_have_no_reading(reader: AffectReader) -> None:
    readings = reader.analyze(["good", "", None, "  \t ", "bad"])
    assert [r is None for r in readings] == [False, True, True, True, False]
    assert np.isnan(reader.score(["good", " "])).tolist() == [[False] * 3, [True] * 3]
    assert reader.analyze([]) == []
    assert reader.score([]).shape == (0, 3)


def test_a_string_alone_is_one_text(reader: AffectReader) -> None:
    text = "good day"
    assert reader.score(text).tolist() == reader.score([text]).tolist()
    assert len(reader.read(text)[0]) == len(reader.explain(text)) == 1
    assert list(reader.stream(text)) == reader.analyze([text])
    assert [table.texts for table in reader.tables(text)] == [[text]]
    assert [found and found.text for found in reader.explain_stream(text)] == [text]


@pytest.mark.parametrize(("texts", "words"), [
    (["good", None, float("nan")], r"texts\[2\] is no text, but nan: .*with pandas: column\.fillna"),
    (["good", 3], r"texts\[1\] is no text, but 3"),
    (b"good", r"texts\[0\] is no text, but 103"),
    (5, "5 is no text: give one, or several in a list"),
])  # fmt: skip
def test_what_is_no_text_is_told_of(reader: AffectReader, texts: Any, words: str) -> None:
    for act in (reader.analyze, reader.score, reader.explain):
        with pytest.raises(TextError, match=words):
            act(texts)


def test_a_stream_keeps_order_over_groups(reader: AffectReader) -> None:
    texts = [str(i % 997) for i in range(2 * GROUP_LINES + 10)]
    readings = list(reader.stream(iter(texts)))
    assert [r.text for r in readings if r] == texts
    assert readings[5] is not None
    assert readings[5 + 997] is not None
    assert readings[5].valence == pytest.approx(readings[5 + 997].valence)


def test_a_stream_reads_only_a_little_ahead(reader: AffectReader) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "again"

    stream = reader.stream(endless())
    for _ in range(10):
        next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert taken <= 4 * GROUP_LINES


def test_intervals_hold_the_mean_and_stay_on_the_scale(reader: AffectReader, folder: Path) -> None:
    wide = AffectReader.load(folder, device="cpu", precision="fp32", level=0.99)
    for text in ("abc", "x y z"):
        [narrow_reading], [wide_reading] = reader.analyze([text]), wide.analyze([text])
        assert narrow_reading is not None
        assert wide_reading is not None
        for dimension in DIMENSIONS:
            narrow, broad = getattr(narrow_reading, dimension), getattr(wide_reading, dimension)
            assert 1.0 <= broad.low <= narrow.low <= narrow.mean <= narrow.high <= broad.high <= 5.0
            assert narrow.sd > 0
    with pytest.raises(InputError, match="level"):
        AffectReader.load(folder, level=90)


def test_long_texts_are_read_in_windows() -> None:
    pieces = PieceReader(tiny_tokenizer(), WINDOW)
    room = WINDOW - 2
    read = pieces.read(["a " * room, "a " * (room + 1), "b"])
    assert read.windows.tolist() == [1, 2, 1]
    assert read.owner.tolist() == [0, 1, 1, 2]
    assert read.lengths.tolist() == [WINDOW, WINDOW, OVERLAP + 1 + 2, 3]
    assert all(row[0] == 2 and row[-1] == 3 for row in read.rows)


def test_windows_follow_each_other_without_a_gap() -> None:
    pieces = PieceReader(tiny_tokenizer(), WINDOW)
    text = "".join(LETTERS[i % 26] + " " for i in range(1000))
    rows = [row[1:-1] for row in pieces.read([text]).rows]
    whole = np.concatenate([row[:-OVERLAP] for row in rows[:-1]] + [rows[-1]])
    assert whole.tolist() == [4 + i % 26 for i in range(1000)]


def test_no_piece_of_a_long_text_is_lost() -> None:
    pieces = PieceReader(tiny_tokenizer(), WINDOW)
    words = [LETTERS[i % 26] for i in range(30_000)]
    read = pieces.read([" ".join(words)])
    assert read.windows.tolist() == [len(read.rows)]
    room = WINDOW - 2
    seen: list[int] = []
    for row in read.rows:  # each window goes on where the last one ended, less the overlap, or begins a slice
        window = row[1:-1].tolist()
        assert 0 < len(window) <= room
        overlap = OVERLAP if seen[-OVERLAP:] == window[:OVERLAP] else 0
        seen += window[overlap:]
    assert seen == [4 + i % 26 for i in range(30_000)]


def test_a_long_text_is_the_mean_of_its_windows(reader: AffectReader) -> None:
    [reading] = reader.analyze(["good bad ugly. " * 200])
    assert reading is not None
    assert reading.windows > 1
    pieces = reader.pieces.read(["good bad ugly. " * 200])
    with torch.inference_mode():
        means = []
        for i in range(len(pieces.rows)):
            matrix, mask = pieces.matrix(np.array([i]))
            means.append(reader.model.read(torch.from_numpy(matrix), torch.from_numpy(mask))[0][0, 0].item())
    assert reading.valence.mean == pytest.approx(np.average(means, weights=pieces.lengths), abs=1e-4)


@pytest.mark.parametrize(
    "text",
    ["\ud800 alone", "😀", "[red]markup[/red]", "\x1b[31mred\x1b[0m", "\x00\x01", "\u200b", "a" * 200_000],
)
def test_odd_texts_are_read(reader: AffectReader, text: str) -> None:
    [reading] = reader.analyze([text])
    assert reading is not None
    assert reading.text == text
    assert np.isfinite(reading.valence.mean)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "other", {"kind": "text"}, {"w": torch.ones(2, 2)})
    with pytest.raises(CheckpointError, match="affect"):
        AffectReader.load(tmp_path / "other")


def test_a_model_that_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    checkpoint = load_checkpoint(folder)
    config = dict(checkpoint.config) | {"model": {**checkpoint.config["model"], "hidden": 17}}
    save_checkpoint(tmp_path / "odd", config, checkpoint.tensors, checkpoint.files)
    with pytest.raises(CheckpointError, match="does not fit"):
        AffectReader.load(tmp_path / "odd")


def test_calibration_is_kept_in_the_checkpoint(reader: AffectReader) -> None:
    """A checkpoint of version 0.1 has one group for all, and the model's own spread."""
    kept = Calibration([[np.arange(1.0, 100.0) / 50] * 3])
    assert reader.factors == pytest.approx(kept.factors(0.9), rel=1e-3)
    assert reader.calibration.sd(np.full((1, 3), 0.7)) == pytest.approx(np.full((1, 3), 0.7))
