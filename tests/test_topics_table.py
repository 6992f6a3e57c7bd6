"""Topic models side by side: what a run is measured by, that a finished one is kept, and the table."""

from collections.abc import Callable
from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest
import torch

from textvae.errors import CorpusError, UnknownNameError
from textvae.evaluation import topic_figures
from textvae.evaluation.topic_figures import FIGURES, Outcome, TopicCorpus, measure
from textvae.evaluation.topic_table import finished, kept_runs, read_run, run_path, run_recipe, summary
from textvae.topics.bags import Bags
from textvae.topics.likelihood import Likelihood
from textvae.topics.model import TopicConfig, TopicModel

WORDS = [f"{letter}{number}" for letter in "ab" for number in range(12)]


def bags(*documents: str) -> Bags:
    """Of each letter of a document the first six words, and the seventh to twelfth of a capital letter."""
    halves = {"a": WORDS[:6], "A": WORDS[6:12], "b": WORDS[12:18], "B": WORDS[18:]}
    return Bags.count(([word for letter in text for word in halves[letter]] for text in documents), WORDS)


@pytest.fixture
def corpus() -> TopicCorpus:
    """Two subjects without a common word."""
    train = bags(*["aA", "bB", "a", "b", "A", "B"] * 10)
    test = bags("aA", "a", "b")
    return TopicCorpus("toy", train, bags("a", "b", "aA"), test, ("x", "x", "y"), test, "toy/test")


def outcome(seconds: float = 2.0) -> Outcome:
    """A topic for each subject, all words of a subject alike."""
    topics = np.repeat(np.eye(2), 12, axis=1) / 12
    proportions = np.array([[0.95, 0.05], [0.8, 0.2], [0.3, 0.7]])
    lengths = np.array([12.0, 6.0, 6.0])
    likelihood = Likelihood(-lengths * log(20), -np.array([12 * log(10), 6 * log(20), 6 * log(20)]), lengths)
    return Outcome(topics, proportions, likelihood, seconds, 4.0)


def test_figures_by_hand(corpus: TopicCorpus) -> None:
    found = measure(outcome(), corpus)
    assert found.keys() == FIGURES.keys()
    # Among the ten first are six words of one half of a subject and four of the other. In 60 documents a half
    # stands in 20, both in 10: 21 of the 45 pairs are of one half, with NPMI 1, and 24 of two halves.
    across = log(1 / 6 / (1 / 3) ** 2) / log(6)
    assert found["npmi"] == pytest.approx((21 + 24 * across) / 45)
    assert (found["diversity"], found["i_rbo"], found["duplicates"], found["dead"]) == (1, 1, 0, 0)
    assert found["purity"] == 1
    assert found["nmi"] == pytest.approx(1)
    assert found["topics_90"] == (1 + 2 + 2) / 3
    assert found["perplexity_bound"] == found["token_perplexity_bound"] == pytest.approx(20)
    assert found["perplexity"] == pytest.approx(exp((log(10) + 2 * log(20)) / 3))
    assert found["token_perplexity"] == pytest.approx(10 * sqrt(2))
    assert (found["documents_per_second"], found["seconds"], found["epochs"]) == (4 * 60 / 2, 2, 4)


def test_what_a_system_does_not_have_is_none(corpus: TopicCorpus) -> None:
    found = measure(replace(outcome(), likelihood=None), replace(corpus, labels=(None, None, None)))
    empty = {name for name, value in found.items() if value is None}
    assert empty == {name for name in FIGURES if "perplexity" in name} | {
        "purity",
        "nmi",
        "collapsed",
        "documents_per_cpu_second",
    }


def test_dead_and_collapsed_topics(corpus: TopicCorpus) -> None:
    common = np.full((2, 24), 1 / 24)  # every word of these documents is as common
    assert measure(replace(outcome(), scaled=common), corpus)["dead"] == 2
    assert measure(replace(outcome(), cpu_seconds=0.5), corpus)["documents_per_cpu_second"] == 4 * 60 / 0.5
    assert measure(replace(outcome(), kl=np.array([0.009, 0.02])), corpus)["collapsed"] == 1


def test_the_signature_names_all_that_matters(corpus: TopicCorpus) -> None:
    named = corpus.signature(2, 20)
    assert "|corpus:toy/train+dev+test@" in named
    assert named.endswith("|words:24|k:2|reference:toy/test|top:10|samples:20")
    others = [
        corpus.signature(3, 20),
        corpus.signature(2, 10),
        replace(corpus, train=bags("aA", "b")).signature(2, 20),
        replace(corpus, reference=corpus.train, reference_name="toy/train").signature(2, 20),
    ]
    assert len({named, *others}) == 5


Begin = Callable[..., object]


@pytest.fixture
def begin(corpus: TopicCorpus, tmp_path: Path) -> tuple[Begin, list[Path]]:
    """`finished` with a training that takes no time, and where that was called to work."""
    works: list[Path] = []

    def train(work: Path) -> Outcome:
        works.append(work)
        return outcome(len(works))

    def call(settings: object, seed: int = 1, system: str = "toy") -> object:
        return finished(system, settings, corpus, 2, seed, 20, tmp_path, train)

    return call, works


