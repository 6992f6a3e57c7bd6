"""The shipped models behind the command, in an interpreter of its own; skipped where a model is not there."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from textvae.resources import checkpoint_folder

AFFECT, TEXT = checkpoint_folder() / "affect-en", checkpoint_folder() / "text-en"
needs_affect = pytest.mark.skipif(not AFFECT.is_dir(), reason="needs the shipped affect-en")
needs_text = pytest.mark.skipif(not (AFFECT.is_dir() and TEXT.is_dir()), reason="needs the shipped text-en")

LINES = ["What a lovely day!", "", "It rained again, and nobody came.", "ok", "[red]I hate this.[/red] 😀"]


def textvae(*arguments: object, stdin: str = "") -> Any:
    command = [sys.executable, "-m", "textvae", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", check=False)


def rows(done: Any) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@needs_affect
def test_a_line_reads_the_same_wherever_it_comes_from(tmp_path: Path) -> None:
    import textvae as library

    file = tmp_path / "lines.txt"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    common = ("--format", "jsonl", "--precision", "fp32")
    from_file = rows(textvae("analyze", "--lines", file, *common))
    from_input = rows(textvae("analyze", "--lines", "-", *common, stdin=file.read_text(encoding="utf-8")))
    alone = rows(textvae("analyze", "--text", LINES[2], *common))
    reader = library.load("affect-en", precision="fp32")
    assert isinstance(reader, library.AffectReader)
    readings = reader.analyze(LINES)
    assert [row["text"] for row in from_file] == LINES
    for row, same, reading in zip(from_file, from_input, readings, strict=True):
        for name in ("valence", "arousal", "dominance"):
            if reading is None:
                assert row[name] is same[name] is None
                continue
            affect = getattr(reading, name)
            expected = pytest.approx([affect.mean, affect.sd, affect.low, affect.high], abs=1e-4)
            assert [row[name + part] for part in ("", "_sd", "_low", "_high")] == expected
            assert row[name] == pytest.approx(same[name], abs=1e-4)
    assert alone[0]["valence"] == pytest.approx(from_file[2]["valence"], abs=1e-4)


@needs_affect
def test_a_truncated_and_an_altered_checkpoint(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(AFFECT, copy)
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    for damaged in (content[:-1000], content[:-1] + bytes([content[-1] ^ 1])):
        weights.write_bytes(damaged)
        done = textvae("analyze", "--model", copy, "--text", "hello")
        assert (done.returncode, done.stdout) == (2, "")
        assert "model.safetensors" in done.stderr
        assert "Traceback" not in done.stderr


@needs_affect
def test_a_text_longer_than_the_model_reads_at_once_is_said_to_be(tmp_path: Path) -> None:
    done = textvae(
        "analyze", "--lines", "-", "--format", "jsonl", stdin="short\n" + "so very long " * 400 + "\n"
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert "standard input, line 2" in done.stderr


@needs_text
def test_text_verbs() -> None:
    source = "The food was cold.\n\nI want to talk to you.\n"
    done = textvae("transfer", "--valence", "4.0", "-", stdin=source)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert len(lines) == 4
    assert (bool(lines[0]), lines[1], bool(lines[2]), lines[3]) == (True, "", True, "")
    found = rows(
        textvae("transfer", "--valence", "+0.8", "-n", "2", "--format", "jsonl", "The food was cold.")
    )
    assert [row["rank"] for row in found] == [1, 2]
    shift = found[0]["target_valence"] - found[0]["source_valence"]
    assert shift == pytest.approx(0.8, abs=1e-4)
    way = rows(textvae("interpolate", "i want to talk to you", "she was not with him", "--format", "jsonl"))
    assert [row["step"] for row in way] == list(range(7))
    drawn = [textvae("sample", "-n", "2", "--seed", "1", "--valence", "4.2").stdout for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0].splitlines()) == 2
    assert textvae("reconstruct", "-", stdin=source).stdout.count("\n") == 3


@needs_text
def test_a_sentence_longer_than_the_text_model_takes() -> None:
    done = textvae("transfer", "--valence", "4", "-", stdin="Short one.\n" + "and then " * 300 + "\n")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == "and then " * 300
    assert "a sentence is too long" in done.stderr
    alone = textvae("transfer", "--valence", "4", "and then " * 300)
    assert alone.returncode == 2
    assert "takes at most 20 words" in alone.stderr
    assert "Traceback" not in alone.stderr


@needs_text
def test_a_model_of_the_other_kind() -> None:
    for verb in (
        ["analyze", "--model", "text-en", "--text", "hello"],
        ["reconstruct", "--model", "affect-en", "hello"],
    ):
        done = textvae(*verb)
        assert done.returncode == 2
        assert "model" in done.stderr
        assert "Traceback" not in done.stderr


RECIPE = """
[data]
corpora = ["sample"]
min_words = 1
max_words = 40
max_pieces = 60
held_out = 0.1
pieces = 120
[model]
embedding = 16
encoder = 16
content = 8
decoder = 16
heads = 2
[objective]
reconstruction = 1.0
kl = 0.03
affect = 0.05
adversary = 1.0
[batches]
pieces = 256
[training]
epochs = 8
validate_every = 100000
log_every = 1
"""


@pytest.mark.slow
@needs_affect
def test_a_training_that_is_stopped_and_resumed_goes_through_the_same_losses(tmp_path: Path) -> None:
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(RECIPE)
    common = ("train", "text", "--recipe", recipe, "--device", "cpu", "--precision", "fp32")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert textvae(*common, "--out", whole).returncode == 0
    command = [sys.executable, "-m", "textvae", *map(str, common), "--out", str(broken)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8")
    begun = broken / "log.jsonl"
    while running.poll() is None and (not begun.is_file() or begun.read_text().count("\n") < 10):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "repeat the command with --resume" in said
    assert textvae(*common, "--out", broken, "--resume").returncode == 0
    logs = [(run / "log.jsonl").read_text().splitlines() for run in (whole, broken)]
    losses = [[json.loads(row)["loss"] for row in log] for log in logs]
    assert losses[0] == losses[1]
    assert textvae("sample", "--model", broken / "last").returncode == 0
