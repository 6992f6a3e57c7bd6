"""Which sentences a model was trained on: measuring divides a corpus as the training did."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textvae import resources
from textvae.affect.lab.folds import official, rated_sentences
from textvae.corpora import read_corpus
from textvae.corpora.corpus import noted
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import RecipeError
from textvae.evaluation.division import columns_in_training, has_changed, parts, trained_as
from textvae.text.data import DataOptions
from textvae.text.gathering import gather
from textvae.text.orthography import Orthography

LINES = [f"this is the sentence number {i} of all" for i in range(200)] + ["too short", "Too short of it"]


def text_config(corpora: list[str], **data: Any) -> dict[str, Any]:
    recipe = {"data": {"corpora": corpora, **data}}
    return {"kind": "text", "recipe": recipe, "corpora": noted(corpora)}


def shipped(name: str) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((resources.checkpoint_folder() / name / "config.json").read_text())
    return config


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table without splits, every sentence twice in other capitals."""
    monkeypatch.chdir(tmp_path)
    path = Path("mine.csv")
    path.write_text("\n".join(["review", *LINES, *map(str.upper, LINES)]) + "\n")
    return path


def test_what_can_be_read_but_once_is_left_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert noted([str(tmp_path / "pipe.csv")]) == {str(tmp_path / "pipe.csv"): ""}


@pytest.mark.parametrize("held_out", [0.0, 0.02, 0.2])
def test_a_file_is_measured_in_the_parts_that_the_training_made(table: Path, held_out: float) -> None:
    data: dict[str, Any] = {"held_out": held_out, "columns": {"text": "review"}}
    gathered = gather(DataOptions(("mine.csv",), **data), ("train", "dev", "test"), Orthography("plain"))
    sentences = list(read_corpus(table, columns={"text": "review"}))
    found = parts(text_config(["mine.csv"], **data), "mine.csv", sentences)
    for split in ("train", "dev", "test"):
        texts = {item.text for item in gathered[split]}
        assert texts <= {s.text for s, part in zip(sentences, found, strict=True) if part == split}
        assert len(texts) == len(
            {s.text.lower() for s, part in zip(sentences, found, strict=True) if part == split}
        )
    assert [s.text for s, part in zip(sentences, found, strict=True) if not part] == [
        "too short",
        "TOO SHORT",
    ]
    share = len(gathered["test"]) / 201
    assert share == pytest.approx(held_out or 0.1, abs=0.08)
    assert gathered.account() == (
        f"404 sentences: {len(gathered['train'])} train, {len(gathered['dev'])} dev, "
        f"{len(gathered['test'])} test; left out: 2 not of 3 to 20 words, 201 that occur before"
    )
    assert "1,000" not in gathered.account(3, 40)
    assert gathered.account(3, 40).endswith("201 that occur before, 3 of more than 40 pieces")
    assert f": {len(gathered['train']) - 3} train" in gathered.account(3, 40)


def test_own_splits_are_taken_where_the_recipe_holds_out_nothing(tmp_path: Path) -> None:
    path = tmp_path / "divided.csv"
    path.write_text("text,split\nthis is for training,train\nand this for dev,dev\nthis has no split,\n")
    sentences = list(read_corpus(path))
    assert parts(text_config([str(path)]), str(path), sentences) == ["train", "dev", "train"]
    # Of a recipe that holds out by the text, only the train split is taught at all.
    assert parts(text_config([str(path)], held_out=0.01), str(path), sentences) == ["train", "", "train"]


def test_a_recipe_that_holds_out_too_little_says_what_to_set(table: Path) -> None:
    Path("few.txt").write_text("This is one sentence.\n")
    plain = Orthography("plain")
    with pytest.raises(
        RecipeError, match=r"give more text, or hold more .* --set data.held_out=0.2 \(now 0.1"
    ):
        gather(DataOptions(("few.txt",)), ("dev",), plain)
    with pytest.raises(RecipeError, match=r"--set data.held_out=0.1 \(now 0\)"):
        gather(DataOptions(("sample",), max_words=3, min_words=3), ("dev",), plain)
    with pytest.raises(RecipeError, match=r"none of few.txt is one: name a .csv"):
        gather(DataOptions(("few.txt",), columns={"text": "review"}), ("dev",), plain)


def test_a_file_is_known_by_its_place_and_by_its_content(table: Path, tmp_path: Path) -> None:
    config = text_config(["mine.csv", "yelp"])
    assert trained_as(config, "mine.csv") == trained_as(config, str(tmp_path / "mine.csv")) == "mine.csv"
    assert (trained_as(config, "yelp"), trained_as(config, "emobank")) == ("yelp", None)
    copy = Path("copy.csv")
    copy.write_bytes(table.read_bytes())
    assert trained_as(config, "copy.csv") == "mine.csv"
    assert not has_changed(config, "mine.csv", "copy.csv")
    for path in (table, copy):
        path.write_text("review\nanother one\n")
    assert has_changed(config, "mine.csv", "mine.csv")
    assert trained_as(config, "copy.csv") is None
    assert trained_as({}, "mine.csv") is None


