"""`textvae analyze` on tables: columns that come along, and texts split into sentences."""

import csv
import datetime
import io
import json
import os
from collections.abc import Callable
from decimal import Decimal
from math import nan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from textvae.cli.columns import parse_columns, text_column

Run = Callable[..., Any]
Refused = Callable[..., None]

REVIEWS = (
    "\ufeffid,author,stars,review\r\n"
    '1,"Ann, A.",5,"A good place. The soup was bad bad, though.\r\nGood good day."\r\n'
    '2,"Bob ""B""",1,bad\r\n'
    "007,Cy,,\r\n"
)
"""As Excel writes it: a byte order mark, a line break in quotes, and a text that is missing."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8", newline="")
    return tmp_path


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_columns_come_along_first_and_the_rest_is_as_without(run: Run) -> None:
    command = ("analyze", "reviews.csv", "--column", "review", "--format", "csv")
    plain, found = (of_csv(run(*command, *more).out) for more in ((), ("--with", "stars", "--with", "id")))
    assert list(found[0])[:4] == ["stars", "id", "file", "line"]
    assert [(row["id"], row["stars"]) for row in found] == [("1", "5"), ("2", "1"), ("007", "")]
    assert [{name: row[name] for name in plain[0]} for row in found] == plain
    found = of_csv(run(*command, "--with-all").out)
    assert list(found[0])[:4] == ["id", "author", "stars", "file"]
    assert [row["author"] for row in found] == ["Ann, A.", 'Bob "B"', "Cy"]
    assert found[0]["text"] == "A good place. The soup was bad bad, though.\r\nGood good day."


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("more", [(), ("--window", "2"), ("--explain",), ("--by", "paragraph"), ("--split",)])
def test_they_are_the_same_in_every_format_and_kind_of_row(
    run: Run, form: str, more: tuple[str, ...]
) -> None:
    name = f"out.{form}"
    assert run("analyze", "reviews.csv", "--column", "review", "--with-all", "-o", name, *more).code == 0
    if form == "parquet":
        found = pq.read_table(name).to_pylist()
    else:
        text = Path(name).read_text(encoding="utf-8")
        found = of_csv(text) if form == "csv" else rows(text)
    assert [(row["id"], row["author"], row["stars"]) for row in found if row["index"] in (0, "0")] == [
        ("1", "Ann, A.", "5")
    ]
    last = found[-1]
    assert (last["id"], last["author"], last["stars"], last["text"]) == ("007", "Cy", "", "")
    assert last["valence"] in (None, "")
    assert len(found) == (5 if more == ("--split",) else 3)


def test_split_gives_a_row_a_sentence(run: Run) -> None:
    out = run(
        "analyze", "reviews.csv", "--column", "review", "--split", "--with", "id", "--format", "jsonl"
    ).out
    assert [(row["id"], row["line"], row["index"], row["text"], row["valence"]) for row in rows(out)] == [
        ("1", 1, 0, "A good place.", 3.5),
        ("1", 1, 1, "The soup was bad bad, though.", 2.5),
        ("1", 1, 2, "Good good day.", 4.0),
        ("2", 2, 3, "bad", 2.5),
        ("007", 3, 4, "", None),
    ]


def test_a_paragraph_of_a_table_is_a_row_of_it(run: Run) -> None:
    command = ("analyze", "reviews.csv", "--column", "review", "--by", "paragraph")
    found = rows(run(*command, "--with", "who=author", "--format", "jsonl").out)
    assert [(row["who"], row["line"], row["sentences"], row["valence"]) for row in found] == [
        ("Ann, A.", 1, 3, pytest.approx(10 / 3, abs=1e-6)), ('Bob "B"', 2, 1, 2.5), ("Cy", 3, 0, None),
    ]  # fmt: skip
    assert (found[0]["highest_text"], found[0]["highest_line"]) == ("Good good day.", 1)
    assert run(*command, "--format", "text").out.splitlines()[2] == "\t\t\t0\treviews.csv\t"
    drawn = run(*command, "--format", "table").out
    assert "3 paragraphs, 4 sentences" in drawn
    assert "0.00" not in drawn  # of the row without text


def test_values_of_json_lines_are_kept(run: Run, refused: Refused) -> None:
    Path("a.jsonl").write_text(
        '{"review": "good", "n": 52.123456789, "tags": ["a", {"b": 0.12345678}]}\n\n'
        '{"n": 4, "x\\u001b%s": "\\u001b\\u2028", "ok": true, "huge": 123456789012345678901}\n'
        '{"review": "bad", "n": NaN, "ok": null}\n'
    )
    command = ("analyze", "a.jsonl", "--column", "review", "--with-all")
    for more in ((), ("--window", "1")):
        out = run(*command, "--format", "jsonl", *more).out
        assert "\x1b" not in out and "\u2028" not in out
        found = rows(out)
        assert [row["n"] for row in found] == [52.123456789, 4, None]
        assert [row["tags"] for row in found] == [["a", {"b": 0.12345678}], None, None]
        assert [row["ok"] for row in found] == [None, True, None]
        assert [row["x\x1b%s"] for row in found] == [None, "\x1b\u2028", None]
        assert found[1]["huge"] == 123456789012345678901
        again = of_csv(run(*command, "--format", "csv", *more).out)
        assert [row["n"] for row in again] == ["52.123456789", "4", ""]
        assert [row["tags"] for row in again] == ['["a", {"b": 0.12345678}]', "", ""]
        assert [row["ok"] for row in again] == ["", "true", ""]
    assert run(*command, "-o", "out.parquet").code == 0
    table = pq.read_table("out.parquet")
    kinds = {name: table.schema.field(name).type for name in ("n", "ok", "tags", "huge")}
    assert kinds == {"n": pa.float64(), "ok": pa.bool_(), "tags": pa.string(), "huge": pa.string()}
    assert table["n"].to_pylist() == [52.123456789, 4.0, pytest.approx(nan, nan_ok=True)]
    assert table["huge"].to_pylist() == [None, "123456789012345678901", None]
    refused(run(*command[:-1], "--with", "tag", "--format", "csv"), "did you mean 'tags'")


def test_values_of_parquet(run: Run, refused: Refused) -> None:
    when = datetime.datetime(2024, 5, 1, 12, 30, 0, 5)
    table = pa.table(
        {
            "text": ["good", None],
            "id": pa.array([7, None], pa.int32()),
            "when": pa.array([when, None], pa.timestamp("ns")),
            "price": [Decimal("1.50"), None],
            "kind": pa.array(["a", "a"]).dictionary_encode(),
            "took": pa.array([1_500_000_001, None], pa.duration("ns")),
            "none": pa.nulls(2),
        }
    )
    pq.write_table(table, "a.parquet")
    [row, blank] = of_csv(run("analyze", "a.parquet", "--with-all", "--format", "csv").out)
    assert list(row.values())[:6] == ["7", "2024-05-01T12:30:00.000005", "1.50", "a", "0:00:01.500000", ""]
    assert list(blank.values())[:6] == ["", "", "", "a", "", ""]
    assert run("analyze", "a.parquet", "--with-all", "-o", "b.parquet").code == 0
    found = pq.read_table("b.parquet")
    assert found.schema.field("id").type == pa.int64()
    assert found["id"].to_pylist() == [7, None]
    assert found["price"].to_pylist() == ["1.50", None]
    pq.write_table(table.append_column("photo", [[b"x", b"y"]]), "c.parquet")
    refused(run("analyze", "c.parquet", "--with-all", "--format", "csv"), "'photo' of c.parquet holds bytes")


def test_several_tables_need_the_same_columns(run: Run, refused: Refused) -> None:
    Path("more.jsonl").write_text('{"review": "good", "id": 9}\n')
    command = ("analyze", "reviews.csv", "more.jsonl", "--column", "review", "--format", "csv")
    found = of_csv(run(*command, "--with", "id").out)
    assert [(row["file"], row["id"]) for row in found][2:] == [("reviews.csv", "007"), ("more.jsonl", "9")]
    told = ("--with-all takes the same columns", "more.jsonl has no column 'author'", "--with COLUMN")
    refused(run(*command, "--with-all"), *told)
    refused(run(*command, "--with-all", "--with", "mine=id"), *told)
    refused(run(*command, "--with-all", "--with", "author"), "column in more.jsonl 'author'", "known: id")
    Path("broken.csv").write_bytes(b"id,author,stars,review\n1,\xe9,2,good\n")
    failed = run(
        "analyze", "broken.csv", "reviews.csv", "--column", "review", "--with-all", "--format", "csv"
    )
    assert failed.code == 2
    assert "broken.csv is not UTF-8" in failed.err
    assert [row["id"] for row in of_csv(failed.out)] == ["1", "2", "007"]
    assert run(*command[:-2], "--with", "id", "-o", "out.parquet").code == 0
    assert pq.read_table("out.parquet")["id"].to_pylist() == ["1", "2", "007", "9"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("reviews.csv", "--with", "autor"), "did you mean 'author'?"),
        (("reviews.csv", "--with", "all"), "--with-all takes all"),
        (("reviews.csv", "--with", "=id"), "names no column"),
        (("reviews.csv", "--with", ""), "names no column"),
        (("reviews.csv", "--with", "a=id", "--with", "a=stars"), "two columns 'a': 'id' and 'stars'"),
        (("reviews.csv", "--with-all", "--with", "author=id"), "two columns 'author': 'id' and 'author'"),
        (("reviews.csv", "--with", "line=id"), "have a column 'line' of their own"),
        (("rated.csv", "--with-all"), "'valence', 'line' of their own"),
        (("rated.csv", "--by", "paragraph", "--with", "sentences=id"), "a column 'sentences' of their own"),
        (("rated.csv", "--explain", "--with", "words=id"), "a column 'words' of their own"),
        (("nameless.csv", "--with-all"), "nameless.csv, line 1: two columns have no name"),
        (("twice.csv", "--with", "x"), "two columns are called 'x': rename one"),
        (("diary.txt", "--with", "id"), "diary.txt is none"),
        (("-", "--with", "id"), "standard input is none"),
        (("--text", "good", "--with", "id"), "leave them out with --text"),
        (("--text", "good", "--split"), "leave them out with --text"),
        (("reviews.csv", "--with", "id", "--by", "file"), "not --by file"),
        (("reviews.csv", "--with", "id", "--format", "text"), "--with is for rows of csv, jsonl and parquet"),
        (("reviews.csv", "--with-all", "--by", "file"), "--with-all is for rows of a table, not --by file"),
        (("reviews.csv", "--with-all", "--format", "text"), "--with-all is for rows of csv, jsonl"),
        (("diary.txt", "--with-all"), "--with-all takes columns of a table along, and diary.txt is none"),
        (("diary.txt", "--split"), "--split is for tables"),
        (("reviews.csv", "--split", "--lines"), "--split is for tables"),
        (("none.csv", "--with-all"), "there is no file none.csv"),
        (("empty.csv", "--with-all"), "empty.csv is empty"),
        (("sheet.xlsx",), "sheet.xlsx is a spreadsheet: save its sheet as CSV"),
    ],
)
def test_what_makes_no_sense(run: Run, arguments: tuple[str, ...], words: str) -> None:
    Path("rated.csv").write_text("id,text,valence,line\n1,good,3,4\n")
    Path("twice.csv").write_text("text,x,x\ngood,1,2\n")
    Path("nameless.csv").write_text("text,x,,\ngood,1,,\n")
    Path("diary.txt").write_text("Good.\n")
    Path("empty.csv").write_text("")
    Path("sheet.xlsx").write_bytes(b"PK\3\4\0\0")
    form = () if "--format" in arguments else ("--format", "jsonl")
    column = ("--column", "review") if arguments[0] == "reviews.csv" else ()
    outcome = run("analyze", *arguments, *form, *column)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err


def test_another_name_for_a_column_of_the_table(run: Run) -> None:
    Path("rated.csv").write_text(",text,valence\n0,good,3\n")
    out = run("analyze", "rated.csv", "--with-all", "--with", "rated=valence", "--format", "jsonl").out
    [row] = rows(out)
    assert list(row)[:3] == ["", "rated", "file"]
    assert (row[""], row["rated"], row["valence"]) == ("0", "3", 3.5)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_read_twice(run: Run, refused: Refused) -> None:
    os.mkfifo("pipe.csv")
    refused(run("analyze", "pipe.csv", "--with", "id", "--format", "csv"), "looks at a table twice")


def test_a_column_alone_is_that_of_the_text() -> None:
    assert parse_columns(["review", "label=stars"]) == {"text": "review", "label": "stars"}
    assert text_column("review") == text_column("text=review") == "review"
    assert text_column("text=a=b") == "a=b"
    assert text_column(None) is None
