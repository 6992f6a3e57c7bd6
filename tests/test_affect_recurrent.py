"""Recurrent sentence encoders: states as torch gives them, padding that changes nothing, pooling by hand."""

import math

import pytest
import torch

from textvae.affect.encoder import build_encoder, freeze, sentence_vectors
from textvae.affect.recurrent import ARCHITECTURES, POOLINGS, RecurrentEncoder, RecurrentSize
from textvae.errors import RecipeError

ROWS = [[3, 1, 4, 1, 5], [2, 6], [5, 3, 5]]


def encoder(architecture: str = "bigru", layers: int = 1, pooling: str = "mean") -> RecurrentEncoder:
    torch.manual_seed(5)
    size = RecurrentSize(vocabulary=8, embedding=4, hidden=3, layers=layers, pooling=pooling)
    return RecurrentEncoder(architecture, size).eval()


def padded(rows: list[list[int]], length: int) -> tuple[torch.Tensor, torch.Tensor]:
    pieces = torch.tensor([row + [7] * (length - len(row)) for row in rows])
    mask = torch.tensor([[i < len(row) for i in range(length)] for row in rows])
    return pieces, mask


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("layers", [1, 2])
def test_states_are_what_torch_gives_each_row_alone(architecture: str, layers: int) -> None:
    model = encoder(architecture, layers)
    pieces, mask = padded(ROWS, 6)
    with torch.no_grad():
        states = model(pieces, mask)
        for row, got, known in zip(ROWS, states, mask, strict=True):
            wanted = model.pieces(torch.tensor([row]))
            for layer in model.layers:
                wanted = layer(wanted)[0]
            torch.testing.assert_close(got[known], wanted[0], atol=1e-6, rtol=1e-6)
            assert not got[~known].any()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_changes_no_row(architecture: str, pooling: str) -> None:
    model = encoder(architecture, 2, pooling)
    with torch.no_grad():
        together = sentence_vectors(model, *padded(ROWS, 9))
        alone = torch.cat([sentence_vectors(model, *padded([row], len(row))) for row in ROWS])
    assert together.shape == (3, model.width)
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-6)
    assert together.std() > 0.01


def test_two_steps_of_a_gru_by_hand() -> None:
    """Without weights a gate is sigmoid(0) = 1/2 and the candidate tanh(1): h1 = t/2, h2 = t/2 + t/4."""
    model = encoder("gru")
    for parameter in model.layers.parameters():
        torch.nn.init.zeros_(parameter)
    bias = dict(model.layers[0].named_parameters())["bias_ih_l0"]
    bias.data[6:] = 1.0  # reset, update, new: the last third is the candidate's
    states = model(*padded([[1, 2]], 2))
    t = math.tanh(1.0)
    assert states[0, :, 0].tolist() == pytest.approx([t / 2, 3 * t / 4])


def test_the_mean_leaves_padding_out() -> None:
    states = torch.tensor([[[1.0, 2.0, 3.0], [3.0, 4.0, 5.0], [9.0, 9.0, 9.0]]])
    assert encoder("gru").pool(states, torch.tensor([[True, True, False]])).tolist() == [[2.0, 3.0, 4.0]]


def test_the_last_state_of_each_direction() -> None:
    states = torch.arange(18.0).view(1, 3, 6)
    vector = encoder("bilstm", pooling="last").pool(states, torch.tensor([[True, True, False]]))
    assert vector.tolist() == [[6.0, 7.0, 8.0, 3.0, 4.0, 5.0]]  # forward at piece 2, backward at piece 1


def test_attention_weights_by_hand() -> None:
    """Scores atanh-undone to 0 and 1: weights 1 / (1 + e) and e / (1 + e), padding without any."""
    model = encoder("gru", pooling="attention")
    with torch.no_grad():
        torch.nn.init.eye_(model.project.weight)
        torch.nn.init.zeros_(model.project.bias)
        model.context.weight.copy_(torch.tensor([[1 / math.tanh(2.0), 0.0, 0.0]]))
        states = torch.tensor([[[0.0, 8.0, 0.0], [2.0, 0.0, 0.0], [2.0, 99.0, 99.0]]])
        vector = model.pool(states, torch.tensor([[True, True, False]]))
    share = math.e / (1 + math.e)
    assert vector[0].tolist() == pytest.approx([2 * share, 8 * (1 - share), 0.0], abs=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_description_and_the_weights_give_the_encoder_back(architecture: str) -> None:
    model = encoder(architecture, 2, "attention")
    again = build_encoder(model.describe())
    again.load_state_dict(model.state_dict())
    assert again.width == model.width == (6 if architecture.startswith("bi") else 3)
    with torch.no_grad():
        torch.testing.assert_close(again.eval()(*padded(ROWS, 5)), model(*padded(ROWS, 5)))


def test_given_embeddings_are_where_it_starts() -> None:
    table = torch.randn(8, 4)
    model = RecurrentEncoder("gru", RecurrentSize(8, 4, 3), embeddings=table)
    assert torch.equal(model.pieces.weight, table)
    assert model.pieces.weight.requires_grad


def test_layers_are_frozen_from_the_bottom() -> None:
    model = encoder(layers=3)
    freeze(model, "first:2")
    trained = {name.split(".")[1] for name, value in model.named_parameters() if value.requires_grad}
    assert trained == {"2"}


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(RecipeError, match="tree"):
        RecurrentEncoder("tree", RecurrentSize(8, 4, 3))
    with pytest.raises(RecipeError, match="most"):
        RecurrentEncoder("gru", RecurrentSize(8, 4, 3, pooling="most"))
