"""Words to say and words to avoid, against exhaustive search and plain loops over characters."""

import itertools
import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from textvae.text.beam import BeamOptions, beam_search, length_norm
from textvae.text.constraints import automaton, constrain
from textvae.text.tokenizer import BOS, EOS, Tokenizer
from textvae.text.wording import holds
from textvae.text.words import Words

PIECES = ("", "", "", "", " a", " ab", "b", "a", " b", "!")
"""What the pieces of the toy vocabulary write: "ab" can be spelled in two ways, "aab" in more."""


class Toy(Words):
    """A tokenizer whose pieces may be parts of words."""

    def __init__(self) -> None:
        self.surfaces = PIECES  # type: ignore[misc]

    def __len__(self) -> int:
        return len(PIECES)

    def encode(self, text: str) -> list[int]:
        """Greedily, the longest piece first."""
        text, found = " " + text, []
        while text:
            piece = max(
                (i for i, p in enumerate(PIECES) if p and text.startswith(p)), key=lambda i: len(PIECES[i])
            )
            found.append(piece)
            text = text[len(PIECES[piece]) :]
        return found


TOY = Toy()


def written(tokens: tuple[int, ...]) -> str:
    return "".join(PIECES[token] for token in tokens).strip()


@dataclass(frozen=True)
class State:
    sentence: Tensor
    place: int

    def select(self, rows: Tensor) -> "State":
        return replace(self, sentence=self.sentence[rows])


@dataclass(frozen=True)
class Bigrams:
    """Logits (sentence, place, last piece, next piece)."""

    logits: Tensor

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        found = self.logits[state.sentence, state.place, tokens].clone()
        return found, replace(state, place=state.place + 1)


def model(sentences: int, places: int = 8, seed: int = 0) -> Bigrams:
    generator = torch.Generator().manual_seed(seed)
    size = len(PIECES)
    return Bigrams(2 * torch.randn((sentences, places, size, size), generator=generator))


def search(toy: Bigrams, longest: int, options: BeamOptions, asked: list[tuple[list[str], list[str]]]):  # type: ignore[no-untyped-def]
    rows = torch.arange(len(asked))
    constraints = constrain(asked, TOY)
    return beam_search(toy, State(rows, 0), torch.full((len(asked),), longest), options, constraints)


def exhaustive(
    toy: Bigrams, row: int, longest: int, keep: list[str], avoid: list[str]
) -> list[tuple[float, tuple[int, ...]]]:
    """Every sentence that is allowed, best first."""
    found = []
    for length in range(longest + 1):
        for tokens in itertools.product(range(4, len(PIECES)), repeat=length):
            text = written(tokens)
            if not all(holds(text, word) for word in keep) or any(holds(text, word) for word in avoid):
                continue
            total, last = 0.0, BOS
            for place, piece in enumerate((*tokens, EOS)):
                total += float(toy.logits[row, place, last].log_softmax(-1)[piece])
                last = piece
            found.append((total / length_norm(length + 1.0, 1.0), tokens))
    return sorted(found, reverse=True)


ASKED: list[tuple[list[str], list[str]]] = [
    (["ab"], []),
    ([], ["ab"]),
    (["ab"], ["a"]),
    (["ab", "b"], []),
    (["b a"], ["ab", "b!"]),
    ([], ["a", "b"]),
    ([], []),
]


@pytest.mark.parametrize("seed", range(3))
def test_a_beam_that_is_wide_enough_is_exhaustive(seed: int) -> None:
    toy = model(len(ASKED), seed=seed)
    found = search(toy, 4, BeamOptions(width=6**4, keep=5), ASKED)
    for row, (keep, avoid) in enumerate(ASKED):
        expected = exhaustive(toy, row, 4, keep, avoid)[:5]
        assert [hypothesis.tokens for hypothesis in found[row]] == [tokens for _, tokens in expected]
        assert [hypothesis.score for hypothesis in found[row]] == pytest.approx(
            [score for score, _ in expected], abs=1e-5
        )


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_beam_says_what_it_must(seed: int) -> None:
    """Also where the word is unlikely, and where a beam without banks never says it."""
    asked = ASKED * 3
    toy = model(len(asked), seed=seed)
    toy.logits[:, :, :, [5, 8]] -= 6.0  # " ab" and " b"
    toy.logits[:, :, 4, 6] -= 6.0  # "b" after " a"
    free = search(toy, 7, BeamOptions(width=4, keep=4), [([], [])] * len(asked))
    found = search(toy, 7, BeamOptions(width=4, keep=4), asked)
    lacking = 0
    for plain, hypotheses, (keep, avoid) in zip(free, found, asked, strict=True):
        assert hypotheses
        for hypothesis in hypotheses:
            text = written(hypothesis.tokens)
            assert all(holds(text, word) for word in keep), text
            assert not any(holds(text, word) for word in avoid), text
        lacking += bool(keep) and not any(
            all(holds(written(each.tokens), word) for word in keep) for each in plain
        )
    assert lacking >= 6  # the test would be easy otherwise


