"""The rulers of topics, against answers worked out by hand, and against gensim and scikit-learn."""

from math import log

import numpy as np
import pytest

from textvae.evaluation import topics
from textvae.topics import coherence
from textvae.topics.bags import Bags

WORDS = ["a", "b", "c", "d", "e"]
DOCUMENTS = [["a", "b"], ["a", "b", "c"], ["a", "a"], ["c"], ["d", "d", "c"], [], ["d"], ["b"]]
BAGS = Bags.count(DOCUMENTS, WORDS)


def test_cooccurrence_by_hand() -> None:
    found = coherence.Cooccurrence.count(BAGS, ["c", "a", "b", "unheard"])
    assert found.documents == 8
    assert found.pairs.tolist() == [[3, 1, 1, 0], [1, 3, 2, 0], [1, 2, 3, 0], [0, 0, 0, 0]]


def test_npmi_by_hand() -> None:
    # p(a) = p(b) = 3/8, p(a, b) = 2/8: log(16/9) / log(4). a and d (2/8) never meet.
    unseen = (log(1e-12) - log(3 / 8 * 2 / 8)) / -log(1e-12)
    assert coherence.npmi([["a", "b"], ["a", "d"]], BAGS) == pytest.approx([log(16 / 9) / log(4), unseen])


def test_npmi_where_it_is_not_defined() -> None:
    always = Bags.count([["a", "b"], ["a", "b"]], WORDS)
    assert coherence.npmi([["a", "b"], ["a", "e"], ["a", "unheard"]], always).tolist() == [0, 0, 0]
    assert np.isfinite(coherence.c_v([["a", "b"], ["a", "e"]], always)).all()


def test_c_v_by_hand() -> None:
    # Two words with NPMI x: their contexts are (1, x) and (x, 1), the sum (1 + x)(1, 1): both cosines are
    # (1 + x)^2 / (sqrt(1 + x^2) sqrt(2) (1 + x)).
    x = log(16 / 9) / log(4)
    assert coherence.c_v([["a", "b"]], BAGS)[0] == pytest.approx((1 + x) / np.sqrt(2 * (1 + x * x)))


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = coherence.npmi([["a", "b", "c", "d"]], BAGS)
    monkeypatch.setattr(coherence, "BLOCK", 3)
    assert coherence.npmi([["a", "b", "c", "d"]], BAGS).tolist() == whole.tolist()


@pytest.mark.parametrize("measure", ["c_npmi", "c_v"])
def test_gensim_agrees(measure: str) -> None:
    corpora = pytest.importorskip("gensim.corpora")
    models = pytest.importorskip("gensim.models.coherencemodel")
    random = np.random.default_rng(0)
    words = [f"w{number}" for number in range(20)]
    documents = [
        [words[number] for number in random.zipf(1.3, size=random.integers(0, 15)) if number < 20]
        for _ in range(150)
    ]
    documents.append(words)  # each at least once: gensim gives infinities for a word in no document
    top = [[words[number] for number in random.permutation(19)[:6] + 1] for _ in range(4)]
    judge = models.CoherenceModel(
        topics=top, texts=documents, dictionary=corpora.Dictionary([words]), coherence=measure,
        window_size=1000, topn=6, processes=1,
    )  # fmt: skip
    ours = {"c_npmi": coherence.npmi, "c_v": coherence.c_v}[measure]
    assert ours(top, Bags.count(documents, words)) == pytest.approx(judge.get_coherence_per_topic(), abs=1e-9)


def test_top_words() -> None:
    weights = np.array([[0.1, 0.4, 0.1, 0.4], [0.7, 0.1, 0.2, 0.0]])
    assert coherence.top_words(weights, WORDS, 3) == [["b", "d", "a"], ["a", "c", "b"]]


def test_diversity() -> None:
    assert coherence.diversity(["abc", "abd", "xyz"]) == 7 / 9
    assert coherence.diversity(["abc"]) == 1


