"""What a model is to learn from what it writes itself: the words it hears of, by hand, and the gradients."""

import pytest
import torch
from torch import Tensor

from textvae.errors import RecipeError
from textvae.text import written
from textvae.text.data import Batch
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.terms import Pass, TermOptions, chosen_terms
from textvae.text.tokenizer import BOS, EOS, PAD, UNK
from textvae.text.written import write, write_anew
from textvae.variational.objective import Objective

CONFIG = TextConfig(
    12, embedding=6, encoder=5, heads=2, content=7, decoder=8, highway=1, dropout=0.0, adversary=0
)
TOKENS = torch.tensor([[4, 5, 6], [7, 8, 9], [4, 8, 6], [5, 5, 9]])
READINGS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])


def seen(share: float = 1.0) -> Pass:
    """A pass of a small model that wrote what it heard with other affect."""
    torch.manual_seed(0)
    model = TextVAE(CONFIG)
    batch = Batch(TOKENS, torch.zeros(4, 3, dtype=torch.bool), READINGS)
    posterior = model.encode(TOKENS, torch.full((4,), 3))
    latent = Latent(READINGS, posterior.content.rsample())
    inputs = torch.cat([torch.full((4, 1), BOS), TOKENS], 1)
    nothing = torch.zeros(())
    said = write_anew(model, latent, batch, share, 1.5)
    return Pass(model, batch, posterior, latent, inputs, nothing, nothing, TermOptions(), written=said)


def reached(name: str) -> set[str]:
    """The parts of the model that get a gradient from a term."""
    found = seen()
    written.TERMS[name](found).backward()  # type: ignore[no-untyped-call]
    return {
        name.split(".")[0]
        for name, parameter in found.model.named_parameters()
        if parameter.grad is not None and parameter.grad.abs().sum() > 0
    }


def test_each_gradient_goes_where_it_should() -> None:
    """What reads is held still; what the decoder heard, the source's content, learns with it."""
    source = {"embedding", "input_norm", "encoder", "content"}  # by the content that was heard
    assert reached("written_affect") == source | {"decoder", "output_bias"}
    assert reached("written_content") == source | {"decoder", "output_bias"}
    assert reached("cycle") == source | {"decoder", "output_bias"}


def test_reading_what_was_written_gives_the_readers_no_gradient() -> None:
    torch.manual_seed(0)
    model = TextVAE(CONFIG)
    latent = Latent(READINGS, torch.randn(4, 7))
    said = write(model, latent, 5)
    (said.read.affect.mean.sum() + said.read.content.mean.sum()).backward()  # type: ignore[no-untyped-call]
    for name, parameter in model.named_parameters():
        if name.startswith(("encoder.", "affect.", "content.")):
            assert parameter.requires_grad
            assert parameter.grad is None
    assert model.decoder.gru.weight_hh_l0.grad is not None


def test_the_first_share_is_told_the_affect_of_the_row_before() -> None:
    said = seen(0.5).said
    assert said.asked.tolist() == [[0.0, -1.5], [1.5, 0.0]]
    assert said.tokens.shape == (2, 5)  # two pieces more than the source
    assert len(seen(0.01).said.tokens) == 1


def test_what_is_written_ends_and_holds_no_piece_that_none_may_say() -> None:
    torch.manual_seed(0)
    model = TextVAE(CONFIG)
    with torch.no_grad():
        model.output_bias[EOS] += 1.0
    said = write(model, Latent(torch.randn(200, 2), torch.randn(200, 7)), 6)
    assert not torch.isin(said.tokens, torch.tensor([PAD, BOS, UNK])).any()
    for tokens, length in zip(said.tokens.tolist(), said.lengths.tolist(), strict=True):
        assert length == (tokens.index(EOS) if EOS in tokens else 6)
        assert length >= 1
    assert said.lengths.min() < 6


def test_without_training_the_likeliest_piece_is_written() -> None:
    torch.manual_seed(0)
    model = TextVAE(CONFIG).eval()
    latent = Latent(torch.randn(3, 2), torch.randn(3, 7))
    said = write(model, latent, 4)
    state, word = model.start(latent), torch.full((3,), BOS)
    for place in range(4):
        logits, state = model.step(word, state)
        logits[:, [PAD, BOS, UNK] + ([EOS] if place == 0 else [])] = -torch.inf
        word = logits.argmax(-1)
        assert torch.equal(said.tokens[:, place], word)
    assert torch.equal(said.tokens, write(model, latent, 4).tokens)
    read = model.encode(said.tokens, said.lengths)
    assert torch.allclose(said.read.content.mean, read.content.mean, atol=1e-6)


def test_straight_through_by_hand() -> None:
    """The value is the chosen row; the gradient that of the mean row under p: p_k (w_k - sum p w)."""
    weight = torch.tensor([[1.0], [2.0], [4.0]])
    logits = torch.tensor([[0.5, 0.25, 0.25]]).log().requires_grad_()
    found = written._straight_through(logits, torch.tensor([2]), weight)
    assert found.item() == pytest.approx(4.0)
    found.sum().backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert logits.grad[0].tolist() == pytest.approx([0.5 * -1.0, 0.25 * 0.0, 0.25 * 2.0])


def test_terms_by_hand() -> None:
    found = seen()
    said = found.said
    distance = torch.zeros(())
    for row in range(4):
        distance = distance + (said.read.affect.mean[row] - said.asked[row]).square().sum()
    assert written.written_affect(found).item() == pytest.approx(distance.item() / 8, rel=1e-5)
    gap: Tensor = said.read.content.mean - found.q.content.mean
    assert written.written_content(found).item() == pytest.approx(gap.square().mean().item(), rel=1e-5)
    model = found.model
    content = model.encode(said.tokens, said.lengths).content.mean
    log_p = model.logits(model(found.inputs, Latent(READINGS, content))).log_softmax(-1)
    targets = torch.cat([TOKENS, torch.full((4, 1), EOS)], 1)
    nll = -log_p.gather(2, targets[..., None]).mean()
    assert written.cycle(found).item() == pytest.approx(nll.item(), rel=1e-5)


def test_a_model_without_affect_cannot_be_asked() -> None:
    plain = TextConfig(9, affect=0, adversary=0)
    for name in written.TERMS:
        with pytest.raises(RecipeError, match="affect"):
            chosen_terms(Objective.from_recipe({name: 1.0}, frozenset(written.TERMS)), plain)
