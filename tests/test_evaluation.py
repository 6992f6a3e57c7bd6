"""Every ruler against an answer worked out by hand."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from textvae.affect.values import Affect, Reading
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import CorpusError
from textvae.evaluation import metrics
from textvae.evaluation.affect import evaluate_affect
from textvae.evaluation.judge import JudgeOptions, bags, features, load_judge, train_judge
from textvae.evaluation.reconstruction import evaluate_reconstruction
from textvae.evaluation.report import Report, Row, digest, identity, signature
from textvae.evaluation.transfer import TransferOptions, evaluate_transfer

SMALL = JudgeOptions(buckets=256, width=4, passes=30, batch=4, rate=0.05)
GOOD = ["the food was good", "good service", "a good place to eat", "very good and friendly"]
BAD = ["the food was bad", "bad service", "a bad place to eat", "very bad and rude"]
YELP = [Sentence(t, label="positive") for t in GOOD] + [Sentence(t, label="negative") for t in BAD]


def test_tokens_are_those_of_the_treebank() -> None:
    assert metrics.tokenise("It's NOT cold, is it?") == "it 's not cold , is it ?"
    assert metrics.tokenise("they do n't care .") == "they do n't care ."


def test_bleu_of_a_copy_is_100_and_case_does_not_count() -> None:
    assert metrics.bleu(["A cat sat here today."], ["a cat sat here today ."]) == pytest.approx(100)


def test_bleu_by_hand() -> None:
    # 5 tokens against 6: precisions 5/5, 4/4, 3/3, 2/2; brevity exp(1 - 6/5)
    assert metrics.bleu(["a b c d e"], ["a b c d e f"]) == pytest.approx(100 * math.exp(-0.2))
    # one of 5 tokens differs at the end: 4/5, 3/4, 2/3, 1/2
    assert metrics.bleu(["a b c d x"], ["a b c d e"]) == pytest.approx(
        100 * (0.8 * 0.75 * 2 / 3 * 0.5) ** 0.25
    )


def test_bleu_wants_a_reference_for_each_output() -> None:
    with pytest.raises(ValueError, match="2 outputs but 1 references"):
        metrics.bleu(["a", "b"], ["a"])


def test_pearson_by_hand() -> None:
    assert metrics.pearson([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert metrics.pearson([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert metrics.pearson([0, 0, 3], [0, 3, 3]) == pytest.approx(0.5)  # (-1,-1,2)·(-2,1,1) / 6
    assert math.isnan(metrics.pearson([1, 1], [1, 2]))


def test_errors_by_hand() -> None:
    assert metrics.mean_squared_error([1, 2], [2, 4]) == pytest.approx(2.5)
    assert metrics.mean_absolute_error([1, 2], [2, 4]) == pytest.approx(1.5)
    assert metrics.coverage([0, 0, 0], [1, 1, 1], [0, 1, 1.01]) == pytest.approx(2 / 3)
    assert metrics.geometric_mean(4, 9) == pytest.approx(6)


def test_likelihood_by_hand() -> None:
    half_log = 0.5 * math.log(2 * math.pi)
    assert metrics.gaussian_nll([0.0], [1.0], [0.0]) == pytest.approx(half_log)
    assert metrics.gaussian_nll([0.0], [2.0], [2.0]) == pytest.approx(0.5 + math.log(2) + half_log)
    # raters at -1 and +1 around the mean cost as much as each rating by itself
    assert metrics.gaussian_nll([0.0], [2.0], [0.0], [1.0]) == pytest.approx(
        metrics.gaussian_nll([0.0, 0.0], [2.0, 2.0], [-1.0, 1.0])
    )


def test_a_report_finds_its_rows() -> None:
    report = Report("title", (Row("ACC", 80.0, "%"),), "textvae:0")
    assert report["ACC"] == 80.0
    assert report.as_dict()["rows"] == [{"name": "ACC", "value": 80.0, "note": "%"}]
    with pytest.raises(KeyError):
        report["BLEU"]


def test_a_signature_names_all_that_two_figures_must_share() -> None:
    model = SimpleNamespace(name="affect-en", checksum="abc123", device_name="cpu, bf16")
    line = signature(model, "emobank/test", ["a", "b"], seed=0, limit=None)
    assert line.startswith("textvae:")
    assert "|model:affect-en@abc123|device:cpu/bf16|" in line
    assert line.endswith(f"|corpus:emobank/test@{digest(['a', 'b'])}|seed:0")
    assert digest(["a", "b"]) != digest(["ab", ""])


def test_a_writer_is_known_by_its_weights() -> None:
    writer = SimpleNamespace(config={"files": {"model.safetensors": "0123456789abcdef"}})
    assert identity(writer) == "checkpoint@0123456789ab"
    assert identity(None) == ""


def _affect(mean: float) -> Affect:
    return Affect(mean, sd=0.5, low=mean - 0.25, high=mean + 0.25)


def _rated(text: str, valence: float, arousal: float, dominance: float) -> Sentence:
    return Sentence(text, text, "test", Rating(valence, 0.5), Rating(arousal, 0.5), Rating(dominance, 0.5))


@dataclass
class FakeReader:
    answers: dict[str, tuple[float, float, float]]

    def analyze(self, texts: list[str]) -> list[Reading | None]:
        readings: list[Reading | None] = []
        for text in texts:
            valence, arousal, dominance = map(_affect, self.answers[text])
            readings.append(Reading(text, valence, arousal, dominance))
        return readings


def test_affect_report_by_hand() -> None:
    gold = [_rated("a", 1, 3, 3), _rated("b", 2, 2, 3.5), _rated("c", 3, 1, 4)]
    reader = FakeReader({"a": (1.0, 3.0, 3.0), "b": (2.0, 2.0, 3.5), "c": (4.0, 1.0, 4.0)})
    report = evaluate_affect(reader, gold, "emobank/test")
    assert report["r arousal"] == pytest.approx(1)
    assert report["r valence"] == pytest.approx(np.corrcoef([1, 2, 4], [1, 2, 3])[0, 1])
    assert report["MSE"] == pytest.approx(1 / 9)  # one valence is off by 1
    assert report["MAE"] == pytest.approx(1 / 9)
    assert report["coverage"] == pytest.approx(8 / 9)
    assert report["coverage valence"] == pytest.approx(2 / 3)
    assert [report[f"coverage {third} third"] for third in ("low", "middle", "high")] == [1, 1, 0]
    assert report["width"] == pytest.approx(0.5)
    assert report["NLL, one SD"] <= report["NLL"]
    assert "corpus:emobank/test@" in report.signature


def test_dimensions_and_sentences_without_ratings_are_left_out() -> None:
    reader = FakeReader({"a": (1.0, 3.0, 3.0), "b": (2.0, 2.0, 3.5)})
    sentences = [Sentence("a", valence=Rating(1)), Sentence("b", valence=Rating(2)), Sentence("unrated")]
    report = evaluate_affect(reader, sentences, "vader")
    assert [row.name for row in report.rows if row.name.startswith("r ")] == ["r valence"]
    assert report["MSE"] == 0.0


def test_affect_needs_ratings() -> None:
    with pytest.raises(CorpusError, match="no rated sentences"):
        evaluate_affect(FakeReader({}), [Sentence("a")], "ptb")


def test_features_are_words_and_pairs() -> None:
    assert len(features("good food", 1000)) == 2 + 3
    assert len(features("", 1000)) == 1  # the empty sentence still has its ends
    assert features("good food", 1000)[:2] == features("food good", 1000)[1::-1]


def test_chosen_bags_are_the_bags_of_the_chosen() -> None:
    import torch

    texts = ["one", "two words", "three words here"]
    chosen = bags(texts, 97).rows(torch.tensor([2, 0]))
    assert chosen.features.tolist() == features(texts[2], 97) + features(texts[0], 97)
    assert chosen.lengths.tolist() == [7, 3]


def test_the_judge_learns_and_is_the_same_each_time() -> None:
    judge = train_judge(YELP, SMALL)
    assert judge.labels == ("negative", "positive")
    assert judge.label(["good", "bad"]) == ["positive", "negative"]
    assert judge.accuracy(["good", "good", "bad"], ["positive", "negative", "negative"]) == pytest.approx(
        200 / 3
    )
    again = train_judge(YELP, SMALL)
    assert again.embedding.equal(judge.embedding)
    assert np.allclose(judge.probabilities(["good"]).sum(1), 1)


def test_the_judge_is_kept_and_an_altered_cache_is_made_anew(
    tmp_path: "object", monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    cache = Path(str(tmp_path))
    monkeypatch.setenv("TEXTVAE_CACHE", str(cache))
    first = load_judge(YELP, SMALL)
    (kept,) = (cache / "judges").iterdir()
    assert load_judge(YELP, SMALL).embedding.equal(first.embedding)
    kept.write_bytes(b"rubbish")
    assert load_judge(YELP, SMALL).embedding.equal(first.embedding)
    load_judge(YELP[:-1], SMALL)
    assert len(list((cache / "judges").iterdir())) == 2


def test_a_judge_needs_two_labels() -> None:
    with pytest.raises(CorpusError, match="at least two labels, got positive"):
        train_judge(YELP[:4], SMALL)


class FakeWriter:
    """Writes what `turn` says, with the valence that was asked for, less a tenth."""

    def __init__(self, turn: Callable[[str], str]) -> None:
        self.turn = turn
        self.without: set[tuple[str, ...]] = set()

    def transfer(
        self, texts: list[str], valence: float, fidelity: float, without: tuple[str, ...]
    ) -> list[SimpleNamespace]:
        self.without.add(without)
        candidates = [SimpleNamespace(valence=valence - 0.1, by="edit+frame")]
        return [SimpleNamespace(best=self.turn(text), candidates=candidates) for text in texts]

    def reconstruct(self, texts: list[str], restored: bool = True) -> list[str]:
        assert not restored
        return list(texts)

    def normalise(self, text: str) -> str:
        return text.lower()


SOURCES = [
    Sentence(
        "the food was really very good",
        "1",
        "test",
        label="positive",
        references=("the food was really very bad",),
    ),
    Sentence(
        "the staff was really very bad",
        "2",
        "test",
        label="negative",
        references=("the staff was really very good",),
    ),
]


def test_transfer_by_hand() -> None:
    swap = {"good": "bad", "bad": "good"}
    writer = FakeWriter(lambda text: " ".join(swap.get(word, word) for word in text.split()))
    seen: list[int] = []
    report = evaluate_transfer(writer, train_judge(YELP, SMALL), SOURCES, progress=seen.append)
    assert report["ACC"] == report["ACC to positive"] == report["ACC of people"] == 100
    assert report["ref-BLEU"] == pytest.approx(100)
    assert report["GM"] == pytest.approx(100)
    assert report["self-BLEU"] == pytest.approx(100 * (5 / 6 * 4 / 5 * 3 / 4 * 2 / 3) ** 0.25)
    assert report["ref-BLEU of a copy"] == report["self-BLEU of people"] == report["self-BLEU"]
    assert report["valence MAE"] == pytest.approx(0.1)
    assert report["unchanged"] == 0
    assert report["reconstruction BLEU"] == pytest.approx(100)
    assert seen == [1, 2]
    assert [row["id"] for row in report.outputs] == [
        "1",
        "2",
    ]  # the corpus's order, though turned label by label
    assert report.outputs[0]["output"] == "the food was really very bad"
    assert report.outputs[0]["judged"] == "negative"
    assert report.outputs[0]["by"] == "edit+frame"
    assert "without" not in report.signature
    assert "high:4.2|low:1.8" in report.signature


def test_a_copy_has_no_accuracy_and_full_bleu() -> None:
    report = evaluate_transfer(FakeWriter(str), train_judge(YELP, SMALL), SOURCES, TransferOptions(batch=1))
    assert report["ACC"] == 100 - report["judge accuracy"] == 0
    assert report["self-BLEU"] == pytest.approx(100)
    assert report["unchanged"] == 100


def test_the_signature_tells_what_was_turned_off() -> None:
    writer, options = FakeWriter(str), TransferOptions(without=("frames", "edits"))
    report = evaluate_transfer(writer, train_judge(YELP, SMALL), SOURCES, options)
    assert "|fidelity:0.5|without:edits,frames" in report.signature
    assert writer.without == {("frames", "edits")}


def test_transfer_needs_labels() -> None:
    with pytest.raises(CorpusError, match="not labelled"):
        evaluate_transfer(FakeWriter(str), train_judge(YELP, SMALL), [Sentence("a")])


def test_reconstruction_by_hand() -> None:
    long = "one two three four five six seven eight nine ten eleven"
    sentences = [Sentence("A b c d", "tatoeba/1"), Sentence(long, "gutenberg/1")]
    writer = FakeWriter(str)
    report = evaluate_reconstruction(writer, sentences)
    assert report["BLEU"] == report["BLEU, at most 10 words"] == pytest.approx(100)
    assert report["BLEU, gutenberg"] == pytest.approx(100)
    assert report["word for word"] == 100
    assert [row["source"] for row in report.outputs] == ["a b c d", long]
    with pytest.raises(CorpusError, match="no sentences"):
        evaluate_reconstruction(writer, [])
