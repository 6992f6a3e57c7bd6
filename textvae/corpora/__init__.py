"""Corpora: cards, the places where their files lie, and readers that yield `Sentence` values."""

from textvae.corpora.card import Card, CorpusFile, card_names, load_card
from textvae.corpora.corpus import read_corpus
from textvae.corpora.locate import locate
from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.streams import read_lines, read_text

__all__ = [
    "Card",
    "CorpusFile",
    "Rating",
    "Sentence",
    "card_names",
    "load_card",
    "locate",
    "read_corpus",
    "read_lines",
    "read_text",
]
