"""Words that a search must say or may not say, as automata over characters.

One piece sequence is not enough: a word can be spelled by many. Each phrase is an automaton that reads the
characters that pieces write (Anderson et al. 2017), so that every spelling counts, and whole words only. What
is to be said is also led: the usual pieces of its phrase are offered one by one, and hypotheses that are
equally far with it compete among themselves alone (`banks.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textvae.text.tokenizer import EOS, Tokenizer
from textvae.text.words import Words

FREE = 0
"""The state in which nothing is asked any more: the phrase was said, or there is none."""
BARRED = -1
NOTHING = -1


@dataclass(frozen=True, slots=True)
class Constraints:
    """What is asked of each of N sentences, at most P phrases each.

    Attributes:
        states: (N, P) where each phrase's automaton begins.
        barred: (S, V) whether a piece may not follow in a state.
        to: (S, V) the state after a piece.
        need: (S,) how many steps it takes to say a phrase from its start; 0 once it was said.
        gone: (S,) how many of them are gone.
        ahead: (S,) the piece that leads on, `NOTHING` where none is needed.
    """

    states: Tensor
    barred: Tensor
    to: Tensor
    need: Tensor
    gone: Tensor
    ahead: Tensor

    def of(self, rows: Tensor) -> "Constraints":
        """Those of some sentences."""
        return replace(self, states=self.states[rows])

    def bar(self, logits: Tensor, states: Tensor) -> None:
        """Forbid in `logits` (R, V) what may not follow in `states` (R, P)."""
        for phrase in range(states.size(1)):
            logits.masked_fill_(self.barred[states[:, phrase]], -torch.inf)

    def left(self, states: Tensor) -> Tensor:
        """(...) how many steps there are to go from `states` (..., P). Of the phrases that are being said the
        furthest counts: the others begin like it, and must be said again."""
        left: Tensor = self.need[states].sum(-1) - self.gone[states].amax(-1)
        return left

    def after(self, states: Tensor, pieces: Tensor) -> Tensor:
        """The states (..., P) after `states` (..., P) and `pieces` (...); where one is barred, any."""
        return self.to[states, pieces[..., None]].long()


def constrain(
    asked: Sequence[tuple[Sequence[str], Sequence[str]]],
    tokenizer: Tokenizer | Words,
    device: torch.device | str = "cpu",
) -> Constraints:
    """For each sentence, phrases in the model's form to say and to avoid."""
    tables = [_free(len(tokenizer))]
    place: dict[tuple[str, bool], int] = {}
    size = 1
    rows = []
    for keep, avoid in asked:
        row = []
        for phrase, wanted in dict.fromkeys([*((p, True) for p in keep), *((p, False) for p in avoid)]):
            if (phrase, wanted) not in place:
                place[phrase, wanted] = size
                table = automaton(phrase, wanted, tokenizer)
                tables.append(table.moved(size))
                size += len(table.to)
            row.append(place[phrase, wanted])
        rows.append(row)
    most = max(map(len, rows), default=1) or 1
    padded = [row + [FREE] * (most - len(row)) for row in rows]
    to = np.concatenate([table.to for table in tables])
    return Constraints(
        torch.tensor(padded, dtype=torch.long, device=device).view(len(rows), most),
        torch.from_numpy(to == BARRED).to(device),
        torch.from_numpy(np.maximum(to, FREE)).to(device),
        torch.from_numpy(np.concatenate([table.need for table in tables])).to(device),
        torch.from_numpy(np.concatenate([table.gone for table in tables])).to(device),
        torch.from_numpy(np.concatenate([table.ahead for table in tables])).to(device),
    )


@dataclass(frozen=True, slots=True)
class Automaton:
    """One phrase: `to` (S, V), a state, `FREE` or `BARRED`; `need`, `gone` and `ahead` (S,). It begins in its
    first state, which is called 1 here."""

    to: NDArray[np.int32]
    need: NDArray[np.int64]
    gone: NDArray[np.int64]
    ahead: NDArray[np.int64]

    def moved(self, first: int) -> "Automaton":
        """The same with its first state called `first`."""
        return replace(self, to=np.where(self.to > FREE, self.to + np.int32(first - 1), self.to))


@cache
def _free(pieces: int) -> Automaton:
    nothing = np.zeros(1, np.int64)
    return Automaton(np.zeros((1, pieces), np.int32), nothing, nothing, np.full(1, NOTHING))