def test_a_finished_run_is_kept(begin: tuple[Begin, list[Path]], tmp_path: Path, corpus: TopicCorpus) -> None:
    call, works = begin
    first = call({"rate": 1})
    assert call({"rate": 1}) == first
    assert len(works) == 1
    call({"rate": 1}, seed=2)
    call({"rate": 2})  # another recipe by the same name: in place of the first, and not in its folder
    assert len(set(works)) == 3
    held = kept_runs(tmp_path, corpus, 2, 20)
    assert [(run.seed, run.figures["seconds"]) for run in held] == [(1, 3), (2, 2)]
    assert kept_runs(tmp_path, corpus, 2, 21) == []
    assert [word[0] for word in held[0].topics[0]] == ["a"] * 12 + ["b"] * 12


def test_a_broken_file_is_trained_again(begin: tuple[Begin, list[Path]], tmp_path: Path) -> None:
    call, works = begin
    call({}, system="collapse/extreme")
    path = run_path(tmp_path, "toy", 2, "collapse/extreme", 1)
    assert path.parent == tmp_path / "toy" / "k2"
    path.write_text(path.read_text()[:40])
    assert read_run(path) is None
    call({}, system="collapse/extreme")
    assert len(works) == 2
    assert read_run(path) is not None


def test_summary_by_hand(begin: tuple[Begin, list[Path]]) -> None:
    call, _ = begin
    runs = [call({}, seed) for seed in (1, 2, 3)] + [call({}, 1, "other")]
    rows = list(summary(runs))  # type: ignore[arg-type]
    assert [(row["system"], row["seeds"]) for row in rows] == [("toy", 3), ("other", 1)]
    assert (rows[0]["seconds"], rows[0]["seconds_sd"]) == (2, 1)
    assert (rows[1]["seconds"], rows[1]["seconds_sd"]) == (4, None)


RECIPE = {
    "model": {"posterior": "dirichlet", "hidden": 8, "alpha": 0.1},
    "objective": {"reconstruction": 1.0, "kl": 1.0},
    "training": {"epochs": 2, "validate_every": 1},
    "data": {"batch": 30},
}


def test_a_recipe_is_trained_once(corpus: TopicCorpus, tmp_path: Path) -> None:
    steps: list[int] = []
    first = run_recipe("toy", RECIPE, corpus, 2, 1, tmp_path, 5, lambda step: steps.append(step.step))
    assert steps == [1, 2, 3, 4]
    assert first.figures["epochs"] == 2
    assert all(value is None or np.isfinite(value) for value in first.figures.values())
    assert run_recipe("toy", RECIPE, corpus, 2, 1, tmp_path, 5, lambda step: steps.append(0)) == first
    again = run_recipe("toy", RECIPE, corpus, 2, 1, tmp_path, 6, lambda step: steps.append(0))
    assert 0 not in steps  # measured again with more samples, of the model that was there
    assert again.topics == first.topics


def test_the_documents_of_a_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_bags(name: str, split: str, words: object = None, directory: object = None) -> object:
        if name == "strange":
            return Bags.count([["z"]], WORDS), [None]
        made = {"train": bags("a", "b"), "dev": bags("a"), "test": bags("a", "", "b")}[split]
        return made, ["x", "y", "z"][: len(made)]

    monkeypatch.setattr(topic_figures, "load_bags", load_bags)
    loaded = TopicCorpus.load("toy")
    assert (len(loaded.test), loaded.labels) == (2, ("x", "z"))  # the blank document is left out
    assert (loaded.reference, loaded.reference_name) == (loaded.test, "toy/test")
    assert TopicCorpus.load("toy", "toy").reference_name == "toy/train"
    assert TopicCorpus.load("toy", "toy/dev").reference_name == "toy/dev"
    with pytest.raises(CorpusError, match="has no word of toy"):
        TopicCorpus.load("toy", "strange/train")


def test_an_unknown_corpus() -> None:
    with pytest.raises(UnknownNameError, match="20newsgroups"):
        TopicCorpus.load("20newsgroup")


def test_topics_of_a_model_without_a_simplex_are_directions() -> None:
    config = TopicConfig.read(
        {"topics": 3, "posterior": "gaussian", "prior": "standard", "simplex": "none", "decoder_norm": False},
        4,
    )
    model = TopicModel(config)
    rows = torch.tensor([[3.0, 0, 0, 5], [0, 3.0, 0, 5], [0, 0, 3.0, 5]])
    found = []
    for scale in (0.01, 1.0):
        with torch.no_grad():
            model.decoder.weight.copy_(scale * rows)
        found.append(model.topics().detach().numpy())
    assert found[0] == pytest.approx(found[1], abs=1e-5)
    assert found[0].argmax(1).tolist() == [0, 1, 2]  # not the fourth word, which all rows have
    assert found[0].sum(1) == pytest.approx(1)
