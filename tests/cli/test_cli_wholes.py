"""`textvae analyze` on whole texts: --by, --window, several files, folders, and files that fail."""

import csv
import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textvae.cli.folders import complain
from textvae.errors import TextError, TextvaeError

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

DIARY = "It was a good day. Nothing else.\n\nBad bad soup!\nIt was cold.\n\n\nGood good good day.\n"


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "diary.txt").write_text(DIARY)
    return tmp_path


def test_a_row_a_file_by_hand(run: Run, here: Path) -> None:
    [row] = rows(run("analyze", "--by", "file", "diary.txt", "--format", "jsonl").out)
    # Valences 3.5, 3, 2, 3, 4.5; FakeReader's intervals at 0.9 reach 0.45 to each side.
    assert list(row)[:6] == ["file", "line", "index", "text", "sentences", "pleasant"]
    assert (row["file"], row["line"], row["index"], row["sentences"]) == ("diary.txt", 1, 0, 5)
    assert row["text"] == "It was a good day. Nothing else. Bad bad soup! It was cold. Good good good day."
    assert row["pleasant"] == 0.4
    assert row["valence"] == pytest.approx(3.2)
    assert row["valence_spread"] == pytest.approx(((0.09 + 0.04 + 1.44 + 0.04 + 1.69) / 5) ** 0.5, abs=1e-6)
    assert (row["valence_low"], row["valence_high"]) == (pytest.approx(2.75), pytest.approx(3.65))
    assert (row["highest"], row["highest_line"], row["highest_text"]) == (4.5, 7, "Good good good day.")
    assert (row["lowest"], row["lowest_line"], row["lowest_text"]) == (2.0, 3, "Bad bad soup!")


def test_a_row_a_paragraph(run: Run, here: Path) -> None:
    found = rows(run("analyze", "--by", "paragraph", "diary.txt", "--format", "jsonl").out)
    assert [(row["line"], row["index"], row["sentences"], row["valence"]) for row in found] == [
        (1, 0, 2, 3.25), (3, 1, 2, 2.5), (7, 2, 1, 4.5),
    ]  # fmt: skip
    assert [row["text"] for row in found][1] == "Bad bad soup! It was cold."
    lines = rows(run("analyze", "--lines", "--by", "paragraph", "diary.txt", "--format", "jsonl").out)
    assert [(row["line"], row["sentences"]) for row in lines] == [(1, 1), (3, 2), (7, 1)]


def test_a_long_text_is_shown_by_its_beginning(run: Run, here: Path) -> None:
    Path("long.txt").write_text("so it goes on and on. " * 500)
    [row] = rows(run("analyze", "--by", "file", "long.txt", "--format", "jsonl").out)
    assert row["sentences"] == 500
    assert row["text"] == ("so it goes on and on. " * 10)[:200].rstrip() + "..."


def test_rows_of_a_table_and_csv(run: Run, here: Path) -> None:
    Path("reviews.csv").write_text("text\ngood\nbad\n")
    out = run("analyze", "reviews.csv", "diary.txt", "--by", "file", "--format", "csv").out
    found = list(csv.DictReader(io.StringIO(out)))
    assert [(row["file"], row["sentences"], row["valence"]) for row in found] == [
        ("reviews.csv", "2", "3.0"), ("diary.txt", "5", "3.2"),
    ]  # fmt: skip
    assert run("analyze", "reviews.csv", "--by", "paragraph", "--format", "text").out == (
        "3.50\t2.80\t3.10\t1\treviews.csv\tgood\n2.50\t2.80\t3.10\t1\treviews.csv\tbad\n"
    )


def test_a_file_of_blank_lines_has_no_figures(run: Run, here: Path) -> None:
    Path("blank.txt").write_text("\n \n")
    [row] = rows(run("analyze", "--lines", "--by", "file", "blank.txt", "--format", "jsonl").out)
    assert (row["sentences"], row["valence"], row["pleasant"], row["highest_text"]) == (0, None, None, None)
    assert (
        "nothing to read" in run("analyze", "--lines", "--by", "file", "blank.txt", "--format", "table").out
    )


