"""The package's front door: its names, and that nothing heavy is behind them until it is asked for."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import textvae
from textvae.errors import CheckpointError, UnknownNameError


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, textvae; print({'torch', 'numpy', 'transformers', 'nltk'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_every_public_name_is_there() -> None:
    for name in textvae.__all__:
        assert getattr(textvae, name).__name__ == name
    assert dir(textvae) == textvae.__all__ == sorted(textvae.__all__)


def test_names_that_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = textvae.nothing  # type: ignore[attr-defined]
    with pytest.raises(UnknownNameError, match="unknown model 'no-such-model'"):
        textvae.load("no-such-model")


def test_an_infilling_model_is_for_a_text_model() -> None:
    with pytest.raises(CheckpointError, match="load text-en"):
        textvae.load("infill-en")


def test_what_users_are_told_to_install_is_what_an_extra_has() -> None:
    """By its own name: textvae is on no index, and not everybody who runs it has a checkout."""
    root = Path(__file__).parents[1]
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    wanted = {requirement for name in ("plots", "steer", "distributed") for requirement in extras[name]}
    said = [
        path.read_text(encoding="utf-8") for path in (root / "README.md", *(root / "textvae").rglob("*.py"))
    ]
    told = [found for text in said for found in re.findall(r"pip install[\s\"f]+'([^']+)'", text)]
    assert set(told) == wanted
    assert len(told) == 7
