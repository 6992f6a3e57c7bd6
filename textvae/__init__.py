"""Reads the affect of text, and writes text with the affect you ask for.

>>> import textvae
>>> textvae.load("affect-en").analyze(["What a day!"])
>>> textvae.load("text-en").transfer("the food was cold", valence=4.0).text

Models, and torch with them, are imported when they are first asked for.
"""

import json
from importlib import import_module
from typing import TYPE_CHECKING, Literal, overload

from textvae.errors import (
    CheckpointError,
    CorpusError,
    InputError,
    OutputError,
    RecipeError,
    TargetError,
    TextError,
    TextvaeError,
    TrainingError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from textvae.affect.reader import AffectReader
    from textvae.affect.values import Affect, Reading
    from textvae.text.values import Candidate, Draw, Transfer, Waypoint
    from textvae.text.writer import TextWriter
    from textvae.topics.reader import TopicReader

__version__ = "0.1.0"

__all__ = [
    "Affect",
    "AffectReader",
    "Candidate",
    "CheckpointError",
    "CorpusError",
    "Draw",
    "InputError",
    "OutputError",
    "Reading",
    "RecipeError",
    "TargetError",
    "TextError",
    "TextWriter",
    "TextvaeError",
    "TopicReader",
    "TrainingError",
    "Transfer",
    "UnknownNameError",
    "Waypoint",
    "load",
]

_PLACES = {
    "Affect": "textvae.affect.values",
    "AffectReader": "textvae.affect.reader",
    "Reading": "textvae.affect.values",
    "Candidate": "textvae.text.values",
    "Draw": "textvae.text.values",
    "TextWriter": "textvae.text.writer",
    "TopicReader": "textvae.topics.reader",
    "Transfer": "textvae.text.values",
    "Waypoint": "textvae.text.values",
}


@overload
def load(
    name: Literal["affect-en", "affect-fast"], device: str = "auto", precision: str = "auto"
) -> "AffectReader": ...
@overload
def load(
    name: Literal["text-en", "text-yelp"], device: str = "auto", precision: str = "auto"
) -> "TextWriter": ...
@overload
def load(
    name: str, device: str = "auto", precision: str = "auto"
) -> "AffectReader | TextWriter | TopicReader": ...
def load(
    name: str, device: str = "auto", precision: str = "auto"
) -> "AffectReader | TextWriter | TopicReader":
    """A model by the name of a shipped checkpoint or by a checkpoint's folder: its kind says which.

    Raises `UnknownNameError` for a name that is none, `CheckpointError` for a checkpoint that cannot be read.
    """
    kind = _kind(name)
    if kind == "topics":
        from textvae.topics.reader import TopicReader

        return TopicReader.load(name)
    if kind == "infill":
        raise CheckpointError(f"{name} does nothing by itself: load text-en, which edits with it.")
    if kind == "text":
        from textvae.text.writer import TextWriter

        return TextWriter.load(name, device=device, precision=precision)
    from textvae.affect.reader import AffectReader

    return AffectReader.load(name, device=device, precision=precision)


def _kind(name: str) -> str:
    """The kind of a checkpoint, from its config alone: loading reads and verifies the weights."""
    from textvae.training.checkpoint import CONFIG, find_checkpoint, load_checkpoint

    try:
        return str(json.loads((find_checkpoint(name) / CONFIG).read_text(encoding="utf-8"))["kind"])
    except (OSError, ValueError, KeyError, TypeError):
        return load_checkpoint(name).kind  # says what is wrong


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
