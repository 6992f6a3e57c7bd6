"""What is reported of spreads and intervals, worked out by hand."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from textvae.affect.values import Affect, Reading
from textvae.corpora import Rating, Sentence
from textvae.errors import CorpusError
from textvae.evaluation.affect import evaluate_affect
from textvae.evaluation.metrics import spread_reliability


@dataclass
class Reader:
    """Reads valence as told, arousal and dominance as 3; intervals reach as far as `half`."""

    valence: dict[str, float]
    half: float = 0.5
    steep: float = 0.0  # how the spread grows with the mean from 0.4 at 3
    level: float = 0.8
    name: str = "made"
    checksum: str = "abc"
    asked: list[str] = field(default_factory=list)

    def analyze(self, texts: list[str]) -> list[Reading | None]:
        self.asked = texts
        same = self._affect(3.0)
        return [Reading(text, self._affect(self.valence[text]), same, same) for text in texts]

    def _affect(self, mean: float) -> Affect:
        return Affect(mean, 0.4 + self.steep * (mean - 3), mean - self.half, mean + self.half)


def rated(text: str, valence: float, arousal: float, sd: float | None = 0.3) -> Sentence:
    return Sentence(text, f"id/{text}", "test", Rating(valence, sd), Rating(arousal, sd))


def test_thirds_are_those_of_predicted_valence_for_every_dimension() -> None:
    reader = Reader({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 4.5, "f": 5.0})
    arousal = {"a": 3, "b": 4, "c": 3, "d": 3, "e": 1, "f": 5}  # off in one of the low and both of the high
    report = evaluate_affect(
        reader, [rated(t, v, arousal[t]) for t, v in reader.valence.items()], "made/test"
    )
    assert [report[f"coverage {third} third"] for third in ("low", "middle", "high")] == [1, 1, 1]
    assert [report[f"coverage {third} third, arousal"] for third in ("low", "middle", "high")] == [0.5, 1, 0]
    assert report["coverage arousal"] == 0.5
    assert report["width"] == report["width arousal"] == 1.0
    assert report.signature.endswith("|level:0.8")
    with pytest.raises(KeyError):
        report["coverage dominance"]  # nobody rated it


class Untaught(Reader):
    """Reads valence alone."""

    def analyze(self, texts: list[str]) -> list[Reading | None]:
        nothing = Affect(*[float("nan")] * 4)
        return [Reading(text, self._affect(self.valence[text]), nothing, nothing) for text in texts]


def test_what_the_model_was_not_taught_is_left_out() -> None:
    sentences = [rated("a", 2.0, 3.0), rated("b", 4.0, 3.5)]
    reader = Untaught({"a": 2.25, "b": 4.25})
    report = evaluate_affect(reader, sentences)
    assert (report["MSE"], report["MAE"], report["coverage"], report["width"]) == (0.0625, 0.25, 1, 1)
    assert not [row.name for row in report.rows if "arousal" in row.name]
    aroused = [Sentence("a", arousal=Rating(3.0, None))]
    with pytest.raises(CorpusError, match="no sentence with a rating of what the model was taught"):
        evaluate_affect(reader, aroused, "aroused")


def test_the_likelihood_of_single_ratings_by_hand() -> None:
    reader = Reader({"a": 2.0, "b": 4.0})
    sentences = [rated("a", 2.4, 3.0, 0.3), rated("b", 4.0, 3.0, 0.5)]
    report = evaluate_affect(reader, sentences)
    # The mean squared deviation of a's ratings from the reading is 0.16 + 0.09, that of b's 0.25: sd 0.5.
    constant = np.log(0.5) + 0.5 + 0.5 * np.log(2 * np.pi)
    told = np.log(0.4) + 0.25 / (2 * 0.16) + 0.5 * np.log(2 * np.pi)
    arousal = 0.5 * np.log(0.17) + 0.5 + 0.5 * np.log(2 * np.pi)  # 0.09 and 0.25, both means read right
    arousal_told = np.log(0.4) + 0.17 / (2 * 0.16) + 0.5 * np.log(2 * np.pi)
    assert report["NLL, one SD"] == pytest.approx((constant + arousal) / 2)
    assert report["NLL"] == pytest.approx((told + arousal_told) / 2)


def test_reliability_stands_beside_the_correlation() -> None:
    reader = Reader({"a": 2.0, "b": 4.0}, steep=0.1)
    sentences = [rated("a", 2.0, 3.0, 0.0), rated("b", 4.0, 3.0, 0.5)]
    ratings = {"id/a": [[2.0, 3.0, 3.0]] * 4, "id/b": [[v, v, v] for v in (1.0, 2.0, 4.0, 5.0)]}
    report = evaluate_affect(reader, sentences, ratings=ratings)
    names = [row.name for row in report.rows]
    assert names.index("reliability SD valence") == names.index("r SD valence") + 1
    assert report["reliability SD valence"] == pytest.approx(
        1.0
    )  # one agreed, the other never: in any halves
    assert not any("reliability" in row.name for row in evaluate_affect(reader, sentences).rows)
    assert report["r SD valence"] == pytest.approx(1.0)
    assert "r SD arousal" not in names and "reliability SD arousal" in names  # one spread for all


def test_reliability_by_hand_and_of_noise() -> None:
    random = np.random.default_rng(0)
    told = [random.normal(0, sd, (400, 1)) for sd in np.linspace(0.1, 1, 50)]
    assert spread_reliability(told) == pytest.approx([1.0], abs=0.02)
    noise = [random.normal(0, 1, (10, 2)) for _ in range(1000)]
    assert spread_reliability(noise) == pytest.approx([0.0, 0.0], abs=0.12)
    assert np.isnan(spread_reliability([np.ones((3, 2))])).all()  # too few raters to halve
    agreed = np.full((4, 1), 3.0)
    assert spread_reliability([agreed, np.array([[1.0], [2.0], [4.0], [8.0]])]) == pytest.approx([1.0])
