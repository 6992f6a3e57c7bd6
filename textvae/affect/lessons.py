"""What the affect model is taught: sentences of several corpora as one table of targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from textvae.affect.model import DIMENSIONS, Scale
from textvae.affect.windows import MASKED, UNKNOWN, first_known, padding
from textvae.corpora.ratings import PERSPECTIVES
from textvae.corpora.sentence import Sentence
from textvae.errors import RecipeError, UnknownNameError

UNRATED = ("tatoeba", "common_voice", "gutenberg")
"""Sources whose sentences are taught by a teacher's readings alone."""
SOURCES = ("emobank", "vader", "goemotions", "reviews", *UNRATED)


@dataclass(frozen=True, slots=True)
class Batch:
    """Word pieces and targets of B sentences; a target that a sentence lacks is NaN.

    Attributes:
        pieces, mask: (B, T), the mask true at real pieces.
        affect, spread: (B, 3), standardised means and standard deviations of EmoBank's raters.
        valence: (B,), another corpus's valence, standardised within it.
        polarity: (B,), 1 for positive and 0 for negative.
        emotions: (B, E), 1 for an emotion that a rater saw.
        scale: (B,), which corpus's scale the valence or the polarity is on.
        teacher: (B, 6), a teacher's standardised means and spreads.
        reader, writer: (B, 3), means of EmoBank's readers and from its writers' point of view, standardised.
    """

    pieces: Tensor
    mask: Tensor
    affect: Tensor
    spread: Tensor
    valence: Tensor
    polarity: Tensor
    emotions: Tensor
    scale: Tensor
    teacher: Tensor
    reader: Tensor
    writer: Tensor


