"""Any corpus by its name: the card, its files and its reader put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from textvae.corpora.card import load_card
from textvae.corpora.locate import locate
from textvae.corpora.readers import READERS
from textvae.corpora.sentence import Sentence
from textvae.errors import UnknownNameError


def read_corpus(
    name_or_path: str | Path,
    *,
    split: str | None = None,
    directory: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
) -> Iterator[Sentence]:
    """The sentences of a corpus, in the order of its files."""
    card = load_card(str(name_or_path))
    if split is not None and split not in card.splits:
        raise UnknownNameError(f"split of {card.name}", split, card.splits)
    sentences = READERS[card.reader["name"]](card, locate(card, directory))
    return (sentence for sentence in sentences if split is None or sentence.split == split)
