"""Word pieces of many texts, fast: a word is cut only once, and the rest is done on whole arrays."""

import json
from array import array
from itertools import chain
from threading import Lock

import numpy as np
from tokenizers import Tokenizer

from textvae.affect.emoji import without_rules
from textvae.affect.windows import OVERLAP, PieceReader, Pieces, encodable

KEPT = 1_000_000  # pieces of words that are remembered; then memory is given back and words are cut again


class WordReader(PieceReader):
    """Cuts texts as `PieceReader` does, for a tokenizer whose pieces never reach over a space.

    Texts fall into words at their spaces; the pieces of a word are cut once and remembered. A text of which
    no piece is left (of control characters alone, say) is one unknown piece. Several threads may read.
    """

    def __init__(self, tokenizer: Tokenizer, window: int) -> None:
        super().__init__(tokenizer, window)
        self.words, self.lock = Words(tokenizer), Lock()

    def __reduce__(self) -> tuple[type, tuple[Tokenizer, int]]:
        return type(self), (self.tokenizer, self.window)  # a copy has a lock of its own, and no words yet

    @staticmethod
    def suits(tokenizer: Tokenizer) -> bool:
        """Whether the tokenizer cuts at spaces and puts no special pieces around a text."""
        described = json.loads(tokenizer.to_str())
        cut = (described.get("pre_tokenizer") or {}).get("type")
        return cut == "BertPreTokenizer" and described.get("post_processor") is None

    def read(self, texts: list[str]) -> Pieces:
        """The windows of each text, in order."""
        words = self.words
        split = [text.split() for text in texts]
        with self.lock:
            found = np.fromiter(map(words.__getitem__, chain.from_iterable(split)), np.int64)
            counts = words.counts_of(found)
            flat = words.pieces_of(found, counts)
            words.forget(KEPT)
        ends = np.cumsum(np.fromiter(map(len, split), np.int64, len(split)))
        total = np.concatenate([[0], np.cumsum(counts)])
        lengths = np.diff(total[ends], prepend=0)
        starts = np.cumsum(lengths) - lengths
        if not lengths.all():
            flat = np.insert(flat, starts[lengths == 0], self.unknown)
            lengths = np.maximum(lengths, 1)
            starts = np.cumsum(lengths) - lengths
        ones, owner = np.ones(len(texts), np.int64), np.arange(len(texts))
        if len(lengths) and int(lengths.max()) > self.window:
            return self._cut(flat, starts, lengths)
        return Pieces(flat, starts, lengths, owner, ones, self.fill)

    def _cut(self, flat: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Pieces:
        """The texts in overlapping windows, which share their pieces."""
        step = max(1, self.window - min(OVERLAP, self.window // 2))
        windows = np.maximum(1, 1 + -(-(lengths - self.window) // step))
        owner = np.repeat(np.arange(len(lengths)), windows)
        number = np.arange(len(owner)) - np.repeat(np.cumsum(windows) - windows, windows)
        begin = starts[owner] + number * step
        size = np.minimum(self.window, starts[owner] + lengths[owner] - begin)
        return Pieces(flat, begin, size, owner, windows, self.fill)


class Words(dict[str, int]):
    """Words and their numbers; a word that is asked for the first time is cut and given the next number."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.tokenizer, self.ascii = tokenizer, without_rules(tokenizer)
        self.starts, self.counts, self.pieces = array("q"), array("q"), array("q")

    def __missing__(self, word: str) -> int:
        tokenizer = self.ascii if word.isascii() else self.tokenizer
        pieces = tokenizer.encode(encodable(word), add_special_tokens=False).ids
        number = self[word] = len(self.starts)
        self.starts.append(len(self.pieces))
        self.counts.append(len(pieces))
        self.pieces.extend(pieces)
        return number

    def counts_of(self, words: np.ndarray) -> np.ndarray:
        """How many pieces each of the numbered words has."""
        return np.array(self.counts, np.int64)[words]

    def pieces_of(self, words: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """The pieces of the numbered words, one word after the other."""
        begins = np.array(self.starts, np.int64)[words] - (np.cumsum(counts) - counts)
        return np.array(self.pieces, np.int64)[np.repeat(begins, counts) + np.arange(int(counts.sum()))]

    def forget(self, kept: int) -> None:
        """Give the memory back if more than `kept` pieces are held."""
        if len(self.pieces) > kept:
            self.clear()
            self.starts, self.counts, self.pieces = array("q"), array("q"), array("q")
