"""Folds, cleaning, baselines and figures of the affect laboratory, worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from textvae.affect.figures import always, figures_of, mean_and_sd, training_mean
from textvae.affect.lab.folds import folds, official, rated_sentences
from textvae.affect.lab.rated import CleaningOptions, agreement, ratings_of_all
from textvae.affect.lab.trials import summary
from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError, InputError, RecipeError, UnknownNameError

ENGLISH = [Sentence(f"a {i}", split=("train", "train", "dev", "test")[i % 4]) for i in range(40)]
CHINESE = [Sentence(f"b {i}", split=f"fold{i % 5 + 1}") for i in range(40)]


def test_folds_hold_every_training_sentence_out_once() -> None:
    parts = folds(ENGLISH, 3, seed=1)
    rows = np.flatnonzero([s.split == "train" for s in ENGLISH])
    held = np.concatenate([part.test for part in parts])
    assert sorted(held) == sorted(rows)  # each once, and no dev or test row among them
    for part in parts:
        assert not set(part.train) & set(part.test)
        assert sorted([*part.train, *part.test]) == sorted(rows)
    assert [p.test.tolist() for p in folds(ENGLISH, 3, 1)] == [p.test.tolist() for p in parts]
    assert [p.test.tolist() for p in folds(ENGLISH, 3, 2)] != [p.test.tolist() for p in parts]
    with pytest.raises(InputError, match="--folds 1"):
        folds(ENGLISH, 1, seed=1)


def test_a_corpus_keeps_folds_of_its_own() -> None:
    parts = folds(CHINESE, 5, seed=1)
    assert [{CHINESE[row].split for row in part.test} for part in parts] == [
        {f"fold{i}"} for i in range(1, 6)
    ]
    assert sum(len(part.test) for part in parts) == len(CHINESE)
    with pytest.raises(InputError, match="5 folds of its own"):
        folds(CHINESE, 4, seed=1)
    division = official(CHINESE)
    assert [CHINESE[row].split for row in (division.train[0], division.dev[0], division.test[0])] == [
        "fold1", "fold4", "fold5"
    ]  # fmt: skip


def test_too_few_sentences_to_deal_out_are_told_of() -> None:
    with pytest.raises(
        CorpusError, match=r"3 rated sentences, too few .*: none is in dev\. Give more, or a col"
    ):
        official([Sentence(f"sentence {i}") for i in range(3)])


def test_a_table_of_one_s_own_is_divided_by_its_texts(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    lines = [f"sentence {i},{1 + i % 4},{2}" for i in range(200)]
    table.write_text("\n".join(["text,valence,arousal", *lines, "not rated,,"]) + "\n")
    sentences = rated_sentences(str(table))
    assert len(sentences) == 200
    division = official(sentences)
    parts = (division.train, division.dev, division.test)
    assert sorted(np.concatenate(parts)) == list(range(200))
    assert [len(part) for part in parts] == pytest.approx([160, 20, 20], abs=12)
    turned = official(sentences[::-1])  # a sentence stays in its part, whatever stands around it
    assert {sentences[199 - row].text for row in turned.dev} == {sentences[row].text for row in division.dev}
    assert sum(len(part.test) for part in folds(sentences, 4, seed=1)) == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text\nhello\n", "no rated sentences"),
        ("text,valence,split\nhello,3,train\nbye,4,\n", "split 'dev'"),
    ],
)
def test_a_table_that_cannot_teach(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(CorpusError, match=message):
        rated_sentences(str(tmp_path / "mine.csv"))
    with pytest.raises(UnknownNameError, match="Or give a file"):
        rated_sentences("mine")


def test_baselines_and_figures_by_hand() -> None:
    gold = np.array([[3.0, 2.0], [4.0, 2.0], [5.0, 5.0]], np.float32)
    three = always(3.0, gold)
    assert three.mae == pytest.approx({"valence": 1.0, "arousal": 4 / 3})
    assert three.mse == pytest.approx({"valence": 5 / 3, "arousal": 2.0})
    assert all(np.isnan(list(three.r.values())))
    mean = training_mean(np.array([[3.0, 3.0], [5.0, 3.0]], np.float32), gold)
    assert mean.mae == pytest.approx({"valence": 2 / 3, "arousal": 4 / 3})
    exact = figures_of(gold * 2 - 1, gold)
    assert exact.r == pytest.approx({"valence": 1.0, "arousal": 1.0})
    assert json.loads(json.dumps(three.as_dict()))["r"] == {"valence": None, "arousal": None}
    assert mean_and_sd([1.0, 3.0]) == pytest.approx((2.0, 2**0.5))
    folds_of_two = [figures_of(gold, gold).as_dict(), three.as_dict()]
    assert summary(folds_of_two)["r"]["valence"] == pytest.approx((0.5, 0.5**0.5))


def test_figures_are_of_what_is_rated() -> None:
    gold = np.array([[3.0, np.nan, np.nan], [4.0, np.nan, 2.0], [5.0, np.nan, 3.0]], np.float32)
    found = figures_of(np.array([[2.0, 1.0, 9.0], [3.0, 1.0, 3.0], [4.0, 1.0, 5.0]], np.float32), gold)
    assert found.r == pytest.approx({"valence": 1.0, "dominance": 1.0})
    assert found.mae == pytest.approx({"valence": 1.0, "dominance": 1.5})
    assert training_mean(gold, gold[1:]).mae == pytest.approx({"valence": 0.5, "dominance": 0.5})
    without = figures_of(gold[:1], gold[:1]).as_dict()
    assert list(summary([found.as_dict(), without])["mae"]) == ["valence"]


@pytest.mark.corpora
def test_always_three_on_emobank() -> None:
    sentences = rated_sentences("emobank")
    gold, _ = ratings_of_all([sentences[row] for row in official(sentences).test])
    found = always(3.0, gold)
    assert sum(found.mse.values()) / 3 == pytest.approx(0.0765, abs=5e-5)


def test_cleaning_weights_by_hand() -> None:
    spreads = np.array([[1.0, 1.0], [np.nan, 3.0], [1.0, np.nan], [np.nan, np.nan]], np.float32)
    # d^2 = 1, 9, 1 and unknown; m^2 = 11/3: weights 1/(m^2 + d^2) = 3/14, 3/38, 3/14, 3/22.
    by_hand = np.array([3 / 14, 3 / 38, 3 / 14, 3 / 22])
    weight = agreement(spreads, CleaningOptions("weight"))
    assert weight.tolist() == pytest.approx((by_hand / by_hand.mean()).tolist(), rel=1e-5)
    assert agreement(spreads, CleaningOptions("drop", 0.25)).tolist() == [1, 0, 1, 1]
    assert agreement(spreads, CleaningOptions()).tolist() == [1, 1, 1, 1]
    assert agreement(np.full((2, 2), np.nan), CleaningOptions("drop", 0.5)).tolist() == [1, 1]
    with pytest.raises(RecipeError, match="weigh"):
        CleaningOptions("wiegh")
