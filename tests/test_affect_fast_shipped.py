"""The affect-fast that ships: its size, what it says of plain sentences, and that batches change nothing."""

from itertools import pairwise

import numpy as np
import pytest

import textvae
from textvae import resources
from textvae.affect.reader import AffectReader
from textvae.affect.windows import PieceReader
from textvae.affect.words import WordReader

FOLDER = resources.checkpoint_folder() / "affect-fast"


@pytest.fixture(scope="module")
def reader() -> AffectReader:
    if not (FOLDER / "config.json").is_file():
        pytest.skip("affect-fast is not in this checkout")
    return textvae.load("affect-fast", device="cpu", precision="fp32")


def test_size_on_disk(reader: AffectReader) -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 4_000_000
    assert {path.name for path in FOLDER.iterdir()} >= {"README.md", "config.json", "tokenizer.json"}


def test_it_is_read_the_fast_way(reader: AffectReader) -> None:
    assert reader.folded is not None
    assert isinstance(reader.pieces, WordReader)


def test_valence_rises_from_the_worst_to_the_best(reader: AffectReader, rising: list[str]) -> None:
    valence = reader.score(rising)[:, 0].tolist()
    assert all(lower < higher for lower, higher in pairwise(valence))
    assert valence[0] < 2.5
    assert valence[-1] > 3.7


def test_a_line_scores_the_same_alone_and_in_a_batch(reader: AffectReader, rising: list[str]) -> None:
    together = reader.score([*rising, "ok " * 300])
    alone = np.concatenate([reader.score([text]) for text in rising])
    assert np.abs(together[: len(rising)] - alone).max() <= 1e-4


def test_words_alone_give_the_pieces_of_the_text(reader: AffectReader, rising: list[str]) -> None:
    """Cutting word by word is what the tokenizer does with the whole text."""
    texts = [*rising, "Don't! (really?) well-known: 3.5% of naïve cafés", "日本 & co.", "unbelievableness"]
    whole = PieceReader(reader.pieces.tokenizer, reader.pieces.window).read(texts)
    assert [row.tolist() for row in reader.pieces.read(texts).rows] == [row.tolist() for row in whole.rows]


def test_bf16_says_the_same_to_two_decimals(reader: AffectReader, rising: list[str]) -> None:
    coarse = textvae.load("affect-fast", device="cpu", precision="bf16")
    assert np.abs(coarse.score(rising) - reader.score(rising)).max() <= 0.01
