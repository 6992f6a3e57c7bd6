"""Which tests run: `--slow` adds the slow ones; those that read public corpora need TEXTVAE_CORPORA."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: add --slow"))
        if "corpora" in item.keywords and not os.environ.get("TEXTVAE_CORPORA"):
            item.add_marker(pytest.mark.skip(reason="set TEXTVAE_CORPORA to where the public corpora lie"))