def test_a_beam_that_must_say_nothing_is_a_plain_one() -> None:
    asked: list[tuple[list[str], list[str]]] = [([], []), (["ab"], []), ([], ["ab"]), ([], [])]
    toy = model(4, seed=9)
    together = search(toy, 6, BeamOptions(width=4, keep=4), asked)
    rows = torch.arange(4)
    plain = beam_search(toy, State(rows, 0), torch.full((4,), 6), BeamOptions(width=4, keep=4))
    for row in (0, 3):
        assert [h.tokens for h in together[row]] == [h.tokens for h in plain[row]]
        assert [h.score for h in together[row]] == pytest.approx([h.score for h in plain[row]])
    for row, each in enumerate(asked):
        alone = search(Bigrams(toy.logits[row : row + 1]), 6, BeamOptions(width=4, keep=4), [each])
        assert [h.tokens for h in together[row]] == [h.tokens for h in alone[0]]


def test_nothing_is_found_where_there_is_no_room() -> None:
    toy = model(1)
    assert search(toy, 1, BeamOptions(width=4, keep=4), [(["ab", "b"], [])]) == [[]]


def test_several_groups_cannot_be_led() -> None:
    options = BeamOptions(width=4, groups=2)
    with pytest.raises(ValueError, match="one group"):
        search(model(1), 4, options, [(["ab"], [])])
    found = search(model(1), 4, replace(options, keep=4), [([], ["ab", "b"])])[0]
    assert found and not any(holds(written(h.tokens), word) for h in found for word in ("ab", "b"))


@pytest.mark.parametrize("phrase", ["ab", "a", "b a", "aab", "a!", "ab!"])
def test_an_automaton_reads_what_a_person_reads(phrase: str) -> None:
    """Through every sequence of five pieces, the end of the sentence is barred as the words are there."""
    keep, avoid = automaton(phrase, True, TOY), automaton(phrase, False, TOY)
    seen = {True: 0, False: 0}
    for tokens in itertools.product(range(4, len(PIECES)), repeat=5):
        state, barred = 1, False
        for token in (*tokens, EOS):
            state = int(keep.to[state - 1, token]) if state > 0 else state
        other = 1
        for token in (*tokens, EOS):
            if not barred and other > 0:
                other = int(avoid.to[other - 1, token])
                barred = other < 0
        there = holds(written(tokens), phrase)
        assert (state == 0) == there
        assert barred == there
        seen[there] += 1
    assert min(seen.values()) > 0


def test_every_spelling_of_a_word_is_known() -> None:
    text = ["the food was cold and the staff was rude", "staffing is coldest"] * 8
    tokenizer = Tokenizer.train(text, 60)
    assert tokenizer.surfaces[tokenizer.encode("the")[0]].startswith(" ")
    table = automaton("staff", False, tokenizer)
    letters = {surface: piece for piece, surface in enumerate(tokenizer.surfaces)}
    spelled = [letters[" "], *(letters[letter] for letter in "staff")]
    for tokens, barred in ((spelled, True), ([*spelled, letters["i"]], False)):
        state = 1
        for token in (*tokens, EOS):
            state = int(table.to[state - 1, token])
            if state < 0:
                break
        assert (state < 0) == barred


def test_scores_are_log_probabilities() -> None:
    toy = model(1, seed=4)
    best = search(toy, 4, BeamOptions(width=6, keep=1), [(["ab"], [])])[0][0]
    total, last = 0.0, BOS
    for place, piece in enumerate((*best.tokens, EOS)):
        total += float(toy.logits[0, place, last].log_softmax(-1)[piece])
        last = piece
    assert math.isclose(best.log_prob, total, abs_tol=1e-5)
