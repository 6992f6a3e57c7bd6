"""Style and content apart: what each term is worth, worked out by hand, and where its gradient goes."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Normal

from textvae.errors import RecipeError
from textvae.text import disentangling
from textvae.text.data import Batch
from textvae.text.disentangling import bag_weights, counted, entropy
from textvae.text.lexicon import log_odds
from textvae.text.model import Latent, Posterior, TextConfig, TextVAE
from textvae.text.terms import Pass, TermOptions, chosen_terms
from textvae.text.words import Words
from textvae.variational.objective import Objective

LABELS = TextConfig(
    12, embedding=6, encoder=5, summary="last", content=7, decoder=8, highway=1, dropout=0.0, adversary=0,
    affect=0, style=3, labels=2, critics=4,
)  # fmt: skip
AFFECT = TextConfig(
    12, embedding=6, encoder=5, summary="last", content=4, decoder=8, highway=1, dropout=0.0, adversary=0,
    critics=4,
)  # fmt: skip
TOKENS = torch.tensor([[4, 5, 6], [7, 8, 9]])


def seen(config: TextConfig = LABELS, told: Tensor | None = None) -> Pass:
    """A pass of a small model over two sentences of three words; z is a draw, so the encoder hears of it."""
    torch.manual_seed(0)
    model = TextVAE(config)
    readings = torch.tensor([[1.0, 0.0], [0.0, 1.0]]) if told is None else told
    batch = Batch(TOKENS, torch.zeros(2, 3, dtype=torch.bool), readings)
    posterior = model.encode(TOKENS, torch.tensor([3, 3]))
    latent = Latent(posterior.affect.rsample(), posterior.content.rsample())
    nothing = torch.zeros(())
    return Pass(model, batch, posterior, latent, TOKENS, nothing, nothing, TermOptions())


def reached(
    term: Callable[[Pass], Tensor], config: TextConfig = LABELS, told: Tensor | None = None
) -> set[str]:
    """The parts of the model that get a gradient from a term."""
    found = seen(config, told)
    term(found).backward()  # type: ignore[no-untyped-call]
    return {
        name.split(".")[0] if not name.startswith("critics") else name.split(".")[1]
        for name, parameter in found.model.named_parameters()
        if parameter.grad is not None and parameter.grad.abs().sum() > 0
    }


ENCODER = {"embedding", "input_norm", "encoder", "content"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("style", ENCODER | {"style_of_style"}),
        ("style_adversary", {"style_of_content"}),
        ("style_hidden", ENCODER),
        ("words", ENCODER | {"words_of_content"}),
        ("words_adversary", {"words_of_style"}),
        ("words_hidden", ENCODER),
        ("kl_style", ENCODER),
        ("kl_content", ENCODER),
    ],
)
def test_each_gradient_goes_where_it_should(name: str, parts: set[str]) -> None:
    """An adversary's own loss leaves the encoder alone, and the encoder's term the adversary."""
    assert reached(disentangling.TERMS[name]) == parts


def test_the_gradients_where_affect_is_the_style() -> None:
    assert reached(disentangling.style_adversary, AFFECT) == {"style_of_content"}
    known = seen(AFFECT)
    told = 2 * known.model.critics["style_of_content"](known.latent.content).detach()
    assert reached(disentangling.style_hidden, AFFECT, told) == ENCODER  # it knew half of it
    assert reached(disentangling.words_hidden, AFFECT) == ENCODER - {"content"} | {"affect"}
    assert reached(disentangling.words, AFFECT) == ENCODER | {"words_of_content"}


def test_the_style_s_part_of_content_gets_the_style_s_gradient_alone() -> None:
    """Of the latent's own layer, the first rows are the style's."""
    found = seen()
    disentangling.style_hidden(found).backward()  # type: ignore[no-untyped-call]
    assert found.model.content is not None
    gradient = found.model.content.to_mu.weight.grad
    assert gradient is not None
    assert gradient[:3].abs().sum() == 0 < gradient[3:].abs().sum()


def test_entropy_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0], [math.log(3.0), 0.0]])
    by_hand = [math.log(2.0), -0.75 * math.log(0.75) - 0.25 * math.log(0.25)]
    assert entropy(logits).tolist() == pytest.approx(by_hand)


def answering(found: Pass, critic: str, logits: Tensor) -> Pass:
    """The pass with a critic that says the same of everybody."""
    last = [m for m in found.model.critics[critic].modules() if isinstance(m, torch.nn.Linear)][-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(logits)
    return found


def test_what_an_adversary_knows_by_hand() -> None:
    logits = torch.tensor([math.log(3.0), 0.0])  # it guesses 3/4, 1/4
    found = answering(seen(), "style_of_content", logits)
    known = math.log(2.0) + 0.75 * math.log(0.75) + 0.25 * math.log(0.25)
    assert disentangling.style_hidden(found).item() == pytest.approx(known)
    loss = -(math.log(0.75) + math.log(0.25)) / 2
    assert disentangling.style_adversary(found).item() == pytest.approx(loss)
    sure = answering(seen(), "style_of_style", torch.tensor([100.0, 0.0]))
    assert disentangling.style(sure).item() == pytest.approx(50.0)  # right of one sentence of two


def test_the_error_is_raised_to_the_variance_and_no_further() -> None:
    told = torch.tensor([[1.0, 2.0], [-1.0, 0.0]])  # mean squares 1 and 2
    known = answering(seen(AFFECT, told), "style_of_content", torch.tensor([0.0, 1.0]))
    assert disentangling.style_adversary(known).item() == pytest.approx((1 + 1 + 1 + 1) / 4)
    assert disentangling.style_hidden(known).item() == pytest.approx((0 + (2 - 1)) / 2)
    wrong = answering(seen(AFFECT, told), "style_of_content", torch.tensor([0.0, -3.0]))
    assert disentangling.style_hidden(wrong).item() == 0.0


def test_bags_by_hand() -> None:
    found = seen()
    found.batch.carries[0, 0] = True  # of 4, 5, 6 the first carries affect
    words = torch.ones(12, dtype=torch.bool)
    words[[6, 7, 8, 9]] = False  # of the second sentence, nothing counts
    bag = Pass(found.model, found.batch, found.posterior, found.latent, TOKENS, found.nll, found.each,
               found.options, counted=words)  # fmt: skip
    assert bag_weights(bag).tolist() == [[0, 1, 0], [0, 0, 0]]
    assert bag_weights(found).tolist() == [[0, 0.5, 0.5], [pytest.approx(1 / 3)] * 3]
    logits = torch.zeros(12)
    logits[5] = math.log(4.0)  # p(5) = 4 / 15, the others 1 / 15
    for name, term in (
        ("words_of_content", disentangling.words),
        ("words_of_style", disentangling.words_adversary),
    ):
        assert term(answering(bag, name, logits)).item() == pytest.approx(math.log(15 / 4))
        both = answering(found, name, logits)
        by_hand = (
            0.5 * math.log(15 / 4) + 0.5 * math.log(15) + math.log(15) * 2 / 3 + math.log(15 / 4) / 3
        ) / 2
        found.batch.tokens[1, 0] = 5
        assert term(both).item() == pytest.approx(by_hand)
        found.batch.tokens[1, 0] = 7
    p = torch.tensor([4 / 15] + [1 / 15] * 11)
    known = math.log(12) + float((p * p.log()).sum())
    assert disentangling.words_hidden(found).item() == pytest.approx(known, abs=1e-5)


def test_a_batch_without_a_bag_costs_nothing() -> None:
    found = seen()
    found.batch.carries[:] = True
    assert disentangling.words(found).item() == 0.0


def test_kl_of_each_part_by_hand() -> None:
    q = Posterior(Normal(torch.zeros(2, 0), torch.ones(2, 0)), Normal(torch.ones(2, 7), torch.ones(2, 7)))
    found = seen()
    told = Pass(found.model, found.batch, q, found.latent, TOKENS, found.nll, found.each, found.options)
    assert disentangling.kl_style(told).item() == pytest.approx(0.5 * 3 * 2 / 6)  # half a nat a dimension
    assert disentangling.kl_content(told).item() == pytest.approx(0.5 * 4 * 2 / 6)


def test_log_odds_by_hand() -> None:
    texts = ["good food", "good good", "bad food"]
    weights = log_odds(texts, np.array([1, 1, 0]), minimum=1, smoothing=1.0)
    # three words; the second label's texts have 4 words, the first's 2
    assert weights["good"] == pytest.approx(math.log((4 / 7) / (1 / 5)))
    assert weights["bad"] == pytest.approx(math.log((1 / 7) / (2 / 5)))
    assert weights["food"] == pytest.approx(math.log((2 / 7) / (2 / 5)))
    assert set(log_odds(texts, np.array([1, 1, 0]), minimum=2)) == {"good", "food"}
    assert log_odds(texts, np.array([0, 0, 0])) == {}


def test_of_three_labels_the_one_that_tells_most_counts() -> None:
    weights = log_odds(["a a a b", "b c", "b c"], np.array([0, 1, 2]), minimum=1)
    assert weights["a"] == pytest.approx(math.log((4 / 7) / (1 / 7)))
    assert weights["c"] == pytest.approx(math.log((1 / 7) / (3 / 7)))  # that the first never says it


def test_what_a_bag_counts() -> None:
    words = Words.train(["the food was good !", "it 's n't cold food _num_ <unk>"], 100)
    spoken = {words.words[i - 4] for i in counted(words).nonzero()[0]}
    assert spoken == {"food", "good", "cold", "_num_"}


def test_what_does_not_fit_together() -> None:
    with pytest.raises(RecipeError, match="has its style there"):
        TextConfig(9, style=2)
    with pytest.raises(RecipeError, match="a part of the 4 of content"):
        TextConfig(9, affect=0, style=4, content=4)
    with pytest.raises(RecipeError, match="critics need a style"):
        TextConfig(9, affect=0, critics=4)
    with pytest.raises(RecipeError, match="which there are"):
        TextConfig(9, affect=0, style=2, content=4, critics=4)
    point = TextConfig(9, affect=0, adversary=0, style=2, content=4, posterior="point")
    with pytest.raises(RecipeError, match="kl_content: a posterior that is a"):
        chosen_terms(Objective.from_recipe({"reconstruction": 1.0, "kl_content": 0.1}), point)
    plain = TextConfig(9, affect=0, adversary=0)
    for name, missing in (("kl_style", "model. style or affect"), ("words", "critics"), ("style", "labels")):
        with pytest.raises(RecipeError, match=missing):
            chosen_terms(Objective.from_recipe({"reconstruction": 1.0, name: 1.0}), plain)
