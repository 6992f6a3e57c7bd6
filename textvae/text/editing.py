"""Rewriting by single words: an infilling model says what could stand in their place with another affect.

Where the decoder of a text VAE says a sentence anew from its latent, and may say another one, an edit leaves
all other words alone; both are candidates of one choice (`textvae.text.rewriting`).
"""

import copy
import math
import re
import sys
from collections.abc import Container, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from textvae.text.fillings import Edit, Filling, Slot, filled, marked, pairs, together
from textvae.text.frames import framed
from textvae.text.infilling import Infiller, Place, Posed, changed_places, places_of
from textvae.text.lexicon import Lexicon, words_of
from textvae.text.settings import Editing
from textvae.text.similarity import FUNCTION_WORDS, NEGATION
from textvae.text.steering import Floats
from textvae.text.wording import UNASKED
from textvae.training.checkpoint import load_checkpoint

_HOLDING = FUNCTION_WORDS | {"thank", "thanks"}  # nobody says "thank Tom" for "hi Tom"

Questions = tuple[tuple[Place, ...], ...]

_ASKED_FOR = re.compile(r"\?|\bthank")

UNHEARD_OF = -11.0
"""The stand of a word that not even its contrary lends a place."""

REMEMBERED = 8
"""Questions whose answer with nothing told is remembered, for a sentence that is sent to many places."""


def usable(editing: Editing, affect: str) -> Editing:
    """`editing`, without its model if that was trained over another affect model than `affect`, a name or a
    folder.

    Raises `UnknownNameError` or `CheckpointError` for a model that is none.
    """
    if not editing.model or load_checkpoint(editing.model).config.get("base") == Path(affect).name:
        return editing
    return replace(editing, model="")


