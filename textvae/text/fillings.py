"""Edits out of fillings: words for places of a text, one alone, several together, and the marks beside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from torch import Tensor

from textvae.text.infilling import Place
from textvae.text.marks import calmer, louder
from textvae.text.steering import Floats
from textvae.text.wording import GRAVE, has

AROUSAL = 1

Made = frozenset[str]
"""What made a text: several, where one changed what another had made."""

EDIT, FRAME, MARK = (frozenset({name}) for name in ("edit", "frame", "mark"))
"""Other words in it; words around it, put there or taken off; exclamation marks, likewise."""

WAYS = 4
"""Words of each slot that are tried together with those of others."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in the model's form with words changed.

    Attributes:
        log_prob: the mean log-probability of the words put in, the target told, in nats.
        stand: how well they stand there, nothing told: how much less likely than the likeliest word the one
            is that stands worst, in nats, and what words in gaps cost.
        by: what made it.
    """

    form: str
    log_prob: float
    stand: float
    by: Made = EDIT


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill: its old word ("" in a gap), how far that stands in the way, what could be there,
    log-probabilities (V,), the target told, and untold; whether it is the last of its text, and whether the
    contrary of its word may stand there: of what is asked or thanked for it may not."""

    place: Place
    word: str
    held: float
    told: Tensor
    untold: Tensor
    last: bool = False
    turned: bool = True

    @property
    def gap(self) -> bool:
        """Whether there is no word."""
        return self.place.start == self.place.end


@dataclass(frozen=True, slots=True)
class Filling:
    """A word for a slot ("" to leave out the old one), what it is worth, its log-probability and stand."""

    place: Place
    word: str
    value: float
    log_prob: float
    stand: float


def filled(form: str, fillings: Sequence[Filling], bonus: float = 0.0) -> tuple[float, Edit]:
    """The text with all `fillings`, from left to right, and what that is worth: their mean and a `bonus`."""
    text = form
    for filling in reversed(fillings):
        text = filling.place.put(text, filling.word)
    value = sum(filling.value for filling in fillings) / len(fillings) + bonus
    log_prob = sum(filling.log_prob for filling in fillings) / len(fillings)
    return value, Edit(text, log_prob, min(filling.stand for filling in fillings))


def together(
    form: str, ways: Sequence[Sequence[Filling]], bonus: float, most: int
) -> list[tuple[float, Edit]]:
    """Edits that fill all slots, each in one of its `ways`: all lead the way, and all have to stand."""
    words = [[one for one in some if one.word][:WAYS] for some in ways]
    found = [filled(form, fillings, bonus) for fillings in product(*words)]
    return sorted(found, key=lambda one: -one[0])[:most]


def pairs(form: str, fillings: Sequence[Filling], most: int) -> list[Edit]:
    """Edits that make two of `fillings` (the best first) at once, at places with a word between: neighbours
    would have to know of each other."""
    found = []
    for both in combinations(fillings[: 2 * WAYS], 2):
        first, second = sorted(both, key=lambda one: one.place.start)
        between = form[first.place.end : second.place.start]
        if any(map(str.isalnum, between)):
            found.append(filled(form, (first, second)))
    return [edit for _, edit in sorted(found, key=lambda one: -one[0])[:most]]


def marked(form: str, edits: Sequence[Edit], way: Floats, price: float) -> list[Edit]:
    """The text itself and `edits` louder or calmer, as the `way` (2,) of arousal is; none where it is 0.

    To be louder costs a `price`, in nats; a death is not told with a raised voice.
    """
    if not way[AROUSAL] or (way[AROUSAL] > 0 and has(GRAVE, form)):
        return []
    said, cost = (louder, price) if way[AROUSAL] > 0 else (calmer, 0.0)
    found = [
        replace(edit, form=said(edit.form), stand=edit.stand - cost, by=edit.by | MARK)
        for edit in (Edit(form, 0, 0, frozenset()), *edits)
    ]
    known = {form, *(edit.form for edit in edits)}
    return [edit for edit in found if edit.form not in known]
