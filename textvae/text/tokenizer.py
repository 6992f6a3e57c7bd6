"""SentencePiece pieces (Kudo & Richardson 2018), and which pieces begin a word."""

import io
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import sentencepiece
from numpy.typing import NDArray

from textvae.errors import CheckpointError

PAD, BOS, EOS, UNK = 0, 1, 2, 3
_WORD_START = "\u2581"


class Tokenizer:
    """Text to pieces and back. Ids 0-3 are padding, begin, end and unknown in every vocabulary."""

    file = "tokenizer.model"

    def __init__(self, model: bytes) -> None:
        """`model` is a serialised SentencePiece model. Raises `CheckpointError` if it is not one."""
        self.model = model
        try:
            self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise CheckpointError(f"the tokenizer's model cannot be read ({error}).") from error

    @classmethod
    def train(cls, texts: Iterable[str], pieces: int, seed: int = 1) -> "Tokenizer":
        """Learn a unigram vocabulary of `pieces` from texts in the model's own form."""
        sentencepiece.set_random_generator_seed(seed)
        written = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=written,
            vocab_size=pieces,
            model_type="unigram",
            hard_vocab_limit=False,
            character_coverage=0.9998,
            split_digits=True,
            normalization_rule_name="identity",
            pad_id=PAD,
            bos_id=BOS,
            eos_id=EOS,
            unk_id=UNK,
            num_threads=2,
            minloglevel=2,
        )
        return cls(written.getvalue())

    def __len__(self) -> int:
        return int(self._pieces.vocab_size())

    def encode(self, text: str) -> list[int]:
        """Piece ids without begin and end."""
        return list(self._pieces.encode(text))

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts."""
        return [list(ids) for ids in self._pieces.encode(list(texts), num_threads=2)]

    def decode(self, ids: Iterable[int]) -> str:
        """Text of the ids; padding, begin and end are left out."""
        return str(self._pieces.decode([int(i) for i in ids if i not in (PAD, BOS, EOS)]))

    @cached_property
    def surfaces(self) -> tuple[str, ...]:
        """(V,) what each piece writes, a blank where it begins a word; nothing for the first four."""
        pieces = (self._pieces.id_to_piece(i).replace(_WORD_START, " ") for i in range(len(self)))
        return tuple("" if i <= UNK else piece for i, piece in enumerate(pieces))

    @cached_property
    def word_starts(self) -> NDArray[np.bool_]:
        """(V,) whether a piece begins a new word."""
        size = len(self)
        return np.array(
            [self._pieces.id_to_piece(i).startswith(_WORD_START) or i <= UNK for i in range(size)]
        )

    @cached_property
    def is_word(self) -> NDArray[np.bool_]:
        """(V,) whether a piece holds a letter or a digit."""
        size = len(self)
        return np.array([any(c.isalnum() for c in self._pieces.id_to_piece(i)) for i in range(size)])
