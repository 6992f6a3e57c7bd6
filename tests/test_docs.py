"""The documents keep up with the code."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIMIT = 52 * 2**20


def verbs() -> Iterator[str]:
    """`analyze`, `train text`, ...: every command that a user can type."""
    import typer

    from textvae.cli.app import app

    def walk(command: object, path: tuple[str, ...]) -> Iterator[str]:
        children = getattr(command, "commands", {})
        for name, child in children.items():
            yield from walk(child, (*path, name))
        if not children:
            yield " ".join(path)

    return walk(typer.main.get_command(app), ())


def spelled_out(text: str) -> str:
    """`train text\\|affect` in a table stands for `train text` and `train affect`."""
    lines = [text]
    for lead, choices in re.findall(r"(textvae \w+) ([\w-]+(?:\\?\|[\w-]+)+)", text):
        lines += [f"{lead} {choice}" for choice in re.split(r"\\?\|", choices)]
    return "\n".join(lines)


def test_every_verb_is_in_the_readme() -> None:
    text = spelled_out(README)
    missing = [verb for verb in verbs() if not re.search(rf"textvae {re.escape(verb)}\b", text)]
    assert not missing


def test_every_public_name_is_in_the_readme_or_the_plan() -> None:
    import textvae

    text = README + (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [name for name in textvae.__all__ if not re.search(rf"\b{re.escape(name)}\b", text)]
    assert not missing


def test_every_figure_has_a_command() -> None:
    table = README.split("## Figures")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    commands = [re.findall(r"`((?:textvae|python) [^`]+)`", row) for row in rows]
    assert all(commands), [row for row, found in zip(rows, commands, strict=True) if not found]
    for script in re.findall(r"benchmarks/\w+\.py", table):
        assert (ROOT / script).is_file(), script


def test_links_in_the_documents_lead_somewhere() -> None:
    for name in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{name} links to {target}"


def test_the_readme_opens_with_two_commands() -> None:
    commands = [line.strip() for line in README.splitlines() if line.startswith("    ")][:2]
    assert all(command.startswith("python3 -m venv .venv && ") for command in commands)
    assert "textvae transfer" in commands[0]
    assert commands[1].endswith("scripts/check")


def test_the_checkout_stays_small() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in listing.split(b"\0") if name]
    assert sum(path.stat().st_size for path in paths if path.is_file()) < LIMIT
