"""A small student of a large affect model: its word pieces and the teacher's readings that it learns from.

The student learns to say what the teacher says of sentences that nobody rated (Hinton et al. 2015; Tang et
al. 2019, from BERT to a BiLSTM). It starts with the teacher's own pieces: the most frequent of them, their
embeddings brought to a smaller width by their principal components.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from textvae import resources
from textvae.affect.beginning import Beginning, in_fold
from textvae.affect.encoder import BertEncoder, SentenceEncoder
from textvae.affect.reader import AffectReader
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.corpora import Sentence, read_corpus
from textvae.errors import RecipeError
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device

PAD, UNKNOWN = "[PAD]", "[UNK]"


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

    `begun` is the encoder of a student of architecture `bert`. Where recipes of teachers left out folds of
    EmoBank's rows (`[data] fold`), its rows are read by those teachers alone that were not taught them.
    """
    seen = _held_out(directory)
    sources = {name: _distinct(_training(name, directory), seen, options.max_words) for name in names}
    for name, group in sources.items():
        if options.most is not None and name != "emobank":
            sources[name] = drawn(group, options.most)
    spoken = {name: [" ".join(s.text.split()) for s in group] for name, group in sources.items()}
    teachers = [options.teacher] if isinstance(options.teacher, str) else options.teacher
    if not teachers:
        raise RecipeError("[student] teacher = []: name a model.")
    checkpoints = [load_checkpoint(teacher) for teacher in teachers]
    folds = [c.config.get("recipe", {}).get("data", {}).get("fold", "") for c in checkpoints]
    sums = {name: np.zeros((len(texts), 6)) for name, texts in spoken.items()}
    counts = {name: np.zeros((len(texts), 1)) for name, texts in spoken.items()}
    for checkpoint, fold in zip(checkpoints, folds, strict=True):
        teacher = AffectReader.from_checkpoint(checkpoint, choose_device(device, precision))
        for name, group in sources.items():
            rows = np.arange(len(group))
            if name == "emobank" and any(folds):
                rows = np.array([row for row in rows if fold and in_fold(group[row], fold)], np.int64)
            if len(rows):
                sums[name][rows] += readings_of(teacher, [spoken[name][row] for row in rows])
                counts[name][rows] += 1
    with np.errstate(invalid="ignore"):  # a row that no teacher reads is unknown
        readings = {name: sums[name] / counts[name] for name in sources}
    if begun:
        return Student(begun.encoder, begun.tokenizer, sources, readings)
    texts = [text for group in spoken.values() for text in group]
    tokenizer, kept, seen_pieces = frequent_pieces(teacher.pieces.tokenizer, texts, options.pieces)
    size = RecurrentSize(len(kept), options.embedding, options.hidden, options.layers, options.pooling)
    table = narrowed(_embeddings(teacher)[kept], seen_pieces, options.embedding)
    encoder = RecurrentEncoder(options.architecture, size, dropout, table)
    return Student(encoder, tokenizer, sources, readings)


def drawn(sentences: list[Sentence], most: int) -> list[Sentence]:
    """At most `most` of the sentences, drawn at random, always the same ones, in their order."""
    rows = np.random.default_rng(0).permutation(len(sentences))[:most]
    return [sentences[row] for row in np.sort(rows)]


def readings_of(teacher: AffectReader, texts: Sequence[str]) -> np.ndarray:
    """(N, 6) means and spreads of the three dimensions on the 1-5 scale, NaN for a blank text.

    They are computed once and kept in the user's cache, under the teacher's network and the texts; how the
    teacher is calibrated makes no difference to them.
    """
    digest = _weights_of(teacher)
    for text in texts:
        digest.update(text.encode("utf-8", "replace") + b"\n")
    folder = resources.cache_folder() / "readings"
    path = folder / f"{digest.hexdigest()[:24]}.npy"
    if path.is_file():
        kept: np.ndarray = np.load(path, allow_pickle=False)
        if kept.shape == (len(texts), 6):
            return kept
    readings = np.concatenate(teacher.read(texts), axis=1)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part.npy")
    np.save(fresh, readings, allow_pickle=False)
    fresh.rename(path)
    return readings


def _weights_of(teacher: AffectReader) -> "hashlib._Hash":
    digest = hashlib.sha256(teacher.device_name.encode())
    for name, tensor in sorted(teacher.model.state_dict().items()):
        digest.update(name.encode() + tensor.float().cpu().numpy().tobytes())
    return digest


def frequent_pieces(
    tokenizer: Tokenizer, texts: Sequence[str], count: int
) -> tuple[Tokenizer, np.ndarray, np.ndarray]:
    """A tokenizer of the `count` most frequent pieces of `texts` and of all single characters.

    A word whose piece is left out falls into shorter ones. It puts no special pieces around a text. Also
    returns the old numbers of the pieces, and how often each occurs.

    Raises `RecipeError` for a tokenizer that is not WordPiece.
    """
    tokenizer.no_padding()
    tokenizer.no_truncation()
    described = json.loads(tokenizer.to_str())
    if described["model"]["type"] != "WordPiece":
        raise RecipeError(f"the teacher's tokenizer is {described['model']['type']}, not WordPiece.")
    vocabulary: dict[str, int] = described["model"]["vocab"]
    seen = np.zeros(max(vocabulary.values()) + 1, np.int64)
    for start in range(0, len(texts), 10_000):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + 10_000]), add_special_tokens=False)
        for encoding in encodings:
            np.add.at(seen, encoding.ids, 1)
    special = {token["content"] for token in described["added_tokens"]} - {PAD, UNKNOWN}
    usable = [piece for piece in vocabulary if piece not in special]

    def rank(piece: str) -> tuple[bool, bool, int]:
        short = len(piece.removeprefix("##")) == 1
        return piece not in (PAD, UNKNOWN), not short, -int(seen[vocabulary[piece]])

    chosen = sorted(usable, key=rank)[:count]
    kept = np.array([vocabulary[piece] for piece in chosen])
    described["model"]["vocab"] = {piece: i for i, piece in enumerate(chosen)}
    described["added_tokens"] = [
        {**token, "id": chosen.index(token["content"])}
        for token in described["added_tokens"]
        if token["content"] in (PAD, UNKNOWN)
    ]
    described["post_processor"] = None
    return Tokenizer.from_str(json.dumps(described, ensure_ascii=False)), kept, seen[kept]


def narrowed(table: Tensor, counts: np.ndarray, width: int) -> Tensor:
    """Embeddings (V, H) in their first `width` principal components, of variance 1 / width on average.

    A piece weighs in the components as the square root of its count, so that the few most frequent ones do
    not decide them.
    """
    weights = torch.from_numpy(np.sqrt(counts + 1.0)).float()[:, None]
    weights /= weights.sum()
    centred = table.float() - (weights * table.float()).sum(0)
    _, _, axes = torch.linalg.svd(centred.T @ (weights * centred))
    small = centred @ axes[:width].T
    scale = (weights * small.square()).sum().sqrt()
    return torch.nn.functional.pad(small / scale, (0, width - small.shape[1]))


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


def _embeddings(teacher: AffectReader) -> Tensor:
    encoder = teacher.model.encoder
    if isinstance(encoder, BertEncoder):
        return encoder.pieces.weight.detach().cpu()
    if isinstance(encoder, RecurrentEncoder):
        return encoder.pieces.weight.detach().cpu()
    return encoder.model.get_input_embeddings().weight.detach().cpu()  # type: ignore[operator, union-attr]
