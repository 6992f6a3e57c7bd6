"""Words as they stand between blanks, for models that are compared with those of papers."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from textvae.errors import CheckpointError
from textvae.text.tokenizer import BOS, EOS, PAD, UNK, Tokenizer

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")  # ids 0-3, as every vocabulary has them
_NUMBER = re.compile(r"_num_|[-+]?\d[\d.,:/]*")


class Words:
    """Text to words and back, with the interface of `Tokenizer`. A word outside the vocabulary is `<unk>`,
    and so is the word `<unk>` of a corpus that has it. With `numbers`, a number is `#`."""

    file = "words.json"

    def __init__(self, model: bytes) -> None:
        """`model` is a vocabulary as `train` writes it. Raises `CheckpointError` if it is not one."""
        self.model = model
        try:
            content = json.loads(model)
            self.words, self.numbers = tuple(map(str, content["words"])), bool(content["numbers"])
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"the vocabulary cannot be read ({error!r}).") from error
        self._ids = {word: place for place, word in enumerate(self.words, len(SPECIAL))}

    @classmethod
    def train(cls, texts: Iterable[str], most: int, coverage: float = 1.0, numbers: bool = False) -> "Words":
        """The most frequent words that make up a share `coverage` of all, and at most `most` of them.

        Ties in frequency go by the alphabet.
        """
        counts = Counter(_number(word, numbers) for text in texts for word in text.split())
        for special in SPECIAL:
            counts.pop(special, None)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: most - len(SPECIAL)]
        wanted, held, words = coverage * counts.total(), 0, []
        for word, count in ranked:
            if held >= wanted:
                break
            words.append(word)
            held += count
        return cls(json.dumps({"numbers": numbers, "words": words}, ensure_ascii=False).encode())

    def __len__(self) -> int:
        return len(SPECIAL) + len(self.words)

    def encode(self, text: str) -> list[int]:
        """Word ids without begin and end."""
        return [self._ids.get(_number(word, self.numbers), UNK) for word in text.split()]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts."""
        return [self.encode(text) for text in texts]

    def decode(self, ids: Iterable[int]) -> str:
        """The words of the ids; padding, begin and end are left out."""
        names = (*SPECIAL, *self.words)
        return " ".join(names[i] for i in map(int, ids) if i not in (PAD, BOS, EOS))

    @cached_property
    def surfaces(self) -> tuple[str, ...]:
        """(V,) what each id writes, a blank before it; nothing for the first four."""
        return ("",) * len(SPECIAL) + tuple(" " + word for word in self.words)

    @cached_property
    def word_starts(self) -> NDArray[np.bool_]:
        """(V,) whether an id begins a new word: all do."""
        return np.ones(len(self), dtype=np.bool_)

    @cached_property
    def is_word(self) -> NDArray[np.bool_]:
        """(V,) whether an id holds a letter or a digit."""
        return np.array([any(c.isalnum() for c in name) for name in (*SPECIAL, *self.words)])


def _number(word: str, numbers: bool) -> str:
    return "#" if numbers and _NUMBER.fullmatch(word) else word


def read_tokenizer(files: Mapping[str, bytes]) -> Tokenizer | Words:
    """The tokenizer among a checkpoint's files; raises `KeyError` if there is none."""
    return Words(files[Words.file]) if Words.file in files else Tokenizer(files[Tokenizer.file])
