"""Decoding, against exhaustive search and answers worked out by hand, on a decoder that is a table."""

import itertools
import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from textvae.text.beam import BeamOptions, beam_search, length_norm
from textvae.text.decoding import Hypothesis, repeated_ngrams
from textvae.text.sampling import SampleOptions, draw_from_nucleus, greedy, sample_tokens
from textvae.text.tokenizer import BOS, EOS, UNK

A, B, C = UNK + 1, UNK + 2, UNK + 3
VOCABULARY = UNK + 4


@dataclass(frozen=True)
class TableState:
    """Which sentence a row decodes, how far it is, and the piece before the last."""

    sentence: Tensor
    place: int
    before: Tensor

    def select(self, rows: Tensor) -> "TableState":
        return replace(self, sentence=self.sentence[rows], before=self.before[rows])


@dataclass(frozen=True)
class Table:
    """Logits (sentence, place, piece before the last, last piece, next piece)."""

    logits: Tensor

    def start(self) -> TableState:
        sentences = torch.arange(self.logits.size(0))
        return TableState(sentences, 0, torch.full_like(sentences, BOS))

    def step(self, tokens: Tensor, state: TableState) -> tuple[Tensor, TableState]:
        logits = self.logits[state.sentence, state.place, state.before, tokens]
        return logits, replace(state, place=state.place + 1, before=tokens)


def random_table(sentences: int, places: int = 6, seed: int = 0, spread: float = 2.0) -> Table:
    generator = torch.Generator().manual_seed(seed)
    shape = (sentences, places, VOCABULARY, VOCABULARY, VOCABULARY)
    return Table(spread * torch.randn(shape, generator=generator))


def table_of(probabilities: dict[int, dict[int, float]], places: int = 8) -> Table:
    """A bigram table for one sentence: last piece -> next piece -> probability."""
    logits = torch.full((1, places, VOCABULARY, VOCABULARY, VOCABULARY), -50.0)
    for last, following in probabilities.items():
        for piece, probability in following.items():
            logits[:, :, :, last, piece] = math.log(probability)
    return Table(logits)


def log_prob(table: Table, sentence: int, tokens: tuple[int, ...]) -> float:
    """log p of the pieces and the eos, straight from the table."""
    before, last, total = BOS, BOS, 0.0
    for place, piece in enumerate((*tokens, EOS)):
        total += float(table.logits[sentence, place, before, last].log_softmax(-1)[piece])
        before, last = last, piece
    return total


def exhaustive(table: Table, sentence: int, longest: int, alpha: float) -> list[Hypothesis]:
    """Every sentence of at most `longest` pieces, best first."""
    found = []
    for length in range(longest + 1):
        for tokens in itertools.product((A, B, C), repeat=length):
            total = log_prob(table, sentence, tokens)
            found.append(Hypothesis(tokens, total, total / length_norm(length + 1.0, alpha)))
    return sorted(found, key=lambda hypothesis: -hypothesis.score)


def search(table: Table, longest: int | list[int], options: BeamOptions) -> list[list[Hypothesis]]:
    state = table.start()
    limits = torch.tensor(longest if isinstance(longest, list) else [longest] * len(state.sentence))
    return beam_search(table, state, limits, options)


