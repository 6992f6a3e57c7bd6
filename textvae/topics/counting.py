"""From a text to its words and what each counts, as it was settled for the texts that a model learnt from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from textvae.errors import CheckpointError
from textvae.topics.bags import Bags
from textvae.topics.pieces import is_word, pieces


@dataclass(frozen=True, slots=True)
class Counting:
    """How texts are counted.

    Attributes:
        pairs: neighbours that are one word, with a blank between; one of them may be such a word itself.
        forms: words that are counted as another.
        weights: what a word counts (V,), see `weigh`; None: as often as it stands there.
    """

    pairs: frozenset[tuple[str, str]] = frozenset()
    forms: Mapping[str, str] = field(default_factory=dict)
    weights: NDArray[np.float32] | None = None

    def words(self, text: str) -> list[str]:
        """The words of a text, pairs as one."""
        found = [piece.lower() for piece in pieces(text)]
        if self.pairs:
            found = list(self._joined(self._joined(found)))
        return [self.forms.get(piece, piece) for piece in found if is_word(piece)]

    def bags(self, texts: Iterable[str], words: Sequence[str]) -> Bags:
        """The texts counted over the V `words` that the weights are of."""
        return self.weigh(Bags.count(map(self.words, texts), words))

    def weigh(self, bags: Bags) -> Bags:
        """Counts c turned into log2(1 + c) times the word's weight: the tenth time that a word stands in a
        text says less than the first."""
        if self.weights is None:
            return bags
        return replace(bags, counts=np.log2(1 + bags.counts) * self.weights[bags.indices])

    def _joined(self, found: Iterable[str]) -> Iterator[str]:
        waiting: str | None = None
        for piece in found:
            if waiting is None:
                waiting = piece
            elif (waiting, piece) in self.pairs:
                yield f"{waiting} {piece}"
                waiting = None
            else:
                yield waiting
                waiting = piece
        if waiting is not None:
            yield waiting

    def dump(self) -> bytes:
        """As JSON."""
        weights = None if self.weights is None else [round(float(weight), 5) for weight in self.weights]
        table = {"pairs": sorted(self.pairs), "forms": dict(self.forms), "weights": weights}
        return json.dumps(table, ensure_ascii=False, indent=0).encode()

    @classmethod
    def parse(cls, content: bytes, size: int) -> "Counting":
        """What `dump` wrote, for `size` words. Raises `CheckpointError` for anything else."""
        try:
            table = json.loads(content)
            weights = None if table["weights"] is None else np.array(table["weights"], np.float32)
            found = cls(frozenset((a, b) for a, b in table["pairs"]), dict(table["forms"]), weights)
        except (ValueError, TypeError, KeyError) as error:
            raise CheckpointError(f"how the model counts words cannot be read: {error}") from error
        if weights is not None and weights.shape != (size,):
            raise CheckpointError(f"the model weighs {len(weights):,} words and knows {size:,}.")
        return found


def rarity(bags: Bags) -> NDArray[np.float32]:
    """Weights of the words (V,): log2(1 + N / documents with the word), scaled so that the weighted counts of
    `bags` add up to as much as the counts.

    What stands in many documents then moves the topics less than what stands in few: inverse document
    frequency, as in tf-idf (Wilson & Chew 2010 weigh the words of topic models).
    """
    spread = np.bincount(bags.indices, minlength=len(bags.words))
    raw = np.log2(1 + len(bags) / np.maximum(spread, 1)).astype(np.float32)
    weighted = float((np.log2(1 + bags.counts) * raw[bags.indices]).sum())
    return raw * np.float32(float(bags.counts.sum()) / max(weighted, 1e-12))