class Editor:
    """Proposes edits by an infilling model and a lexicon: word -> weights of valence and arousal.

    `names` are words in the model's form that are written with a capital.
    """

    def __init__(
        self, infiller: Infiller, lexicon: Lexicon, options: Editing, names: Container[str] = ()
    ) -> None:
        self.infiller, self.lexicon, self.options, self.names = infiller, lexicon, options, names

        @lru_cache(REMEMBERED)
        def untold(form: str, questions: Questions) -> tuple[Posed, Tensor]:
            posed = infiller.pose(form, questions)
            return posed, infiller.answer(posed, torch.full((2,), torch.nan))

        self._untold = untold

    def under(self, options: Editing) -> "Editor":
        """The same editor with other options; the two share what they remember."""
        other = copy.copy(self)
        other.options = options
        return other

    @cached_property
    def _weights(self) -> Tensor:
        """The lexicon's weights of the words that are one piece, (V, 2); 0 for others."""
        weights = torch.zeros(len(self.infiller.alphabet.special), 2)
        for word, piece in self.infiller.words.items():
            if word in self.lexicon:
                weights[piece] = torch.tensor(self.lexicon[word])
        return weights

    @cached_property
    def _usable(self) -> Tensor:
        """Which pieces (V,) are words to put into a sentence."""
        usable = torch.zeros(len(self.infiller.alphabet.special), dtype=torch.bool)
        usable[[piece for word, piece in self.infiller.words.items() if _offered(word)]] = True
        return usable

    @cached_property
    def _holding(self) -> Tensor:
        """Which pieces (V,) are words that take no other word's place: those of grammar, and thanks."""
        holding = torch.zeros(len(self.infiller.alphabet.special), dtype=torch.bool)
        holding[[self.infiller.words[word] for word in _HOLDING if word in self.infiller.words]] = True
        return holding

    def propose(
        self, form: str, own: Floats, target: Floats, kept: frozenset[str] = frozenset()
    ) -> list[Edit]:
        """Edits of a text on its way from `own` (2,) to `target` (2,), standardised, nan where nothing is
        asked for; the most promising first. Words of `kept` stay, and those that hold a sentence together or
        deny something.
        One text at a time: what is proposed for it does not depend on others.
        """
        way = np.nan_to_num(np.sign(target - own))
        words, gaps = places_of(form)
        words = [place for place in words if not self._stays(form[place.start : place.end], kept)]
        if not way.any() or not (words or gaps):
            return []
        options = self.options
        edits, both = self._changed(form, words, gaps, own, target, way) if options.most else ([], [])
        around = self.around(form, own, way)
        said = (
            marked(form, [*edits[: options.marks], *around], way, options.mark_price) if options.marks else []
        )
        return _distinct(form, [*edits, *around, *both, *said])

    def _changed(
        self,
        form: str,
        words: Sequence[Place],
        gaps: Sequence[Place],
        own: Floats,
        target: Floats,
        way: Floats,
    ) -> tuple[list[Edit], list[Edit]]:
        """The text with words changed in places of its `words` and `gaps`, and with two that are apart."""
        direction = torch.from_numpy(way).float() / np.abs(way).sum()
        places = [*words, *gaps]
        held = [self._held(form[place.start : place.end], direction) for place in places]
        options = self.options
        hardest = sorted(range(len(words)), key=lambda i: -held[i])[: options.together]
        blocking = sorted(i for i in hardest if held[i] > options.gain)
        goal = torch.from_numpy(np.where(np.isnan(target), own, target) if options.same else target)
        told, untold = self._ask(form, tuple((place,) for place in places), goal)
        last, turned = max(place.end for place in places), not _ASKED_FOR.search(form)
        slots = [
            Slot(place, form[place.start : place.end], old, with_it, without, place.end == last, turned)
            for place, old, with_it, without in zip(places, held, told, untold, strict=True)
        ]
        singles = [one for slot in slots for one in self._fillings(slot, direction)]
        singles.sort(key=lambda one: -one.value)
        found = [filled(form, [one]) for one in singles]
        if len(blocking) > 1:
            # Each has to stand beside the others' old words as well: new ones would vouch for each other.
            answers = self._ask(form, (tuple(places[i] for i in blocking),), goal)
            ways = [
                self._fillings(replace(slots[i], told=each, untold=(other + slots[i].untold) / 2), direction)
                for i, each, other in zip(blocking, *answers, strict=True)
            ]
            found += together(form, ways, options.worth, options.per_word)
        edits = _distinct(form, [edit for _, edit in sorted(found, key=lambda one: -one[0])])[: options.most]
        return edits, pairs(form, singles, options.pairs)

    def around(self, form: str, own: Floats, way: Floats, every: bool = False) -> list[Edit]:
        """A text that reads `own` (2,) in frames that lead the `way` (2,): in some, or in `every` one."""
        most, price = self.options.frames, self.options.frame_price
        most = sys.maxsize if every and most else most
        return framed(form, own, way, most, price, self.names, self.lexicon)

    def _stays(self, word: str, kept: frozenset[str]) -> bool:
        return word in kept or word in FUNCTION_WORDS or NEGATION.fullmatch(word) is not None

    def _held(self, word: str, direction: Tensor) -> float:
        """How far a word stands in the way."""
        return -float(torch.tensor(self.lexicon.get(word, (0.0, 0.0))) @ direction)

    def _ask(self, form: str, questions: Questions, goal: Tensor) -> tuple[Tensor, Tensor]:
        """What could stand at the places of the questions, (P, V) each: the `goal` (2,) told, and untold."""
        posed, untold = self._untold(form, questions)
        return self.infiller.answer(posed, goal), untold

    def _fillings(self, slot: Slot, direction: Tensor) -> list[Filling]:
        """Words for a slot that lead in a `direction` (2,), and leaving out one that stands in the way."""
        options, nothing = self.options, self.infiller.alphabet.nothing
        usable = self._usable if slot.gap else self._usable & ~self._holding  # no "for" for "anymore"
        likely = (usable & (slot.told > options.likely)).nonzero()[:, 0]  # some hundred of 30,000
        pieces = torch.cat([likely, torch.tensor([nothing])])
        told, weights = slot.told[pieces], self._weights[pieces]
        gain = weights @ direction + slot.held
        stand = slot.untold[pieces] - slot.untold.max() - options.gap_price * slot.gap
        if slot.word and options.strange:
            stand[:-1] = self._among_kin(slot, likely, stand[:-1], direction)
        price = options.price * (not slot.gap and slot.held <= options.gain)
        value = (told + stand) / 2 + options.worth * gain.clamp_max(options.enough) - price
        if options.aside:
            old = torch.tensor(self.lexicon.get(slot.word, (0.0, 0.0)))
            value = value - options.aside * ((weights - old).abs() * (direction == 0)).sum(1)
        leads = (gain > options.gain) & (told > options.likely)
        leads[-1] &= not (slot.gap or slot.last)  # nothing is there already, or the end hangs in the air
        count = min(options.per_gap if slot.gap else options.per_word, len(likely))
        best = value[:-1].masked_fill(~leads[:-1], -math.inf).topk(count).indices.tolist()
        return [
            Filling(slot.place, word, float(value[i]), float(told[i]), float(stand[i]))
            for i, word in [*((i, self.infiller.piece(int(pieces[i]))) for i in best), (-1, "")]
            if leads[i]
        ]

    def _among_kin(self, slot: Slot, pieces: Tensor, stand: Tensor, direction: Tensor) -> Tensor:
        """The `stand` (P,) of words in the place of a slot's own: less where they are strange beside it, more
        where they are its contrary, which stands wherever it stood."""
        options, told = self.options, slot.told[pieces]
        kin = self.infiller.kinship(slot.word, pieces)
        contrary = (kin >= options.kindred) & (told >= options.plausible) & (stand > UNHEARD_OF)
        contrary &= self._weights[pieces] @ direction > options.gain
        lifted = torch.maximum(stand, options.fluent + told * options.least_fluency / options.plausible)
        wanted = options.kin if slot.held > options.gain else options.near_kin
        strange = stand - options.strange * (wanted - kin).clamp_min(0.0)
        return torch.where(contrary & slot.turned & (slot.held > options.gain), lifted, strange)

    def stand(self, source: str, forms: Sequence[str]) -> list[float]:
        """How well the words that are not those of `source` stand in each of `forms`, as `Edit.stand`."""
        places = [changed_places(source, form) for form in forms]
        untold = torch.full((len(forms), 2), torch.nan)
        found = self.infiller.standing(forms, places, untold)
        louder = [self.options.mark_price * ("!" in form and "!" not in source) for form in forms]
        strange = [self._strangest(source, form) for form in forms]
        return [
            (float(each[:, 1].min()) if len(each) else 0.0) - price - odd
            for each, price, odd in zip(found, louder, strange, strict=True)
        ]

    def _strangest(self, source: str, form: str) -> float:
        """What the strangest word of `form` costs that takes the place of one of `source`, in nats."""
        there, here, options = words_of(source), words_of(form), self.options
        if not options.strange:
            return 0.0
        lacks = 0.0
        for kind, a, b, c, d in SequenceMatcher(None, there, here, autojunk=False).get_opcodes():
            if kind == "replace" and b - a == d - c:
                for old, new in zip(there[a:b], here[c:d], strict=True):
                    if (piece := self.infiller.words.get(new)) is not None and old not in FUNCTION_WORDS:
                        kin = self.infiller.kinship(old, torch.tensor([piece]))
                        lacks = max(lacks, self._wanted(old) - float(kin[0]))
        return options.strange * lacks

    def _wanted(self, word: str) -> float:
        """How near a word has to be that takes this one's place, whichever way leads."""
        moves = max(map(abs, self.lexicon.get(word, (0.0, 0.0)))) > self.options.gain
        return self.options.kin if moves else self.options.near_kin


def _offered(word: str) -> bool:
    """Whether a word may be put into a sentence."""
    return word not in UNASKED and not NEGATION.fullmatch(word) and (len(word) > 1 or word in "ai")


def _distinct(form: str, edits: Sequence[Edit]) -> list[Edit]:
    """Those of `edits` that change the text, each once."""
    distinct: dict[str, Edit] = {}
    for edit in edits:
        if edit.form != form:
            distinct.setdefault(edit.form, edit)
    return list(distinct.values())
