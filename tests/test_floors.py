"""The house stands as ARCHITECTURE.md draws it: imports point down, each outside library has one owner."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "textvae"
FLOORS = [
    {"errors", "resources"},
    {"caching"},
    {"corpora", "variational"},
    {"training"},
    {"affect", "topics"},  # side by side: neither knows the other
    {"text"},
    {"evaluation"},
    {"cli"},
]
LEVEL = {room: level for level, floor in enumerate(FLOORS) for room in floor}
STRANGERS = {"affect": "topics", "topics": "affect"}
OWNERS = {
    "typer": ["cli/"],
    "rich": ["cli/"],
    "click": ["cli/"],
    "sentencepiece": ["text/tokenizer.py"],
    "transformers": ["affect/"],
    "tokenizers": ["affect/"],
    "nltk": ["corpora/", "evaluation/"],
    "sacrebleu": ["evaluation/"],
    "pooch": ["corpora/"],
    "pyarrow": ["corpora/", "cli/output.py"],
    "safetensors": ["training/", "evaluation/judge.py"],
    "accelerate": ["training/processes.py"],
    "umap": ["text/projection.py"],
    "sklearn": ["text/projection.py"],
    "textual": ["cli/"],
    "vaderSentiment": ["evaluation/degree.py"],
}
SOURCES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imports(source: str) -> Iterator[tuple[str, int]]:
    """Each imported module as a dotted name, relative ones resolved, with its line."""
    package = ["textvae", *Path(source).parent.parts]
    for node in ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            base = ".".join(part for part in (start, node.module or "") if part)
            if base == "textvae":  # `from textvae import corpora` names a room; `import __version__` does not
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield base, node.lineno


def room(source: str) -> str:
    return Path(source).parts[0].removesuffix(".py")


@pytest.mark.parametrize("source", SOURCES)
def test_imports_point_down(source: str) -> None:
    if room(source) not in LEVEL:  # the package's own __init__ and __main__ look over the whole house
        assert source in {"__init__.py", "__main__.py"}, f"{source} is on no floor of ARCHITECTURE.md"
        return
    upward = [
        f"{source}:{line} imports {name}"
        for name, line in imports(source)
        if name.startswith("textvae.") and LEVEL.get(name.split(".")[1], -1) > LEVEL[room(source)]
    ]
    assert not upward


@pytest.mark.parametrize("source", [source for source in SOURCES if room(source) in STRANGERS])
def test_rooms_side_by_side_do_not_meet(source: str) -> None:
    other = f"textvae.{STRANGERS[room(source)]}"
    assert not [f"{source}:{line}" for name, line in imports(source) if f"{name}.".startswith(f"{other}.")]


@pytest.mark.parametrize("source", SOURCES)
def test_each_outside_library_has_one_owner(source: str) -> None:
    strangers = [
        f"{source}:{line} imports {name}"
        for name, line in imports(source)
        for owners in [OWNERS.get(name.split(".")[0])]
        if owners and not source.startswith(tuple(owners))
    ]
    assert not strangers


@pytest.mark.parametrize("source", SOURCES)
def test_no_file_is_long(source: str) -> None:
    assert len((PACKAGE / source).read_text(encoding="utf-8").splitlines()) <= 260


@pytest.mark.parametrize("source", [source for source in SOURCES if room(source) != "cli"])
def test_the_library_prints_nothing(source: str) -> None:
    calls = ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8")))
    printing = [
        f"{source}:{node.lineno}"
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing


def test_relative_imports_are_resolved() -> None:
    found = {name for source in SOURCES for name, _ in imports(source)}
    assert not any(name.startswith(".") for name in found)
