"""A small student of a large affect model: its word pieces and the teacher's readings that it learns from.

The student learns to say what the teacher says of sentences that nobody rated (Hinton et al. 2015; Tang et
al. 2019, from BERT to a BiLSTM). It starts with the teacher's own pieces: the most frequent of them, their
embeddings brought to a smaller width by their principal components.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from textvae.affect.beginning import Beginning, in_fold
from textvae.affect.encoder import SentenceEncoder, piece_table
from textvae.affect.narrowing import frequent_pieces, narrowed
from textvae.affect.reader import AffectReader
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.caching import kept_array
from textvae.corpora import Sentence, read_corpus
from textvae.errors import RecipeError
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device


@dataclass(frozen=True, slots=True)
class StudentOptions:
    """A recipe's `[student]`: the teachers, and a recurrent encoder with its word pieces.

    An encoder of architecture `bert` is what `[model]` begins with, and keeps its own pieces.
    """

    teacher: str | tuple[str, ...] = "affect-en"  # the mean of several
    architecture: str = "bigru"
    embedding: int = 128
    hidden: int = 96  # a direction
    layers: int = 1
    pooling: str = "mean"
    pieces: int = 20_000
    max_words: int = 40  # longer sentences are not read
    most: int | None = None  # sentences of each source that are read, drawn at random; EmoBank's are all read


@dataclass(frozen=True, slots=True)
class Student:
    """An encoder that knows no affect yet, and what it is to learn from.

    `readings` maps a source to a teacher's means and spreads of its sentences, (n, 6) on the 1-5 scale.
    """

    encoder: SentenceEncoder
    tokenizer: Tokenizer
    sources: Mapping[str, list[Sentence]]
    readings: Mapping[str, np.ndarray]


def new_student(
    options: StudentOptions,
    names: Iterable[str],
    dropout: float,
    directory: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    begun: Beginning | None = None,
) -> Student:
    """Read the corpora `names`, let the teachers read their sentences, and build the student.

    `begun` is the encoder of a student of architecture `bert`.
    """
    sources = material(options, names, directory)
    teachers = [options.teacher] if isinstance(options.teacher, str) else options.teacher
    readings, teacher = read_by(teachers, sources, device, precision)
    if begun:
        return Student(begun.encoder, begun.tokenizer, sources, readings)
    texts = [text for group in sources.values() for text in spoken(group)]
    tokenizer, kept, seen_pieces = frequent_pieces(teacher.pieces.tokenizer, texts, options.pieces)
    size = RecurrentSize(len(kept), options.embedding, options.hidden, options.layers, options.pooling)
    taught = piece_table(teacher.model.encoder).weight.detach().cpu()
    table = narrowed(taught[kept], seen_pieces, options.embedding)
    encoder = RecurrentEncoder(options.architecture, size, dropout, table)
    return Student(encoder, tokenizer, sources, readings)


def material(
    options: StudentOptions, names: Iterable[str], directory: str | Path | None = None
) -> dict[str, list[Sentence]]:
    """The sentences of the corpora `names` that a student learns from, none twice and none of dev or test."""
    seen = _held_out(directory)
    sources = {name: _distinct(_training(name, directory), seen, options.max_words) for name in names}
    for name, group in sources.items():
        if options.most is not None and name != "emobank":
            sources[name] = drawn(group, options.most)
    return sources


def spoken(sentences: Iterable[Sentence]) -> list[str]:
    """Their texts with single spaces, as teachers read them."""
    return [" ".join(s.text.split()) for s in sentences]


def read_by(
    teachers: Sequence[str | Path],
    sources: Mapping[str, list[Sentence]],
    device: str = "auto",
    precision: str = "auto",
) -> tuple[dict[str, np.ndarray], AffectReader]:
    """The mean of what the teachers say of each source's sentences, (n, 6), and the last of them.

    Where recipes of teachers left out folds of EmoBank's rows (`[data] fold`), its rows are read by those
    teachers alone that were not taught them. Raises `RecipeError` where there is no teacher.
    """
    if not teachers:
        raise RecipeError("[student] teacher = []: name a model.")
    checkpoints = [load_checkpoint(teacher) for teacher in teachers]
    folds = [c.config.get("recipe", {}).get("data", {}).get("fold", "") for c in checkpoints]
    texts = {name: spoken(group) for name, group in sources.items()}
    sums = {name: np.zeros((len(group), 6)) for name, group in sources.items()}
    counts = {name: np.zeros((len(group), 1)) for name, group in sources.items()}
    for checkpoint, fold in zip(checkpoints, folds, strict=True):
        teacher = AffectReader.from_checkpoint(checkpoint, choose_device(device, precision))
        weights = _weights_of(teacher)
        for name, group in sources.items():
            rows = np.arange(len(group))
            if name == "emobank" and any(folds):
                rows = np.array([row for row in rows if fold and in_fold(group[row], fold)], np.int64)
            if len(rows):
                sums[name][rows] += readings_of(teacher, [texts[name][row] for row in rows], weights)
                counts[name][rows] += 1
    with np.errstate(invalid="ignore"):  # a row that no teacher reads is unknown
        return {name: sums[name] / counts[name] for name in sources}, teacher


def drawn(sentences: list[Sentence], most: int) -> list[Sentence]:
    """At most `most` of the sentences, drawn at random, always the same ones, in their order."""
    rows = np.random.default_rng(0).permutation(len(sentences))[:most]
    return [sentences[row] for row in np.sort(rows)]


def readings_of(
    teacher: AffectReader, texts: Sequence[str], weights: "hashlib._Hash | None" = None
) -> np.ndarray:
    """(N, 6) means and spreads of the three dimensions on the 1-5 scale, NaN for a blank text.

    They are computed once and kept in the user's cache, under the teacher's network and tokenizer (`weights`,
    where their digest is known) and the texts; how the teacher is calibrated makes no difference to them.
    """
    digest = weights.copy() if weights else _weights_of(teacher)
    for text in texts:
        digest.update(text.encode("utf-8", "replace") + b"\n")

    def read() -> np.ndarray:
        return np.concatenate(teacher.read(texts), axis=1)

    return kept_array("readings", digest.hexdigest()[:24], len(texts), read)


def _weights_of(teacher: AffectReader) -> "hashlib._Hash":
    digest = hashlib.sha256((teacher.device_name + teacher.pieces.tokenizer.to_str()).encode())
    for name, tensor in sorted(teacher.model.state_dict().items()):
        digest.update(name.encode() + tensor.float().cpu().numpy().tobytes())
    return digest


def plain(text: str) -> str:
    """What two sentences must share to count as one: their words, whatever the capitals and the spaces."""
    return " ".join(text.lower().split())


def _distinct(sentences: Iterable[Sentence], seen: set[str], max_words: int) -> list[Sentence]:
    """The sentences of 1 to `max_words` words whose `plain` form is not in `seen`; it is added there."""
    kept = []
    for sentence in sentences:
        form = plain(sentence.text)
        if form and form not in seen and form.count(" ") < max_words:
            seen.add(form)
            kept.append(sentence)
    return kept


def _held_out(directory: str | Path | None) -> set[str]:
    """The `plain` forms of EmoBank's dev and test rows, which no source may teach."""
    rows = read_corpus("emobank", directory=directory)
    return {plain(row.text) for row in rows if row.split != "train"}


def _training(name: str, directory: str | Path | None) -> Iterable[Sentence]:
    return (s for s in read_corpus(name, directory=directory) if s.split in ("", "train"))
