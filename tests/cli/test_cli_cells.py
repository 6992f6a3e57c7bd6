"""Tables of other verbs than analyze: cells rewritten as running text, and rows reconstructed."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from textvae.cli import cells

Run = Callable[..., Any]
Refused = Callable[..., None]
Golden = Callable[[str, str], None]

REVIEWS = (
    "\ufeffid,review\r\n"
    '1,"All was good good.  The soup was bad [b].\r\n\r\nIt was a bad, bad day 😡!"\r\n'
    "2,All was good good.\r\n"
    "007,\r\n"
    '4,"The stone was bad. Bad, really, and one line."\r\n'
)
TARGET = ("transfer", "--valence", "3.5", "--running")
MOVED = "All was good good.  The soup was bad [b]. good\r\n\r\nIt was a bad, bad day 😡! good"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8", newline="")
    return tmp_path


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_only_sentences_off_the_target_are_rewritten_and_a_cell_has_a_row(run: Run) -> None:
    command = (*TARGET, "--file", "reviews.csv", "--column", "review", "--with", "id")
    outcome = run(*command, "--format", "jsonl")
    assert outcome.code == 0
    found = rows(outcome.out)
    assert [row["id"] for row in found] == ["1", "2", "007", "4"]
    assert list(found[0]) == ["id", "source", "text", "sentences", "off", "rewritten"]
    with Path("reviews.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["source"] for row in found] == [row["review"] for row in csv.DictReader(file)]
    assert found[0]["text"] == MOVED
    assert [(row["sentences"], row["off"], row["rewritten"]) for row in found] == [
        (3, 2, 2), (1, 0, 0), (0, 0, 0), (2, 2, 1),
    ]  # fmt: skip
    assert all(row["text"] == row["source"] for row in found[1:3])
    assert "6 sentences: 2 on target, 3 rewritten, 1 left as it was (1 could not be moved" in outcome.err
    assert run(*command, "-o", "out.csv").code == 0
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [row["text"] for row in found]


def test_each_cell_is_a_line_of_text_and_is_drawn_for_a_person(run: Run, golden: Golden) -> None:
    command = (*TARGET, "--file", "reviews.csv", "--column", "review")
    lines = run(*command, "--format", "text").out.split("\n")
    assert len(lines) == 5
    assert lines[:3] == [" ".join(MOVED.split()), "All was good good.", ""]
    golden("transfer_cells", run(*command, terminal=True).out)


def test_what_makes_no_sense(run: Run, refused: Refused) -> None:
    command = (*TARGET, "--file", "reviews.csv", "--column", "review", "--format", "jsonl")
    refused(run(*command, "-n", "2"), "leave out -n")
    refused(run(*command, "--with", "text=id"), "a column 'text' of their own")
    refused(run(*TARGET, "--file", "reviews.csv"), "say which one holds the text")
    Path("a.txt").write_text("It was bad.\n")
    refused(run(*TARGET, "--file", "a.txt", "--column", "review"), "for rows of a table")
    kept = run(*command, "--keep", "soup", "--keep", "salad")
    assert (kept.code, '"salad" was to be kept' in kept.err, '"soup"' in kept.err) == (0, True, False)


def test_nothing_that_can_be_moved(run: Run) -> None:
    Path("t.csv").write_text("text\nThe stone was bad.\n\n")
    assert run(*TARGET, "--file", "t.csv").code == 3
    Path("t.csv").write_text("text,n\n,1\n  ,2\n")
    outcome = run(*TARGET, "--file", "t.csv", "--format", "text")
    assert (outcome.code, outcome.out) == (0, "\n\n")


def test_a_stopped_run_goes_on_at_the_next_cell(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = "The soup was bad. All was good good. The stone was bad."
    Path("t.csv").write_text("text,n\n" + "".join(f"{cell},{i}\n" for i in range(40)))
    command = (*TARGET, "--file", "t.csv", "--with", "n", "--resume", "-o")
    whole = run(*command, "whole.jsonl")
    real = cells.rewritten

    def stopping(*arguments: Any) -> Iterator[Any]:
        for number, each in enumerate(real(*arguments)):
            if number == 21:
                raise KeyboardInterrupt
            yield each

    with monkeypatch.context() as patch:
        patch.setattr(cells, "rewritten", stopping)
        stopped = run(*command, "out.jsonl")
    assert (stopped.code, "stopped after 21 rows" in stopped.err) == (130, True)
    other = run(*command, "out.jsonl", "--tolerance", "0.1")
    assert (other.code, "another running" in other.err) == (2, True)
    again = run(*command, "out.jsonl")
    assert again.code == 0
    assert "going on after 21 rows" in again.err
    assert whole.err.strip() in again.err
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


def test_rows_are_reconstructed(run: Run, refused: Refused) -> None:
    command = ("reconstruct", "--file", "reviews.csv", "--column", "review")
    found = rows(run(*command, "--with", "id", "--format", "jsonl").out)
    assert [list(row) for row in found] == [["id", "source", "text"]] * 4
    assert [(row["id"], row["text"]) for row in found[1:3]] == [("2", "all was good good."), ("007", None)]
    assert run(*command, "--format", "text").out.count("\n") == 4
    refused(run(*command, "--with", "ids", "--format", "csv"), "did you mean 'id'")
    refused(run(*command, "--with", "source=id", "--format", "csv"), "a column 'source' of their own")
    refused(run("reconstruct", "--with-all", "--file", "a.txt"), "for rows of a table")
    refused(run("reconstruct", "--column", "review", "bad food"), "for rows of a table")
