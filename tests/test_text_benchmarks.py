"""The parts of the text benchmarks that could be wrong without anybody noticing."""

import importlib
import math
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from textvae.text.codec import Codec
from textvae.text.decoding import Hypothesis
from textvae.text.model import TextConfig, TextVAE
from textvae.text.task import TextTask
from textvae.training.device import choose_device


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")


@pytest.fixture
def text_profile(benchmarks: None) -> Any:
    return importlib.import_module("text_profile")


@pytest.fixture
def beam_speed(benchmarks: None) -> Any:
    return importlib.import_module("beam_speed")


def test_the_operations_of_a_step_by_hand(text_profile: Any) -> None:
    config = TextConfig(
        11, embedding=2, encoder=3, summary="last", content=5, decoder=7, highway=1, adversary=0, affect=0,
        cell="lstm",
    )  # fmt: skip
    task = cast(TextTask, SimpleNamespace(model=TextVAE(config)))
    sentences, tokens = 4, 24  # 5 words and the end
    encoder = 2 * 12 * (2 + 3) * 20  # two directions, four gates; the end of a sentence is not read
    latent = 6 * 10 * 4  # mean and variance
    z = (5 * 10 + 5 * 14 + 5 * 2 + 5 * 2) * 4  # highway; first states h and c, inputs, outputs
    decoder = (28 * (2 + 7) + 7 * 2 + 11 * 2) * 24  # gates, projection, words
    assert text_profile.operations(task, sentences, tokens) == 6 * (encoder + latent + z + decoder)


def test_the_operations_of_attending_by_hand(text_profile: Any) -> None:
    config = TextConfig(11, embedding=2, encoder=3, heads=2, content=4, decoder=7, highway=1, adversary=0)
    whole, parted = (
        text_profile.operations(cast(TextTask, SimpleNamespace(model=TextVAE(one))), 4, 24)
        for one in (config, replace(config, attends=True))
    )
    query, parts = 7 * 2 * 24, 2 * 4 * 2 * 4  # of two parts of two dimensions a key and a value of two each
    saved = 2 * 4 * 12 * 4 // 2  # mean and variance, each head's from its own half of the summary
    assert parted - whole == 6 * (query + parts - saved)


def test_a_clock_counts_no_second_twice(text_profile: Any) -> None:
    class Work:
        def outer(self) -> int:
            time.sleep(0.02)
            return self.inner() + 1

        def inner(self) -> int:
            time.sleep(0.05)
            return 1

    clock, work = text_profile.Clock(torch.device("cpu")), Work()
    clock.around(work, "outer", "outer")
    clock.around(work, "inner", "inner")
    assert work.outer() == 2
    assert clock.seconds["inner"] >= 0.05
    assert 0.02 <= clock.seconds["outer"] < clock.seconds["inner"]
    assert clock.within[0] == pytest.approx(clock.seconds["inner"] + clock.seconds["outer"])


def test_a_matrix_rate_is_operations_by_time(text_profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 2.0, 5.0, 6.0])
    monkeypatch.setattr(text_profile.Clock, "now", lambda self: next(times))
    assert text_profile.matrix_rate(choose_device("cpu", "fp32"), size=4, rounds=2) == 128.0  # 2 * 4^3 in 1 s


def test_lists_by_hand(beam_speed: Any) -> None:
    spoken = {1: "a", 2: "b", 3: "c", 4: "d"}
    tokenizer = SimpleNamespace(decode=lambda ids: " ".join(spoken[i] for i in ids))
    codec = cast(Codec, SimpleNamespace(tokenizer=tokenizer))
    row = [Hypothesis(ids, -6.0, -1.0) for ids in ((1, 2, 3, 4, 1), (1, 2, 3, 4, 2), (1, 2, 3, 4, 1))]
    found: dict[str, Any] = beam_speed.described(codec, [row])
    assert found["sentences a list"] == 3
    assert found["different sentences"] == 2
    assert found["distinct-1"] == pytest.approx(100 * 4 / 15)
    assert found["distinct-3"] == pytest.approx(100 * 4 / 9)  # abc bcd cda cdb
    assert found["repeated phrases, %"] == pytest.approx(100 * 5 / 9)
    assert found["log p a piece"] == pytest.approx(-1.0)
    assert math.isnan(found["distinct-2 of the first 4 different"])  # there are two
