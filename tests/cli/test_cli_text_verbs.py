"""transfer, interpolate, sample and reconstruct: rows, formats, targets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textvae.cli import transfer

Run = Callable[..., Any]
Golden = Callable[[str, str], None]


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def asked() -> dict[str, Any]:
    found: dict[str, Any] = vars(transfer)["open_writer"]("text-en", "auto", "auto").asked
    return found


def test_transfer_prints_one_line_for_each_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("\n".join(["bad", "", "  ", *(f"sentence {i}" for i in range(40))]) + "\n")
    outcome = run("transfer", "--valence", "4.0", "--file", file, "-n", "3")
    assert outcome.out.splitlines() == ["bad good", "", "", *(f"sentence {i} good" for i in range(40))]
    assert run("transfer", "--valence", "4.0", "-", stdin=file.read_bytes()).out == outcome.out


def test_transfer_rows(run: Run) -> None:
    outcome = run("transfer", "--valence", "4.0", "-n", "2", "--format", "jsonl", "bad food", "rude staff")
    found = rows(outcome.out)
    assert list(found[0]) == [
        "source", "source_valence", "source_arousal", "target_valence", "target_arousal", "rank", "text",
        "valence", "arousal", "similarity", "log_prob", "fault", "by",
    ]  # fmt: skip
    assert [(row["source"], row["rank"]) for row in found] == [
        ("bad food", 1), ("bad food", 2), ("rude staff", 1), ("rude staff", 2),
    ]  # fmt: skip
    assert found[0]["target_arousal"] is None
    assert [row["by"] for row in found] == ["edit"] * 4
    blank = rows(run("transfer", "--valence", "4", "-", "--format", "jsonl", stdin=b"\n").out)
    assert blank == [dict.fromkeys(found[0]) | {"source": ""}]


@pytest.mark.parametrize("target", ["-0.8", "+0.8", "4", "high", "very-low"])
def test_targets_reach_the_library_as_typed(run: Run, target: str) -> None:
    assert run("transfer", "--valence", target, "bad").code == 0
    assert asked()["valence"] == target
    assert run("transfer", f"--arousal={target}", "bad").code == 0
    assert (asked()["valence"], asked()["arousal"]) == (None, target)
    assert run("sample", "--valence", target).code == 0


def test_tables(run: Run, golden: Golden) -> None:
    golden(
        "transfer_table", run("transfer", "--valence", "4.0", "-n", "2", "bad [b]food[/b]", terminal=True).out
    )
    golden(
        "interpolate_table", run("interpolate", "bad food", "good food", "--steps", "3", terminal=True).out
    )
    golden("sample_table", run("sample", "-n", "2", terminal=True).out)
    golden("reconstruct_table", run("reconstruct", "Bad food", terminal=True).out)


def test_interpolate(run: Run) -> None:
    found = rows(run("interpolate", "bad food", "good food", "--steps", "3", "--format", "jsonl").out)
    assert list(found[0]) == ["step", "weight", "text", "valence", "arousal"]
    assert [row["weight"] for row in found] == [0.0, 0.5, 1.0]
    assert run("interpolate", "bad food", "good food", "--steps", "3").out.splitlines()[0] == "bad food"
    assert run("interpolate", "bad food").code == 2
    assert run("interpolate", "bad food", " ").code == 2


def test_sample(run: Run) -> None:
    found = rows(run("sample", "-n", "2", "--seed", "7", "--temperature", "0.7", "--format", "jsonl").out)
    assert found[1] == {"index": 1, "text": "sample 1", "valence": 3.0, "arousal": 2.8}
    assert asked()["seed"] == 7
    assert run("sample", "-n", "0").code == 2


def test_reconstruct(run: Run) -> None:
    assert run("reconstruct", "-", stdin=b"A B\r\n\r\nC\n").out == "a b\n\nc\n"
    assert rows(run("reconstruct", "A", "--format", "jsonl").out) == [{"source": "A", "text": "a"}]
