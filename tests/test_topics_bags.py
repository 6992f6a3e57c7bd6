"""Bags of words, and the corpora of topics read as such."""

from pathlib import Path

import numpy as np
import pytest

from textvae.errors import CorpusError, TextError, UnknownNameError
from textvae.topics.bags import Bags
from textvae.topics.data import load_bags, topic_corpora

WORDS = ("apple", "bear", "cat", "dog")
DOCUMENTS = [["cat", "apple", "cat"], [], ["emu"], ["dog", "dog", "dog", "bear", "emu"]]


def test_words_are_counted_and_strangers_left_out() -> None:
    bags = Bags.count(DOCUMENTS, WORDS)
    assert len(bags) == 4
    assert bags.words == WORDS
    assert bags.indptr.tolist() == [0, 2, 2, 2, 4]
    assert bags.indices.tolist() == [0, 2, 1, 3]
    assert bags.counts.tolist() == [1, 2, 1, 3]
    assert bags.lengths.tolist() == [3, 0, 0, 4]
    assert bags.indptr.dtype == np.int64
    assert bags.indices.dtype == np.int32
    assert bags.counts.dtype == np.float32


def test_dense_rows_in_any_order_and_twice() -> None:
    bags = Bags.count(DOCUMENTS, WORDS)
    assert bags.dense().tolist() == [[1, 0, 2, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 3]]
    assert bags.dense(np.array([3, 1, 3])).tolist() == [[0, 1, 0, 3], [0, 0, 0, 0], [0, 1, 0, 3]]
    assert bags.dense(np.array([], np.int64)).shape == (0, 4)


def test_selected_rows_are_bags_again() -> None:
    bags = Bags.count(DOCUMENTS, WORDS)
    chosen = bags.select(np.array([3, 1, 0]))
    assert chosen.dense().tolist() == [[0, 1, 0, 3], [0, 0, 0, 0], [1, 0, 2, 0]]
    assert chosen.lengths.tolist() == [4, 0, 3]


def test_dense_agrees_with_counting_by_hand_on_random_bags() -> None:
    random = np.random.default_rng(0)
    words = [f"w{i}" for i in range(50)]
    documents = [[words[i] for i in random.integers(0, 50, random.integers(0, 30))] for _ in range(40)]
    rows = random.permutation(40)[:17]
    expected = [[documents[row].count(word) for word in words] for row in rows]
    assert Bags.count(documents, words).dense(rows).tolist() == expected


def test_a_vocabulary_names_each_word_once() -> None:
    with pytest.raises(TextError, match="twice"):
        Bags.count(DOCUMENTS, ["cat", "cat"])
    with pytest.raises(TextError, match="empty"):
        Bags.count(DOCUMENTS, [])


def topics_folder(folder: Path) -> Path:
    rows = ["cat dog cat\ttrain\tpets", "dog\tval\tpets", "apple emu\ttest\tfruit"]
    (folder / "corpus.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "vocabulary.txt").write_text("apple\ncat\ndog\n", encoding="utf-8")
    return folder


def test_a_corpus_with_its_own_vocabulary(tmp_path: Path) -> None:
    folder = topics_folder(tmp_path)
    bags, labels = load_bags("bbc_news", "train", directory=folder)
    assert bags.words == ("apple", "cat", "dog")
    assert bags.dense().tolist() == [[0, 2, 1]]
    assert labels == ["pets"]
    assert load_bags("bbc_news", "dev", directory=folder)[0].dense().tolist() == [[0, 0, 1]]
    other, _ = load_bags("bbc_news", "test", ["emu"], directory=folder)
    assert other.dense().tolist() == [[1]]


def test_dev_is_taken_out_of_train_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "vocab.new").write_text("cat 1\ndog 2\n", encoding="utf-8")
    for name, count in (("train", 300), ("test", 20)):
        lines = [f"{1 + i % 3} 1:{i + 1} 2:1" for i in range(count)]
        (tmp_path / f"{name}.feat").write_text("\n".join(lines) + "\n", encoding="utf-8")
    parts = {s: load_bags("20newsgroups", s, directory=tmp_path)[0] for s in ("train", "dev", "test")}
    counts = {split: set(bags.dense()[:, 0].tolist()) for split, bags in parts.items()}
    assert counts["train"] | counts["dev"] == set(range(1, 301))
    assert not counts["train"] & counts["dev"]
    assert 15 <= len(parts["dev"]) <= 45
    assert len(parts["test"]) == 20
    again, _ = load_bags("20newsgroups", "dev", directory=tmp_path)
    assert again.dense().tolist() == parts["dev"].dense().tolist()


def test_what_is_no_corpus_of_topics() -> None:
    assert {"20newsgroups", "bbc_news", "m10", "dblp"} <= set(topic_corpora())
    with pytest.raises(CorpusError, match="not one of topics"):
        load_bags("emobank", "train")
    with pytest.raises(UnknownNameError, match="did you mean 'test'"):
        load_bags("bbc_news", "tset")
    with pytest.raises(UnknownNameError, match="m10"):
        load_bags("m1o", "train")


@pytest.mark.corpora
def test_20_newsgroups_as_miao_et_al_have_it() -> None:
    test, labels = load_bags("20newsgroups", "test")
    assert len(test) == len(labels) == 7505
    assert len(test.words) == 2000
    assert test.lengths.min() > 0
    train, dev = (load_bags("20newsgroups", split)[0] for split in ("train", "dev"))
    assert len(train) + len(dev) == 11268
