"""`textvae analyze`: rows, formats and what it does with odd input."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Golden = Callable[[str, str], None]


DIARY = "It was a good day. Dr. Smith came\nat 3 p.m. and left.\n\nThe soup was bad bad bad!\n"


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_jsonl_fields_in_order(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("a good day\n\na bad day\n")
    outcome = run("analyze", "--lines", "--format", "jsonl", file)
    assert outcome.code == 0
    found = rows(outcome.out)
    numbers = [
        name + part for name in ("valence", "arousal", "dominance") for part in ("", "_sd", "_low", "_high")
    ]
    assert list(found[0]) == ["file", "line", "index", "text", *numbers]
    assert [(row["line"], row["index"], row["text"]) for row in found] == [
        (1, 0, "a good day"), (2, 1, ""), (3, 2, "a bad day"),
    ]  # fmt: skip
    assert found[0]["file"] == str(file)
    assert [row["valence"] for row in found] == [3.5, None, 2.5]
    assert all(found[1][name] is None for name in numbers)
    assert found[0]["valence_low"] == 3.05


def test_running_text_gives_the_line_where_a_sentence_starts(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "diary.txt"
    file.write_text(DIARY)
    found = rows(run("analyze", file, "--format", "jsonl").out)
    assert [(row["line"], row["text"]) for row in found] == [
        (1, "It was a good day."),
        (1, "Dr. Smith came at 3 p.m. and left."),
        (4, "The soup was bad bad bad!"),
    ]


def test_the_same_rows_from_a_file_and_from_standard_input(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "diary.txt"
    file.write_text(DIARY)
    from_file = rows(run("analyze", file, "--format", "jsonl").out)
    from_input = rows(run("analyze", "-", "--format", "jsonl", stdin=DIARY.encode()).out)
    assert {row.pop("file") for row in from_input} == {"-"}
    for row in from_file:
        row.pop("file")
    assert from_file == from_input


def test_text_option_and_several_files(run: Run, tmp_path: Path) -> None:
    assert (
        run("analyze", "--text", "good", "--text", "bad").out
        == "3.50\t2.80\t3.10\tgood\n2.50\t2.80\t3.10\tbad\n"
    )
    one, two = tmp_path / "1.txt", tmp_path / "2.txt"
    one.write_text("good\n")
    two.write_text("bad\n")
    found = rows(run("analyze", one, two, "--format", "jsonl").out)
    assert [(row["file"], row["line"], row["index"]) for row in found] == [(str(one), 1, 0), (str(two), 1, 1)]


def test_csv_and_parquet_hold_the_same(run: Run, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    stdin = b'say "good", she said\n\n=1+1\n'
    table = list(
        csv.DictReader(io.StringIO(run("analyze", "-", "--lines", "--format", "csv", stdin=stdin).out))
    )
    assert [row["text"] for row in table] == ['say "good", she said', "", "=1+1"]
    assert table[1]["valence"] == ""
    file = tmp_path / "out.parquet"
    assert run("analyze", "-", "--lines", "-o", file, stdin=stdin).code == 0
    stored = pq.read_table(file).to_pylist()
    assert [row["text"] for row in stored] == [row["text"] for row in table]
    assert stored[1]["valence"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_parquet_needs_a_file(run: Run) -> None:
    outcome = run("analyze", "-", "--format", "parquet", stdin=b"good\n")
    assert (outcome.code, outcome.out) == (2, "")
    assert "-o FILE.parquet" in outcome.err


def test_the_ending_chooses_the_format(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    assert run("analyze", "--text", "good", "-o", file).out == ""
    assert rows(file.read_text())[0]["valence"] == 3.5


def test_level_widens_the_interval(run: Run) -> None:
    row = rows(run("analyze", "--text", "good", "--level", "0.5", "--format", "jsonl").out)[0]
    assert row["valence_high"] == 3.75
    assert run("analyze", "--text", "good", "--level", "1.5").code == 2


def test_table_on_a_terminal(
    run: Run, golden: Golden, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("diary.txt").write_text(DIARY + "\n" + "a very long line that goes on and on " * 3 + "\n")
    golden("analyze_table", run("analyze", "diary.txt", terminal=True).out)
    golden("analyze_text", run("analyze", "diary.txt").out)


def test_markup_and_escapes_in_the_text_do_nothing(run: Run) -> None:
    stdin = "[red]good[/red] \x1b[31mbad\x07 \u202egood\n".encode()
    shown = run("analyze", "-", "--lines", "--format", "table", stdin=stdin).out
    assert "[red]good[/red] \\x1b[31mbad\\x07 \\u202egood" in shown
    assert "\x1b" not in shown
    assert "\\x1b[31mbad" in run("analyze", "-", "--lines", "--format", "text", stdin=stdin).out
    machine = run("analyze", "-", "--lines", "--format", "jsonl", stdin=stdin).out
    assert not {"\x1b", "\x07", "\u202e"} & set(machine)
    assert rows(machine)[0]["text"] == stdin.decode().rstrip("\n")


def test_emoji_come_through(run: Run) -> None:
    stdin = "good 😀 👩‍👩‍👧 day\n".encode()
    assert "👩‍👩‍👧" in run("analyze", "-", "--lines", "--format", "jsonl", stdin=stdin).out
    assert "👩‍👩‍👧" in run("analyze", "-", "--lines", "--format", "table", stdin=stdin).out


def test_lines_are_counted_where_a_long_passage_is_cut(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textvae.corpora.files.PASSAGE", 100)
    file = tmp_path / "book.txt"
    text = [f"Sentence {i} stands in two lines of\nhard-wrapped text and ends here." for i in range(1, 30)]
    file.write_text("\n\n" + "\n".join(text) + "\n\n\nThe last one.\n")
    found = rows(run("analyze", file, "--format", "jsonl").out)
    assert [row["line"] for row in found] == [*range(3, 61, 2), 63]
    assert found[3]["text"] == "Sentence 4 stands in two lines of hard-wrapped text and ends here."


def test_tables_and_their_columns(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text('id,review\n1,"a good one, really"\n2,\n3,bad\n')
    found = rows(run("analyze", file, "--column", "text=review", "--format", "jsonl").out)
    assert [(row["line"], row["text"], row["valence"]) for row in found] == [
        (1, "a good one, really", 3.5), (2, "", None), (3, "bad", 2.5),
    ]  # fmt: skip
    file = tmp_path / "items.jsonl"
    file.write_text('{"text": "good"}\n{"text": "bad"}\n')
    assert [row["valence"] for row in rows(run("analyze", file, "--format", "jsonl").out)] == [3.5, 2.5]


def test_what_was_read_in_parts_is_said(run: Run) -> None:
    outcome = run("analyze", "--lines", "-", "--format", "text", stdin=b"good\n" + b"w" * 2500 + b"\n")
    assert outcome.code == 0
    assert "longer than the model reads at once: 1; they" in outcome.err
    assert "standard input, line 2, 3 parts" in outcome.err
