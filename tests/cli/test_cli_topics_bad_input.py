"""`textvae topics` on texts without topics, and on places and options that do not fit: exit code 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Refused = Callable[..., None]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be learnt in these tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("textvae.cli.topic_learning.learn", None)


def filled(name: str, texts: list[str]) -> Path:
    folder = Path(name)
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def test_too_few_texts(run: Run, refused: Refused) -> None:
    refused(
        run("topics", filled("three", ["one text", "two texts", "three texts"])), "only 3 texts", "folder"
    )
    refused(run("topics", filled("five", ["a text"] * 5), "-k", "9"), "only 5 texts")
    refused(run("topics", filled("one", ["a text\nwith lines"])), "only one text")
    Path("a.txt").write_text("One line of text, and no more.\n")
    refused(run("topics", "a.txt"), "only one text")
    refused(run("topics", filled("blank", ["", " \n"])), "2 blank documents", "there is no text")


def test_no_words(run: Run, refused: Refused) -> None:
    refused(run("topics", filled("numbers", ["1 2 3 !"] * 12)), "none of the 12 texts holds a word")
    refused(run("topics", filled("stops", ["this is the and of it"] * 12)), "no word is left", "stop words")


def test_chinese(run: Run, refused: Refused) -> None:
    texts = ["这部电影讲述了一个年轻人的故事，非常感人。"] * 12
    refused(run("topics", filled("chinese", texts)), "not separated by spaces", "segmenter")


def test_more_topics_than_documents(run: Run, refused: Refused) -> None:
    folder = filled("texts", ["the cat and the dog", "a dog ate the soup"] * 6)
    refused(
        run("topics", folder, "-k", "13", "--frequent", "1"),
        "13 topics are more than the 12 documents",
        "-k 2",
    )
    refused(run("topics", folder, "--frequent", "1"), "20 topics are more than")
    refused(
        run("topics", folder, "--frequent", "1", "-k", "500"), "500 topics are more than the 12 documents"
    )
    for number in ("1", "0", "-3", "many"):
        outcome = run("topics", folder, "-k", number)
        assert outcome.code == 2
        assert "-k" in outcome.err


def test_folders_and_files(run: Run, refused: Refused) -> None:
    folder = filled("mixed", [])
    refused(run("topics", folder), "no .txt file in mixed")
    (folder / "table.csv").write_text("text\nhello\n")
    refused(run("topics", folder), "it holds mixed/table.csv")
    refused(run("topics", "nowhere"), "no file or folder nowhere")
    refused(run("topics", folder, "-"), "stands alone")
    refused(run("topics"), "topics needs texts")
    (folder / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    (folder / "old.txt").write_bytes("café\n".encode("latin-1"))
    refused(
        run("topics", folder),
        "2 files; this is the first",
        "old.txt is not UTF-8",
        "1 file that is not .txt was passed over",
    )
    refused(run("topics", folder / "photo.txt"), "photo.txt is not a text file")


def test_columns(run: Run, refused: Refused) -> None:
    Path("reviews.csv").write_text("id,review\n1,good\n")
    refused(run("topics", "reviews.csv"), "reviews.csv has no column 'text'", "--column NAME", "id, review")
    refused(run("topics", "reviews.csv", "--column", "reviw"), "did you mean 'review'")
    refused(run("topics", "reviews.csv", "--column", "text=review"), "only one text")
    Path("empty.csv").write_text("")
    refused(run("topics", "empty.csv"), "empty.csv is empty")
    Path("header.csv").write_text("text\n")
    refused(run("topics", "header.csv"), "there is no text")
    Path("a.txt").write_text("good\n")
    refused(run("topics", "a.txt", "--column", "review"), "no table", "leave out --column")


def test_places_are_looked_at_before_the_texts(
    run: Run, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("kept").mkdir()
    Path("kept/notes.txt").write_text("mine")
    refused(run("topics", "nowhere", "--save", "kept"), "kept exists and is not an empty folder")
    refused(run("topics", "nowhere", "--plot", "topics.pdf"), ".png, .svg or .html")
    refused(run("topics", "nowhere", "-o", "kept"), "is a folder")
    Path("here").mkdir()
    monkeypatch.chdir("here")
    refused(run("topics", "nowhere", "--save", "."), "the folder that you are in")
    refused(run("topics", "nowhere", "--plot", "t.png", "-o", "t.png", "--format", "csv"), "both name t.png")
    Path("topics.html").write_text("mine")
    refused(run("topics", "nowhere", "--plot", "topics.html"), "exists", "--force")


def test_stop_words_recipe_and_model(run: Run, monkeypatch: pytest.MonkeyPatch, refused: Refused) -> None:
    refused(run("topics", "nowhere", "--stop-words", "none.txt"), "no such file", "english")
    training = "-k 5|--save kept|--plot a.html|--minutes 1|--seed 3|--recipe nmf|--words 3|--no-affect"
    for option in map(str.split, f"{training}|--device cpu|--precision fp32".split("|")):
        refused(run("topics", "nowhere", "--model", "m", *option), option[0], "with --model")
    Path("a.txt").write_text("good\n")
    refused(run("topics", "a.txt", "--model", "affect-en"), "not of topics")
    refused(run("topics", "a.txt", "--model", "nowhere"), "unknown model 'nowhere'")
    refused(run("topics", "a.txt", "--no-affect", "--precision", "fp32"), "leave it out with --no-affect")
    folder = filled("texts", ["the cat and the dog", "a dog ate the soup"] * 6)
    refused(run("topics", folder, "--precision", "bogus"), "unknown precision 'bogus'")
    refused(run("topics", folder, "--no-affect", "--device", "cuda:777"), "'cuda:777' cannot be used")
    monkeypatch.undo()


def test_an_unknown_recipe(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    folder = filled("texts", ["the cat and the dog", "a dog ate the soup"] * 12)
    refused(
        run("topics", folder, "-k", "2", "--frequent", "1", "--recipe", "dirichle"),
        "did you mean 'dirichlet'",
    )


def test_ctrl_c_while_learning_leaves_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textvae.cli.topic_learning.learn", stopped)
    folder = filled("texts", ["the cat and the dog", "a dog ate the soup"] * 12)
    outcome = run("topics", folder, "-k", "2", "--frequent", "1", "--save", "kept", "-o", "rows.csv")
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err.endswith("textvae: stopped.\n")
    assert [path.name for path in Path().iterdir()] == ["texts"]
