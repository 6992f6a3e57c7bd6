"""Rewriting by single words: an infilling model says what could stand in their place with another affect.

Where the decoder of a text VAE says a sentence anew from its latent, and may say another one, an edit leaves
all other words alone; both are candidates of one choice (`textvae.text.rewriting`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from textvae.text.infilling import Infiller, Place, places_of
from textvae.text.lexicon import Lexicon
from textvae.text.similarity import FUNCTION_WORDS
from textvae.text.steering import Editing, Floats
from textvae.training.checkpoint import load_checkpoint

_COARSE = (
    "ass asshole bastard bastards bitch bitches bullshit cock crap cunt damn damned dick fag fuck fucked "
    "fucker fucking gay goddamn hell idiot idiots motherfucker nazi nigger piss pissed porn pussy rape raped "
    "rapist retard retarded sex sexual sexy shit slut suck sucks whore"
)
UNASKED = frozenset(_COARSE.split())
"""Words that are put into nobody's sentence: not asked for, whatever their affect."""


def usable(editing: Editing, affect: str) -> Editing:
    """`editing`, without its model if that was trained over another affect model than `affect`, a name or a
    folder.

    Raises `UnknownNameError` or `CheckpointError` for a model that is none.
    """
    if not editing.model or load_checkpoint(editing.model).config.get("base") == Path(affect).name:
        return editing
    return replace(editing, model="")


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in the model's form with words changed.

    Attributes:
        log_prob: the mean log-probability of the words put in, the target told, in nats.
        stand: how well they stand there, nothing told: how much less likely than the likeliest word the one
            is that stands worst, in nats, and what words in gaps cost.
    """

    form: str
    log_prob: float
    stand: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill: its old word ("" in a gap), how far that stands in the way, and what could be there:
    log-probabilities (V,), the target told, and untold."""

    place: Place
    held: float
    told: Tensor
    untold: Tensor

    @property
    def gap(self) -> bool:
        """Whether there is no word."""
        return self.place.start == self.place.end


@dataclass(frozen=True, slots=True)
class Filling:
    """A word for a slot ("" to leave out the old one), what it is worth, its log-probability and stand."""

    word: str
    value: float
    log_prob: float
    stand: float


class Editor:
    """Proposes edits by an infilling model and a lexicon: word -> weights of valence and arousal."""

    def __init__(self, infiller: Infiller, lexicon: Lexicon, options: Editing) -> None:
        self.infiller, self.lexicon, self.options = infiller, lexicon, options

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
        usable[
            [
                piece
                for word, piece in self.infiller.words.items()
                if word not in UNASKED and (len(word) > 1 or word in "ai")
            ]
        ] = True
        return usable

    def propose(
        self, form: str, own: Floats, target: Floats, kept: frozenset[str] = frozenset()
    ) -> list[Edit]:
        """Edits of a text on its way from `own` (2,) to `target` (2,), standardised, nan where nothing is
        asked for; the most promising first. Words of `kept` stay, and those that hold a sentence together.
        One text at a time: what is proposed for it does not depend on others.
        """
        way = np.nan_to_num(np.sign(target - own))
        words, gaps = places_of(form)
        words = [place for place in words if form[place.start : place.end] not in kept | FUNCTION_WORDS]
        if not way.any() or not (words or gaps):
            return []
        direction = torch.from_numpy(way).float() / np.abs(way).sum()
        places = [*words, *gaps]
        held = [self._held(form[place.start : place.end], direction) for place in places]
        blocking = sorted(range(len(words)), key=lambda i: -held[i])[: self.options.together]
        together = sorted(i for i in blocking if held[i] > self.options.gain)
        questions = [[place] for place in places] + [[places[i] for i in together]] * (len(together) > 1)
        told, untold = self._ask(form, questions, target)
        found = []
        for place, old, *answers in zip(places, held, told, untold, strict=False):
            for filling in self._fillings(Slot(place, old, *answers), direction):
                text = place.put(form, filling.word)
                found.append((filling.value, Edit(text, filling.log_prob, filling.stand)))
        if len(together) > 1:
            rows = range(len(places), len(told))
            slots = [
                Slot(places[i], held[i], told[row], untold[row])
                for i, row in zip(together, rows, strict=True)
            ]
            found += self._together(form, slots, direction)
        found.sort(key=lambda one: -one[0])
        distinct: dict[str, Edit] = {}
        for _, edit in found:
            if edit.form != form:
                distinct.setdefault(edit.form, edit)
        return list(distinct.values())[: self.options.most]

    def _held(self, word: str, direction: Tensor) -> float:
        """How far a word stands in the way."""
        return -float(torch.tensor(self.lexicon.get(word, (0.0, 0.0))) @ direction)

    def _ask(self, form: str, questions: list[list[Place]], target: Floats) -> tuple[Tensor, Tensor]:
        """What could stand at the places of the questions, (P, V) each: the target told, and untold."""
        told = torch.from_numpy(target).float().expand(len(questions), 2)
        affect = torch.cat([told, torch.full_like(told, torch.nan)])
        found, untold = self.infiller.ask(form, questions * 2, affect).chunk(2)
        return found, untold

    def _fillings(self, slot: Slot, direction: Tensor) -> list[Filling]:
        """Words for a slot that lead in a `direction` (2,), and leaving out one that stands in the way."""
        options, nothing = self.options, self.infiller.alphabet.nothing
        gain = self._weights @ direction + slot.held
        stand = slot.untold - slot.untold.max() - options.gap_price * slot.gap
        price = options.price * (not slot.gap and slot.held <= options.gain)
        usable = self._usable & (gain > options.gain) & (slot.told > options.likely)
        value = (slot.told + stand) / 2 + options.worth * gain.clamp_max(options.enough) - price
        count = options.per_gap if slot.gap else options.per_word
        best = value.masked_fill(~usable, -math.inf).topk(count).indices.tolist()
        words = [(piece, self.infiller.piece(piece)) for piece in best if usable[piece]]
        if not slot.gap and slot.held > options.gain and slot.told[nothing] > options.likely:
            words.append((nothing, ""))
        return [
            Filling(word, float(value[piece]), float(slot.told[piece]), float(stand[piece]))
            for piece, word in words
        ]

    def _together(self, form: str, slots: Sequence[Slot], direction: Tensor) -> list[tuple[float, Edit]]:
        """Edits that fill all `slots`, whose words stand in the way, with the best words of each."""
        found = []
        ways = [[one for one in self._fillings(slot, direction) if one.word][:4] for slot in slots]
        for fillings in product(*ways):
            text = form
            for slot, filling in reversed(list(zip(slots, fillings, strict=True))):
                text = slot.place.put(text, filling.word)
            # All of them lead the way, and all have to stand.
            value = sum(filling.value for filling in fillings) / len(slots) + self.options.worth
            log_prob = sum(filling.log_prob for filling in fillings) / len(slots)
            found.append((value, Edit(text, log_prob, min(filling.stand for filling in fillings))))
        return sorted(found, key=lambda one: -one[0])[: self.options.per_word]

    def stand(self, source: str, forms: Sequence[str]) -> list[float]:
        """How well the words that are not those of `source` stand in each of `forms`, as `Edit.stand`."""
        places = [changed_places(source, form) for form in forms]
        untold = torch.full((len(forms), 2), torch.nan)
        found = self.infiller.standing(forms, places, untold)
        return [float(each[:, 1].min()) if len(each) else 0.0 for each in found]


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
