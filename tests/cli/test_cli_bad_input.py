"""Every kind of bad input has a message that says what to do, and no traceback."""

import errno
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from textvae.cli import app
from textvae.cli.reading import Item

Run = Callable[..., Any]
Refused = Callable[..., None]


def test_empty_file_and_empty_standard_input(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "empty.txt"
    file.touch()
    refused(run("analyze", file), "empty.txt is empty")
    refused(run("analyze", "--lines", "-"), "standard input is empty")
    refused(run("transfer", "--valence", "4", "--file", file), "empty.txt is empty")
    file.write_text(" \n\n")
    refused(run("analyze", file), "is empty")


def test_binary_file(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    refused(run("analyze", file), "photo.jpg is not a text file", "UTF-8")


def test_latin_1(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "old.txt"
    file.write_bytes("café\n".encode("latin-1"))
    for verb in (["analyze", file], ["transfer", "--valence", "4", "--file", file]):
        refused(run(*verb), "not UTF-8", "iconv -f latin1")


def test_lone_surrogates(run: Run, tmp_path: Path, refused: Refused) -> None:
    refused(run("analyze", "--text", "caf\udce9"), "U+DCE9", "surrogate")
    refused(run("transfer", "--valence", "4", "caf\udce9"), "U+DCE9", "surrogate")


def test_a_line_of_ten_megabytes(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "long.txt"
    file.write_bytes(b"short\n" + b"word " * 2_000_000 + b"\n")
    refused(
        run("transfer", "--valence", "4", "--file", file, "-o", tmp_path / "out.txt"),
        "line 2",
        "10,000,000 characters",
    )
    assert not (tmp_path / "out.txt").exists()
    refused(run("analyze", "--lines", file, "-o", tmp_path / "out.txt"), "line 2", "10,000,000 characters")
    assert [path.name for path in tmp_path.iterdir()] == ["long.txt"]


def test_a_line_too_long_stays_as_it_was(run: Run) -> None:
    long = "word " * 201
    lines = f"one\ntwo\n{long}\nfour\n".encode()
    outcome = run("transfer", "--valence", "4", "-", "--format", "text", stdin=lines)
    assert outcome.code == 0
    assert outcome.out == f"one good\ntwo good\n{long}\nfour good\n"
    assert "a sentence is too long and stands as it was" in outcome.err
    assert "could not be moved" not in outcome.err
    rows = run("transfer", "--valence", "4", "-", "--format", "jsonl", stdin=lines).out.splitlines()
    assert [json.loads(row)["fault"] for row in rows] == [None, None, "is too long", None]
    drawn = run("transfer", "--valence", "4", "-", stdin=lines, terminal=True).out
    assert "stays: it is too long" in drawn
    assert run("transfer", "--valence", "4", "-", stdin=long.encode()).code == 3
    rebuilt = run("reconstruct", "-", "--format", "text", stdin=lines)
    assert (rebuilt.code, rebuilt.out) == (0, "one\ntwo\n\nfour\n")
    assert "too long for the model: 1 (line 3)" in rebuilt.err


@pytest.mark.parametrize("verb", [["transfer", "--valence", "4"], ["reconstruct"]])
def test_a_sentence_on_the_command_line_too_long(run: Run, verb: list[str], refused: Refused) -> None:
    outcome = run(*verb, "word " * 201)
    refused(outcome, "sentence 1: 201 words")


@pytest.mark.parametrize("verb", [["transfer", "--valence", "4"], ["reconstruct"], ["analyze"]])
def test_nothing_given(run: Run, verb: list[str], refused: Refused) -> None:
    refused(run(*verb), "standard input")


def test_two_sources(run: Run, tmp_path: Path, refused: Refused) -> None:
    refused(run("transfer", "--valence", "4", "a sentence", "--file", tmp_path / "x"), "not both")
    refused(run("transfer", "--valence", "4", "a sentence", "-"), "not both")
    refused(run("analyze", "x.txt", "--text", "a sentence"), "not both")
    refused(run("analyze", "--lines", "--text", "a sentence"), "leave them out")
    refused(run("latent", "toy", "--traverse", "valence", "--corpus", "x.txt"), "leave out --corpus")


def test_transfer_without_a_target(run: Run, refused: Refused) -> None:
    refused(run("transfer", "the food was cold"), "--valence 4.0", "--arousal")


def test_no_such_file(run: Run, tmp_path: Path, refused: Refused) -> None:
    refused(run("analyze", tmp_path / "none.txt"), "there is no file")
    missing = tmp_path / "my table.csv"  # no sentence
    refused(run("transfer", "--valence", "4", "--file", missing), f"no file {missing}: check the name.")
    refused(run("analyze", "the food was cold"), '--text "the food was cold"', "| textvae analyze -")
    refused(run("analyze", tmp_path), "is a folder")
    refused(run("reconstruct", "--file", tmp_path / "none.txt"), "none.txt: check the name")


def test_a_folder_for_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("texts").mkdir()
    for command in (
        ("transfer", "--valence", "4", "--file", "texts"),
        ("transfer", "--valence", "4", "--running", "--file", "texts"),
        ("reconstruct", "--file", "texts"),
        ("corpus", "head", "texts"),
        ("train", "text", "--recipe", "en", "--corpus", "texts", "--out", "run"),
        ("train", "affect", "--recipe", "bilstm", "--corpus", "texts", "--out", "run"),
    ):
        outcome = run(*command)
        assert (outcome.code, outcome.out) == (2, "")
        assert "texts is a folder: name " in outcome.err


def test_sentences_from_the_command_line_alone(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("diary.txt").write_text("It was bad.\n")
    refused(run("interpolate", "-", "bad food"), "- is standard input: interpolate takes sentences")
    refused(run("interpolate", "bad food", "diary.txt"), "diary.txt is a file: interpolate takes sentences")
    refused(run("steer", "diary.txt"), "diary.txt is a file: steer takes sentences")
    assert run("interpolate", "none.txt", "bad food").code == 0


def test_corpora_and_recipes_that_hold_nothing_or_are_not_there(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: Refused
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.txt").write_text("")
    Path("rows.csv").write_text("text,split\nIt was bad.,test\n")
    refused(run("corpus", "head", "empty.txt"), "empty.txt has no sentence")
    refused(run("corpus", "head", "rows.csv", "--split", "dev"), "no sentence of the split 'dev'")
    refused(run("corpus", "show", "rows.csv"), "only public corpora have a card")
    refused(run("evaluate", "topics", "--corpus", "rows.csv"), "only public corpora have a card")
    refused(run("train", "topics", "--corpus", "none.txt", "--out", "run"), "no file or folder none.txt")
    refused(run("train", "text", "--recipe", "none.toml", "--out", "run"), "none.toml is not there")


def test_unknown_model_suggests_the_nearest(run: Run, refused: Refused) -> None:
    refused(run("transfer", "--valence", "4", "--model", "text-eng", "hello"), "did you mean 'text-en'")


def test_unknown_verb_option_and_format(run: Run, refused: Refused) -> None:
    assert run("analyse").code == 2
    assert run("analyze", "--leve", "0.9").code == 2
    refused(run("analyze", "--text", "x", "--format", "xml"), "jsonl")
    refused(run("transfer", "--valence", "4", "-n", "0", "hello"), "-n")


def test_columns(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("id,review\n1,good\n")
    for nothing in ("text=", ""):
        refused(run("analyze", "--column", nothing, file), "names no column")
    both = run("evaluate", "affect", "--corpus", file, "--column", "review", "--column", "id")
    refused(both, "--column names two columns 'text': 'review' and 'id'. Write NAME=COLUMN")
    for reviw in ("reviw", "text=reviw"):
        refused(run("analyze", "--column", reviw, file), "did you mean 'review'")
    refused(run("analyze", "--column", "txt=review", file), "did you mean 'text'")
    refused(run("analyze", "--column", "id=review", file), "known: text. No other is read here.")
    refused(run("analyze", file), "say which one holds the text, --column NAME. It has: id, review.")
    refused(run("analyze", "--column", "text=review", "-", stdin=b"good\n"), "a file")


def test_half_a_character_in_a_table(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"text": "half \\ud83d"}\n')
    refused(run("analyze", file), "items.jsonl, line 1", "U+D83D")


def test_an_existing_file_is_kept(run: Run, tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / "out.txt"
    file.write_text("mine\n")
    refused(run("analyze", "--text", "good", "-o", file), "exists", "--force")
    assert file.read_text() == "mine\n"
    assert run("analyze", "--text", "good", "-o", file, "--force").code == 0
    assert file.read_text() == "3.50\t2.80\t3.10\tgood\n"


def test_a_place_that_cannot_be_written_to(run: Run, tmp_path: Path, refused: Refused) -> None:
    refused(run("analyze", "--text", "good", "-o", tmp_path), "is a folder")
    refused(run("analyze", "--text", "good", "-o", tmp_path / "a" / "b.txt"), "mkdir -p")


def test_a_failing_run_leaves_the_old_file_and_nothing_else(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("mine\n")
    outcome = run("analyze", "--text", "word " * 201, "-o", file, "--force")
    assert outcome.code == 2
    assert file.read_text() == "mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(run: Run) -> None:
    outcome = run("analyze", "--text", "good", "-o", "/dev/full")
    assert outcome.code == 1
    assert "no space is left" in outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "textvae", "--help"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert b"no space is left" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


@pytest.mark.parametrize("format", ["table", "text", "jsonl"])
def test_a_closed_pipe_is_quiet(format: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "textvae", "corpus", "list", "--format", format]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


class Unheard(io.TextIOBase):
    """A stream whose reader is gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError

    def isatty(self) -> bool:
        return False


def test_results_are_whole_where_nobody_hears_the_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.jsonl"
    monkeypatch.setattr("sys.stderr", Unheard())
    assert app.run(["analyze", "--text", "x" * 1500, "--text", "good", "-o", str(file)]) == 0  # with a note
    assert len(file.read_text().splitlines()) == 2
    assert app.run(["analyze", "--text", "good", "-o", str(file)]) == 2


def test_an_error_that_nobody_hears_has_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "textvae", "corpus", "show", "nowhere"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writing, check=False)
    os.close(writing)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("corpus show sample 2>&-", 0, b""),
        ("corpus show nowhere 2>&-", 2, b""),
        ("topics - <&-", 2, b"there is no text"),
    ],
)
def test_closed_streams(given: str, code: int, said: bytes) -> None:
    command = f"{shlex.quote(sys.executable)} -m textvae {given}"
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert (done.returncode, bool(done.stdout)) == (code, code == 0)
    assert said in done.stderr
    assert b"Traceback" not in done.stdout + done.stderr


def test_ctrl_c(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textvae.cli.analyze.open_reader", interrupted)
    outcome = run("analyze", "--text", "good")
    assert (outcome.code, outcome.err) == (130, "textvae: stopped.\n")


def test_a_kill_leaves_no_unfinished_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> Iterator[list[tuple[Item, list[str]]]]:
        yield [(Item(None, None, 0, "good"), ["3.0"] * 12)]
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("textvae.cli.blocks.blocks", killed)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as stopped:
            app.main(["analyze", "--text", "good", "-o", str(tmp_path / "out.jsonl")])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert stopped.value.code == 143
    assert list(tmp_path.iterdir()) == []


def test_an_error_nobody_foresaw(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("\x1b[31mboom")

    monkeypatch.setattr("textvae.cli.analyze.open_reader", broken)
    outcome = run("analyze", "--text", "good")
    assert outcome.code == 1
    assert "RuntimeError: \\x1b[31mboom" in outcome.err
    assert "--debug" in outcome.err
    with pytest.raises(RuntimeError):
        run("analyze", "--debug", "--text", "good")


def test_other_errors_of_the_system(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied", "model.safetensors")

    monkeypatch.setattr("textvae.cli.analyze.open_reader", denied)
    outcome = run("analyze", "--text", "good")
    assert (outcome.code, outcome.err) == (1, "textvae: model.safetensors: Permission denied.\n")
