"""What a text model is trained on: sentences in its own form, their pieces, their readings."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.caching import kept_array
from textvae.errors import RecipeError
from textvae.text.orthography import Orthography
from textvae.text.tokenizer import BOS, EOS, Tokenizer
from textvae.text.words import Words

PART = 8192
"""Sentences whose affect is kept in one file."""

Score = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> (N, 3) valence, arousal and dominance on the 1-5 scale."""


@dataclass(frozen=True, slots=True)
class DataOptions:
    """A recipe's `[data]`."""

    corpora: tuple[str, ...]
    form: str = "plain"
    min_words: int = 3
    max_words: int = 20
    max_pieces: int = 48
    held_out: float = 0.0  # share of the sentences for dev, and as much for test; 0: the corpora's own
    # splits, and a tenth of a user's own file that has none
    leave_out: tuple[str, ...] = ()  # parts of the corpora: reviews/pros_cons
    tokens: str = "pieces"  # or words, as they stand between blanks
    pieces: int = 8000  # in the vocabulary; of words, at most
    coverage: float = 1.0  # share of the running words that a vocabulary of words holds; the rest is <unk>
    numbers: bool = False  # a word that is a number is #
    affect_words: float = 0.3  # a word whose weight in the lexicon is larger carries affect
    columns: dict[str, str] = field(default_factory=dict)  # of tables of one's own: text = "review"
    labels: tuple[str, ...] = ()  # the corpora's labels that are the style; none: their affect is


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence as its corpus has it, and in the model's form."""

    text: str
    form: str
    corpus: str
    label: str | None = None


def read_affect(
    items: Sequence[Item], orthography: Orthography, score: Score, checksum: str
) -> NDArray[np.float32]:
    """(N, 2) valence and arousal of the items, computed once and kept in the user's cache, `PART` items a
    file, so that a reading that was stopped goes on where it was.

    `checksum` names the affect model's weights; with the sentences it is the key.
    """
    texts = [orthography.restore(item.form) for item in items]
    parts = [_read_part(texts[at : at + PART], score, checksum) for at in range(0, len(texts), PART)]
    return np.concatenate([np.empty((0, 2), np.float32), *parts])


def _read_part(texts: Sequence[str], score: Score, checksum: str) -> NDArray[np.float32]:
    digest = hashlib.sha256(checksum.encode())
    for text in texts:
        digest.update(text.encode() + b"\n")

    def read() -> NDArray[np.float32]:
        return np.ascontiguousarray(score(texts)[:, :2], dtype=np.float32)

    return kept_array("readings", digest.hexdigest()[:24], len(texts), read)


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences of one length T: no padding. `carries` marks the pieces of words that carry affect."""

    tokens: Tensor  # (B, T) int64, without begin and end
    carries: Tensor  # (B, T) bool
    readings: Tensor  # (B, 2) standardised valence and arousal; (B, 0) for a model without affect; or, of L
    # labels, a 1 for the sentence's own, (B, L)

    def to(self, device: torch.device) -> "Batch":
        """The same on `device`."""
        return Batch(self.tokens.to(device), self.carries.to(device), self.readings.to(device))

    def shifted(self) -> tuple[Tensor, Tensor]:
        """What a decoder hears of the sentences, and what it is to say; see `shifted`."""
        return shifted(self.tokens)


def shifted(tokens: Tensor) -> tuple[Tensor, Tensor]:
    """What a decoder hears, bos + tokens, and what it is to say, tokens + eos: of (B, T), (B, T + 1) each."""
    edge = torch.full_like(tokens[:, :1], BOS)
    return torch.cat([edge, tokens], 1), torch.cat([tokens, torch.full_like(edge, EOS)], 1)


class Dataset:
    """Sentences as pieces in one flat array, handed out in batches of equal length."""

    def __init__(
        self,
        sequences: Sequence[Sequence[int]],
        carries: Sequence[Sequence[bool]],
        readings: NDArray[np.float32],
        max_pieces: int,
    ) -> None:
        keep = [i for i, ids in enumerate(sequences) if 0 < len(ids) <= max_pieces]
        if not keep:
            raise RecipeError(
                f"none of the {len(sequences):,} sentences has 1 to {max_pieces} pieces: "
                "raise [data] max_pieces."
            )
        self.lengths = np.array([len(sequences[i]) for i in keep], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64)
        self.tokens = np.concatenate([np.asarray(sequences[i], dtype=np.int32) for i in keep])
        self.carries = np.concatenate([np.asarray(carries[i], dtype=np.bool_) for i in keep])
        self.readings = readings[keep]

    def __len__(self) -> int:
        return len(self.lengths)

    def batches(self, budget: int, generator: np.random.Generator | None = None) -> list[NDArray[np.int64]]:
        """Indices in groups of equal length and about `budget` pieces; shuffled by `generator`."""
        order = np.arange(len(self)) if generator is None else generator.permutation(len(self))
        order = order[np.argsort(self.lengths[order], kind="stable")]
        edges = np.flatnonzero(np.diff(self.lengths[order])) + 1
        groups: list[NDArray[np.int64]] = []
        for same in np.split(order, edges):
            rows = max(1, budget // int(self.lengths[same[0]]))
            parts = max(1, round(len(same) / rows))
            groups.extend(np.array_split(same, parts))
        if generator is not None:
            groups = [groups[i] for i in generator.permutation(len(groups))]
        return groups

    def take(self, rows: NDArray[np.int64]) -> Batch:
        """The batch of `rows`, which have one length."""
        places = self.starts[rows][:, None] + np.arange(self.lengths[rows[0]])[None, :]
        return Batch(
            torch.from_numpy(self.tokens[places].astype(np.int64)),
            torch.from_numpy(self.carries[places]),
            torch.from_numpy(self.readings[rows]),
        )

    def __iter__(self) -> Iterator[Batch]:
        return (self.take(rows) for rows in self.batches(4096))


def carrying_pieces(
    form: str, ids: Sequence[int], tokenizer: Tokenizer | Words, carriers: frozenset[str]
) -> list[bool]:
    """Which pieces belong to words that carry affect; punctuation around a word never does."""
    marked: list[bool] = []
    starts = tokenizer.word_starts
    words = form.split()
    place = -1
    for piece in ids:
        if starts[piece] or place < 0:
            place += 1
        word = words[place] if place < len(words) else ""
        marked.append(word.strip(_AROUND) in carriers and tokenizer.is_word[piece])
    return marked


_AROUND = "\"'()[]{}.,;:!?-…"