def test_rated_rows_are_measured_in_the_parts_that_the_training_made(tmp_path: Path) -> None:
    path = tmp_path / "rated.csv"
    rows = [f"sentence {i},{1 + i % 4}" for i in range(100)]
    path.write_text("\n".join(["text,valence", "nobody rated this,", " ,4", *rows]) + "\n")
    config = {"kind": "affect", "recipe": {"objective": {}}, "corpora": noted([str(path)])}
    found = parts(config, str(path), list(read_corpus(path)))
    left: list[Sentence] = []
    rated = rated_sentences(str(path), left=left)
    division = official(rated)
    assert found[:2] == ["", ""]
    for name in ("train", "dev", "test"):
        texts = [rated[row].text for row in getattr(division, name)]
        assert texts == [f"sentence {i}" for i, part in enumerate(found[2:]) if part == name]
    said = division.account(left)
    assert said.startswith("102 rows: ")
    assert "left out: 1 without text, 1 without a rating; intervals will be" in said
    ends = {
        1: "dev has 1 row, it takes 9 (name them in a column split)",
        9: "rough: dev has 9 rows",
        50: " test",
    }
    for number, end in ends.items():
        assert replace(division, dev=np.arange(number)).account().endswith(end)


def test_a_model_that_went_on_was_trained_on_what_it_began_with(tmp_path: Path) -> None:
    own, first = tmp_path / "own.csv", tmp_path / "first.csv"
    for path, column in ((own, "review"), (first, "note")):
        path.write_text(f"{column},valence\n" + "".join(f"{column} {i},{1 + i % 4}\n" for i in range(60)))
    before = {
        "recipe": {"objective": {}},
        "corpora": noted([str(first)]),
        "columns": {"text": "note"},
        "start": {"recipe": shipped("affect-en")["recipe"]},
    }
    config = {"kind": "affect", "recipe": {}, "corpora": noted([str(own)]), "columns": {"text": "review"}}
    config["start"] = before
    assert trained_as(config, str(own)) == str(own)
    assert trained_as(config, str(first)) == str(first)
    assert trained_as(config, "emobank") == "emobank"
    assert trained_as(config, "yelp") is None
    assert columns_in_training(config, str(first)) == {"text": "note"}
    assert columns_in_training(config, str(own)) == {"text": "review"}
    rows = list(read_corpus(first, columns={"text": "note"}))
    assert set(parts(config, str(first), rows)) == {"train", "dev", "test"}
    emobank = [Sentence("a", str(i), split, Rating(3.0)) for i, split in enumerate(("train", "dev", "test"))]
    assert parts(config, "emobank", emobank) == ["train", "dev", "test"]
    first.write_text(first.read_text() + "another one,3\n")
    assert has_changed(config, str(first), str(first))


def test_folds_of_a_public_corpus() -> None:
    config = {"kind": "affect", "recipe": {}, "corpora": noted(["cvat"])}
    assert trained_as(config, "chinese_emobank") == "cvat"
    three = Rating(3.0)
    rows = [
        Sentence("a", "", f"fold{i}", three, three, label=label)
        for i in (1, 4, 5)
        for label in ("text", "sentence")
    ]
    assert parts(config, "cvat", rows) == ["train", "", "dev", "", "test", ""]


def test_the_shipped_models_say_what_they_were_trained_on() -> None:
    three = Rating(3.0)
    emobank = [
        Sentence("a sentence of it", str(i), split, three) for i, split in enumerate(("train", "dev", "test"))
    ]
    for name in ("affect-en", "affect-fast"):
        assert trained_as(shipped(name), "emobank") == "emobank"
        assert parts(shipped(name), "emobank", emobank) == ["train", "dev", "test"]
        assert trained_as(shipped(name), "yelp") is None
    reviews = [Sentence("good", f"{part}/1", "train") for part in ("pros_cons", "movie_reviews")]
    assert parts(shipped("affect-en"), "reviews", reviews) == ["train", ""]
    fold = {**shipped("affect-en"), "recipe": {"stage": [{"emobank": 1.0}], "data": {"fold": "1/2"}}}
    many = [Sentence("a", str(i), "train") for i in range(20)]
    assert 4 < parts(fold, "emobank", many).count("train") < 16
    assert parts(shipped("text-yelp"), "yelp", emobank) == ["train", "dev", "test"]
    held = [Sentence(line, str(i), "train") for i, line in enumerate(LINES[:200])]
    assert 190 < parts(shipped("text-en"), "tatoeba", held).count("train") < 200
    assert parts(shipped("text-en"), "emobank", emobank)[1:] == ["", ""]
