"""The topic model: decoders by hand, likelihoods against exact sums, coherence."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from textvae.errors import RecipeError, UnknownNameError
from textvae.topics.bags import Bags
from textvae.topics.coherence import Cooccurrence, diversity, npmi, top_words
from textvae.topics.likelihood import corpus_perplexity, document_likelihood, document_perplexity
from textvae.topics.model import TopicConfig, TopicModel

WORDS = ("apple", "bear", "cat", "dog")
PLAIN: dict[str, Any] = {"topics": 3, "hidden": 8, "batch_norm": False, "decoder_norm": False, "dropout": 0.0}


def model(**options: Any) -> TopicModel:
    torch.manual_seed(0)
    return TopicModel(TopicConfig.read({**PLAIN, **options}, len(WORDS))).eval()


def with_topics(made: TopicModel, rows: list[list[float]]) -> TopicModel:
    with torch.no_grad():
        made.decoder.weight.copy_(torch.tensor(rows).log())
    return made


TOPICS = [[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]]


def test_a_mixture_of_topics_by_hand() -> None:
    made = with_topics(model(decoder="mixture"), TOPICS)
    assert made.topics().tolist() == [pytest.approx(row) for row in TOPICS]
    word = made.decode(torch.tensor([[0.5, 0.5, 0.0]]))[0].exp()
    assert word.tolist() == pytest.approx([0.4, 0.15, 0.2, 0.25])


def test_a_product_of_experts_by_hand() -> None:
    made = with_topics(model(decoder="product"), TOPICS)
    shared = [(a * b * c) ** (1 / 3) for a, b, c in zip(*TOPICS, strict=True)]  # what the rows have in common
    apart = [[share / mean for share, mean in zip(row, shared, strict=True)] for row in TOPICS]
    words = [[x / sum(row) for x in row] for row in apart]  # p(w|k)
    for found, row in zip(made.topics().tolist(), words, strict=True):
        both = [x * (x / sum(column)) ** 2 for x, column in zip(row, zip(*words, strict=True), strict=True)]
        assert found == pytest.approx([x / sum(both) for x in both])  # p(w|k) p(k|w)^2
    theta = torch.tensor([[0.5, 0.5, 0.0]])
    roots = [math.sqrt(0.7 * 0.1), math.sqrt(0.1 * 0.2), math.sqrt(0.1 * 0.3), math.sqrt(0.1 * 0.4)]
    assert made.decode(theta)[0].exp().tolist() == pytest.approx([r / sum(roots) for r in roots])
    made.start_from(torch.tensor([7.0, 1.0, 1.0, 3.0]))  # one is added to each: 8, 2, 2, 4
    weighted = [r * n for r, n in zip(roots, [8, 2, 2, 4], strict=True)]
    assert made.decode(theta)[0].exp().tolist() == pytest.approx([r / sum(weighted) for r in weighted])


@pytest.mark.parametrize("posterior", ["dirichlet", "gaussian", "weibull"])
@pytest.mark.parametrize("decoder", ["product", "mixture"])
@pytest.mark.parametrize("norm", [True, False])
def test_every_posterior_with_every_decoder(posterior: str, decoder: str, norm: bool) -> None:
    options = {"batch_norm": norm, "decoder_norm": norm, "learned_prior": norm}
    made = model(posterior=posterior, decoder=decoder, **options).train()
    x = torch.tensor([[3.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 5.0], [1.0, 1.0, 0.0, 0.0]])
    parts = made(x)
    assert parts.nll.shape == parts.kl.shape == (3,)
    kl_topics = made.latent.kl_topics(parts.posterior)
    assert kl_topics.shape == (3, 3)
    assert (kl_topics.sum(-1) >= parts.kl - 1e-4).all()
    (parts.nll + parts.kl).sum().backward()
    trained = [p for p in made.parameters() if p.requires_grad]
    assert all(p.grad is not None and p.grad.isfinite().all() for p in trained)
    assert made.topics().sum(-1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    assert made.proportions(x).sum(-1).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    built = TopicModel.build(made.describe(), made.state_dict())
    assert torch.equal(built.proportions(x), made.eval().proportions(x))


@pytest.mark.parametrize(
    "options",
    [
        {"posterior": "dirichlet"},
        {"posterior": "dirichlet", "estimator": "rejection"},
        {"posterior": "weibull"},
    ],
)
def test_weighted_likelihood_is_the_exact_one_and_above_the_bound(options: dict[str, Any]) -> None:
    """Under a Dirichlet prior, p(w) = sum_k m_k b_kw and p(w, v) = sum_ij E[t_i t_j] b_iw b_jv."""
    made = with_topics(model(**options, decoder="mixture", alpha=0.5), TOPICS)
    bags = Bags.count([["apple"], ["dog", "apple"], []], WORDS)
    found = document_likelihood(made, bags, samples=40_000, seed=3)
    beta, alpha, total = np.array(TOPICS), np.full(3, 0.5), 1.5
    second = (np.outer(alpha, alpha) + np.diag(alpha)) / (total * (total + 1))
    truth = [math.log((alpha / total) @ beta[:, 0]), math.log(beta[:, 3] @ second @ beta[:, 0])]
    assert found.weighted.tolist() == pytest.approx(truth, abs=0.03)
    assert (found.bound < found.weighted).all()
    assert found.lengths.tolist() == [1, 2]


def test_weighted_likelihood_of_a_gaussian() -> None:
    made = with_topics(model(posterior="gaussian", prior="standard", decoder="mixture"), TOPICS)
    found = document_likelihood(made, Bags.count([["dog"]], WORDS), samples=40_000)
    assert found.weighted.tolist() == pytest.approx([math.log(0.75 / 3)], abs=0.03)  # E[theta_k] = 1/3
    state = torch.random.get_rng_state()
    again = document_likelihood(made, Bags.count([["dog"]], WORDS), samples=40_000)
    assert again.weighted.tolist() == found.weighted.tolist()
    assert torch.equal(state, torch.random.get_rng_state())


def test_perplexities_by_hand() -> None:
    log_p, lengths = np.array([math.log(1 / 4), 4 * math.log(1 / 9)]), np.array([1.0, 4.0])
    assert document_perplexity(log_p, lengths) == pytest.approx(6.0)  # sqrt(4 * 9)
    assert corpus_perplexity(log_p, lengths) == pytest.approx((4 * 9**4) ** 0.2)


def test_uniform_topics_have_the_perplexity_of_the_vocabulary() -> None:
    made = with_topics(model(decoder="mixture"), [[0.25] * 4] * 3)
    found = document_likelihood(made, Bags.count([["cat", "dog", "cat"]], WORDS), samples=5)
    with torch.no_grad():
        kl = float(made.latent.kl(made.encode(torch.tensor([[0.0, 0.0, 2.0, 1.0]]))))
    assert found.bound.tolist() == pytest.approx([-3 * math.log(4) - kl], rel=1e-5)


def test_npmi_by_hand() -> None:
    # apple and bear always together in 2 of 4 documents; cat in 2, once with apple; dog never.
    documents = [["apple", "bear", "bear"], ["apple", "bear", "cat"], ["cat"], []]
    bags = Bags.count(documents, WORDS)
    matrix = Cooccurrence.count(bags, WORDS).npmi(unseen=-1.0)
    assert matrix[0, 1] == pytest.approx(math.log(0.5 / 0.25) / -math.log(0.5))  # = 1
    assert matrix[0, 2] == pytest.approx(math.log(0.25 / 0.25) / -math.log(0.25))  # = 0: independent
    assert matrix[0, 3] == -1
    assert (matrix == matrix.T).all()
    fewer = Cooccurrence.count(bags, [WORDS[2], WORDS[0]]).npmi(unseen=-1.0)
    assert (fewer == matrix[[2, 0]][:, [2, 0]]).all()
    top = top_words(np.array([[0.6, 0.3, 0.1, 0.0], [0.5, 0.0, 0.2, 0.3]]), WORDS, 2)
    assert top == [[WORDS[0], WORDS[1]], [WORDS[0], WORDS[3]]]
    assert npmi(top, bags, unseen=-1.0).tolist() == pytest.approx([1.0, -1.0])
    assert diversity(top) == 0.75


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"posterior": "dirichet"}, "did you mean 'dirichlet'"),
        ({"estimator": "implict"}, "did you mean 'implicit'"),
        ({"decoder": "mix"}, "did you mean 'mixture'"),
        ({"posterior": "gaussian", "prior": "normal"}, "standard"),
        ({"posterior": "gaussian", "simplex": "sparsemax"}, "softmax"),
        ({"inputs": "tfidf"}, "unknown kind of inputs"),
        ({"hiden": 3}, "did you mean 'hidden'"),
    ],
)
def test_what_a_recipe_may_not_name(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        model(**options)


def test_a_model_of_one_topic_is_none() -> None:
    with pytest.raises(RecipeError, match="at least 2 topics"):
        model(topics=1)
