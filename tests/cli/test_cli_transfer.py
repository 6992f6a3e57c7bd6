"""transfer: what passed and what did not, words kept and avoided, running text, runs that are resumed."""

import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from textvae.cli import changes, memory, transfer

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

LETTER = (
    "Dear Anna,\r\n\r\nThe food was bad,  and the\n  rooms were [red]cold[/red]. \t All was good good good."
    "\n\nThe stone was bad. "
)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def asked() -> dict[str, Any]:
    found: dict[str, Any] = vars(transfer)["open_writer"]("text-en", "auto", "auto").asked
    return found


def test_what_changed() -> None:
    assert changes.changes("The food was cold.", "the food is warm and cold!") == [
        ("the food", "", ""), ("", " was", " is warm and"), (" cold", "", ""), ("", ".", "!"),
    ]  # fmt: skip
    assert changes.changes("", "a") == [("", "", "a")]
    assert changes.changes("it's cold", "it was cold") == [("", "it's", "it was"), (" cold", "", "")]


def test_memory_is_given_back_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(memory, "_trim", lambda: given.append)
    assert list(memory.lean(range(200))) == list(range(200))
    assert given == [0, 0, 0]
    monkeypatch.undo()
    assert list(memory.lean(range(65))) == list(range(65))  # whatever the C library


def test_few_kernels_are_kept_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", raising=False)
    monkeypatch.setenv("LRU_CACHE_CAPACITY", "500")
    memory.keep_few_kernels()
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "32"
    assert os.environ["LRU_CACHE_CAPACITY"] == "500"


def test_nothing_passed(run: Run) -> None:
    outcome = run("transfer", "--valence", "4", "a stone [b]wall[/b]")
    assert (outcome.code, outcome.out) == (3, "a stone [b]wall[/b]\n")
    assert "the sentence could not be moved as asked and stands as it was; --all shows" in outcome.err
    shown = run("transfer", "--valence", "4", "--all", "a stone wall")
    assert (shown.code, shown.out) == (3, "a stone wall good\n")
    assert "has a fault" in shown.err


def test_one_line_for_each_line_whatever_passed(run: Run) -> None:
    text = "bad\n\n" + "stone\n" * 7 + "fine\n"
    outcome = run("transfer", "--valence", "4", "-", stdin=text.encode())
    assert outcome.code == 0
    assert outcome.out == "bad good\n\n" + "stone\n" * 7 + "fine good\n"
    assert "7 of 9 sentences (number 3, 4, 5, 6, 7, ...) could not be moved" in outcome.err
    assert run("transfer", "--valence", "4", "-", stdin=b"\n").code == 0  # nothing was asked of anybody


def test_what_stays_as_it_is(run: Run) -> None:
    alone = run("transfer", "--valence", "4", "gold")
    assert (alone.code, alone.out) == (0, "gold\n")
    assert alone.err == "textvae: the sentence reads so already and stands as it was.\n"
    many = run("transfer", "--valence", "4", "gold", "bad", "old gold", "iron")
    assert many.out == "gold\nbad good\nold gold\niron\n"
    assert "2 of 4 sentences read so already and stand as they were." in many.err
    assert "1 of 4 sentences (number 4) could not be moved as asked" in many.err
    [row] = rows(run("transfer", "--valence", "4", "--format", "jsonl", "gold").out)
    assert (row["text"], row["fault"]) == ("gold", None)
    assert "stays: nothing better was found" in run("transfer", "--valence", "4", "iron", terminal=True).out
    near = run("transfer", "--valence", "4", "iron good good", terminal=True).out
    assert "stays: it is near already, and nothing better was found" in near


def test_a_target_beyond_what_is_reached_is_told_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = type(vars(transfer)["open_writer"]("text-en", "auto", "auto"))
    monkeypatch.setattr(writer, "goal", 1.26)
    for more in ((), ("--running",)):
        outcome = run("transfer", "--valence", "1.26", *more, "It was so good. It was bad.")
        assert outcome.err.count("valence 1.3 lies beyond what text-en reaches, about 2.0 to 4.0: sent") == 1
    monkeypatch.setattr(writer, "goal", 4.3)
    assert "beyond" not in run("transfer", "--valence", "4.3", "It was good.").err
    monkeypatch.setattr(writer, "goal", 4.9)
    assert "valence 4.9 lies beyond" in run("transfer", "--valence", "4.9", "good", "bad", terminal=True).err


