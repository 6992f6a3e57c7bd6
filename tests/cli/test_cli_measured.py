"""Which part of a corpus is measured, and what is said of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textvae.cli.measured import judge_of, part_of
from textvae.errors import CorpusError

Run = Callable[..., Any]
RECIPE = """
[recurrent]
architecture = "gru"
hidden = 4
embedding = 4
least = 1

[latent]
dimensions = 1

[objective]
affect = 1.0

[training]
epochs = 1.0
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of rated sentences that a small model was trained on, in `run`."""
    monkeypatch.chdir(tmp_path)
    rows = [f"it was {('bad', 'plain', 'good')[i % 3]} {i},{2 + i % 3}" for i in range(120)]
    Path("rated.csv").write_text("\n".join(["review,v", "nobody rated this,", *rows]) + "\n")
    Path("tiny.toml").write_text(RECIPE)
    return tmp_path


def trained(run: Run) -> Any:
    return run("train", "affect", "--recipe", "tiny.toml", "--corpus", "rated.csv", "--column", "review",
               "--column", "valence=v", "--out", "run", "--device", "cpu")  # fmt: skip


def evaluated(run: Run, *given: object) -> tuple[str, str, str]:
    """The title and the corpus of the signature, and what was said."""
    outcome = run("evaluate", "affect", "--model", "run", "--device", "cpu", "--format", "jsonl", *given)
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    corpus = next(part for part in report["signature"].split("|") if part.startswith("corpus:"))
    return report["title"], corpus.partition(":")[2].partition("@")[0], outcome.err


def test_what_a_model_was_trained_on_is_not_measured(
    run: Run, here: Path, refused: Callable[..., None]
) -> None:
    training = trained(run)
    assert training.code == 0, training.err
    said = training.err.splitlines()[0]
    assert said.startswith("textvae: 121 rows: ")
    assert " test; left out: 1 without a rating; intervals will be " in said
    train, dev, test = (int(part.split()[0]) for part in said.split(": ")[2].split(";")[0].split(", "))
    assert train + dev + test == 120

    title, corpus, err = evaluated(run, "--corpus", "rated.csv")  # its columns are known from the training
    assert (title, corpus) == (f"Affect of {test} sentences of rated.csv/test", "rated.csv/test")
    assert err == f"textvae: rated.csv: test, {test} of 121 rows, as the model's training divided it.\n"
    title, corpus, err = evaluated(run, "--corpus", "rated.csv", "--split", "all")
    assert corpus == f"rated.csv/all ({train} of 121 trained on)"
    assert corpus in title
    assert err == f"textvae: rated.csv: all 121 rows; the model was trained on {train} of them.\n"
    assert (
        evaluated(run, "--corpus", "rated.csv", "--split", "train")[1]
        == f"rated.csv/train ({train} of {train} trained on)"
    )
    assert evaluated(run, "--corpus", "rated.csv", "--split", "dev")[1] == "rated.csv/dev"
    again = evaluated(run, "--corpus", "rated.csv", "--column", "arousal=v")  # the others are still known
    assert again[1] == "rated.csv/test"
    wrong = run("evaluate", "affect", "--model", "run", "--corpus", "rated.csv", "--split", "tset")
    refused(wrong, "'tset': it has dev, test, train, and all.")
    few = run("calibrate", "run", "--corpus", "rated.csv", "-o", "new")  # not the rows that taught it
    assert (few.code, f"rated.csv/dev has {dev} rated sentences" in few.err) == (2, True)

    with Path("rated.csv").open("a") as file:
        file.write("one more,3\n")
    assert evaluated(run, "--corpus", "rated.csv")[2].endswith("; the file has changed since the training.\n")
    Path("other.csv").write_text("text,valence\nit was bad,2\nit was good,4\n")
    assert evaluated(run, "--corpus", "other.csv") == ("Affect of 2 sentences of other.csv", "other.csv", "")


def test_the_splits_of_a_table_are_its_column_s(here: Path) -> None:
    Path("divided.csv").write_text("text,split\na,train\nb,test\nc,dev\nd,test\n")
    part = part_of("divided.csv", None, None)
    assert ([s.text for s in part.sentences], part.name) == (["b", "d"], "divided.csv/test")
    assert part.said == "divided.csv: test, 2 of 4 rows, by its column split."
    whole = part_of("divided.csv", "all", None)
    assert (len(list(whole.sentences)), whole.name) == (4, "divided.csv/all")
    Path("divided.csv").write_text("text,split\na,train\nc,dev\n")
    assert part_of("divided.csv", None, None).name == "divided.csv/all"
    assert part_of("divided.csv", None, None, usual="dev").name == "divided.csv/dev"


def test_a_file_without_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("\n \n")
    with pytest.raises(CorpusError, match=r"empty\.txt is empty: there is no sentence in it"):
        part_of("empty.txt", None, None)


def test_a_table_without_splits_has_nothing_to_train_a_judge_on(here: Path) -> None:
    with pytest.raises(CorpusError, match="no sentence of the split 'train': say in a column `split`"):
        judge_of("rated.csv", None, ["review"], None)


def test_public_corpora() -> None:
    assert part_of("sample", None, None).name == "sample/test"
    whole = part_of("sample", "all", None)
    assert (len(list(whole.sentences)), whole.name, whole.said) == (112, "sample/all", "")

    class Model:
        config = {"kind": "affect", "recipe": {"stage": [{"sample": 1.0}]}}  # noqa: RUF012

    assert part_of("sample", None, None, model=Model()).name == "sample/test"
    seen = part_of("sample", "all", None, model=Model())
    assert seen.name == "sample/all (75 of 112 trained on)"
    assert seen.said == "sample/all: the model was trained on 75 of the 112 sentences."


def test_rules_of_trainings_on_text(run: Run, here: Path, refused: Callable[..., None]) -> None:
    small = (
        "model.embedding=8",
        "model.encoder=8",
        "model.decoder=8",
        "model.content=2",
        "training.epochs=0.1",
    )
    given = ("train", "text", "--recipe", "yelp/vae", "--out", "text", "--corpus", "rated.csv",
             "--device", "cpu", *(word for value in small for word in ("--set", value)))  # fmt: skip
    refused(run(*given), "unknown column in rated.csv 'text'")
    outcome = run(*given, "--column", "review")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith("textvae: 121 sentences: ")
    test = int(outcome.err.split(" test")[0].split()[-1])
    judged = run("evaluate", "text", "--model", "text", "--corpus", "rated.csv", "--samples", "2",
                 "--texts", "2", "--draws", "1", "--device", "cpu", "--format", "jsonl")  # fmt: skip
    assert json.loads(judged.out)["title"] == f"best on {test} sentences of rated.csv/test"
    assert (
        judged.err == f"textvae: rated.csv: test, {test} of 121 rows, as the model's training divided it.\n"
    )
    looked = run(
        "latent", "text", "--corpus", "rated.csv", "--device", "cpu", "--points", "--format", "jsonl"
    )
    assert looked.err.startswith(judged.err)
    assert len(looked.out.splitlines()) == test
