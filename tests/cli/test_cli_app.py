"""The command itself: help, version, start-up, and what it imports on the way."""

import subprocess
import sys
from collections.abc import Callable, Iterator
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


def test_an_option_has_the_same_names_in_every_verb() -> None:
    from typer.main import get_command

    from textvae.cli.app import app

    def options(command: Any, verb: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name, below in getattr(command, "commands", {}).items():
            yield from options(below, f"{verb} {name}".strip())
        for parameter in command.params if not hasattr(command, "commands") else ():
            if parameter.param_type_name == "option":
                yield verb, tuple(parameter.opts)

    names: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for verb, each in options(get_command(app), ""):
        for name in each:
            names.setdefault(name, {}).setdefault(tuple(sorted(each)), []).append(verb)
    differing = {name: found for name, found in names.items() if len(found) > 1 and name.startswith("--")}
    # What these ask for differs: sentences of a plot or of a topic; runs beside results in -o.
    assert {name: min(found.values(), key=len) for name, found in differing.items()} == {
        "--sentences": ["latent", "topics"],
        "--out": ["evaluate topics"],
    }
    alone = [verb for name, found in names.items() if len(name) == 2 for verb in found.get((name,), ())]
    assert alone == ["latent"]  # -n of --nearest, beside --sentences