def test_running_text_that_stays_as_it_is(run: Run) -> None:
    outcome = run("transfer", "--valence", "4", "--running", "The gold was bad. The stone was bad.")
    assert (outcome.code, outcome.out) == (0, "The gold was bad. The stone was bad.")
    assert "0 rewritten, 2 left as they were (1 near enough, 1 could not be moved as asked)" in outcome.err
    page = run("transfer", "--valence", "4", "--running", "The gold was bad.", terminal=True)
    assert page.code == 0
    assert "reads so already" in page.out


def test_rows_of_what_did_not_pass(run: Run) -> None:
    command = ("transfer", "--valence", "4", "-n", "2", "--format", "jsonl", "a stone", "bad")
    outcome = run(*command)
    assert outcome.code == 0
    found = rows(outcome.out)
    assert [(row["source"], row["rank"], row["text"]) for row in found] == [
        ("a stone", None, None), ("bad", 1, "bad good"), ("bad", 2, "bad good good"),
    ]  # fmt: skip
    assert [row["fault"] for row in found] == ["is not fluent", None, None]
    assert found[0]["source_valence"] == 3.0
    every = rows(run(*command, "--all").out)
    assert [(row["rank"], row["fault"]) for row in every] == [
        (1, "is not fluent"), (2, "is not fluent"), (1, None), (2, None),
    ]  # fmt: skip


