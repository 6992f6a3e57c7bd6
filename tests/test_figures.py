"""The figures that the shipped models are held to, measured as `textvae evaluate` measures them."""

from pathlib import Path

import pytest

from textvae.corpora import read_corpus
from textvae.evaluation.affect import evaluate_affect
from textvae.evaluation.judge import load_judge
from textvae.evaluation.reconstruction import evaluate_reconstruction, held_out
from textvae.evaluation.transfer import evaluate_transfer

pytestmark = [pytest.mark.slow, pytest.mark.corpora]
CHECKPOINTS = Path(__file__).parents[1] / "checkpoints"


def shipped(name: str) -> str:
    if not (CHECKPOINTS / name / "config.json").is_file():
        pytest.skip(f"{name} is not in this checkout")
    return name


def test_affect_en_reads_emobank() -> None:
    from textvae.affect.reader import AffectReader

    reader = AffectReader.load(shipped("affect-en"))
    report = evaluate_affect(reader, read_corpus("emobank", split="test"), "emobank/test")
    assert report["r valence"] >= 0.785
    assert report["r arousal"] >= 0.545
    assert report["r dominance"] >= 0.495
    assert 0.88 <= report["coverage"] <= 0.92


def test_affect_fast_reads_emobank() -> None:
    from textvae.affect.reader import AffectReader

    reader = AffectReader.load(shipped("affect-fast"))
    report = evaluate_affect(reader, read_corpus("emobank", split="test"), "emobank/test")
    assert report["r valence"] >= 0.70
    assert report["r arousal"] >= 0.50
    assert report["r dominance"] >= 0.455
    assert 0.88 <= report["coverage"] <= 0.92


def test_text_yelp_turns_the_benchmark() -> None:
    from textvae.text.writer import TextWriter

    writer = TextWriter.load(shipped("text-yelp"))
    judge = load_judge(list(read_corpus("yelp", split="train")))
    report = evaluate_transfer(writer, judge, read_corpus("yelp", split="test"))
    assert report["judge accuracy"] >= 96
    assert report["reconstruction BLEU"] >= 90
    assert report["ACC"] >= 89
    assert report["self-BLEU"] >= 55
    assert report["ref-BLEU"] >= 25.5


def test_text_en_gives_sentences_back() -> None:
    from textvae.text.writer import TextWriter

    writer = TextWriter.load(shipped("text-en"))
    report = evaluate_reconstruction(writer, held_out(writer))
    assert report["BLEU"] >= 73
    assert report["BLEU, at most 10 words"] >= 89.5
