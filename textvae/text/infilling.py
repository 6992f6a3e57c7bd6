"""Asking an infilling model: what could stand at a place of a sentence, and how well what is there stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from textvae.affect.encoder import BertEncoder
from textvae.affect.reader import AffectReader
from textvae.affect.windows import PieceReader
from textvae.errors import CheckpointError
from textvae.text.blanks import Alphabet
from textvae.text.infill import InfillConfig, InfillModel, base_checksum
from textvae.text.lexicon import spans_of
from textvae.text.typography import agreeing
from textvae.training.checkpoint import Checkpoint
from textvae.training.device import Device

ROWS = 256
"""Questions that are answered together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of a text that a word is to take; none for a gap before a word."""

    start: int
    end: int

    def put(self, text: str, word: str) -> str:
        """The text with `word` there, after "a" or "an" as it asks; with "" the old word is left out, and a
        blank beside it."""
        before, after = text[: self.start], text[self.end :]
        if self.start == self.end:
            after = f" {after}" if word else after
        elif not word and after.startswith(" "):
            after = after[1:] if not before or before.endswith(" ") else after
        elif not word:
            before = before.rstrip(" ")
        return agreeing(before, word + after) + word + after


class Infiller:
    """An infilling model and the affect model's parts that it stands on."""

    def __init__(self, model: InfillModel, reader: PieceReader, device: Device) -> None:
        self.model, self.tokenizer, self.device = model.to(device.device).eval(), reader.tokenizer, device
        if device.dtype != torch.float32:
            for module in self.model.layers.modules():
                if isinstance(module, torch.nn.Linear):
                    module.to(device.dtype)
        self.alphabet = Alphabet.of(reader)
        pieces = map(self.piece, range(len(self.alphabet.special)))
        marks = self.alphabet.special | torch.tensor([not any(map(str.isalnum, piece)) for piece in pieces])
        marks[self.alphabet.nothing] = False
        self._marks = marks.to(device.device)  # (V,): no words, and no answers
        self._table = model.base.pieces.weight.detach().to(device.dtype)  # cast once, not at every answer

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, reader: AffectReader) -> "Infiller":
        """The model of a checkpoint over `reader`, the affect model it was trained with.

        Raises `CheckpointError` if `reader` has other word pieces or lowest layers than the model was trained
        with; what is above them may be another.
        """
        if checkpoint.kind != "infill":
            raise CheckpointError(f"{checkpoint.folder} holds a {checkpoint.kind} model: give an infill one.")
        config, encoder = checkpoint.config, reader.model.encoder
        shape = InfillConfig(**config["model"])
        found = base_checksum(encoder, shape.shared) if isinstance(encoder, BertEncoder) else "no BERT"
        if not isinstance(encoder, BertEncoder) or config["base_checksum"] != found:
            raise CheckpointError(
                f"{checkpoint.folder} was trained over the lowest layers of {config['base']}, weights "
                f"{config['base_checksum']}, but {reader.name} has {found}: train it again over these."
            )
        model = InfillModel(encoder, shape)
        model.load_state_dict(checkpoint.tensors)
        return cls(model, reader.pieces, reader.device)

    @cached_property
    def words(self) -> dict[str, int]:
        """The words that are one piece, and the piece."""
        pieces = map(self.piece, range(len(self.alphabet.special)))
        return {piece: i for i, piece in enumerate(pieces) if piece.isalpha()}

    @torch.inference_mode()
    def kinship(self, word: str, pieces: Tensor) -> Tensor:
        """How near each of the `pieces` (P,) is to a word, in [-1, 1]: the cosine of their embeddings, taken
        from the mean of all (Mu & Viswanath 2018, section 2); of a word of several pieces their mean's. What
        can be said of a thing is near to its contrary as well, and far from what else might stand there.
        """
        table, centre = self.model.base.pieces.weight, self._centre
        own = table[self._cut([word])[0].ids].float().mean(0) - centre
        others = table[pieces.to(table.device)].float() - centre
        return functional.cosine_similarity(others, own[None]).cpu()

    @cached_property
    def _centre(self) -> Tensor:
        return self.model.base.pieces.weight.detach().float().mean(0)

    def piece(self, number: int) -> str:
        """A word piece as it is written."""
        return self.tokenizer.id_to_token(number) or ""

    def pose(self, text: str, questions: Sequence[Sequence[Place]]) -> "Posed":
        """Questions about a text, to be answered for one affect or many. The places of one question, from
        left to right, are blank at the same time."""
        cut = self._cut([text])[0]
        rows, at = [], []
        for places in questions:
            row, asked, begin = [self.alphabet.first], [], 0
            for place in places:
                row += cut.between(begin, place.start)
                asked.append(len(row))
                row.append(self.alphabet.blank)
                begin = place.end
            rows.append([*row, *cut.between(begin, len(text)), *self._end(text), self.alphabet.last])
            at.append(asked)
        return self._posed(rows, at)

    @torch.inference_mode()
    def answer(self, posed: "Posed", affect: Tensor) -> Tensor:
        """Log-probabilities (P, V) of the words that could stand at each place of each question; piece
        `nothing` is for no word there, marks are not asked for.

        `affect` (2,), or (Q, 2) for a question each, standardised, is what the text is to have; nan where
        nothing is said of it.
        """
        answers, device = [torch.empty(0, len(self.alphabet.special))], self.device.device
        told = iter(affect.float().expand(sum(len(part.x) for part in posed), 2).to(device).split(ROWS))
        for part in posed:
            with self.device.autocast():
                states = self.model.told_to(part.x, part.bias, next(told))
                logits = self.model.logits(states[part.row, part.place], self._table)
                answers.append(logits.float().masked_fill_(self._marks, -torch.inf).log_softmax(1).cpu())
        return torch.cat(answers)

    @torch.inference_mode()
    def standing(
        self, texts: Sequence[str], places: Sequence[Sequence[Place]], affect: Tensor
    ) -> list[Tensor]:
        """How well the words at each of the places stand there, (P, 2): log p of the word given all others,
        and how much less that is than that of the likeliest one; in nats, summed over its pieces."""
        asked = [(i, place) for i, some in enumerate(places) for place in some]
        if not asked:
            return [torch.empty(0, 2) for _ in texts]
        found = self._cut(texts)
        rows, at, said = [], [], []
        for i, place in asked:
            within = found[i].between(place.start, place.end)
            before, after = found[i].between(0, place.start), found[i].between(place.end, len(texts[i]))
            blanks = [self.alphabet.blank] * len(within)
            end = [*self._end(texts[i]), self.alphabet.last]
            rows.append([self.alphabet.first, *before, *blanks, *after, *end])
            at.append([len(before) + 1 + k for k in range(len(within))])
            said += within
        answers = self.answer(self._posed(rows, at), affect[[i for i, _ in asked]])
        right = answers.gather(1, torch.tensor(said, dtype=torch.long)[:, None])[:, 0]
        owner = torch.repeat_interleave(torch.arange(len(asked)), torch.tensor([len(some) for some in at]))
        both = torch.stack([right, right - answers.amax(1)], 1)
        summed = torch.zeros(len(asked), 2).index_add_(0, owner, both)
        return list(torch.split(summed, [len(some) for some in places]))

    def _end(self, text: str) -> list[int]:
        """A full stop for a text that ends in a word: else a mark would be the likeliest there."""
        stop = self.tokenizer.token_to_id(".")
        return [stop] if text[-1:].isalnum() and stop is not None else []

    def _cut(self, texts: Sequence[str]) -> list["Cut"]:
        found = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Cut(each.ids, each.offsets) for each in found]

    @torch.inference_mode()
    def _posed(self, rows: Sequence[Sequence[int]], at: Sequence[Sequence[int]]) -> "Posed":
        """Rows of pieces of which those `at` are asked for, as far as nobody needs to be told an affect."""
        device, longest = self.device.device, max(map(len, rows), default=0)
        pieces = torch.tensor([[*row, *[self.alphabet.nothing] * (longest - len(row))] for row in rows])
        mask = torch.arange(longest) < torch.tensor([len(row) for row in rows])[:, None]
        posed = []
        for start in range(0, len(rows), ROWS):
            some = at[start : start + ROWS]
            row = torch.repeat_interleave(torch.arange(len(some)), torch.tensor([len(each) for each in some]))
            place = torch.tensor([k for each in some for k in each], dtype=torch.long)
            part = slice(start, start + ROWS)
            with self.device.autocast():
                x, bias = self.model.untouched(pieces[part].to(device), mask[part].to(device))
            posed.append(Part(x, bias, row.to(device), place.to(device)))
        return posed


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Up to `ROWS` questions: what the shared layers make of them (B, T, H), the bias of attention, and the
    row and place of each blank (P,)."""

    x: Tensor
    bias: Tensor
    row: Tensor
    place: Tensor


Posed = list[Part]
"""Questions that were gone through as far as nobody needs to be told an affect."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A text in word pieces, and the characters that each was cut from."""

    ids: list[int]
    offsets: list[tuple[int, int]]

    def between(self, start: int, end: int) -> list[int]:
        """The pieces that begin at characters `start` to `end`, that one not included."""
        return [
            piece for piece, (begin, _) in zip(self.ids, self.offsets, strict=True) if start <= begin < end
        ]


def places_of(form: str) -> tuple[list[Place], list[Place]]:
    """The words of a text as places, and the gaps before words."""
    words = [Place(*span) for span in spans_of(form)]
    return words, [Place(word.start, word.start) for word in words]


def changed_places(source: str, form: str) -> list[Place]:
    """The words of `form` that `source` has not, in order; where words are missing, those beside."""
    there, here = places_of(source)[0], places_of(form)[0]
    matcher = SequenceMatcher(
        None,
        [source[place.start : place.end] for place in there],
        [form[place.start : place.end] for place in here],
        autojunk=False,
    )
    changed: set[int] = set()
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag != "equal":
            changed.update(range(start, end) if start < end else (start - 1, start))
    return [here[number] for number in sorted(changed) if 0 <= number < len(here)]