def test_a_window_adds_running_means_within_each_file(
    run: Run, here: Path, refused: Callable[..., None]
) -> None:
    Path("a.txt").write_text("good\n\nbad\nplain\n")
    Path("b.txt").write_text("good good\n\n")
    plain = rows(run("analyze", "--lines", "a.txt", "b.txt", "--format", "jsonl").out)
    found = rows(run("analyze", "--lines", "--window", "3", "a.txt", "b.txt", "--format", "jsonl").out)
    # Valences 3.5, (blank), 2.5, 3 and 4, (blank).
    assert [row["valence_arc"] for row in found] == [3.0, None, 3.0, 2.75, 4.0, None]
    assert [row["valence_arc_low"] for row in found] == [2.55, None, 2.55, 2.3, 3.55, None]
    assert [row["arousal_arc"] for row in found] == [2.8, None, 2.8, 2.8, 2.8, None]
    kept = [{name: row[name] for name in plain[0]} for row in found]
    assert kept == plain  # all else is as it was
    header = run("analyze", "--lines", "--window", "2", "a.txt", "--format", "csv").out.splitlines()[0]
    arcs = [f"{n}_arc{part}" for n in ("valence", "arousal", "dominance") for part in ("", "_low", "_high")]
    assert header.split(",")[-10:] == ["dominance_high", *arcs]
    plain = run("analyze", "--lines", "--window", "3", "a.txt", "--format", "text").out.splitlines()
    shown = [line.split("\t") for line in plain if line]
    means = [f"{row['valence_arc']:.2f}" for row in found if row["file"] == "a.txt" and row["valence"]]
    assert [cells[3] for cells in shown] == means
    assert {len(cells) for cells in shown} == {7}
    assert run("analyze", "--window", "0", "a.txt").code == 2
    for way in (("--by", "file", "--format", "csv"), ("--by", "paragraph", "--format", "table")):
        refused(run("analyze", "--window", "3", "a.txt", *way), "--window smooths an arc", "--plot")


def test_several_files_in_a_table(run: Run, here: Path, golden: Golden) -> None:
    Path("walk.txt").write_text("".join(f"{'good ' * (i // 20)}step {i}.\n\n" for i in range(80)))
    Path("one.txt").write_text("Good day.\n")
    golden("analyze_files", run("analyze", "diary.txt", "walk.txt", "one.txt", terminal=True).out)
    golden("analyze_paragraphs", run("analyze", "--by", "paragraph", "diary.txt", terminal=True).out)
    smoothed = run("analyze", "--window", "5", "--by", "file", "diary.txt", "--format", "table").out
    assert "running mean over 5" in smoothed
    sentences = run("analyze", "--by", "sentence", "diary.txt", "one.txt", "--format", "table").out
    assert "Nothing else." in sentences
    assert "2 files, 6 sentences; mean valence 3.25" in sentences


def test_programs_get_sentences_from_several_files_too(run: Run, here: Path) -> None:
    Path("one.txt").write_text("Good day.\n")
    assert len(rows(run("analyze", "diary.txt", "one.txt", "--format", "jsonl").out)) == 6
    assert len(run("analyze", "diary.txt", "one.txt").out.splitlines()) == 6


