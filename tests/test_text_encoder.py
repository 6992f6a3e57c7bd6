"""Every way to read and to sum up: padding is not seen, and each is what it says it is."""

import pytest
import torch

from textvae.text.encoder import READS, SUMMARIES, Encoder
from textvae.text.model import Latent, TextConfig, TextVAE

WAYS = [
    (reads, cell, summary)
    for reads in READS
    for cell in (("gru",) if reads == "convolution" else ("gru", "lstm"))
    for summary in SUMMARIES
    if (reads, summary) != ("convolution", "last")
]


@pytest.mark.parametrize(("reads", "cell", "summary"), WAYS)
def test_padding_is_not_seen(reads: str, cell: str, summary: str) -> None:
    torch.manual_seed(0)
    encoder = Encoder(4, 3, summary, 2, reads, cell)
    x = torch.randn(1, 5, 4)
    alone = encoder(x, torch.tensor([5]))
    padded = torch.cat([x, 9 * torch.ones(1, 3, 4)], 1)
    assert torch.allclose(encoder(padded, torch.tensor([5])), alone, atol=1e-6)
    assert alone.shape == (1, encoder.features)
    assert not torch.allclose(encoder(padded, torch.tensor([6])), alone, atol=1e-4)


def test_a_forward_reader_is_torchs_lstm() -> None:
    torch.manual_seed(0)
    encoder = Encoder(4, 3, "last", reads="forwards", cell="lstm")
    x = torch.randn(2, 6, 4)
    assert encoder.forwards is not None
    _, (h, _) = encoder.forwards(x)
    assert torch.allclose(encoder(x, torch.tensor([6, 6])), h[0])
    assert encoder.backwards is None


def test_a_convolution_sees_its_neighbours_and_no_further() -> None:
    """Three layers of three tokens each reach three places to either side."""
    torch.manual_seed(0)
    encoder = Encoder(2, 2, "mean", reads="convolution")
    assert encoder.convolutions is not None
    x = torch.randn(1, 11, 2, requires_grad=True)
    states = encoder.convolutions(x, torch.ones(1, 11, dtype=torch.bool))
    states[0, 5].sum().backward()
    assert x.grad is not None
    reached = (x.grad[0].abs().sum(1) > 0).nonzero().flatten().tolist()
    assert set(reached) <= set(range(2, 9))
    assert 5 in reached


def test_the_encoder_may_have_a_dropout_of_its_own() -> None:
    torch.manual_seed(0)
    sizes = {
        "pieces": 9,
        "embedding": 8,
        "encoder": 6,
        "content": 3,
        "decoder": 7,
        "affect": 0,
        "adversary": 0,
    }
    model = TextVAE(TextConfig(**sizes, dropout=0.5, encoder_dropout=0.0)).train()  # type: ignore[arg-type]
    tokens, lengths, z = torch.tensor([[4, 5, 6]]), torch.tensor([3]), torch.zeros(1, 3)
    same = [model.encode(tokens, lengths).content.mean for _ in range(2)]
    assert torch.equal(*same)
    heard = [model(tokens, Latent(z[:, :0], z)) for _ in range(2)]
    assert not torch.equal(*heard)
    shared = TextVAE(TextConfig(**sizes, dropout=0.5)).train()  # type: ignore[arg-type]
    assert not torch.equal(*(shared.encode(tokens, lengths).content.mean for _ in range(2)))
