"""Where the files of a corpus lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from textvae import resources
from textvae.corpora.card import Card
from textvae.errors import CorpusError

VARIABLE = "TEXTVAE_CORPORA"


def candidate_folders(card: Card, directory: str | Path | None = None) -> list[Path]:
    """The folders that may hold a corpus, in the order in which they are tried.

    An explicit directory (the corpus's own folder or one above it) is the only place looked at. Without one:
    each directory in the environment variable TEXTVAE_CORPORA, the user's cache, and what ships with the
    cards.
    """
    if directory is not None:
        return [Path(directory) / card.name, Path(directory)]
    listed = [Path(entry) for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry]
    return [
        *(entry / card.name for entry in listed),
        cached_folder(card),
        resources.card_folder() / card.name,
    ]


def cached_folder(card: Card) -> Path:
    """The folder in the user's cache that `textvae corpus fetch` fills."""
    return resources.cache_folder() / "corpora" / card.name


def locate(card: Card, directory: str | Path | None = None) -> dict[str, Path]:
    """The files of a corpus: the path in the card -> the path on this machine.

    All come from the first folder that holds every file the reader needs; optional ones are left out where
    they are missing.

    Raises:
        CorpusError: no folder holds the corpus; the message says where it was looked for and how to fetch it.
    """
    tried = candidate_folders(card, directory)
    lines = []
    for folder in tried:
        missing = [
            file.path for file in card.files if not file.optional and not (folder / file.path).exists()
        ]
        if not missing:
            return {file.path: folder / file.path for file in card.files if (folder / file.path).exists()}
        lines.append(f"  {folder}: " + (f"lacks {missing[0]}" if folder.is_dir() else "no such folder"))
    raise CorpusError(
        f"the corpus {card.name!r} is not on this machine. Looked in\n" + "\n".join(lines) + "\n"
        f"Fetch it with `textvae corpus fetch {card.name}`, "
        f"or set {VARIABLE} to a folder that holds {card.name}/."
    )
