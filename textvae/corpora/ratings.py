"""Ratings by single raters, of the corpora that keep them."""

from __future__ import annotations

from pathlib import Path

from textvae.corpora.card import card_names, load_card
from textvae.corpora.emobank import emobank_ratings
from textvae.corpora.locate import locate


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
