"""Noise on what is read: words stay whole, move no further than they may, and schedules are followed."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from textvae.text.noise import NoiseOptions, disturb, keep_mask
from textvae.text.tokenizer import UNK
from textvae.training.recipe import load_recipe
from textvae.variational.schedules import read_schedule

VOCABULARY = 50


def words_to_tokens(lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Words of these lengths as tokens 4, 5, 6, ... in one row, and where each begins."""
    starts = torch.tensor([[place == 0 for length in lengths for place in range(length)]])
    return torch.arange(4, 4 + starts.shape[1])[None], starts


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=12),
    st.integers(0, 5),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_shuffling_moves_whole_words_by_a_few_places(
    lengths: list[int], places: int, seed: int, padding: int
) -> None:
    tokens, starts = words_to_tokens(lengths)
    width = tokens.shape[1]
    tokens = torch.cat([tokens, torch.zeros(1, padding, dtype=torch.long)], 1)
    padded = torch.cat([starts, torch.ones(1, padding, dtype=torch.bool)], 1)
    torch.manual_seed(seed)
    options = NoiseOptions(shuffle=places)
    moved = disturb(tokens, torch.tensor([width]), padded, VOCABULARY, options)[0].tolist()
    assert moved[width:] == [0] * padding
    number = (starts.cumsum(1)[0] - 1).tolist()  # of the word that a token belongs to
    order: list[int] = []
    for token in moved[:width]:
        if not order or order[-1] != number[token - 4]:
            order.append(number[token - 4])
    assert sorted(order) == list(range(len(lengths)))  # no word was torn apart or lost
    assert moved[:width] == [4 + place for word in order for place in range(width) if number[place] == word]
    assert all(abs(place - word) <= places for place, word in enumerate(order))


def test_every_word_has_a_fate_of_its_own() -> None:
    torch.manual_seed(0)
    starts = torch.ones(20_000, 5, dtype=torch.bool)
    keep = keep_mask(starts, ~starts, NoiseOptions(random_share=1.0, random_rate=0.3, affect_share=0.0))
    alike = torch.corrcoef(keep.float().T) - torch.eye(5)
    assert alike.abs().max() < 0.03
    tokens = torch.arange(4, 9).expand(20_000, 5)
    moved = disturb(tokens, torch.full((20_000,), 5), starts, VOCABULARY, NoiseOptions(shuffle=1))
    swapped = [(moved[:, place] == 5 + place).float().mean().item() for place in range(4)]
    assert min(swapped) > 0.05  # the last two as well


def test_shuffling_does_shuffle() -> None:
    torch.manual_seed(0)
    tokens = torch.arange(4, 24).expand(200, 20)
    moved = disturb(
        tokens,
        torch.full((200,), 20),
        torch.ones(200, 20, dtype=torch.bool),
        VOCABULARY,
        NoiseOptions(shuffle=3),
    )
    assert (moved != tokens).float().mean() > 0.5
    assert (moved - tokens).abs().max() == 3


def test_blanks_and_other_words_come_at_their_rates_and_take_whole_words() -> None:
    torch.manual_seed(0)
    tokens, starts = words_to_tokens([2, 1, 1])
    tokens, starts = tokens.expand(4000, 4), starts.expand(4000, 4)
    lengths = torch.full((4000,), 3)  # the last token is padding
    blank = disturb(tokens, lengths, starts, VOCABULARY, NoiseOptions(blank=0.3)) == UNK
    assert torch.equal(blank[:, 0], blank[:, 1])
    assert not torch.equal(blank[:, 1], blank[:, 2])
    assert abs(float(blank[:, :3].float().mean()) - 0.3) < 0.02
    assert not blank[:, 3].any()
    other = disturb(tokens, lengths, starts, VOCABULARY, NoiseOptions(substitute=1.0))
    assert other[:, :3].min() == UNK + 1
    assert other[:, :3].max() == VOCABULARY - 1
    assert torch.equal(other[:, 3], tokens[:, 3])


def test_word_dropout_follows_its_schedule() -> None:
    recipe = load_recipe("text", "yelp/word-dropout-annealing")
    share = read_schedule(recipe["noise"]["word_dropout"])
    assert [share(step) for step in (0, 2000, 11000, 20000, 10**6)] == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert read_schedule(load_recipe("text", "yelp/word-dropout")["noise"]["word_dropout"])(5) == 0.4
