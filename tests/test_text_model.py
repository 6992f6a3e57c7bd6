"""The text VAE's parts: no answer depends on padding, and a step is a step of the whole."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import torch
from torch.nn import functional

from textvae.errors import CheckpointError, RecipeError
from textvae.text.data import Dataset
from textvae.text.decoder import Highway
from textvae.text.encoder import SUMMARIES, Encoder, reverse_within
from textvae.text.lexicon import learn_lexicon, words_of
from textvae.text.likelihood import summed_nll
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.noise import NoiseOptions, compact, keep_mask

SMALL = TextConfig(pieces=30, embedding=8, encoder=6, heads=2, content=5, decoder=7, adversary=4)
ATTENDING = replace(SMALL, content=6, attends=True)


def test_reverse_within_keeps_padding_at_the_end() -> None:
    x = torch.tensor([[1, 2, 3, 0], [4, 5, 0, 0]])
    assert reverse_within(x, torch.tensor([3, 2])).tolist() == [[3, 2, 1, 0], [5, 4, 0, 0]]


@pytest.mark.parametrize("summary", SUMMARIES)
def test_summary_does_not_see_padding(summary: str) -> None:
    torch.manual_seed(0)
    encoder = Encoder(4, 3, summary, heads=2)
    x = torch.randn(1, 5, 4)
    alone = encoder(x, torch.tensor([5]))
    padded = torch.cat([x, 9 * torch.ones(1, 3, 4)], 1)
    assert torch.allclose(encoder(padded, torch.tensor([5])), alone, atol=1e-6)
    assert alone.shape == (1, encoder.features)


def test_encoder_is_torchs_bidirectional_gru() -> None:
    torch.manual_seed(0)
    encoder = Encoder(4, 3, "last")
    whole = torch.nn.GRU(4, 3, batch_first=True, bidirectional=True)
    assert encoder.forwards is not None and encoder.backwards is not None
    for name, value in encoder.forwards.named_parameters():
        getattr(whole, name).data = value
    for name, value in encoder.backwards.named_parameters():
        getattr(whole, f"{name}_reverse").data = value
    x = torch.randn(2, 6, 4)
    _, last = whole(x)
    assert torch.allclose(encoder(x, torch.tensor([6, 6])), torch.cat([last[0], last[1]], 1), atol=1e-6)


def test_attention_weights_by_hand() -> None:
    encoder = Encoder(1, 1, "attention", heads=1)
    assert encoder.score is not None
    states = torch.tensor([[[0.0, 0.0], [1.0, 0.0]]])
    with torch.no_grad():
        encoder.score.weight.copy_(torch.tensor([[1.0, 0.0]]))
        encoder.score.bias.zero_()
    e = float(torch.e)
    weights = torch.softmax(encoder.score(states), dim=1)[0, :, 0]
    assert weights.tolist() == pytest.approx([1 / (1 + e), e / (1 + e)])


def test_highway_with_a_closed_gate_is_the_identity() -> None:
    highway = Highway(3, 2)
    for layer in highway.layers:
        torch.nn.init.constant_(cast(torch.nn.Linear, layer).bias[3:], -50.0)
    x = torch.randn(4, 3)
    assert torch.allclose(highway(x), x, atol=1e-6)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("config", [SMALL, ATTENDING])
def test_step_by_step_equals_teacher_forcing(config: TextConfig, cell: str) -> None:
    torch.manual_seed(0)
    model = TextVAE(replace(config, cell=cell)).eval()
    tokens = torch.randint(4, 30, (3, 6))
    latent = Latent(torch.randn(3, 2), torch.randn(3, config.content))
    whole = model.logits(model(tokens, latent))
    state = model.start(latent)
    for t in range(6):
        logits, state = model.step(tokens[:, t], state)
        assert torch.allclose(logits, whole[:, t], atol=1e-5)


def test_a_decoder_attends_over_the_parts_of_its_content_by_hand() -> None:
    torch.manual_seed(0)
    decoder = TextVAE(ATTENDING).eval().decoder
    hidden, z = torch.randn(1, 2, 7), torch.randn(1, 8)
    state = decoder.start(z)
    plain = decoder.project(hidden) + state.z_out[:, None]
    assert decoder.to_query is not None
    assert decoder.to_parts is not None
    keys, values = decoder.to_parts(decoder.highway(z)[0, 2:].view(2, 3)).chunk(2, dim=-1)
    for t in range(2):
        scores = torch.stack([decoder.to_query(hidden[0, t]) @ key / 8**0.5 for key in keys])
        weights = scores.exp() / scores.exp().sum()
        by_hand = plain[0, t] + weights[0] * values[0] + weights[1] * values[1]
        assert torch.allclose(decoder._output(hidden, state)[0, t], by_hand, atol=1e-6)
    again = state.select(torch.tensor([0, 0]))
    assert again.parts is not None
    assert again.parts.shape == (2, 2, 16)


def test_each_head_has_its_part_of_the_content() -> None:
    with pytest.raises(RecipeError, match="attends"):
        TextConfig(pieces=30, heads=4, content=6, attends=True)
    with pytest.raises(RecipeError, match="attends"):
        TextConfig(pieces=30, summary="mean", attends=True)
    model = TextVAE(ATTENDING)
    assert model.encode(torch.tensor([[4, 5]]), torch.tensor([2])).content.mean.shape == (1, 6)


def test_summed_nll_is_cross_entropy_and_so_is_its_gradient() -> None:
    torch.manual_seed(0)
    hidden, weight = torch.randn(900, 8, requires_grad=True), torch.randn(20, 8, requires_grad=True)
    bias, targets = torch.randn(20, requires_grad=True), torch.randint(20, (900,))
    ours = summed_nll(hidden, weight, bias, targets)
    torchs = functional.cross_entropy(hidden @ weight.t() + bias, targets, reduction="sum")
    assert ours.item() == pytest.approx(torchs.item(), rel=1e-5)
    for one, other in zip(
        torch.autograd.grad(3 * ours, (hidden, weight, bias)),
        torch.autograd.grad(3 * torchs, (hidden, weight, bias)),
        strict=True,
    ):
        assert torch.allclose(one, other, atol=1e-3)


def test_compact_drops_in_order_and_never_everything() -> None:
    tokens = torch.tensor([[5, 6, 7], [8, 9, 10]])
    kept, lengths = compact(tokens, torch.tensor([[True, False, True], [False, False, False]]))
    assert lengths.tolist() == [2, 1]
    assert kept[0].tolist() == [5, 7]
    assert kept[1, 0].item() == 8


def test_deletion_takes_whole_words_and_only_what_its_options_say() -> None:
    torch.manual_seed(0)
    starts = torch.tensor([[True, False, True, True, False]]).expand(500, 5)
    carries = torch.tensor([[False, False, True, False, False]]).expand(500, 5)
    words = keep_mask(starts, carries, NoiseOptions(random_share=1.0, random_rate=0.5, affect_share=0.0))
    assert torch.equal(words[:, 0], words[:, 1])
    assert torch.equal(words[:, 3], words[:, 4])
    assert 0.4 < words[:, 0].float().mean() < 0.6
    affect = keep_mask(starts, carries, NoiseOptions(random_share=0.0, affect_share=1.0, affect_rate=1.0))
    assert torch.equal(affect, ~carries)


def test_lexicon_finds_the_words_that_carry_affect() -> None:
    texts = ["the food was good", "the food was bad", "the room was good", "the room was bad"] * 20
    readings = np.array([[1, 0], [-1, 0], [1, 0], [-1, 0]] * 20, dtype=np.float32)
    lexicon = learn_lexicon(texts, readings, minimum=1, ridge=0.1)
    assert lexicon["good"][0] > 0.8
    assert lexicon["bad"][0] < -0.8
    assert abs(lexicon["food"][0]) < 0.1
    assert abs(lexicon["good"][1]) < 1e-6
    assert words_of("isn't it, _num_ good?") == ["isn't", "it", "num", "good"]


def test_batches_are_of_one_length_and_lose_nothing() -> None:
    sequences = [list(range(4, 4 + n)) for n in (2, 3, 3, 5, 2, 3)] + [[7] * 99]
    data = Dataset(
        sequences, [[False] * len(s) for s in sequences], np.zeros((7, 2), np.float32), max_pieces=40
    )
    groups = data.batches(6, np.random.default_rng(0))
    assert sorted(int(i) for group in groups for i in group) == [0, 1, 2, 3, 4, 5]
    for group in groups:
        assert len({int(data.lengths[i]) for i in group}) == 1
        assert data.take(group).tokens.shape == (len(group), data.lengths[group[0]])
    again = data.batches(6, np.random.default_rng(0))
    assert all(np.array_equal(a, b) for a, b in zip(groups, again, strict=True))
    with pytest.raises(
        RecipeError, match=r"none of the 7 sentences has 1 to 1 pieces: raise \[data\] max_pieces"
    ):
        Dataset(sequences, [[False] * len(s) for s in sequences], np.zeros((7, 2), np.float32), max_pieces=1)


def test_from_tensors_round_trip_and_a_misfit() -> None:
    torch.manual_seed(0)
    model = TextVAE(SMALL).eval()
    tokens, lengths = torch.randint(4, 30, (2, 4)), torch.tensor([4, 3])
    again = TextVAE.from_tensors(model.describe(), model.state_dict())
    one, other = (m.encode(tokens, lengths).content.mean for m in (again, model))
    assert torch.allclose(one, other, atol=1e-6)
    with pytest.raises(CheckpointError, match="do not fit"):
        TextVAE.from_tensors({**model.describe(), "decoder": 9}, model.state_dict())
    with pytest.raises(RecipeError, match=r"encoder_dropout = 1: it is from 0"):
        TextConfig(pieces=9, encoder_dropout=1)
    with pytest.raises(RecipeError, match="use last, mean, attention"):
        TextVAE(TextConfig(pieces=30, summary="max"))


@pytest.mark.parametrize(("name", "value"), [("content", -5), ("decoder", 0), ("critics", -1)])
def test_sizes_that_no_model_has(name: str, value: int) -> None:
    with pytest.raises(RecipeError, match=rf"\[model\] {name} = {value}: it is . or more"):
        TextConfig(pieces=10, **{name: value})  # type: ignore[arg-type]
