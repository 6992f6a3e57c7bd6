"""Ratings by single raters and from single perspectives, of the corpora that keep them."""

from __future__ import annotations

from pathlib import Path

from textvae.corpora.card import card_names, load_card
from textvae.corpora.emobank import emobank_ratings
from textvae.corpora.locate import locate
from textvae.corpora.streams import read_rows
from textvae.errors import CorpusError

PERSPECTIVES = ("reader", "writer")


def read_ratings(name: str, directory: str | Path | None = None) -> dict[str, list[list[float]]]:
    """Sentence id -> valence, arousal and dominance by each rater, on the 1-5 scale.

    Empty where the corpus has no card, or keeps no single ratings. Raises `CorpusError` where its files are
    not here.
    """
    if name not in card_names() or (card := load_card(name)).reader["name"] != "emobank":
        return {}
    found: dict[str, list[list[float]]] = {}
    for identity, ratings in emobank_ratings(locate(card, directory)):
        found.setdefault(identity, []).append(ratings)
    return found


def read_perspectives(directory: str | Path | None = None) -> dict[str, dict[str, list[float]]]:
    """EmoBank's mean ratings by readers and from the writer's point of view, apart.

    Perspective -> sentence id -> valence, arousal and dominance on the 1-5 scale. Raises `CorpusError` where
    the corpus or one of its two optional files is not here.
    """
    files = locate(load_card("emobank"), directory)
    found = {}
    for perspective in PERSPECTIVES:
        name = f"{perspective}.csv"
        if name not in files:
            raise CorpusError(
                f"the corpus 'emobank' has no {name} in {files['emobank.csv'].parent}: the ratings of "
                "readers and writers apart stand in reader.csv and writer.csv. Fetch them with `textvae "
                "corpus fetch emobank`, or train without the terms reader and writer."
            )
        rows = read_rows(files[name], ",")
        found[perspective] = {row["id"]: [float(row[k]) for k in "VAD"] for row in rows}
    return found
