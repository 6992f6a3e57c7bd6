"""Corpus cards, and the places where a corpus is looked for."""

import os
import re
from pathlib import Path

import pytest

from textvae import resources
from textvae.corpora import Card, CorpusFile, card_names, check, load_card, locate, read_corpus
from textvae.corpora.card import SHIPPABLE, read_card
from textvae.corpora.readers import READERS
from textvae.errors import CorpusError, UnknownNameError

NAMES = [
    *("20newsgroups", "bbc_news", "chinese_emobank", "common_voice", "dblp", "emobank", "goemotions"),
    *("gutenberg", "m10", "ptb", "reviews", "sample", "tatoeba", "vader", "yelp"),
]


def test_there_is_a_card_for_every_corpus() -> None:
    assert card_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_complete(name: str) -> None:
    card = load_card(name)
    assert card.name == name
    assert card.reader["name"] in READERS
    assert card.ship in SHIPPABLE
    assert all((card.title, card.task, card.language, card.licence, card.citation, card.description))
    assert card.splits
    assert all(count > 0 for count in card.splits.values())
    if card.task == "affect":
        low, high = card.scale
        assert low < high
    for file in card.files:
        assert re.fullmatch("[0-9a-f]{64}", file.sha256), file.path
        assert file.size > 0, file.path
        assert not file.source or file.source.startswith("https://"), file.path
        assert bool(file.glob) == bool(file.count), file.path
        assert not file.member or file.source, file.path


def test_what_may_not_be_shipped_says_so() -> None:
    assert {name for name in NAMES if load_card(name).ship == "no"} == {
        *("20newsgroups", "bbc_news", "chinese_emobank", "dblp", "m10", "ptb", "sample"),
    }
    assert load_card("yelp").ship == "research"


def test_the_sample_ships_and_says_that_its_ratings_are_invented() -> None:
    card = load_card("sample")
    assert any("invented" in note for note in card.notes)
    assert "invented" in (resources.card_folder() / "sample" / "README.md").read_text()
    sentences = list(read_corpus("sample", directory=resources.card_folder()))
    for split, count in card.splits.items():
        chosen = [sentence for sentence in sentences if sentence.split == split]
        assert len(chosen) == count
        for pleasant in (True, False):
            for excited in (True, False):  # every corner of the plane, in every split
                assert any(
                    (s.valence.mean > 3.5 if pleasant else s.valence.mean < 2.5)
                    and (s.arousal.mean > 3.5 if excited else s.arousal.mean < 2.5)
                    for s in chosen
                    if s.valence and s.arousal
                )
    assert len({sentence.text for sentence in sentences}) == len(sentences) == sum(card.splits.values())
    assert [state.state for state in check(card, resources.card_folder())] == ["ok"]


def test_an_unknown_corpus_or_split_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="unknown corpus 'emobnk': did you mean 'emobank'"):
        load_card("emobnk")
    with pytest.raises(UnknownNameError, match=r"corpus '\.\./sample'"):
        load_card("../sample")
    with pytest.raises(UnknownNameError, match="split of sample 'tset': did you mean 'test'"):
        read_corpus("sample", split="tset")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "cannot be read"),
        ('name = "x"', "missing or unknown key"),
        ('name = "x"\nlicense = "MIT"', "missing or unknown key.*license"),
        ("ship = 'maybe'", "ship = 'maybe' must be one of yes, research, no"),
        ("[[file]]\npath = '../x'", r"outside its corpus's folder: '\.\./x'"),
    ],
)
def test_a_card_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    keys = ("name", "title", "task", "language", "licence", "citation", "homepage", "ship")
    if "name" not in text:
        head = "".join(f"{key} = 'yes'\n" for key in keys if key not in text)
        text = head + "reader = { name = 'lines' }\n" + text
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(CorpusError, match=words):
        read_card(tmp_path / "x.toml")


@pytest.fixture
def card() -> Card:
    files = (CorpusFile("a.txt"), CorpusFile("deep/b.txt"), CorpusFile("c.txt", optional=True))
    reader = {"name": "lines", "splits": {"a.txt": "train", "deep/b.txt": "test"}, "distinct": True}
    return Card("tiny", "", "text", "en", "", "", "", "no", reader, files, splits={"train": 1, "test": 1})


def lay(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} of {folder.parent.name}\n")
    return folder


def test_places_are_tried_in_order(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = ("a.txt", "deep/b.txt")
    listed = [tmp_path / "one", tmp_path / "two"]
    monkeypatch.setenv("TEXTVAE_CORPORA", os.pathsep.join(map(str, listed)))
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    cached = lay(tmp_path / "cache" / "corpora" / "tiny", *both)
    assert locate(card) == {name: cached / name for name in both}
    second = lay(tmp_path / "two" / "tiny", *both, "c.txt")
    assert locate(card) == {name: second / name for name in (*both, "c.txt")}
    lay(tmp_path / "one" / "tiny", "a.txt")  # not whole: passed over
    assert locate(card)["a.txt"] == second / "a.txt"
    explicit = lay(tmp_path / "three" / "tiny", *both)
    assert (
        locate(card, tmp_path / "three") == locate(card, explicit) == {name: explicit / name for name in both}
    )


def test_a_corpus_that_is_not_here_says_where_it_was_looked_for(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTVAE_CORPORA", str(tmp_path / "one"))
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    lay(tmp_path / "one" / "tiny", "a.txt")
    with pytest.raises(CorpusError) as caught:
        locate(card)
    message = str(caught.value)
    assert f"{tmp_path / 'one' / 'tiny'}: lacks deep/b.txt" in message
    assert f"{tmp_path / 'cache' / 'corpora' / 'tiny'}: no such folder" in message
    assert "textvae corpus fetch tiny" in message