def test_rank_biased_overlap_by_hand() -> None:
    assert topics.rank_biased_overlap("abc", "abc") == pytest.approx(1)
    assert topics.rank_biased_overlap("abc", "xyz") == 0
    # agreements 0/1, 2/2, 2/3: 2/3 p^3 + (1 - p) / p (p^2 + 2/3 p^3)
    by_hand = 2 / 3 * 0.729 + 0.1 / 0.9 * (0.81 + 2 / 3 * 0.729)
    assert topics.rank_biased_overlap("abc", "bax") == pytest.approx(by_hand)
    assert topics.rank_biased_overlap("abx", "aby") > topics.rank_biased_overlap("xab", "yab")


def test_inverted_rbo() -> None:
    assert topics.inverted_rbo(["abc", "xyz"]) == 1
    assert topics.inverted_rbo(["abc", "abc"]) == pytest.approx(0)
    assert topics.inverted_rbo(["abc", "abc", "xyz"]) == pytest.approx(2 / 3)
    assert np.isnan(topics.inverted_rbo(["abc"]))


def test_duplicates() -> None:
    assert topics.duplicates(["abcdefghij", "abcdeKLMNO", "abcdPQRSTU"]) == 1
    assert topics.duplicates(["abc", "abc", "abc", "xyz"], shared=2) == 2


def test_shares_are_weighted_by_length() -> None:
    assert topics.shares(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1.0, 3.0])).tolist() == [0.625, 0.375]


def test_divergence_by_hand() -> None:
    found = topics.divergence(np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]]), np.array([2, 2, 4]))
    assert found == pytest.approx([log(2), 0])


def test_dead_topics() -> None:
    frequencies = np.array([70.0, 10, 10, 10])
    weights = np.array(
        [
            [0.05, 0.9, 0.03, 0.02],  # alive
            [0.05, 0.02, 0.9, 0.03],  # unused: a share of 0.01, below 0.1 / 4
            [0.7, 0.1, 0.1, 0.1],  # the corpus's own words
            [0.25, 0.25, 0.25, 0.25],  # no words at all
        ]
    )
    used = np.array([[0.33, 0.01, 0.33, 0.33]])
    assert topics.dead(weights, used, np.array([7.0]), frequencies) == 3
    assert topics.dead(weights[:2], np.array([[0.9, 0.1]]), np.array([7.0]), frequencies) == 0


def test_purity_and_nmi_by_hand() -> None:
    assigned, labels = [0, 0, 0, 1, 1, 1], list("xxyyyy")
    assert topics.purity(assigned, labels) == 5 / 6
    # I = H(topics) + H(labels) - H(both); pairs 2/6, 1/6, 3/6
    both = -(log(1 / 3) / 3 + log(1 / 6) / 6 + log(1 / 2) / 2)
    ours, theirs = log(2), -(log(1 / 3) / 3 + 2 * log(2 / 3) / 3)
    by_hand = (ours + theirs - both) / ((ours + theirs) / 2)
    assert topics.normalised_information(assigned, labels) == pytest.approx(by_hand)
    assert topics.normalised_information(labels, labels) == pytest.approx(1)
    assert topics.normalised_information([0] * 6, labels) == 0


def test_scikit_learn_agrees_about_nmi() -> None:
    cluster = pytest.importorskip("sklearn.metrics.cluster")
    random = np.random.default_rng(1)
    a, b = random.integers(0, 7, 200).tolist(), random.integers(0, 4, 200).tolist()
    judged = cluster.normalized_mutual_info_score(b, a)
    assert topics.normalised_information(a, b) == pytest.approx(judged)


def test_topics_to_cover() -> None:
    proportions = np.array([[0.95, 0.05, 0.0], [0.5, 0.4, 0.1], [0.34, 0.33, 0.33]])
    assert topics.topics_to_cover(proportions) == (1 + 2 + 3) / 3
