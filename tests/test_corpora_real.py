"""The public corpora as they lie in TEXTVAE_CORPORA: counts, splits, ranges, and the leak in Yelp."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from textvae.corpora import Card, Sentence, card_names, check, load_card, locate, read_corpus
from textvae.corpora.readers import READERS
from textvae.errors import CorpusError

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not os.environ.get("TEXTVAE_CORPORA"), reason="TEXTVAE_CORPORA is not set"),
]

NAMES = [name for name in card_names() if name != "sample"]


def here(name: str) -> Card:
    card = load_card(name)
    try:
        locate(card)
    except CorpusError:
        pytest.skip(f"{name} is not in TEXTVAE_CORPORA")
    return card


@pytest.fixture(scope="module")
def yelp() -> list[Sentence]:
    here("yelp")
    return list(read_corpus("yelp"))


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_those_of_the_card(name: str) -> None:
    assert {state.file.path: state.state for state in check(here(name)) if state.state != "ok"} == {}


@pytest.mark.parametrize("name", NAMES)
def test_counts_ids_and_ratings(name: str) -> None:
    card = here(name)
    counts: Counter[str] = Counter()
    ids = set()
    for sentence in read_corpus(name):
        counts[sentence.split] += 1
        ids.add((sentence.split, sentence.id))
        assert sentence.text.strip(), sentence
        assert "\n" not in sentence.text, sentence
        for rating in (sentence.valence, sentence.arousal, sentence.dominance):
            assert rating is None or (1 <= rating.mean <= 5 and 0 <= (rating.sd or 0) <= 2), sentence
    if name == "gutenberg":  # how running text is split may change a little
        assert counts["train"] == pytest.approx(card.splits["train"], rel=0.01)
    else:
        assert counts == card.splits
    assert len(ids) == sum(counts.values())


def test_emobank_gold_is_the_mean_of_the_raters_who_rated() -> None:
    files = locate(here("emobank"))
    ratings: dict[str, list[tuple[float, ...]]] = {}
    for name, path in files.items():
        if name.startswith("individual"):
            with path.open(newline="") as stream:
                for row in csv.DictReader(stream):
                    given = tuple(float(row[k]) for k in "VAD")
                    if given != (1, 1, 1):
                        ratings.setdefault(row["id"], []).append(given)
    for sentence in read_corpus("emobank") if ratings else ():
        pooled = [sum(column) / len(column) for column in zip(*ratings[sentence.id], strict=True)]
        gold = [rating.mean for rating in (sentence.valence, sentence.arousal, sentence.dominance) if rating]
        assert gold == pytest.approx(pooled, abs=0.007), sentence.id


def test_emobank_spreads_agree_with_those_of_the_two_perspectives() -> None:
    card = here("emobank")
    files = locate(card)
    sentences = list(read_corpus("emobank"))
    assert sum(s.valence is not None and s.valence.sd is not None for s in sentences) > 10_000
    without = {name: path for name, path in files.items() if not name.startswith("individual")}
    for pooled, fallback in zip(sentences, READERS["emobank"](card, without), strict=True):
        for one, other in zip(spreads(pooled), spreads(fallback), strict=True):
            assert one is None or other is None or one == pytest.approx(other, abs=0.06), pooled.id


def spreads(sentence: Sentence) -> Iterator[float | None]:
    for rating in (sentence.valence, sentence.arousal, sentence.dominance):
        assert rating is not None
        yield rating.sd


def test_no_benchmark_sentence_of_yelp_is_trained_on(yelp: list[Sentence]) -> None:
    train = {" ".join(s.text.split()) for s in yelp if s.split == "train"}
    assert len(train) == sum(s.split == "train" for s in yelp) == 242_611
    for sentence in yelp:
        if sentence.split != "train":
            assert " ".join(sentence.text.split()) not in train
            assert not train & {" ".join(reference.split()) for reference in sentence.references}


def test_yelp_labels_and_references(yelp: list[Sentence]) -> None:
    counts = Counter((s.split, s.label, len(s.references)) for s in yelp if s.split != "train")
    assert counts == {
        ("dev", "negative", 0): 2000,
        ("dev", "positive", 0): 2000,
        ("test", "negative", 1): 500,
        ("test", "positive", 1): 500,
    }
    assert {s.label for s in yelp} == {"negative", "positive"}


def test_yelp_references_belong_to_their_sources() -> None:
    files = locate(here("yelp"))
    for digit in "01":
        sources = files[f"drg/sentiment.test.{digit}"].read_text().splitlines()
        pairs = files[f"drg/reference.{digit}"].read_text().splitlines()
        assert [s.strip() for s in sources] == [pair.split("\t")[0].strip() for pair in pairs]


def test_vader_sources_and_missing_spreads() -> None:
    here("vader")
    sentences = list(read_corpus("vader"))
    assert Counter(s.label for s in sentences) == {
        "amazon": 3708,
        "movie": 10605,
        "nyt": 5190,
        "tweets": 4200,
    }
    assert sum(s.valence is not None and s.valence.sd is None for s in sentences) == 199


def test_war_and_peace_begins_with_the_book() -> None:
    here("gutenberg")
    book = [s.text for s in read_corpus("gutenberg") if s.id.startswith("warandpeace")]
    assert book[0].startswith("An Anonymous Volunteer")
    assert not any("Project Gutenberg License" in text for text in book)
    assert any(
        text.startswith("“Well, Prince, so Genoa and Lucca are now just family estates") for text in book
    )


def test_goemotions_names_its_emotions() -> None:
    here("goemotions")
    labels = {name for s in read_corpus("goemotions") for name in (s.label or "").split(",")}
    assert len(labels) == 28
    assert {"neutral", "joy", "grief"} <= labels


def test_reviews_hold_their_parts() -> None:
    here("reviews")
    parts = Counter(s.id.split("/")[0] for s in read_corpus("reviews"))
    assert parts["sentence_polarity"] == 10_662
    assert parts["movie_reviews"] == 64_720
    assert Path(locate(load_card("reviews"))["movie_reviews/pos"]).is_dir()
