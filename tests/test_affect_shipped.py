"""The affect-en that ships: its size, what it says about plain sentences, and that batches change nothing."""

from itertools import pairwise

import numpy as np
import pytest

from textvae import resources
from textvae.affect.reader import AffectReader

FOLDER = resources.checkpoint_folder() / "affect-en"


@pytest.fixture(scope="module")
def reader() -> AffectReader:
    return AffectReader.load(device="cpu", precision="fp32")


def test_size_on_disk() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 24_000_000
    assert {path.name for path in FOLDER.iterdir()} >= {"README.md", "config.json", "tokenizer.json"}


def test_valence_rises_from_the_worst_to_the_best(reader: AffectReader, rising: list[str]) -> None:
    valence = reader.score(rising)[:, 0].tolist()
    assert all(lower < higher for lower, higher in pairwise(valence))
    assert valence[0] < 2.5
    assert valence[-1] > 3.7


def test_excitement_is_read_as_arousal(reader: AffectReader) -> None:
    calm, excited = reader.score(["we sat quietly by the lake", "run! the whole building is on fire!!!"])
    assert excited[1] > calm[1] + 0.3


def test_a_line_scores_the_same_alone_and_in_a_batch(reader: AffectReader, rising: list[str]) -> None:
    together = reader.score([*rising, "ok " * 300])
    alone = np.concatenate([reader.score([text]) for text in rising])
    assert np.abs(together[: len(rising)] - alone).max() <= 1e-4


def test_capitals_do_not_matter(reader: AffectReader) -> None:
    lower, upper = reader.score(["what a lovely day", "What A LOVELY day"])
    assert np.abs(lower - upper).max() <= 1e-4