State = tuple[bool, frozenset[int]]
"""Whether a word's character came last, and how much of the phrase was read, in each way to read it."""


@lru_cache(maxsize=32)
def automaton(phrase: str, wanted: bool, tokenizer: Tokenizer | Words) -> Automaton:
    """The automaton of a phrase that is to be said, or to be avoided."""
    spelling = _spelling(tokenizer)
    said = FREE if wanted else BARRED
    start: State = (False, frozenset())
    known: dict[State, int] = {start: 1}
    waiting = [start]
    rows: dict[State, NDArray[np.int64]] = {}

    def number(state: State | None) -> int:
        if state is None:
            return said
        if state not in known:
            known[state] = len(known) + 1
            waiting.append(state)
        return known[state]

    while waiting:
        state = waiting.pop()
        row = np.where(spelling.ends_in_word, number((True, frozenset())), number(start))
        for piece in spelling.touched(phrase, state):
            row[piece] = number(_read(phrase, state, spelling.surfaces[piece]))
        row[:EOS] = row[EOS + 1] = BARRED  # never said
        finished = len(phrase) in state[1]
        row[EOS] = FREE if finished == wanted else BARRED
        rows[state] = row
    to = np.stack([rows[state] for state in known]).astype(np.int32)
    need, gone = np.zeros((2, len(known)), np.int64)
    ahead = np.full(len(known), NOTHING)
    if wanted:
        _lead(phrase, known, tokenizer, need, gone, ahead)
    return Automaton(to, need, gone, ahead)


def _lead(
    phrase: str,
    known: dict[State, int],
    tokenizer: Tokenizer | Words,
    need: NDArray[np.int64],
    gone: NDArray[np.int64],
    ahead: NDArray[np.int64],
) -> None:
    """The way through the usual pieces of the phrase, and one step more: what comes next must end its last
    word, or the word was another one."""
    pieces = tokenizer.encode(phrase)
    ahead[:] = pieces[0]
    written, steps = "", 0
    for piece, following in zip(pieces, [*pieces[1:], NOTHING], strict=True):
        written += tokenizer.surfaces[piece]
        steps += bool(written.strip())  # a blank alone says nothing of it yet
        state = _read(phrase, (False, frozenset()), written)
        if state in known:
            gone[known[state] - 1], ahead[known[state] - 1] = steps, following
    need[:] = steps + 1
    for state, number in known.items():
        if len(phrase) in state[1]:
            gone[number - 1], ahead[number - 1] = steps, NOTHING


def _read(phrase: str, state: State | None, text: str) -> State | None:
    """The state after more text; None once the phrase was read as whole words."""
    for character in text:
        if state is None:
            return None
        after_word, at = state
        word = _in_word(character)
        if len(phrase) in at and not word:
            return None
        going_on = {length + 1 for length in at if length < len(phrase) and phrase[length] == character}
        if character == phrase[0] and not (word and after_word):
            going_on.add(1)
        if len(phrase) in going_on and not _in_word(phrase[-1]):
            return None
        state = word, frozenset(going_on)
    return state


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


@dataclass(frozen=True, slots=True)
class _Spelling:
    """What the pieces write: `ends_in_word` (V,) whether a word's character comes last."""

    surfaces: tuple[str, ...]
    ends_in_word: NDArray[np.bool_]
    by_first: dict[str, list[int]]

    def touched(self, phrase: str, state: State) -> set[int]:
        """The pieces in which a phrase may begin, or by which it goes on or ends after `state`."""
        after = {phrase[length] for length in state[1] if length < len(phrase)}
        finished = len(phrase) in state[1]
        found = set(self._holding(phrase[0]))
        for first, pieces in self.by_first.items():
            if first in after or (finished and not _in_word(first)):
                found.update(pieces)
        return found

    def _holding(self, character: str) -> list[int]:
        return [piece for piece, surface in enumerate(self.surfaces) if character in surface]


@lru_cache(maxsize=4)
def _spelling(tokenizer: Tokenizer | Words) -> _Spelling:
    surfaces = tokenizer.surfaces
    by_first: dict[str, list[int]] = {}
    for piece, surface in enumerate(surfaces):
        by_first.setdefault(surface[:1], []).append(piece)
    ends = np.array([bool(surface) and _in_word(surface[-1]) for surface in surfaces])
    return _Spelling(surfaces, ends, by_first)
