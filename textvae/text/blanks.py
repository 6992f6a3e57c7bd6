"""Blanking words of sentences: what an infilling model is asked, and what the answer was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from textvae.affect.windows import PieceReader
from textvae.errors import RecipeError
from textvae.text.lexicon import spans_of


@dataclass(frozen=True, slots=True)
class BlankOptions:
    """A recipe's `[blanks]`."""

    random: float = 0.15  # of the words, in sentences whose words are blanked at random
    affective: float = 0.5  # of the sentences are those in which mainly words that carry affect are blanked:
    carriers: float = 0.75  # so many of these words,
    others: float = 0.08  # and so many of the others
    gaps: float = 0.4  # blanks a sentence at places where there is no word
    replaced: float = 0.1  # of the blanked pieces are another piece instead,
    kept: float = 0.05  # and so many the piece itself
    told: tuple[float, float, float] = (0.5, 0.2, 0.1)  # share told both axes, valence alone, arousal alone


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The word pieces of an infilling model: its special pieces, and which pieces continue a word.

    `nothing` stands for no word in a gap: the piece that pads, which no sentence has.
    """

    first: int
    last: int
    blank: int
    nothing: int
    continues: Tensor  # (V,) bool
    special: Tensor  # (V,) bool: never the answer but for `nothing`

    def to(self, device: torch.device) -> "Alphabet":
        """The same, its tensors on `device`: where `blank` is to work."""
        return replace(self, continues=self.continues.to(device), special=self.special.to(device))

    @staticmethod
    def of(reader: PieceReader) -> "Alphabet":
        """Those of a BERT tokenizer. Raises `RecipeError` for another kind."""
        tokenizer = reader.tokenizer
        names = ("[CLS]", "[SEP]", "[MASK]", "[PAD]")
        found = [number for name in names if (number := tokenizer.token_to_id(name)) is not None]
        if len(found) < len(names):
            raise RecipeError(
                f"the affect model's tokenizer lacks one of {', '.join(names)}: infilling needs a BERT."
            )
        pieces = [tokenizer.id_to_token(i) or "[" for i in range(tokenizer.get_vocab_size())]
        continues = torch.tensor([piece.startswith("##") for piece in pieces])
        special = torch.tensor([piece.startswith("[") and len(piece) > 1 for piece in pieces])
        first, last, blank_, nothing = found
        return Alphabet(first, last, blank_, nothing, continues, special)

    def sequences(
        self, texts: Sequence[str], reader: PieceReader, carriers: frozenset[str] = frozenset()
    ) -> tuple[list[list[int]], list[list[bool]]]:
        """The pieces of each text between `first` and `last`, and which belong to words of `carriers`."""
        rows, marks = [], []
        cut = reader.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for text, found in zip(texts, cut, strict=True):
            spans = [(a, b) for a, b in spans_of(text) if text[a:b].lower().replace("’", "'") in carriers]
            carries = [any(a <= start < b for a, b in spans) for start, _ in found.offsets]
            rows.append([self.first, *found.ids, self.last])
            marks.append([False, *carries, False])
        return rows, marks

    def words(self, pieces: Tensor) -> Tensor:
        """The number of the word that each of `pieces` (B, T) is of, from 1; 0 for `first` and `last`."""
        edge = (pieces == self.first) | (pieces == self.last)
        starts = ~self.continues[pieces] & ~edge
        return starts.cumsum(1) * ~edge


@dataclass(frozen=True, slots=True)
class Blanked:
    """Sentences with blanks, (B, T) each: what is seen, what is asked, and what the answers are."""

    seen: Tensor
    asked: Tensor
    answers: Tensor


def blank(pieces: Tensor, carries: Tensor, alphabet: Alphabet, options: BlankOptions) -> Blanked:
    """Blank words of `pieces` (B, L), of which `carries` (B, L) belong to words that carry affect.

    Whole words are blanked, at least one a sentence; `gaps` that are put between words ask for nothing. All
    sentences of a batch have as many gaps, 0 to 2, so that they stay of one length. Everything is on one
    device, which draws the chances.
    """
    where = pieces.device
    for _ in range(int(torch.rand(()) < options.gaps * 0.9) + int(torch.rand(()) < options.gaps * 0.1)):
        pieces, carries = _with_gap(pieces, carries, alphabet)
    rows, length = pieces.shape
    empty = pieces == alphabet.nothing
    word = alphabet.words(pieces) * ~empty
    carrying = torch.zeros(rows, length + 1, dtype=torch.int32, device=where)
    carrying = carrying.scatter_reduce_(1, word, carries.int(), "amax").bool()
    chance = torch.rand(rows, length + 1, device=where)
    carrier = carrying & (torch.rand(rows, length + 1, device=where) < options.carriers)
    mainly = (chance < options.others) | carrier
    which = torch.rand(rows, 1, device=where) < options.affective
    chosen = torch.where(which, mainly, chance < options.random)
    one = (torch.rand(rows, device=where) * word.amax(1)).long() + 1
    chosen[torch.arange(rows, device=where), one] |= ~(chosen & _present(word)).any(1)
    chosen[:, 0] = False
    picked = chosen.gather(1, word)
    fate = torch.rand(rows, length, device=where)
    other = torch.randint(0, len(alphabet.special), (rows, length), device=where)
    swapped = picked & (fate < options.replaced) & ~alphabet.special[other]
    keep = picked & (fate > 1 - options.kept)
    seen = torch.where((picked & ~keep) | empty, alphabet.blank, pieces)
    return Blanked(torch.where(swapped, other, seen), picked | empty, pieces)


def _present(word: Tensor) -> Tensor:
    """Which word numbers (B, T + 1) there are in `word` (B, T), from 1."""
    numbers = torch.arange(word.shape[1] + 1, device=word.device)
    return (numbers > 0) & (numbers <= word.amax(1, keepdim=True))


def _with_gap(pieces: Tensor, carries: Tensor, alphabet: Alphabet) -> tuple[Tensor, Tensor]:
    """The sentences with a place for nothing before a word, or at the end: (B, L + 1)."""
    rows, length = pieces.shape
    begins = ~alphabet.continues[pieces]
    begins[:, 0] = False
    place = (torch.rand(rows, length, device=begins.device) * begins).argmax(1, keepdim=True)
    steps = torch.arange(length + 1, device=place.device).expand(rows, -1)
    source = steps - (steps > place).long()
    here = steps == place
    wider = pieces.gather(1, source.clamp_max(length - 1)).masked_fill(here, alphabet.nothing)
    return wider, carries.gather(1, source.clamp_max(length - 1)) & ~here


def tell(readings: Tensor, options: BlankOptions) -> Tensor:
    """The readings (B, 2) that are told: nan where they are not."""
    both, valence, arousal = options.told
    chance = torch.rand(len(readings), 1, device=readings.device)
    hears_valence = chance < both + valence
    hears_arousal = (chance < both) | ((chance >= both + valence) & (chance < both + valence + arousal))
    return readings.masked_fill(~torch.cat([hears_valence, hears_arousal], 1), torch.nan)