@pytest.mark.parametrize("alpha", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("longest", [0, 1, 3, 4])
def test_a_beam_that_is_wide_enough_is_exhaustive(alpha: float, longest: int) -> None:
    table = random_table(3)
    width = 4 * 3**longest  # more than there is to do at any step
    found = search(table, longest, BeamOptions(width=width, keep=4, length_penalty=alpha))
    for sentence, hypotheses in enumerate(found):
        expected = exhaustive(table, sentence, longest, alpha)[:4]
        assert [h.tokens for h in hypotheses] == [e.tokens for e in expected]
        for hypothesis, exact in zip(hypotheses, expected, strict=True):
            assert hypothesis.log_prob == pytest.approx(exact.log_prob, abs=1e-5)
            assert hypothesis.score == pytest.approx(exact.score, abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_what_a_narrow_beam_finds_is_scored_as_it_should_be(seed: int) -> None:
    table = random_table(2, seed=seed)
    for sentence, hypotheses in enumerate(search(table, 4, BeamOptions(width=3, keep=3))):
        best = exhaustive(table, sentence, 4, 1.0)[0].score
        assert [h.score for h in hypotheses] == sorted((h.score for h in hypotheses), reverse=True)
        for hypothesis in hypotheses:
            assert hypothesis.log_prob == pytest.approx(
                log_prob(table, sentence, hypothesis.tokens), abs=1e-5
            )
            assert hypothesis.score <= best + 1e-5


def plain_beam_search(table: Table, sentence: int, longest: int, options: BeamOptions) -> list[Hypothesis]:
    """One sentence, one group, in plain loops: what `beam_search` has to find."""
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    pool: list[Hypothesis] = []
    for length in range(1, longest + 2):
        steps = []
        for score, tokens in beam:
            before, last = (BOS, BOS, *tokens)[-2:]
            log_probs = table.logits[sentence, length - 1, before, last].log_softmax(-1).tolist()
            for piece in (EOS, A, B, C):
                said = (*tokens, piece)
                if piece == EOS and length <= min(options.min_length, longest):
                    continue
                if piece != EOS and (length > longest or has_repeat(said, options.no_repeat or 99)):
                    continue
                steps.append((score + log_probs[piece], said))
        steps.sort(reverse=True)
        for score, tokens in steps[: options.width]:
            if tokens[-1] == EOS:
                value = score / length_norm(float(length), options.length_penalty)
                pool.append(Hypothesis(tokens[:-1], score, value))
        beam = [step for step in steps[: 2 * options.width] if step[1][-1] != EOS][: options.width]
    return sorted(pool, key=lambda hypothesis: -hypothesis.score)[: options.keep]


@pytest.mark.parametrize("seed", range(8))
def test_the_batch_finds_what_plain_loops_find(seed: int) -> None:
    table = random_table(6, places=8, seed=seed)
    options = BeamOptions(
        width=2 + seed % 4, keep=2, length_penalty=0.3 * (seed % 5), min_length=seed % 3, no_repeat=seed % 4
    )
    longest = [7, 3, 5, 0, 6, 7]
    for sentence, found in enumerate(search(table, longest, options)):
        expected = plain_beam_search(table, sentence, longest[sentence], options)
        assert [h.tokens for h in found] == [e.tokens for e in expected]
        assert [h.score for h in found] == pytest.approx([e.score for e in expected], abs=1e-5)


def test_stopping_early_loses_nothing() -> None:
    """The best of a search that may stop is the best of one that has to fill its pool."""
    table = random_table(20, places=8, seed=3)
    for alpha in (0.0, 1.0):
        short = search(table, 7, BeamOptions(width=6, keep=1, length_penalty=alpha))
        full = search(table, 7, BeamOptions(width=6, keep=6, length_penalty=alpha))
        assert [found[0].tokens for found in short] == [found[0].tokens for found in full]


def test_greedy_misses_what_a_beam_finds() -> None:
    # Greedy: A (0.6) then B (0.5) then eos, 0.3. The beam: B (0.4) then eos, 0.4 * 1.0.
    table = table_of({BOS: {A: 0.6, B: 0.4}, A: {B: 0.5, C: 0.5}, B: {EOS: 1.0}, C: {EOS: 1.0}})
    assert greedy(table, table.start(), torch.tensor([5]))[0].tokens == (A, B)
    found = search(table, 5, BeamOptions(width=2, keep=2, length_penalty=0.0))[0]
    assert found[0].tokens == (B,)
    assert found[0].log_prob == pytest.approx(math.log(0.4))
    assert found[1].tokens in ((A, B), (A, C))
    assert found[1].log_prob == pytest.approx(math.log(0.3))


def test_length_norm_is_that_of_gnmt() -> None:
    assert length_norm(1.0, 0.7) == 1.0
    assert length_norm(7.0, 1.0) == 2.0
    assert length_norm(19.0, 0.5) == 2.0
    assert length_norm(19.0, 0.0) == 1.0


def test_the_length_penalty_decides_between_short_and_long() -> None:
    # eos at once: log 0.5 = -0.69; A A A eos: log 0.4 = -0.92, but over lp(4) = 1.5 it is -0.61.
    table = table_of({BOS: {EOS: 0.5, A: 0.4, B: 0.1}, A: {B: 1.0}, B: {C: 1.0}, C: {EOS: 1.0}})
    assert search(table, 5, BeamOptions(width=3, length_penalty=0.0))[0][0].tokens == ()
    assert search(table, 5, BeamOptions(width=3, length_penalty=1.0))[0][0].tokens == (A, B, C)


def test_never_shorter_than_the_minimum_and_never_past_the_limit() -> None:
    table = random_table(10, places=7)
    for hypotheses in search(table, 5, BeamOptions(width=8, keep=8, min_length=3)):
        assert all(3 <= len(h.tokens) <= 5 for h in hypotheses)
    # A sentence that may have fewer pieces than the minimum ends at its limit.
    for hypotheses in search(random_table(2), [1, 0], BeamOptions(width=3, min_length=3)):
        assert len(hypotheses[0].tokens) <= 1


def test_special_pieces_are_never_said() -> None:
    table = random_table(8, places=7)
    drawn = sample_tokens(table, table.start(), torch.full((8,), 6))
    hypotheses = [h for found in search(table, 6, BeamOptions(width=9, keep=9)) for h in found]
    for hypothesis in hypotheses + drawn:
        assert set(hypothesis.tokens) <= {A, B, C}


@pytest.mark.parametrize("groups", [1, 2])
def test_the_batch_makes_no_difference(groups: int) -> None:
    table = random_table(7, places=8, seed=1)
    longest = [5, 1, 7, 3, 0, 6, 4]
    options = BeamOptions(width=4, keep=3, groups=groups, no_repeat=2)
    together = search(table, longest, options)
    for sentence, limit in enumerate(longest):
        alone = search(Table(table.logits[sentence : sentence + 1]), limit, options)[0]
        assert [h.tokens for h in together[sentence]] == [h.tokens for h in alone]
        assert [h.score for h in together[sentence]] == pytest.approx([h.score for h in alone], abs=1e-6)


def test_ngrams_that_would_come_twice() -> None:
    history = torch.tensor([[A, B, C, A, B], [A, A, B, B, A]])
    rows, pieces = repeated_ngrams(history, 3)
    assert list(zip(rows.tolist(), pieces.tolist(), strict=True)) == [(0, C)]
    rows, pieces = repeated_ngrams(history, 2)
    assert set(zip(rows.tolist(), pieces.tolist(), strict=True)) == {(0, C), (1, A), (1, B)}
    rows, pieces = repeated_ngrams(history[:, :2], 1)
    assert set(zip(rows.tolist(), pieces.tolist(), strict=True)) == {(0, A), (0, B), (1, A)}
    assert repeated_ngrams(history[:, :1], 2)[0].numel() == 0
    assert repeated_ngrams(history[:, :0], 1)[0].numel() == 0


@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_ngram_comes_twice(size: int) -> None:
    table = table_of({BOS: {A: 1.0}, A: {B: 0.9, C: 0.05, EOS: 0.05}, B: {A: 0.9, C: 0.05, EOS: 0.05},
                      C: {C: 0.5, A: 0.4, EOS: 0.1}}, places=9)  # fmt: skip
    free = search(table, 8, BeamOptions(width=4, keep=4, min_length=7 if size > 1 else 3))[0]
    assert any(has_repeat(h.tokens, size) for h in free)
    found = search(table, 8, BeamOptions(width=4, keep=4, min_length=7 if size > 1 else 3, no_repeat=size))[0]
    assert found
    assert not any(has_repeat(h.tokens, size) for h in found)


def has_repeat(tokens: tuple[int, ...], size: int) -> bool:
    ngrams = [tokens[start : start + size] for start in range(len(tokens) - size + 1)]
    return len(set(ngrams)) < len(ngrams)


def test_a_group_avoids_what_the_groups_before_it_say() -> None:
    # Both groups like A best; the second pays 1 nat for it, and B is only log(0.6 / 0.4) = 0.41 behind.
    table = table_of({BOS: {A: 0.6, B: 0.4}, A: {EOS: 1.0}, B: {EOS: 1.0}})
    options = BeamOptions(width=2, keep=2, groups=2, diversity=1.0, length_penalty=0.0)
    found = search(table, 3, options)[0]
    assert [h.tokens for h in found] == [(A,), (B,)]
    assert [h.log_prob for h in found] == pytest.approx([math.log(0.6), math.log(0.4)])
    assert [h.tokens for h in search(table, 3, replace(options, diversity=0.3))[0]] == [(A,)]


def test_groups_are_more_diverse_than_one_beam() -> None:
    table = random_table(30, places=7, seed=5)

    def first_pieces(options: BeamOptions) -> float:
        return sum(len({h.tokens[:1] for h in found}) for found in search(table, 6, options)) / 30

    assert first_pieces(BeamOptions(3, 3, min_length=1)) < 2.5
    assert first_pieces(BeamOptions(3, 3, min_length=1, groups=3, diversity=50.0)) == 3


def test_nothing_to_decode() -> None:
    table = random_table(0)
    assert search(table, [], BeamOptions(width=2)) == []
    assert greedy(table, table.start(), torch.zeros(0, dtype=torch.long)) == []


def test_options_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="5 cannot be split into 2"):
        BeamOptions(width=5, groups=2)
    with pytest.raises(ValueError, match="keep 3"):
        BeamOptions(width=2, keep=3)
    with pytest.raises(ValueError, match="top_p"):
        SampleOptions(top_p=0.0)


def test_greedy_is_a_beam_of_one_that_stops_at_its_eos() -> None:
    table = random_table(12, places=8, seed=2)
    hypotheses = greedy(table, table.start(), torch.full((12,), 6))
    for sentence, hypothesis in enumerate(hypotheses):
        assert hypothesis.log_prob == pytest.approx(log_prob(table, sentence, hypothesis.tokens), abs=1e-5)
        before, last = BOS, BOS
        for place, piece in enumerate((*hypothesis.tokens, EOS)[:6]):
            allowed = table.logits[sentence, place, before, last][[EOS, A, B, C]]
            assert piece == (EOS, A, B, C)[int(allowed.argmax())]
            before, last = last, piece


def test_the_nucleus_holds_the_fewest_pieces_that_reach_its_mass() -> None:
    # Sorted: 0.5, 0.3, 0.15, 0.05. At 0.75 the nucleus is {1, 3} with mass 0.8, and 0.5 / 0.8 = 0.625.
    logits = torch.tensor([0.15, 0.5, 0.05, 0.3]).log().expand(1000, -1)
    noise = torch.arange(1000) / 1000
    drawn = draw_from_nucleus(logits, noise, 0.75)
    assert set(drawn.tolist()) == {1, 3}
    assert (drawn == 1).float().mean() == pytest.approx(0.625, abs=2e-3)
    everything = draw_from_nucleus(logits, noise, 1.0)
    shares = [(everything == piece).float().mean().item() for piece in range(4)]
    assert shares == pytest.approx([0.15, 0.5, 0.05, 0.3], abs=2e-3)
    assert set(draw_from_nucleus(logits, noise, 0.01).tolist()) == {1}


def test_the_nucleus_may_be_wider_than_the_pieces_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    logits = (
        torch.randn(50, 30, generator=torch.Generator().manual_seed(0)) * torch.arange(1, 51)[:, None] / 5
    )
    noise = torch.rand(50, generator=torch.Generator().manual_seed(1))
    whole = draw_from_nucleus(logits, noise, 0.8)
    monkeypatch.setattr("textvae.text.sampling.HEAD", 3)
    assert draw_from_nucleus(logits, noise, 0.8).equal(whole)


def test_samples_follow_the_temperature() -> None:
    table = table_of({BOS: {A: 0.8, B: 0.2}, A: {EOS: 1.0}, B: {EOS: 1.0}})
    many = Table(table.logits.expand(4000, -1, -1, -1, -1))
    noise = torch.rand(4000, 4, generator=torch.Generator().manual_seed(0))

    def share_of_a(temperature: float) -> float:
        options = SampleOptions(temperature)
        drawn = sample_tokens(many, many.start(), torch.full((4000,), 3), options, noise)
        return sum(h.tokens == (A,) for h in drawn) / 4000

    assert share_of_a(1.0) == pytest.approx(0.8, abs=0.02)
    assert share_of_a(2.0) == pytest.approx(2 / 3, abs=0.02)  # sqrt(4) to 1
    assert share_of_a(0.5) == pytest.approx(16 / 17, abs=0.02)  # 4 squared to 1
    assert share_of_a(0.0) == 1.0


def test_a_sample_is_the_same_whatever_the_batch() -> None:
    table = random_table(6, places=8)
    noise = torch.rand(6, 8, generator=torch.Generator().manual_seed(1))
    longest = torch.tensor([7, 2, 0, 5, 7, 3])
    options = SampleOptions(top_p=0.9)
    together = sample_tokens(table, table.start(), longest, options, noise)
    for row in range(6):
        single = Table(table.logits[row : row + 1])
        alone = sample_tokens(single, single.start(), longest[row : row + 1], options, noise[row : row + 1])
        assert alone[0].tokens == together[row].tokens
        assert len(alone[0].tokens) <= longest[row]
        assert together[row].log_prob == pytest.approx(log_prob(table, row, together[row].tokens), abs=1e-5)
