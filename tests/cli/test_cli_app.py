"""The command itself: help, version, start-up, and what it imports on the way."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


VERBS = (
    "analyze",
    "transfer",
    "interpolate",
    "sample",
    "reconstruct",
    "topics",
    "train",
    "evaluate",
    "corpus",
)
HEAVY = ("torch", "transformers", "tokenizers", "nltk", "numpy", "sentencepiece", "pyarrow", "pooch")


def test_help_names_every_verb(run: Run) -> None:
    shown = run("--help").out
    assert all(verb in shown for verb in VERBS)
    assert run("-h").out == shown
    assert run().code in (0, 2)  # as the release of typer has it


@pytest.mark.parametrize(
    "verb",
    [
        *(verb for verb in VERBS if verb not in ("train", "evaluate", "corpus")),
        "train text", "train affect", "train topics",
        "evaluate affect", "evaluate transfer", "evaluate reconstruction",
        "corpus list", "corpus show", "corpus head", "corpus check", "corpus fetch",
    ],
)  # fmt: skip
def test_every_verb_explains_itself(run: Run, verb: str) -> None:
    outcome = run(*verb.split(), "--help")
    assert outcome.code == 0
    assert len(outcome.out) > 200


def test_version(run: Run) -> None:
    import textvae

    assert run("--version").out == f"textvae {textvae.__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom textvae.cli.app import run\nrun(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
