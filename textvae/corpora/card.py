"""Corpus cards: one TOML file a corpus, which says what it is, whose it is and how it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textvae import resources
from textvae.errors import CorpusError, UnknownNameError

SHIPPABLE = ("yes", "research", "no")


@dataclass(frozen=True)
class CorpusFile:
    """One file of a corpus, or one folder of like files, and where its authors publish it.

    Attributes:
        path: relative to the corpus's folder, with forward slashes.
        sha256: of the file; of a folder, see `textvae.corpora.fetch.folder_checksum`.
        size: bytes (of a folder, the sum).
        source: https address of the file, or of an archive that holds it; "" where there is none.
        member: the path inside the archive at `source`; "" if `source` is the file itself.
        glob: for a folder, the names that count, for instance "*.txt"; "" for a plain file.
        count: for a folder, how many files it holds.
        optional: the reader does without it.
    """

    path: str
    sha256: str = ""
    size: int = 0
    source: str = ""
    member: str = ""
    glob: str = ""
    count: int = 0
    optional: bool = False


@dataclass(frozen=True)
class Card:
    """A corpus card.

    Attributes:
        reader: name of the reader and its options, the card's `[reader]` table.
        scale: lowest and highest rating as the corpus publishes them; () without ratings. Readers yield 1-5.
        splits: the splits that the reader yields, with the number of sentences in each.
        ship: "yes" if a shipped checkpoint may be trained on it, "research" if only one marked research use,
            "no" if it is for measuring only.
    """

    name: str
    title: str
    task: str
    language: str
    licence: str
    citation: str
    homepage: str
    ship: str
    reader: Mapping[str, Any]
    files: tuple[CorpusFile, ...]
    scale: tuple[float, ...] = ()
    splits: Mapping[str, int] = field(default_factory=dict)
    description: str = ""
    notes: tuple[str, ...] = ()


def card_names() -> list[str]:
    """The names of all cards, sorted."""
    return sorted(path.stem for path in resources.card_folder().glob("*.toml"))


def load_card(name: str) -> Card:
    """The card of a corpus by its name.

    Raises:
        UnknownNameError: there is no such card; the message suggests the nearest.
        CorpusError: the card cannot be read.
    """
    path = resources.card_folder() / f"{name}.toml"
    if name not in card_names():
        hint = f"{name} is of your own: only public corpora have a card." if Path(name).exists() else ""
        raise UnknownNameError("corpus", name, card_names(), hint)
    return read_card(path)


def read_card(path: Path) -> Card:
    """The card in a TOML file.

    Raises:
        CorpusError: the file is no card.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorpusError(f"the card {path} cannot be read: {error}") from error
    try:
        files = tuple(CorpusFile(**entry) for entry in table.pop("file", []))
        scale = tuple(float(end) for end in table.pop("scale", []))
        card = Card(files=files, scale=scale, notes=tuple(table.pop("notes", [])), **table)
    except TypeError as error:
        raise CorpusError(f"the card {path} has a missing or unknown key: {error}") from error
    for file in card.files:
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise CorpusError(f"the card {path} names a file outside its corpus's folder: {file.path!r}")
    if card.ship not in SHIPPABLE:
        raise CorpusError(f"the card {path}: ship = {card.ship!r} must be one of {', '.join(SHIPPABLE)}")
    return card
