"""Likelihoods against answers that are known exactly."""

import math
from typing import cast

import numpy as np
import pytest
import torch

from textvae.evaluation import likelihood
from textvae.evaluation.likelihood import measure_likelihood, perplexity
from textvae.text.likelihood import summed_and_each_nll, token_nll
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.tokenizer import BOS, EOS

SMALL = TextConfig(
    pieces=12,
    embedding=6,
    encoder=5,
    summary="last",
    content=1,
    decoder=7,
    dropout=0.0,
    affect=0,
    adversary=0,
)
SENTENCES = [[4, 5, 6], [7, 8], [4, 4, 11], [9]]


def make(**changes: object) -> TextVAE:
    torch.manual_seed(3)
    values = {name: getattr(SMALL, name) for name in TextConfig.__dataclass_fields__}
    model = TextVAE(TextConfig(**{**values, **changes})).eval().requires_grad_(False)  # type: ignore[arg-type]
    if model.content is not None:
        model.decoder.to_output.weight.mul_(3.0)  # type: ignore[union-attr]  # so that z matters
        model.embedding.weight.mul_(2.0)
        model.content.to_logvar.bias.fill_(0.5)  # wider than the prior: the importance weights are bounded
    return model


def log_prob(model: TextVAE, sentence: list[int], z: torch.Tensor) -> torch.Tensor:
    """log p(x|z) of one sentence at each of z (N, Z), a token at a time: (N,)."""
    total = torch.zeros(len(z))
    state = model.start(Latent(z[:, :0], z))
    for before, after in zip([BOS, *sentence], [*sentence, EOS], strict=True):
        logits, state = model.step(torch.full((len(z),), before), state)
        total += torch.log_softmax(logits, -1)[:, after]
    return total


def exact_nll(model: TextVAE, sentence: list[int]) -> float:
    """-log of the integral of p(x|z) N(z; 0, 1) over one dimension, by the trapezoid rule."""
    grid = torch.linspace(-9, 9, 3001)
    density = log_prob(model, sentence, grid[:, None]).double() - 0.5 * grid.double().square()
    return -math.log(float(torch.trapezoid(density.exp(), grid.double())) / math.sqrt(2 * math.pi))


def test_importance_weighted_likelihood_of_a_latent_that_can_be_integrated_out() -> None:
    model = make()
    exact = np.array([exact_nll(model, sentence) for sentence in SENTENCES])
    found = measure_likelihood(model, SENTENCES, draws=4000, samples=8000)
    assert found.nll == pytest.approx(exact, abs=0.02)
    assert (found.bound > exact).all()  # a bound, and here a loose one
    assert found.bound.mean() > exact.mean() + 0.05
    few = measure_likelihood(model, SENTENCES, samples=1, seed=5)
    assert few.nll is not None and found.nll is not None
    many = [measure_likelihood(model, SENTENCES, samples=1, seed=s).nll for s in range(200)]
    assert np.mean(cast(list[float], many)) > found.nll.mean()  # and tightens with the samples


def test_the_bound_is_its_two_parts_by_hand() -> None:
    model = make()
    found = measure_likelihood(model, SENTENCES, draws=3, samples=1, seed=2)
    q = model.encode(torch.tensor([SENTENCES[1]]), torch.tensor([2])).z
    mu, sd = float(q.mean), float(q.stddev)
    assert found.kl[1] == pytest.approx(0.5 * (mu**2 + sd**2 - 1) - math.log(sd), rel=1e-5)
    assert found.posterior is not None
    assert float(found.posterior.mean[1]) == pytest.approx(mu)
    generator = torch.Generator().manual_seed((2 + 0x9E3779B97F4A7C15) % 2**63)
    z = q.mean + q.stddev * torch.randn(3, 1, generator=generator)
    assert found.reconstruction[1] == pytest.approx(-float(log_prob(model, SENTENCES[1], z).mean()), rel=1e-4)


def test_a_sentence_costs_the_same_whatever_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    model = make()
    whole = measure_likelihood(model, SENTENCES, samples=20)
    monkeypatch.setitem(likelihood.TOKENS_AT_ONCE, "cpu", 7)
    again = measure_likelihood(model, SENTENCES, samples=20)
    assert whole.nll is not None and again.nll is not None
    assert whole.nll == pytest.approx(again.nll, rel=1e-5)


def test_a_language_model_that_knows_nothing_has_the_vocabulary_as_perplexity() -> None:
    model = make(content=0)
    for parameter in model.parameters():
        parameter.zero_()
    found = measure_likelihood(model, SENTENCES)
    assert found.nll is not None and found.posterior is None
    assert perplexity(found.nll, [len(sentence) for sentence in SENTENCES]) == pytest.approx(12.0)
    assert found.bound == pytest.approx(found.nll)


def test_an_autoencoder_has_a_reconstruction_and_no_likelihood() -> None:
    model = make(posterior="point")
    found = measure_likelihood(model, SENTENCES)
    assert found.nll is None
    mean = model.encode(torch.tensor([SENTENCES[3]]), torch.tensor([1])).z.mean
    assert found.reconstruction[3] == pytest.approx(-float(log_prob(model, SENTENCES[3], mean)), rel=1e-5)
    assert found.kl.tolist() == [0.0] * 4


def test_perplexity_by_hand() -> None:
    """Two sentences of 3 words and 1, their ends counted: 6 words, 6 log 2 nats in all."""
    nll = np.array([5 * math.log(2), math.log(2)])
    assert perplexity(nll, [3, 1]) == pytest.approx(2.0)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("content", [0, 1])
def test_step_by_step_equals_teacher_forcing(cell: str, content: int) -> None:
    model = make(cell=cell, content=content)
    z = torch.randn(2, content)
    tokens = torch.tensor([[BOS, 4, 5], [BOS, 9, 4]])
    whole = model.logits(model(tokens, Latent(z[:, :0], z)))
    state = model.start(Latent(z[:, :0], z))
    for t in range(3):
        logits, state = model.step(tokens[:, t], state)
        assert torch.allclose(logits, whole[:, t], atol=1e-5)
    assert state.select(torch.tensor([1])).h.shape == (1, 7 if cell == "gru" else 14)


def test_nll_of_each_token_adds_up() -> None:
    torch.manual_seed(0)
    hidden, weight, bias = torch.randn(900, 8), torch.randn(20, 8), torch.randn(20)
    targets = torch.randint(20, (900,))
    total, each = summed_and_each_nll(hidden, weight, bias, targets)
    torchs = torch.nn.functional.cross_entropy(hidden @ weight.t() + bias, targets, reduction="none")
    assert torch.allclose(each, torchs, atol=1e-4)
    assert torch.allclose(token_nll(hidden, weight, bias, targets), torchs, atol=1e-4)
    assert float(total) == pytest.approx(float(each.sum()), rel=1e-5)
    assert not each.requires_grad
    with torch.no_grad():  # no gradient is worked out that nobody wants
        again, anew = summed_and_each_nll(hidden, weight.requires_grad_(), bias, targets)
    assert torch.allclose(anew, torchs, atol=1e-4)
    assert float(again) == pytest.approx(float(total), rel=1e-5)
    assert not again.requires_grad