def test_table_of_what_did_not_pass(run: Run, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("transfer", "--valence", "4", "a [b]stone[/b] wall", "bad \x1b[31mfood", terminal=True)
    assert shown.err == ""  # the table says it itself
    golden("transfer_faults", shown.out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "{+good+}" in run("transfer", "--valence", "4", "bad food", terminal=True).out
    plain = run("transfer", "--valence", "4", "--all", "--format", "table", "a stone wall")
    assert "a stone wall {+good+}" in plain.out
    assert "is not fluent" in plain.out


def test_words_reach_the_library(run: Run) -> None:
    command = ("transfer", "--valence", "4", "--keep", "Cold", "--keep", "the staff", "--avoid", "rude")
    assert run(*command, "the food was cold", "The staff was rude").code == 0
    assert (asked()["keep"], asked()["avoid"]) == (("Cold", "the staff"), ("rude",))


def test_what_is_left_out_reaches_the_library(run: Run) -> None:
    command = ("transfer", "--valence", "4", "--without", "frames", "--without", "edits")
    for more in ((), ("--running",)):
        assert run(*command, *more, "It was bad.").code == 0
        assert asked()["without"] == ("edits", "frames")


def test_what_made_a_candidate_is_told_where_several_are_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for more in (("-n", "2"), ("--all",)):
        shown = run("transfer", "--valence", "4", *more, "bad food", "gold", "a stone", terminal=True).out
        assert "by edit" in shown.replace("\u00a0", " ")
        assert "source" not in shown  # it reads so already
    assert "edit" not in run("transfer", "--valence", "4", "bad food", terminal=True).out
    for name in ("out.csv", "out.jsonl"):
        assert run("transfer", "--valence", "4", "gold", "a stone", "bad", "-o", name).code == 0
    assert [row["by"] for row in rows(Path("out.jsonl").read_text())] == ["source", None, "edit"]
    lines = Path("out.csv").read_text().splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines] == ["by", "source", "", "edit"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--without", "edit", "cold food"), "unknown way of making candidates 'edit': did you mean 'edits'"),
        (("--without", "", "cold food"), "known: decoder, edits, frames"),
        (
            ("--without", "edits", "--without", "frames", "--without", "decoder", "cold food"),
            "without decoder, edits, frames nothing makes candidates: leave one of them on",
        ),
        (("--keep", "warm", "cold food"), '"warm" is to be kept, but it is not in "cold food"'),
        (("--keep", "cold food", "--avoid", "FOOD", "cold food"), "no sentence does both"),
        (("--keep", "...", "cold food..."), "is no word"),
        (("--tolerance", "0.2", "cold food"), "add --running"),
        (("--running", "--keep", "warm", "cold food"), "not in"),
        (("--running", "--resume", "cold food"), "leave out --running"),
        (("--resume", "cold food"), "--resume needs sentences from --file FILE"),
        (("--running", "--tolerance", "-1", "cold food"), "tolerance"),
    ],
)
def test_what_makes_no_sense(run: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("transfer", "--valence", "4", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""


def test_a_word_of_no_line(run: Run) -> None:
    outcome = run("transfer", "--valence", "4", "--keep", "cold", "--keep", "warm", "-", stdin=b"bad\ncold\n")
    assert outcome.code == 0
    assert '"warm" was to be kept, but no sentence has it' in outcome.err
    assert '"cold"' not in outcome.err


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_running_text_keeps_its_bytes(run: Run, tmp_path: Path, mark: str) -> None:
    file, out = tmp_path / "letter.txt", tmp_path / "out.txt"
    file.write_bytes((mark + LETTER).encode())
    outcome = run("transfer", "--valence", "4", "--running", "--file", file)
    expected = LETTER.replace("[red]cold[/red].", "[red]cold[/red]. good")
    assert outcome.code == 0
    assert outcome.out == mark + expected
    assert (
        "4 sentences: 1 on target, 1 rewritten, 2 left as they were (1 too short, 1 could not" in outcome.err
    )
    assert run("transfer", "--valence", "4", "--running", "--file", file, "-o", out).code == 0
    assert out.read_bytes() == (mark + expected).encode()
    piped = run("transfer", "--valence", "4", "--running", "-", stdin=(mark + LETTER).encode())
    assert piped.out == mark + expected
    if not mark:
        assert run("transfer", "--valence", "4", "--running", LETTER).out == expected
    every = run("transfer", "--valence", "4", "--running", "--all", "--file", file).out
    assert every == mark + expected.replace("The stone was bad.", "The stone was bad. good")


def test_running_text_that_is_on_target_or_cannot_be_moved(run: Run) -> None:
    on = run("transfer", "--valence", "3.5", "--running", "All was good good. It rained today.")
    assert (on.code, on.out) == (0, "All was good good. It rained today. good")
    assert run("transfer", "--valence", "low", "--running", "All was bad bad bad.").code == 0
    missed = run("transfer", "--valence", "4", "--running", "One stone was bad.")
    assert (missed.code, missed.out) == (3, "One stone was bad.")
    wide = run("transfer", "--valence", "4", "--running", "--tolerance", "2", "One stone was bad.")
    assert (wide.code, wide.out) == (0, "One stone was bad.")


def test_running_rows_and_page(run: Run, golden: Golden) -> None:
    command = ("transfer", "--valence", "4", "--running", LETTER)
    found = rows(run(*command, "--format", "jsonl").out)
    assert [row["fault"] for row in found] == ["is too short", None, None, "is not fluent"]
    assert [row["text"] and row["rank"] for row in found] == [None, 1, None, None]
    assert all(LETTER[row["start"] : row["end"]] == row["source"] for row in found)
    assert [row["line"] for row in found] == [1, 3, 4, 6]
    golden("transfer_running", run(*command, terminal=True).out)
    assert run(*command, "--format", "text", terminal=True).out.count("\n") == LETTER.count("\n")


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stops a run after so many sentences, as Ctrl-C does."""
    calls: list[int] = []
    real = vars(transfer)["rewritten"]

    def rewritten(*arguments: Any) -> Iterator[Any]:
        limit = calls.pop() if calls else 10**9
        for number, each in enumerate(real(*arguments)):
            if number == limit:
                raise KeyboardInterrupt
            yield each

    monkeypatch.setattr("textvae.cli.transfer.rewritten", rewritten)
    return calls


@pytest.mark.parametrize("ending", ["jsonl", "txt"])
@pytest.mark.parametrize("after", [0, 5, 16, 40])
def test_a_stopped_run_goes_on(
    run: Run, tmp_path: Path, stopping: list[int], ending: str, after: int
) -> None:
    file, whole, out = tmp_path / "in.txt", tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    file.write_text("".join(f"stone {i}\n" if i % 3 else f"bad\u2028{i}\n\n" for i in range(50)))
    assert run("transfer", "--valence", "4", "--file", file, "-o", whole).code == 0
    command = ("transfer", "--valence", "4", "--file", file, "-o", out, "--resume")
    stopping.append(after)
    stopped = run(*command)
    assert stopped.code == 130
    assert f"stopped after {after} sentences" in stopped.err
    assert not out.exists()
    assert (tmp_path / f".out.{ending}.part").exists()
    with (tmp_path / f".out.{ending}.part").open("a") as part:
        part.write('{"half a row')  # a kill comes at any time
    other = run(*command[:2], "2", *command[3:])
    assert other.code == 2 and "another valence" in other.err
    other = run(*command, "--without", "frames")
    assert other.code == 2 and "another without" in other.err
    again = run(*command)
    assert again.code == 0
    assert out.read_bytes() == whole.read_bytes()
    assert "33 of 50 sentences (number 3, 4," in again.err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["in.txt", out.name, whole.name])
    assert run(*command).code == 2  # out exists


OLDER = '{"asked": {"valence": "4"}, "done": 1, "size": 0, "checksum": "", "tally": {}}'


@pytest.mark.parametrize("content", ["{}", "[]", '{"asked": {}}', OLDER, "not json"])
def test_a_note_of_progress_that_is_none(run: Run, tmp_path: Path, content: str) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("bad\n")
    (tmp_path / ".out.jsonl.part").write_text("")
    (tmp_path / ".out.jsonl.progress").write_text(content)
    outcome = run("transfer", "--valence", "4", "--file", file, "-o", out, "--resume")
    assert outcome.code == 2
    assert "to start anew" in outcome.err


def test_a_run_goes_on_with_the_same_sentences_only(run: Run, tmp_path: Path, stopping: list[int]) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("".join(f"bad {i}\n" for i in range(30)))
    command = ("transfer", "--valence", "4", "--file", file, "-o", out, "--resume")
    stopping.append(20)
    run(*command)
    right = file.read_text()
    for text in ("other\n" + right, "other\n" + right, "bad 0\n", "bad 0\n"):
        file.write_text(text)
        outcome = run(*command)
        assert outcome.code == 2
        assert "other sentences" in outcome.err
        assert not out.exists()
    file.write_text(right)
    assert run(*command).code == 0
    assert len(out.read_text().splitlines()) == 30
    assert run(*command[:-1], "--resume", "-o", tmp_path / "out.csv").code == 2


@pytest.mark.skipif(os.name == "nt", reason="needs locks")
def test_of_two_runs_one_is_told_of_the_other(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Callable[..., None]
) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("".join(f"bad {i}\n" for i in range(40)))
    command = ("transfer", "--valence", "4", "--file", file, "-o", out, "--resume")
    real = vars(transfer)["rewritten"]

    def rewritten(*arguments: Any) -> Iterator[Any]:
        for number, each in enumerate(real(*arguments)):
            if number == 20:
                with monkeypatch.context() as patch:
                    patch.setattr("textvae.cli.transfer.rewritten", real)
                    refused(run(*command), "another run writes to", "wait until it ends")
            yield each

    monkeypatch.setattr("textvae.cli.transfer.rewritten", rewritten)
    assert run(*command).code == 0
    assert len(rows(out.read_text())) == 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.jsonl"]


def test_a_run_that_another_has_finished_does_not_begin_anew(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopping: list[int]
) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("".join(f"bad {i}\n" for i in range(40)))
    command = ("transfer", "--valence", "4", "--file", file, "-o", out, "--resume")
    stopping.append(20)
    run(*command)
    real = vars(transfer)["open_writer"]

    def slow(*arguments: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr("textvae.cli.transfer.open_writer", real)
            assert run(*command).code == 0
        return real(*arguments)

    monkeypatch.setattr("textvae.cli.transfer.open_writer", slow)
    late = run(*command)
    assert (late.code, "exists" in late.err) == (2, True)
    out.unlink()
    assert run(*command, "--force").code == 0
    assert len(rows(out.read_text())) == 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.jsonl"]


def test_a_resumed_run_remembers_which_words_were_there(
    run: Run, tmp_path: Path, stopping: list[int]
) -> None:
    file, out = tmp_path / "in.txt", tmp_path / "out.jsonl"
    file.write_text("cold\n" + "".join(f"bad {i}\n" for i in range(30)))
    command = ("transfer", "--valence", "4", "--keep", "cold", "--file", file, "-o", out, "--resume")
    stopping.append(20)
    assert run(*command).code == 130
    again = run(*command)
    assert again.code == 0
    assert "to be kept" not in again.err


def test_a_copy_that_should_have_moved_does_not_read_so_already(run: Run) -> None:
    from textvae.cli.steered import COLUMNS, table

    row = dict.fromkeys(COLUMNS) | {
        "source": "hi", "source_valence": 3.0, "source_arousal": 3.0, "target_valence": 4.0, "rank": 1,
        "text": "hi", "valence": 3.0, "arousal": 3.0, "similarity": 1.0, "log_prob": -1.0,
    }  # fmt: skip
    for fault, told in (("is a copy", False), (None, True)):
        stream = io.StringIO()
        table([row | {"fault": fault}], stream)
        assert ("reads so already" in stream.getvalue()) is told


@pytest.mark.parametrize("ending", ["json", "tsv", "HTML"])
def test_an_ending_that_no_format_has(run: Run, tmp_path: Path, ending: str) -> None:
    outcome = run("transfer", "--valence", "4", "bad", "-o", tmp_path / f"out.{ending}")
    assert outcome.code == 2
    assert "name a .jsonl, .csv, .parquet or .txt file" in outcome.err
    said = run("transfer", "--valence", "4", "bad", "-o", tmp_path / f"out.{ending}", "--format", "jsonl")
    assert said.code == 0


def test_a_file_where_a_sentence_is_meant(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("diary.txt").write_text("It was bad.\n")
    Path("rows.csv").write_text("text\nIt was bad.\n")
    for arguments, message in (
        (("diary.txt",), "diary.txt is a file: for its lines write --file diary.txt."),
        (("rows.csv",), "rows.csv is a file"),
    ):
        outcome = run("transfer", "--valence", "4", *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert message in outcome.err


def test_tables(run: Run, tmp_path: Path, refused: Callable[..., None]) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text('id,review\n1,"A good place.\nbad soup"\n2,bad\n007,\n')
    command = ("transfer", "--valence", "4", "--file", file, "--column", "review")
    found = rows(run(*command, "--with", "id", "-n", "2", "--format", "jsonl").out)
    assert list(found[0])[:2] == ["id", "source"]
    assert [(row["id"], row["rank"]) for row in found] == [
        ("1", 1), ("1", 2), ("2", 1), ("2", 2), ("007", None),
    ]  # fmt: skip
    assert found[2]["text"] == "bad good"
    assert run(*command, "--format", "text").out == "A good place. bad soup good\nbad good\n\n"
    refused(run(*command, "--with", "text=id", "--format", "csv"), "a column 'text' of their own")
    refused(run(*command, "--with", "ids", "--format", "csv"), "did you mean 'id'")
    refused(run(*command, "--with", "id", "--format", "text"), "--with is for rows")
    refused(run("transfer", "--valence", "4", "--column", "review", "bad"), "for rows of a table")


def test_a_stopped_run_of_a_table_goes_on(run: Run, tmp_path: Path, stopping: list[int]) -> None:
    def table(stars: int) -> None:
        file.write_text("text,stars\n" + "".join(f"bad {i},{stars}\n" for i in range(40)))

    file, whole, out = tmp_path / "in.csv", tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    plain = ("transfer", "--valence", "4", "--resume", "--file", file)
    table(5)
    assert run(*plain, "--with", "stars", "-o", whole).code == 0
    assert [row["stars"] for row in rows(whole.read_text())] == ["5"] * 40
    stopping.append(20)
    assert run(*plain, "--with", "stars", "-o", out).code == 130
    without = run(*plain, "-o", out)
    assert (without.code, "begun with another with" in without.err) == (2, True)
    table(4)
    changed = run(*plain, "--with", "stars", "-o", out)
    assert (changed.code, "begun with other sentences" in changed.err) == (2, True)
    table(5)
    assert run(*plain, "--with-all", "-o", out).code == 0  # the same columns, said otherwise
    assert out.read_bytes() == whole.read_bytes()
