"""Corpora: cards, the places where their files lie, and readers that yield `Sentence` values."""

from textvae.corpora.card import Card, CorpusFile, card_names, load_card
from textvae.corpora.corpus import read_corpus
from textvae.corpora.fetch import FileState, check, fetch
from textvae.corpora.files import FIELDS, read_file
from textvae.corpora.locate import locate
from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.splitting import Span, split_sentences
from textvae.corpora.streams import read_lines, read_text

__all__ = [
    "FIELDS",
    "Card",
    "CorpusFile",
    "FileState",
    "Rating",
    "Sentence",
    "Span",
    "card_names",
    "check",
    "fetch",
    "load_card",
    "locate",
    "read_corpus",
    "read_file",
    "read_lines",
    "read_text",
    "split_sentences",
]
