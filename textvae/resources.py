"""Where the things that ship beside the code lie, in a wheel and in a checkout, and where caches go."""

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    installed = _PACKAGE / in_wheel
    return installed if installed.is_dir() else _PACKAGE.parent / in_checkout


def card_folder() -> Path:
    """The corpus cards (`NAME.toml`) and the sample corpus."""
    return _shipped("_corpora", "corpora")


def checkpoint_folder() -> Path:
    """The models that ship, a folder each."""
    return _shipped("_checkpoints", "checkpoints")


def recipe_folder() -> Path:
    """The recipes, `KIND/NAME.toml`."""
    return _PACKAGE / "recipes"


def cache_folder() -> Path:
    """The user's cache: `TEXTVAE_CACHE` if set, else the platform's place for caches."""
    if chosen := os.environ.get("TEXTVAE_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "textvae"
