"""Products in int8: worked out by hand, a row at a time, near fp32, and refused where they cannot be had."""

import numpy as np
import pytest
import torch
from torch import nn
from typer.testing import CliRunner

import textvae
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.integers import IntegerLinear, most_steps, use_integers
from textvae.affect.reader import AffectReader
from textvae.cli.app import app
from textvae.errors import InputError
from textvae.training.device import choose_device


def multiplies() -> bool:
    try:
        return most_steps() > 0
    except InputError:
        return False


pytestmark = pytest.mark.skipif(not multiplies(), reason="this machine's torch does not multiply int8")


def linear(inputs: int, outputs: int) -> nn.Linear:
    torch.manual_seed(5)
    made = nn.Linear(inputs, outputs)
    nn.init.normal_(made.weight, std=0.1)
    return made


@torch.inference_mode()
def test_a_product_by_hand() -> None:
    layer = linear(24, 5)
    x = torch.randn(7, 24) * torch.tensor([1e-3, 0.1, 1.0, 1.0, 5.0, 30.0, 0.0])[:, None]
    steps = most_steps()
    x_scale = x.abs().amax(1, keepdim=True) / steps
    w_scale = layer.weight.abs().amax(1, keepdim=True) / 127
    x_steps = torch.nan_to_num(x / x_scale).round().double()
    w_steps = (layer.weight / w_scale).round().double()
    by_hand = x_steps @ w_steps.T * x_scale * w_scale.T + layer.bias
    # A value half-way between two steps may go to either: one step of one product.
    torch.testing.assert_close(IntegerLinear(layer)(x).double(), by_hand.double(), atol=2e-4, rtol=1e-3)


@torch.inference_mode()
def test_the_largest_values_do_not_overflow() -> None:
    layer = nn.Linear(64, 2, bias=False)
    layer.weight.copy_(torch.tensor([[1.0], [-1.0]]).expand(2, 64))
    ones = torch.ones(1, 64)
    found = IntegerLinear(layer)(torch.cat([ones, -ones]))
    torch.testing.assert_close(found, torch.tensor([[64.0, -64.0], [-64.0, 64.0]]))


@torch.inference_mode()
def test_a_row_does_not_depend_on_the_others() -> None:
    layer, x = IntegerLinear(linear(16, 8)), torch.randn(3, 4, 16)
    x[2] *= 1000
    together = layer(x)
    assert together.shape == (3, 4, 8)
    for i in range(3):
        assert torch.equal(layer(x[i : i + 1])[0], together[i])


def test_every_product_of_an_encoder_is_replaced() -> None:
    encoder = BertEncoder(BertSize(86, 16, 2, 2, 32, 20)).eval()
    pieces, mask = torch.randint(4, 80, (3, 9)), torch.ones(3, 9, dtype=torch.bool)
    with torch.inference_mode():
        exact = encoder(pieces, mask)
        use_integers(encoder)
        found = encoder(pieces, mask)
    assert not [m for m in encoder.modules() if type(m) is nn.Linear]
    assert 0.0 < float((found - exact).norm() / exact.norm()) < 0.05


def test_the_shipped_model_reads_nearly_the_same(rising: list[str]) -> None:
    exact = AffectReader.load(device="cpu", precision="fp32")
    reader = textvae.load("affect-en", device="cpu", precision="int8")
    assert isinstance(reader, AffectReader)
    assert reader.device_name == "cpu, int8"
    together = reader.score(rising)
    alone = np.concatenate([reader.score([text]) for text in rising])
    assert 0.0 < np.abs(together - exact.score(rising)).max() < 0.1
    assert np.abs(together - alone).max() < 0.02


def test_what_int8_cannot_do() -> None:
    reader = AffectReader.load(device="cpu", precision="int8")
    with pytest.raises(InputError, match="explain by removal"):
        reader.explain(["what a day"], by="gradient")
    assert reader.explain(["what a day"])[0] is not None
    with pytest.raises(InputError, match="transformers on a CPU"):
        AffectReader.load("affect-fast", precision="int8")
    with pytest.raises(InputError, match="int8 is for reading affect"):
        choose_device("cpu", "int8")
    assert CliRunner().invoke(app, ["analyze", "--fast", "--precision", "int8", "--text", "Hello"]).exit_code