def test_folders_that_cannot_be_read_are_told_of(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without permission, as the system tells of it (root may read everything)."""

    (here / "some" / "locked").mkdir(parents=True)
    (here / "some" / "a.txt").write_text("good\n")
    walked = os.walk

    def locked(folder: Path, onerror: Any) -> Any:
        for place, inside, files in walked(folder):
            if place.endswith("locked"):
                onerror(PermissionError(errno.EACCES, "Permission denied", place))
            else:
                yield place, inside, files

    monkeypatch.setattr(os, "walk", locked)
    outcome = run("analyze", "some", "--format", "text")
    assert outcome.code == 2
    assert outcome.out.endswith("good\n")
    assert "1 of 2 files could not be read" in outcome.err
    assert "some/locked cannot be read: Permission denied" in outcome.err
    alone = run("analyze", "some/locked")
    assert (alone.code, alone.out) == (2, "")
    assert "some/locked cannot be read: Permission denied" in alone.err


def test_a_folder_is_walked_in_order(run: Run, here: Path) -> None:
    folder = here / "texts"
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", ".hidden.txt", ".git/x.txt", "photo.jpg", "t.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("text\ngood\n" if name == "t.csv" else "Good.\n")
    found = rows(run("analyze", folder, "--by", "file", "--format", "jsonl").out)
    names = [Path(row["file"]).relative_to(folder).as_posix() for row in found]
    assert names == ["a/b/c.txt", "a/z.txt", "b.txt", "t.csv"]
    result = folder / "out.csv"  # what an earlier run wrote is not read again
    for _ in range(2):
        assert run("analyze", folder, "--by", "file", "-o", result, "--force").code == 0
        assert len(result.read_text().splitlines()) == 5
    (here / "empty").mkdir()
    refused = run("analyze", here / "empty")
    assert refused.code == 2
    assert "empty is a folder without .txt, .csv" in refused.err


def test_a_file_named_twice_is_read_once(run: Run, here: Path) -> None:
    (here / "texts").mkdir()
    for name in ("a", "b"):
        (here / "texts" / f"{name}.txt").write_text(f"Good {name}.\n")
    given = ("texts/b.txt", "texts", "texts/../texts/b.txt")
    found = rows(run("analyze", *given, "--by", "file", "--format", "jsonl").out)
    assert [(row["file"], row["sentences"]) for row in found] == [("texts/b.txt", 1), ("texts/a.txt", 1)]


def test_a_file_that_fails_does_not_stop_the_others(run: Run, here: Path) -> None:
    Path("latin.txt").write_bytes(b"Good start.\n\ncaf\xe9\n")
    Path("empty.txt").touch()
    Path("diary2.txt").write_text(Path("diary.txt").read_text())
    given = ["diary.txt", "latin.txt", "none.txt", "empty.txt", "diary2.txt"]
    outcome = run("analyze", *given, "--format", "jsonl", "-o", "out.jsonl")
    assert outcome.code == 2
    assert outcome.err.startswith("textvae: 3 of 5 files could not be read, or not to the end:\n")
    assert "latin.txt is not UTF-8" in outcome.err.replace(", line 3:", " is")
    assert "there is no file none.txt" in outcome.err
    assert "empty.txt is empty" in outcome.err
    found = rows(Path("out.jsonl").read_text())
    assert [row["file"] for row in found if row["file"] != "latin.txt"] == ["diary.txt"] * 5 + [
        "diary2.txt"
    ] * 5
    assert [row["index"] for row in found] == list(range(len(found)))
    alone = run("analyze", "none.txt", "-o", "alone.jsonl")
    assert (alone.code, Path("alone.jsonl").exists()) == (2, False)
    both = run("analyze", "-", "diary.txt")
    assert both.code == 2
    assert "stands alone" in both.err


def test_what_is_said_of_files_that_fail() -> None:
    complain([], 3)
    with pytest.raises(TextError, match="1 of 2 files"):
        complain([("a.txt", TextError("a.txt is empty."))], 2)
    with pytest.raises(TextvaeError, match=r"b\.txt: Permission denied\.") as caught:
        complain(
            [("a.txt", TextError("a.txt is empty.")), ("b.txt", PermissionError(13, "Permission denied"))], 2
        )
    assert caught.value.exit_code == 1


def test_an_arc_without_unicode(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console.Console.encoding", "ascii")
    assert "2.00 +=_=# 4.50" in run("analyze", "--by", "file", "diary.txt", "--format", "table").out
