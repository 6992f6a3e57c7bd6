"""Any corpus by its name or path: the card, its files and its reader put together."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from textvae.corpora.card import card_names, load_card
from textvae.corpora.files import FIELDS, is_file_name, read_file
from textvae.corpora.locate import locate
from textvae.corpora.readers import READERS
from textvae.corpora.sentence import Sentence
from textvae.errors import InputError, UnknownNameError


def is_own(name_or_path: str | Path) -> bool:
    """Whether a corpus's name is taken as the path of a user's own file: no card has it."""
    return is_file_name(name_or_path) and str(name_or_path) not in card_names()


def checksum(path: str | Path) -> str:
    """The first 12 hex digits of a file's sha256; "" where it cannot be read, or but once (a pipe)."""
    if not Path(path).is_file():
        return ""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:12]
    except OSError:
        return ""


def noted(names: Iterable[str]) -> dict[str, str]:
    """The corpora of a training as its checkpoint names them: with their checksums where they are files."""
    return {name: checksum(name) if is_own(name) else "" for name in names}


def read_corpus(
    name_or_path: str | Path,
    *,
    split: str | None = None,
    directory: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    fields: Collection[str] = FIELDS,
    lines: bool = False,
) -> Iterator[Sentence]:
    """The sentences of a corpus, in the order of its files.

    Args:
        name_or_path: the name of a card, or the path of a file (see `textvae.corpora.files.read_file`).
        split: only the sentences of this split.
        directory: where the files lie, for a card (see `textvae.corpora.locate.locate`).
        columns: field -> column, for a file that is a table.
        fields: the fields to read of such a file.
        lines: each line of a text file is one item.

    Raises:
        UnknownNameError: no such corpus, split, field or column; the message suggests the nearest.
        CorpusError: the files of the card are not here.
        TextError: a file cannot be read.
    """
    if is_own(name_or_path):
        sentences = read_file(name_or_path, columns=columns, fields=fields, lines=lines)
    else:
        card = load_card(str(name_or_path))
        if columns:
            raise InputError(f"{card.name} has a card, which says what its columns are: leave `columns` out.")
        if split is not None and split not in card.splits:
            raise UnknownNameError(f"split of {card.name}", split, card.splits)
        sentences = READERS[card.reader["name"]](card, locate(card, directory))
    return (sentence for sentence in sentences if split is None or sentence.split == split)
