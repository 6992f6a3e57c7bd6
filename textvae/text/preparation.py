"""A corpus made ready for a text model: its form, vocabulary, readings, and the words that carry affect."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.corpora.corpus import noted
from textvae.errors import RecipeError
from textvae.text.data import DataOptions, Dataset, Item, Score, carrying_pieces, read_affect
from textvae.text.gathering import bare, gather
from textvae.text.lexicon import Lexicon, learn_lexicon, log_odds
from textvae.text.orthography import Orthography, learn_casing
from textvae.text.tokenizer import Tokenizer
from textvae.text.words import Words, read_tokenizer
from textvae.training.checkpoint import Checkpoint

Floats = NDArray[np.float32]
TOKENS = ("pieces", "words")
NEUTRAL = (np.full(2, 3.0, dtype=np.float32), np.ones(2, dtype=np.float32))
"""Mean and sd that a model without an affect latent stands on: those of the 1-5 scale itself."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a training needs of its corpora. `carriers` are the words of `lexicon` that carry affect;
    `corpora` is what `textvae.corpora.corpus.noted` notes, `account` says what became of the sentences."""

    tokenizer: Tokenizer | Words
    casing: dict[str, str]
    lexicon: Lexicon
    carriers: frozenset[str]
    affect_mean: Floats
    affect_sd: Floats
    train: Dataset
    dev: Dataset
    corpora: dict[str, str]
    account: str


def prepare(
    data: DataOptions,
    dev_sentences: int,
    score: Score | None,
    checksum: str,
    seed: int,
    start: Checkpoint | None = None,
) -> Prepared:
    """Read the corpora; `score` reads the affect of texts, or nothing does.

    From `start` come the tokenizer and the scale of the affect. Raises `RecipeError` for tokens of another
    kind than pieces and words, and for a sentence without a label of `data.labels`.
    """
    if data.tokens not in TOKENS:
        raise RecipeError(f"[data] tokens = {data.tokens!r}: use {' or '.join(TOKENS)}.")
    plain = Orthography(data.form)
    gathered = gather(data, ("train", "dev"), plain)
    items, dev = bare(gathered["train"], data.form), bare(gathered["dev"][:dev_sentences], data.form)
    casing = learn_casing(item.text for item in items) if data.form == "plain" else {}
    mean, sd = NEUTRAL
    lexicon: Lexicon = {}
    readings, dev_readings = (np.zeros((len(some), 0), dtype=np.float32) for some in (items, dev))
    if score is not None:
        readings = read_affect(items, plain, score, checksum)
        mean, sd = readings.mean(0), np.maximum(readings.std(0), 1e-3)  # all alike: no division by 0
        if start is not None:
            mean, sd = (
                np.array(start.config[name], dtype=np.float32) for name in ("affect_mean", "affect_sd")
            )
        readings = _standardised(readings, mean, sd)
        lexicon = learn_lexicon([item.form for item in items], readings)
        dev_readings = _standardised(read_affect(dev, plain, score, checksum), mean, sd)
    elif data.labels:
        readings, dev_readings = _told_labels(items, data.labels), _told_labels(dev, data.labels)
        weights = log_odds([item.form for item in items], readings.argmax(1))
        lexicon = {word: (weight, 0.0) for word, weight in weights.items()}
    carriers = affect_carriers(lexicon, data.affect_words)
    tokenizer = _tokenizer(data, items, seed) if start is None else read_tokenizer(start.files)
    train_set, dev_set = (
        _dataset(some, tokenizer, carriers, read, data.max_pieces)
        for some, read in ((items, readings), (dev, dev_readings))
    )
    account = gathered.account(len(gathered["train"]) - len(train_set), data.max_pieces)
    corpora = noted(data.corpora)
    return Prepared(tokenizer, casing, lexicon, carriers, mean, sd, train_set, dev_set, corpora, account)


def affect_carriers(lexicon: Lexicon, threshold: float) -> frozenset[str]:
    """The words whose weight for valence or arousal is larger than `threshold` standard deviations."""
    return frozenset(word for word, weights in lexicon.items() if max(map(abs, weights)) > threshold)


def _told_labels(items: Sequence[Item], labels: Sequence[str]) -> Floats:
    """(N, L): a 1 where the item has the label."""
    for item in items:
        if item.label not in labels:
            raise RecipeError(
                f'[data] labels = {list(labels)}, but "{item.text[:40]}" of {item.corpus} has the label '
                f"{item.label!r}: name all labels, or corpora that have them."
            )
    told: Floats = np.eye(len(labels), dtype=np.float32)[[labels.index(item.label or "") for item in items]]
    return told


def _tokenizer(data: DataOptions, items: Sequence[Item], seed: int) -> Tokenizer | Words:
    forms = (item.form for item in items)
    if data.tokens == "words":
        return Words.train(forms, data.pieces, data.coverage, data.numbers)
    return Tokenizer.train(forms, data.pieces, seed)


def _standardised(readings: Floats, mean: Floats, sd: Floats) -> Floats:
    standard: Floats = (readings - mean) / sd
    return standard.astype(np.float32)


def _dataset(
    items: Sequence[Item],
    tokenizer: Tokenizer | Words,
    carriers: frozenset[str],
    readings: Floats,
    max_pieces: int,
) -> Dataset:
    sequences = tokenizer.encode_all([item.form for item in items])
    marks = [
        carrying_pieces(item.form, ids, tokenizer, carriers) if carriers else [False] * len(ids)
        for item, ids in zip(items, sequences, strict=True)
    ]
    return Dataset(sequences, marks, readings, max_pieces)
