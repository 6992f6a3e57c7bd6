"""The corpora of topics as bags of words: their splits and their vocabularies."""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from textvae.corpora import Sentence, read_corpus
from textvae.corpora.card import Card, card_names, load_card
from textvae.corpora.locate import locate
from textvae.corpora.streams import read_lines
from textvae.errors import CorpusError, UnknownNameError
from textvae.topics.bags import Bags

SPLITS = ("train", "dev", "test")
DEV_SHARE = 10
"""Of a corpus without a dev split, one training document in so many is held out as dev."""


def topic_corpora() -> list[str]:
    """The names of the cards whose task is topics."""
    return [name for name in card_names() if load_card(name).task == "topics"]


def load_bags(
    corpus: str, split: str, words: Sequence[str] | None = None, directory: str | Path | None = None
) -> tuple[Bags, list[str | None]]:
    """The documents of a split, all of them, and their labels.

    Without `words` the vocabulary is the corpus's own: its vocabulary file, else the words of its training
    documents, sorted. Where the corpus has no dev split, the documents whose id has a CRC-32 divisible by 10
    are taken out of train, so that the same documents are dev everywhere.

    Raises `UnknownNameError` for a corpus or split that is not known, `CorpusError` for a corpus that is not
    one of topics or is not here.
    """
    card = load_card(corpus)
    if card.task != "topics":
        known = ", ".join(topic_corpora())
        raise CorpusError(f"{corpus} is a corpus for {card.task}, not one of topics: take one of {known}.")
    if split not in SPLITS:
        raise UnknownNameError(f"split of {corpus}", split, SPLITS)
    chosen = list(words) if words is not None else vocabulary(card, directory)
    sentences = list(_documents(card, split, directory))
    return Bags.count((s.text.split() for s in sentences), chosen), [s.label for s in sentences]


def vocabulary(card: Card, directory: str | Path | None = None) -> list[str]:
    """The words of a corpus: the first column of its vocabulary file, else those of its train split."""
    for name, path in locate(card, directory).items():
        if name.startswith("vocab"):
            return list(dict.fromkeys(line.split()[0] for line in read_lines(path) if line.strip()))
    return sorted({word for s in _documents(card, "train", directory) for word in s.text.split()})


def _documents(card: Card, split: str, directory: str | Path | None) -> Iterator[Sentence]:
    if "dev" in card.splits or split == "test":
        yield from read_corpus(card.name, split=split, directory=directory)
        return
    for sentence in read_corpus(card.name, split="train", directory=directory):
        held_out = zlib.crc32(sentence.id.encode()) % DEV_SHARE == 0
        if held_out == (split == "dev"):
            yield sentence
