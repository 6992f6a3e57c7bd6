"""Which tests run: `--slow` adds the slow ones; those that read public corpora need TEXTVAE_CORPORA."""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: add --slow"))
        if "corpora" in item.keywords and not os.environ.get("TEXTVAE_CORPORA"):
            item.add_marker(pytest.mark.skip(reason="set TEXTVAE_CORPORA to where the public corpora lie"))


@pytest.fixture(scope="session")
def rising() -> list[str]:
    """Sentences from unpleasant to pleasant, as any model of affect should read them."""
    return [
        "this is the worst day of my life",
        "the food was cold and the staff was rude .",
        "the meeting is on tuesday",
        "the food was good .",
        "I am so happy and grateful, what a wonderful evening!",
    ]


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """`benchmarks("topic_peers")`: a module of the folder of benchmarks."""

    def load(name: str) -> ModuleType:
        monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
        return importlib.import_module(name)

    return load
