"""Texts of any length as word pieces in windows that the model can take."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

OVERLAP = 32  # word pieces that two neighbouring windows share
PADDING, UNKNOWN, MASKED = ("[PAD]", "<pad>"), ("[UNK]", "<unk>"), ("[MASK]", "<mask>")
SLICE = 20_000  # characters of a long text that are cut into pieces at a time


@dataclass(frozen=True, slots=True)
class Pieces:
    """The windows of N texts.

    Attributes:
        flat: word pieces, special ones included, of one window after another.
        starts, lengths: (W,), where in `flat` each of the W windows begins and how many pieces it has; two
            windows of a text may share pieces.
        owner: (W,), the number of the text that it belongs to.
        windows: (N,), how many windows each text has.
        fill: the piece that pads a batch.
    """

    flat: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    owner: np.ndarray
    windows: np.ndarray
    fill: int

    @property
    def rows(self) -> list[np.ndarray]:
        """The pieces of each window."""
        ends = self.starts + self.lengths
        return [self.flat[start:end] for start, end in zip(self.starts, ends, strict=True)]

    def matrix(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The chosen windows as a matrix (B, T), padded, and its mask, true at real pieces."""
        lengths = self.lengths[chosen]
        steps = np.arange(int(lengths.max()))
        if lengths.min() == len(steps):
            matrix = self.flat[self.starts[chosen][:, None] + steps]
            return matrix, np.ones(matrix.shape, bool)
        mask = steps < lengths[:, None]
        places = np.where(mask, self.starts[chosen][:, None] + steps, 0)
        return np.where(mask, self.flat[places], self.fill), mask


class PieceReader:
    """Cuts texts into word pieces and, where they are longer than `window`, into overlapping windows."""

    def __init__(self, tokenizer: Tokenizer, window: int) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer, self.window = tokenizer, window
        first, last = _special(tokenizer)
        self.first, self.last = np.asarray(first, np.int64), np.asarray(last, np.int64)
        self.fill = padding(tokenizer)
        self.unknown = first_known(tokenizer, UNKNOWN) or 0

    def read(self, texts: list[str]) -> Pieces:
        """The windows of each text, in order.

        A text of which no piece is left has one window with the special pieces alone; where the tokenizer has
        none, with an unknown piece.
        """
        short = [i for i, text in enumerate(texts) if len(text) <= SLICE]
        encodings = self.tokenizer.encode_batch_fast(
            [encodable(texts[i]) for i in short], add_special_tokens=False
        )
        found = {i: [np.asarray(e.ids, np.int64)] for i, e in zip(short, encodings, strict=True)}
        rows, owner = [], []
        for i, text in enumerate(texts):
            runs = found.get(i) or self._long(text)
            for run in runs:
                for window in self._windows(run):
                    row = np.concatenate([self.first, window, self.last])
                    rows.append(row if len(row) else np.array([self.unknown]))
                    owner.append(i)
        lengths = np.asarray([len(row) for row in rows], np.int64)
        flat = np.concatenate(rows) if rows else np.empty(0, np.int64)
        owners = np.asarray(owner, np.int64)
        windows = np.bincount(owners, minlength=len(texts))
        return Pieces(flat, np.cumsum(lengths) - lengths, lengths, owners, windows, self.fill)

    def _long(self, text: str) -> Iterator[np.ndarray]:
        """Pieces of a long text, a slice at a time, so that little is in memory at a time."""
        start = 0
        while start < len(text):
            end = min(len(text), start + SLICE)
            if end < len(text) and (space := text.rfind(" ", start + SLICE // 2, end)) > 0:
                end = space + 1
            encoding = self.tokenizer.encode(encodable(text[start:end]), add_special_tokens=False)
            yield np.asarray(encoding.ids, np.int64)
            start = end

    def _windows(self, run: np.ndarray) -> Iterator[np.ndarray]:
        room = self.window - len(self.first) - len(self.last)
        if len(run) <= room:
            yield run
            return
        step = max(1, room - min(OVERLAP, room // 2))
        for start in range(0, len(run) - room + step, step):
            yield run[start : start + room]


def first_known(tokenizer: Tokenizer, names: tuple[str, ...]) -> int | None:
    """The number of the first of the pieces that the tokenizer has."""
    return next((number for name in names if (number := tokenizer.token_to_id(name)) is not None), None)


def padding(tokenizer: Tokenizer) -> int:
    """The number of the piece that pads a batch."""
    return first_known(tokenizer, PADDING) or 0


def _special(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """The special pieces that the tokenizer puts before and after a text."""
    bare = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    before = next(i for i in range(len(whole)) if whole[i : i + len(bare)] == bare)
    return whole[:before], whole[before + len(bare) :]


def encodable(text: str) -> str:
    """`text` with every lone surrogate replaced, since no encoding has one."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