def encode(tokenizer: Tokenizer, texts: list[str], longest: int) -> list[np.ndarray]:
    """Word pieces of each text, special ones included, cut at `longest`."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return [np.asarray(e.ids, dtype=np.int64) for e in tokenizer.encode_batch_fast(texts)]


def pad(rows: list[np.ndarray], fill: int = 0) -> tuple[Tensor, Tensor]:
    """Rows of pieces as a matrix (B, T) and its mask."""
    lengths = torch.tensor([len(row) for row in rows])
    pieces = torch.full((len(rows), int(lengths.max())), fill)
    for i, row in enumerate(rows):
        pieces[i, : len(row)] = torch.from_numpy(row)
    return pieces, torch.arange(pieces.shape[1]) < lengths[:, None]


def blank_piece(tokenizer: Tokenizer) -> int | None:
    """The piece that stands for one that is hidden: the mask, else the unknown one; None without both."""
    return first_known(tokenizer, MASKED + UNKNOWN)


def hide(pieces: Tensor, mask: Tensor, share: float, blank: int) -> Tensor:
    """`pieces` (B, T) with each but the first and the last real one `blank` at the probability `share`.

    Word dropout (Iyyer et al. 2015; Bowman et al. 2016): a sentence must be read off what is left of it.
    The draw is torch's own.
    """
    inner = mask.clone()
    inner[:, 0] = False
    inner[:, :-1] &= mask[:, 1:]
    inner[:, -1] = False
    return torch.where(inner & (torch.rand(pieces.shape) < share), blank, pieces)


def bucketed(
    mixed: np.ndarray, lengths: Sequence[int], size: int, random: np.random.Generator
) -> list[np.ndarray]:
    """Batches of `size` rows out of the `mixed` ones, of about the same length, in random order."""
    batches = []
    for start in range(0, len(mixed), 50 * size):
        pool = mixed[start : start + 50 * size]
        pool = pool[np.argsort([lengths[row] for row in pool], kind="stable")]
        cut = [pool[i : i + size] for i in range(0, len(pool), size)]
        batches += [cut[i] for i in random.permutation(len(cut))]
    return batches


def scales_of(sentences: Iterable[Sentence]) -> tuple[Scale, ...]:
    """Centre and width of the ratings of each dimension."""
    rated = [[r.mean for d in DIMENSIONS if (r := getattr(s, d)) is not None] for s in sentences]
    ratings = np.array([row for row in rated if len(row) == len(DIMENSIONS)])
    if len(ratings) < 2:
        raise RecipeError("the affect corpus has no sentences rated for valence, arousal and dominance.")
    return tuple(Scale(float(m), float(s)) for m, s in zip(ratings.mean(0), ratings.std(0), strict=True))


def standardised(readings: np.ndarray, scales: tuple[Scale, ...]) -> np.ndarray:
    """Means and spreads on the 1-5 scale as the model gives them, (N, 6) both."""
    centre, width = np.array([(s.centre, s.width) for s in scales]).T
    return np.concatenate([(readings[:, :3] - centre) / width, readings[:, 3:] / width], axis=1)


class Lessons:
    """All training sentences, and the order in which they are taught.

    `sources` maps a corpus's name to its sentences. EmoBank teaches the three dimensions; VADER's sets
    and the reviews teach valence through a scale of their own; GoEmotions teaches emotions. `readings` are a
    teacher's means and spreads of each source's sentences, (n, 6) on the 1-5 scale; `views` the ratings of
    EmoBank's sentences from each of its perspectives, by their ids.
    """

    def __init__(
        self,
        sources: Mapping[str, list[Sentence]],
        tokenizer: Tokenizer,
        longest: int,
        scales: tuple[Scale, ...],
        readings: Mapping[str, np.ndarray] | None = None,
        views: Mapping[str, Mapping[str, Sequence[float]]] | None = None,
    ) -> None:
        if unknown := sorted(set(sources) - set(SOURCES)):
            raise UnknownNameError("affect source", unknown[0], SOURCES)
        sentences = [s for group in sources.values() for s in group]
        self.pieces = encode(tokenizer, [s.text for s in sentences], longest)
        self.pad = padding(tokenizer)
        self.blank = blank_piece(tokenizer)
        starts = np.cumsum([0, *(len(group) for group in sources.values())])
        self.rows = {name: np.arange(a, b) for name, a, b in zip(sources, starts, starts[1:], strict=False)}
        self.emotions = sorted({e for s in sources.get("goemotions", ()) for e in (s.label or "").split(",")})
        self.scale_names: list[str] = []
        count = len(sentences)
        self.affect = np.full((count, 3), np.nan, np.float32)
        self.spread = np.full((count, 3), np.nan, np.float32)
        self.valence = np.full(count, np.nan, np.float32)
        self.polarity = np.full(count, np.nan, np.float32)
        self.seen = np.full((count, len(self.emotions)), np.nan, np.float32)
        self.scale = np.zeros(count, np.int64)
        self.teacher = np.full((count, 6), np.nan, np.float32)
        for name, read in (readings or {}).items():
            self.teacher[self.rows[name]] = standardised(read, scales)
        for name, group in sources.items():
            for row, sentence in zip(self.rows[name], group, strict=True):
                self._fill(name, row, sentence, scales)
        self._standardise()
        nothing = [np.nan] * len(DIMENSIONS)
        self.views = {name: np.full((count, 3), np.nan, np.float32) for name in PERSPECTIVES}
        for name, rated in (views or {}).items():
            said = np.array([rated.get(s.id, nothing) for s in sources.get("emobank", ())]).reshape(-1, 3)
            if not np.isnan(said).all():
                said = (said - np.nanmean(said, axis=0)) / np.maximum(np.nanstd(said, axis=0), 1e-6)
                self.views[name][self.rows["emobank"]] = said

    def _fill(self, source: str, row: int, sentence: Sentence, scales: tuple[Scale, ...]) -> None:
        if source == "goemotions":
            self.seen[row] = 0.0
            for emotion in (sentence.label or "").split(","):
                self.seen[row, self.emotions.index(emotion)] = 1.0
        elif source == "emobank":
            for i, (dimension, scale) in enumerate(zip(DIMENSIONS, scales, strict=True)):
                rating = getattr(sentence, dimension)
                self.affect[row, i] = (rating.mean - scale.centre) / scale.width
                if rating.sd is not None:
                    self.spread[row, i] = rating.sd / scale.width
        elif source not in UNRATED:
            name = f"{source}/{sentence.label}" if source == "vader" else source
            if name not in self.scale_names:
                self.scale_names.append(name)
            self.scale[row] = self.scale_names.index(name)
            if sentence.valence is not None:
                self.valence[row] = sentence.valence.mean
            elif sentence.label is not None:
                self.polarity[row] = float(sentence.label == "positive")

    def _standardise(self) -> None:
        """Each other corpus's valence to mean 0 and deviation 1."""
        for i in range(len(self.scale_names)):
            mine = (self.scale == i) & ~np.isnan(self.valence)
            if mine.any():
                values = self.valence[mine]
                self.valence[mine] = (values - values.mean()) / values.std()

    def order(self, passes: Mapping[str, float], size: int, random: np.random.Generator) -> list[np.ndarray]:
        """Batches of `size` rows of about the same length: `passes` times over each source, mixed."""
        chosen = []
        for source, times in passes.items():
            if source not in self.rows:
                raise UnknownNameError("affect source", source, self.rows)
            rows = self.rows[source]
            wanted = round(times * len(rows))
            while wanted > 0:
                chosen.append(random.permutation(rows)[:wanted])
                wanted -= len(chosen[-1])
        mixed = random.permutation(np.concatenate(chosen))
        return bucketed(mixed, [len(pieces) for pieces in self.pieces], size, random)

    def batch(self, rows: np.ndarray) -> Batch:
        """The rows' pieces and targets."""
        pieces, mask = pad([self.pieces[row] for row in rows], self.pad)
        columns: list[np.ndarray] = [
            self.affect,
            self.spread,
            self.valence,
            self.polarity,
            self.seen,
            self.scale,
            self.teacher,
        ]
        columns += [self.views[name] for name in PERSPECTIVES]
        return Batch(pieces, mask, *(torch.from_numpy(column[rows]) for column in columns))
