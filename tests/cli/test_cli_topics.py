"""`textvae topics`: what is a document, rows and formats, a kept model, what is refused."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from textvae.topics.bags import Bags
from textvae.topics.counting import Counting
from textvae.topics.preparation import Prepared

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

SPACE = "The rocket flies to the moon, and a good rocket lands there. The crew of rocket {} sees the moon."
SOUP = "The soup needs bread and salt, and bad soup needs more bread. In kitchen {} the cook tastes the soup."
WALK = "We walked along the river. The walk was long and the river was {} miles from here."
SONG = "The choir sang a song. The song was about winter, and {} voices held the melody."
RAIN = "Rain fell on the roof. The wind and the rain broke {} windows."
TEXTS = [(SOUP, SPACE, WALK, SONG, RAIN)[n % 5].format(n) for n in range(30)]


class FakeTopics:
    """Knows two topics: words that were counted in documents with a rocket, and those with soup."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        flight = {"rocket", "moon", "flies", "lands", "crew", "sees", "good"}
        space = np.array([not flight.isdisjoint(word.split()) for word in words])
        weights = np.array([space, ~space], np.float64) + 1e-3
        weights[:, np.isin(words, ["rocket", "soup"])] *= 2
        self.pure = (weights / weights.sum(1, keepdims=True)).astype(np.float32)

    def count(self, texts: Iterable[str]) -> Bags:
        return Counting().bags(texts, self.words)

    def proportions(self, bags: Bags) -> NDArray[np.float32]:
        scores = bags.dense().numpy() @ np.log(self.pure).T
        return np.asarray(np.where(scores.argmax(1)[:, None] == [[0, 1]], 0.9, 0.1), np.float32)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Nothing is trained in these tests, and the affect is made up; what was asked for is kept."""
    asked = SimpleNamespace(wanted=None, save=None, bags=None)

    def learn(prepared: Prepared, wanted: Any, save: Path | None) -> FakeTopics:
        asked.wanted, asked.save, asked.bags = wanted, save, prepared.bags
        return FakeTopics(prepared.bags.words)

    def score(texts: Sequence[str]) -> NDArray[np.float32]:
        valence = [3 + 0.5 * (text.count("good") - text.count("bad")) for text in texts]
        return np.array([[value, 2.8, 3.1] for value in valence], np.float32)

    monkeypatch.setattr("textvae.cli.topic_learning.learn", learn)
    monkeypatch.setattr("textvae.cli.topic_learning.open_reader", lambda *_: SimpleNamespace(score=score))
    return asked


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for n, text in enumerate(TEXTS):
        place = tmp_path / "texts" / f"part{n % 3}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{n:02}.txt").write_text(text + "\n")
    return Path("texts")


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_table_text_and_what_was_left_out(run: Run, golden: Golden, folder: Path) -> None:
    outcome = run("topics", folder, "-k", "2", "--words", "6", terminal=True)
    assert outcome.code == 0
    golden("topics_table", outcome.out)
    golden("topics_notes", outcome.err)
    golden("topics_text", run("topics", folder, "-k", "2").out)


def test_names_pairs_and_plurals_are_told(run: Run, tmp_path: Path) -> None:
    texts = [
        "Anna saw the wolf in New York.",
        "The wolves of New York saw Bob.",
        "A cat saw the dog and Bob.",
    ]
    (tmp_path / "texts.txt").write_text("\n".join(texts * 5))
    outcome = run("topics", tmp_path / "texts.txt", "-k", "2", "--frequent", "1", "--no-affect")
    said = outcome.err.splitlines()[1:3]
    assert said[0].endswith("4 distinct words are used; of the others 2 are names of people (bob, anna).")
    assert said[1].endswith(
        "1 of these is two or more words in one (new york); 1 more word is counted as its singular or plural."
    )
    kept = run("topics", tmp_path / "texts.txt", "-k", "2", "--frequent", "1", "--no-affect", "--people")
    assert "names of people" not in kept.err
    plain = run("topics", tmp_path / "texts.txt", "-k", "2", "--frequent", "1", "--no-affect", "--as-written")
    assert "6 distinct words are used" in plain.err  # cat, dog, new, york, wolf and wolves


def test_jsonl_holds_what_the_readme_says(run: Run, folder: Path) -> None:
    outcome = run("topics", folder, "-k", "2", "--format", "jsonl", "--words", "4", "--sentences", "1")
    first, second = rows(outcome.out)
    assert list(first) == ["topic", "share", "documents", "valence", "arousal", "words", "sentences"]
    assert (first["topic"], first["documents"], first["share"]) == (2, 24, pytest.approx(0.74))
    assert (second["topic"], second["documents"]) == (1, 6)
    assert [list(word) for word in second["words"]] == [["word", "weight"]] * 4
    assert second["words"][0]["word"] == "rocket"
    assert len(first["sentences"]) == len(second["sentences"]) == 1
    assert second["valence"] > 3 > first["valence"]


def test_csv_and_a_file(run: Run, folder: Path) -> None:
    assert run("topics", folder, "-k", "2", "-o", "topics.csv").out == ""
    found = list(csv.DictReader(io.StringIO(Path("topics.csv").read_text())))
    assert [row["topic"] for row in found] == ["2", "1"]
    assert found[1]["words"].startswith("rocket:0.")
    assert " | " in found[0]["sentences"]


def test_without_affect(run: Run, folder: Path) -> None:
    outcome = run("topics", folder, "-k", "2", "--no-affect", "--format", "jsonl")
    assert [row["valence"] for row in rows(outcome.out)] == [None, None]
    assert "valence" not in outcome.err
    assert "\t" in run("topics", folder, "-k", "2", "--no-affect").out


def test_a_figure_beside_the_rows(run: Run, folder: Path) -> None:
    outcome = run("topics", folder, "-k", "2", "--plot", "topics.html")
    assert outcome.code == 0, outcome.err
    assert len(outcome.out.splitlines()) == 2
    page = Path("topics.html").read_text()
    assert "2 topics of 30 documents" in page
    assert "In kitchen 0 the cook tastes the soup." in page
    assert run("topics", folder, "-k", "2", "--plot", "topics.html").code == 2
    assert run("topics", folder, "-k", "2", "--plot", "topics.html", "--force").code == 0


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt"])
def test_rows_and_lines_are_documents(run: Run, stand_in: SimpleNamespace, ending: str, folder: Path) -> None:
    file = Path(f"reviews.{ending}")
    if ending == "csv":
        with file.open("w", newline="") as stream:
            csv.writer(stream).writerows([["id", "review"], *([n, text] for n, text in enumerate(TEXTS))])
    elif ending == "jsonl":
        file.write_text("".join(json.dumps({"review": text}) + "\n" for text in TEXTS))
    else:
        file.write_text("\n\n".join(TEXTS))
    column = () if ending == "txt" else ("--column", "review")
    outcome = run("topics", file, "-k", "2", *column)
    assert outcome.code == 0, outcome.err
    assert len(stand_in.bags) == 30
    assert ("29 blank documents were passed over" in outcome.err) == (ending == "txt")


def test_long_rows_and_half_characters_are_texts_like_others(
    run: Run, stand_in: SimpleNamespace, folder: Path
) -> None:
    file = Path("long.jsonl")
    texts = ["Soup with bread. " * 60_000, "A rocket \ud83d to the moon.", *TEXTS]
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    outcome = run("topics", file, "-k", "2", "--format", "jsonl")
    assert outcome.code == 0, outcome.err
    assert len(stand_in.bags) == 32


def test_files_lines_and_standard_input(run: Run, stand_in: SimpleNamespace, folder: Path) -> None:
    def count(*arguments: object, stdin: bytes = b"") -> int:
        assert run("topics", *arguments, "-k", "2", stdin=stdin).code == 0
        return len(stand_in.bags)

    files = sorted(folder.rglob("*.txt"))
    assert count(*files) == 30
    files[0].write_text("\n".join(TEXTS))
    assert count(*files) == 30
    assert count(files[0]) == 30
    assert count(*files, "--lines") == 59
    assert count(folder, "--lines") == 59
    files[0].write_bytes("a good\u2028day\rof\x0crain\nmore\n".encode())
    assert count(folder, "--lines") == count(*files, "--lines")
    assert count("-", stdin="\n".join(TEXTS).encode()) == 30


def test_options_reach_the_training(run: Run, stand_in: SimpleNamespace, folder: Path) -> None:
    stops = Path("stops.txt")
    stops.write_text("rocket\nThe Moon\n")
    training = ("-k", "3", "--seed", "7", "--minutes", "0.5", "--recipe", "prodlda", "--save", "kept")
    words = ("--stop-words", stops, "--vocabulary", "5", "--rare", "3", "--frequent", "1")
    assert run("topics", folder, *training, *words).code == 0
    wanted = stand_in.wanted
    assert (wanted.topics, wanted.seed, wanted.minutes, wanted.recipe) == (3, 7, 0.5, "prodlda")
    assert stand_in.save == Path("kept")
    assert len(stand_in.bags.words) == 5
    assert not {"rocket", "moon", "the"} & set(stand_in.bags.words)
    assert "and" in stand_in.bags.words


def test_proportions_of_new_texts(
    run: Run, golden: Golden, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("bread", "crew", "moon", "rocket", "soup")
    monkeypatch.setattr("textvae.topics.reader.TopicReader.load", lambda name: FakeTopics(words))
    new = Path("new.txt")
    new.write_text("A rocket to the moon.\n\nSoup with bread.\nNothing known.\n")
    outcome = run("topics", new, "--model", "kept", "--format", "jsonl")
    assert rows(outcome.out) == [
        {"file": "new.txt", "line": 1, "index": 0, "topic": 1, "proportions": [0.9, 0.1]},
        {"file": "new.txt", "line": 3, "index": 1, "topic": 2, "proportions": [0.1, 0.9]},
        {"file": "new.txt", "line": 4, "index": 2, "topic": None, "proportions": None},
    ]
    assert "1 document holds no word that the model knows" in outcome.err
    golden("topics_model_table", run("topics", new, "--model", "kept", terminal=True).out)
    golden("topics_model_csv", run("topics", new, "--model", "kept", "--format", "csv").out)
    assert run("topics", folder, "--model", "kept").out.splitlines()[0] == "2\t0.900\ttexts/part0/00.txt"
