"""Commands side by side: their order, what failures take with them, and what they say."""

import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def told() -> list[str]:
    return []


def run(benchmarks: Any, folder: Path, told: list[str], jobs: dict[str, Any], at_once: int = 2) -> list[str]:
    """`jobs` maps a name to a line of Python, what it needs and what it comes after."""
    module = benchmarks("side_by_side")
    made = {
        name: module.Job(lambda code=code: [sys.executable, "-c", code], folder / f"{name}.log", needs, after)
        for name, (code, needs, after) in jobs.items()
    }
    failed: list[str] = module.work_off(made, at_once, told.append)
    return failed


def test_jobs_wait_for_what_they_rest_on(benchmarks: Any, tmp_path: Path, told: list[str]) -> None:
    path = tmp_path / "x"
    jobs = {
        "last": (f"assert open({str(path)!r}).read() == 'made'", ("first",), ("not a job",)),
        "first": (f"open({str(path)!r}, 'w').write('made')", (), ()),
    }
    assert run(benchmarks, tmp_path, told, jobs) == []
    assert [line.split(":")[0] for line in told] == ["> first", "< first", "> last", "< last"]


def test_two_run_side_by_side_and_not_three(benchmarks: Any, tmp_path: Path, told: list[str]) -> None:
    """Each of two waits for the other's sign, so that one after the other would never end well."""

    def met(mine: str, other: str) -> str:
        return (
            f"import pathlib, time; p = pathlib.Path({str(tmp_path)!r}); (p / {mine!r}).touch()\n"
            "end = time.monotonic() + 20\n"
            f"while not (p / {other!r}).exists():\n"
            "    assert time.monotonic() < end; time.sleep(0.01)"
        )

    jobs = {"a": (met("a", "b"), (), ()), "b": (met("b", "a"), (), ()), "c": ("", (), ())}
    assert run(benchmarks, tmp_path, told, jobs) == []
    assert told[:2] == ["> a", "> b"]
    assert told[2].startswith("<")


def test_who_needs_a_failed_job_fails_and_who_comes_after_goes_on(
    benchmarks: Any, tmp_path: Path, told: list[str]
) -> None:
    jobs = {
        "bad": ("raise SystemExit('no such key')", (), ()),
        "needs": ("", ("bad",), ()),
        "needs that": ("", ("needs",), ()),
        "after": ("print('here')", (), ("bad", "needs that")),
    }
    assert run(benchmarks, tmp_path, told, jobs) == ["bad", "needs", "needs that"]
    assert any("no such key" in line for line in told)
    assert (tmp_path / "after.log").read_text() == "here\n"


def test_a_ring_is_an_error(benchmarks: Any, tmp_path: Path, told: list[str]) -> None:
    with pytest.raises(ValueError, match="wait for one another: a, b"):
        run(benchmarks, tmp_path, told, {"a": ("", ("b",), ()), "b": ("", (), ("a",))})
