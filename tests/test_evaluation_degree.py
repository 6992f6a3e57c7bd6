"""Steering by degree: figures worked out by hand, on a writer that does what it is told."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from textvae.cli.measured import spread
from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation.degree import DegreeOptions, evaluate_degree, vader
from textvae.evaluation.judge import Judge
from textvae.text.values import Candidate, Transfer

SENTENCES = [Sentence("one two three four five", "a"), Sentence("six seven eight nine ten", "b")]
PLACES = (2.0, 3.0, 4.0)


class Writer:
    """Reaches half of the way from 3 in the axis asked for; what is sent up takes the other axis along. The
    first word of the output says how far."""

    scale = SimpleNamespace(sd=(0.5, 0.25))
    name = "toy"

    def __init__(self) -> None:
        self.reader = SimpleNamespace(score=lambda texts: np.full((len(texts), 3), 3.0))
        self.batches: list[int] = []
        self.without: set[tuple[str, ...]] = set()

    def transfer(
        self, texts: list[str], fidelity: float, without: tuple[str, ...], **asked: float
    ) -> list[Transfer]:
        self.without.add(without)
        self.batches.append(len(texts))
        [(axis, place)] = asked.items()
        reached = 3 + (place - 3) / 2
        other = 3.1 if place > 3 else 3.0
        found = []
        for text in texts:
            new = text if place == 3 else f"w{place:g} " + " ".join(text.split()[1:])
            affect = (reached, other) if axis == "valence" else (other, reached)
            fault = "is a copy" if place == 3 else ""
            made = Candidate(1, new, *affect, 0.5, -1.0, fault, "decoder")
            found.append(Transfer(text, 3.0, 3.0, None, None, (made,)))
        return found


def judge() -> Judge:
    """A judge whose log-odds nobody needs to know: all words alike."""
    return Judge(("negative", "positive"), torch.zeros(16, 2), torch.zeros(2, 2))


def polarity(text: str) -> float:
    return {"w2": -1.0, "w4": 0.5}.get(text.split()[0], 0.0)


def test_figures_by_hand() -> None:
    writer = Writer()
    done: list[int] = []
    report = evaluate_degree(
        writer, SENTENCES, "toy", None, polarity, DegreeOptions(PLACES, batch=1), done.append
    )
    # Asked 2, 3, 4; reached 2.5, 3, 3.5: errors 0.5, 0, 0.5, in a straight line.
    for axis in ("valence", "arousal"):
        assert report[f"{axis}: MAE"] == pytest.approx(1 / 3)
        assert report[f"{axis}: r"] == pytest.approx(1)
        assert report[f"{axis} to 2"] == pytest.approx(2.5)
        assert report[f"{axis}: passed"] == pytest.approx(100 * 2 / 3)
    # On [-1, 1]: asked -0.5, 0, 0.5; VADER -1, 0, 0.5. Errors 0.5, 0, 0; r = 0.75 / sqrt(0.5 * 7 / 6).
    assert report["valence, VADER: MAE"] == pytest.approx(0.5 / 3)
    assert report["valence, VADER: r"] == pytest.approx(0.75 / (0.5 * 7 / 6) ** 0.5)
    # The other axis moves by 0.1 in a third of the outputs, and that is 0.4 or 0.2 standard deviations.
    assert report["valence: arousal moves"] == pytest.approx(0.4 / 3)
    assert report["valence: arousal drifts"] == pytest.approx(0.4)
    assert report["arousal: valence drifts"] == pytest.approx(0.2)
    # Four of five words, and three of four pairs and so on: 1-gram 4/5, 3/4, 2/3, 1/2.
    note = next(row.note for row in report.rows if row.name == "valence to 4")
    assert note == f"reached on average; self-BLEU {100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25:.1f}"
    assert "without a judge" in report.title
    assert done == list(range(1, 13))
    assert len(report.outputs) == 12
    assert report.outputs[0] == {
        "id": "a", "source": "one two three four five", "axis": "valence", "asked": 2.0,
        "output": "w2 two three four five", "by": "decoder", "valence": 2.5, "arousal": 3.0, "passed": True,
        "vader": -1.0,
    }  # fmt: skip
    json.dumps(report.outputs)
    assert (writer.without, "without:" in report.signature) == ({()}, False)


def test_the_signature_tells_what_was_turned_off() -> None:
    writer, options = Writer(), DegreeOptions(PLACES, without=("frames",))
    report = evaluate_degree(writer, SENTENCES, "toy", None, polarity, options)
    assert "|fidelity:0.5|without:frames" in report.signature
    assert writer.without == {("frames",)}


def test_the_judges_log_odds_are_fitted() -> None:
    class Sided(Judge):
        def probabilities(self, texts: Any) -> Any:
            positive = np.array([{"w2": 0.2, "w4": 0.8}.get(text.split()[0], 0.5) for text in texts])
            return np.stack([1 - positive, positive], 1)

    sided = Sided(("negative", "positive"), torch.zeros(1, 1), torch.zeros(1, 2))
    report = evaluate_degree(Writer(), SENTENCES, "toy", sided, None, DegreeOptions(PLACES, ("valence",)))
    assert report["valence, judge: r"] == pytest.approx(1)
    assert report["valence, judge: MAE"] == pytest.approx(0, abs=1e-6)
    assert "without VADER" in report.title
    assert not any(row.name.startswith("arousal") for row in report.rows)


def test_a_judge_that_knows_nothing_and_no_sentences() -> None:
    writer = Writer()
    report = evaluate_degree(writer, SENTENCES, "toy", judge(), None, DegreeOptions((2.0, 4.0), ("valence",)))
    assert writer.batches == [2, 2]
    assert report["valence, judge: MAE"] == pytest.approx(1)  # it says 3 of all
    with pytest.raises(CorpusError, match="no sentences"):
        evaluate_degree(writer, [], "toy")


def test_some_sentences_from_everywhere() -> None:
    sentences = [Sentence(str(number)) for number in range(10)]
    assert [sentence.text for sentence in spread(sentences, 4)] == ["0", "2", "5", "7"]
    assert spread(sentences, None) == spread(sentences, 10) == sentences


def test_vader_reads_polarity() -> None:
    pytest.importorskip("vaderSentiment")
    read = vader()
    assert read is not None
    assert read("a great day") > 0.5 > -0.5 > read("a horrible, rude man")
