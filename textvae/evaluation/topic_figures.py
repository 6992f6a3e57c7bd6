"""The documents that topic models are compared on, and every figure of what one of them made of these."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from textvae.errors import CorpusError
from textvae.evaluation import topics as rulers
from textvae.evaluation.report import digest, signature
from textvae.topics import coherence
from textvae.topics.bags import Bags
from textvae.topics.data import load_bags
from textvae.topics.likelihood import Likelihood, corpus_perplexity, document_perplexity

COLLAPSED = 0.01
"""Nats a document: a topic with a smaller KL from its prior is told nothing by the encoder."""

FIGURES: Mapping[str, str] = {
    "npmi": "NPMI of the ten first words of a topic in the training documents, mean over the topics",
    "npmi_reference": "the same in the reference documents",
    "c_v": "C_v in the training documents, a document a window",
    "c_v_reference": "the same in the reference documents",
    "diversity": "share of distinct words among the ten first of all topics",
    "diversity_25": "among the 25 first",
    "i_rbo": "1 - mean rank-biased overlap of two topics, p 0.9",
    "duplicates": "topics with five of their ten first words from one before them",
    "dead": "topics with a share below 0.1 / k, or within 0.1 nats of the corpus's words or of equal weights",
    "collapsed": "topics whose posterior is their prior: a KL below 0.01 nats a test document",
    "purity": "share of test documents with the commonest label of their largest topic",
    "nmi": "of the largest topic and the label of test documents",
    "topics_90": "topics that hold 90% of a test document",
    "perplexity_bound": "of test documents by the evidence bound, each document alike",
    "perplexity": "by importance-weighted samples",
    "token_perplexity_bound": "by the bound, each token alike",
    "token_perplexity": "by importance-weighted samples, each token alike",
    "documents_per_second": "training documents a second, validations included",
    "documents_per_cpu_second": "the same by the processor's time, which other programs do not lengthen",
    "seconds": "of training",
    "epochs": "times that training saw each document",
}


@dataclass(frozen=True)
class TopicCorpus:
    """The documents that systems are compared on, all over the same words."""

    name: str
    train: Bags
    dev: Bags
    test: Bags
    labels: tuple[str | None, ...]  # of the test documents
    reference: Bags  # in which topics are judged that were learnt from `train`
    reference_name: str

    @classmethod
    def load(cls, name: str, reference: str | None = None, directory: Path | None = None) -> "TopicCorpus":
        """The splits of `name`; `reference` is `CORPUS` or `CORPUS/SPLIT`, its own test split without.

        Test documents without a word are left out. Raises what `load_bags` raises.
        """
        train, _ = load_bags(name, "train", directory=directory)
        dev, _ = load_bags(name, "dev", train.words, directory)
        test, labels = load_bags(name, "test", train.words, directory)
        kept = np.flatnonzero(test.lengths > 0).astype(np.int64)
        test, named = test.select(kept), tuple(labels[int(number)] for number in kept)
        if reference is None:
            return cls(name, train, dev, test, named, test, f"{name}/test")
        other, _, split = reference.partition("/")
        judged, _ = load_bags(other, split or "train", train.words, directory)
        if not (judged.lengths > 0).any():
            raise CorpusError(f"the reference {reference} has no word of {name}: take another corpus.")
        return cls(name, train, dev, test, named, judged, f"{other}/{split or 'train'}")

    def signature(self, k: int, samples: int) -> str:
        """What the rows of a table must share: version, documents and how they were counted, k, samples."""
        return signature(
            None, f"{self.name}/train+dev+test", self._checksums, words=len(self.train.words), k=k,
            reference=self.reference_name, top=coherence.TOP, samples=samples,
        )  # fmt: skip

    @cached_property
    def _checksums(self) -> list[str]:
        return [_checksum(part) for part in (self.train, self.dev, self.test, self.reference)]


def _checksum(bags: Bags) -> str:
    arrays = (bags.indptr, bags.indices, bags.counts)
    return digest([*bags.words, *(array.tobytes().hex() for array in arrays)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a system made of a corpus."""

    topics: rulers.Floats  # (K, V)
    proportions: rulers.Floats  # (N, K) of the test documents
    likelihood: Likelihood | None  # of the test documents; None for a system without one
    seconds: float  # of training
    epochs: float
    cpu_seconds: float | None = None  # of this process in training; None where it was not all in one process
    scaled: rulers.Floats | None = None  # (K, V) where `topics` have no scale: see `rulers.dead`
    kl: rulers.Floats | None = (
        None  # (K,) of each topic from its prior, mean over the test documents, in nats
    )


def measure(outcome: Outcome, corpus: TopicCorpus) -> dict[str, float | None]:
    """The `FIGURES` of an outcome; None where a system or a corpus has no such thing."""
    top = coherence.top_words(outcome.topics, corpus.train.words)
    largest = np.asarray(outcome.proportions).argmax(1).tolist()
    frequencies = np.bincount(corpus.train.indices, corpus.train.counts, len(corpus.train.words))
    pairs = [(topic, label) for topic, label in zip(largest, corpus.labels, strict=True) if label is not None]
    scaled = outcome.topics if outcome.scaled is None else outcome.scaled
    figures: dict[str, float | None] = dict.fromkeys(FIGURES)
    figures |= {
        "npmi": float(coherence.npmi(top, corpus.train).mean()),
        "npmi_reference": float(coherence.npmi(top, corpus.reference).mean()),
        "c_v": float(coherence.c_v(top, corpus.train).mean()),
        "c_v_reference": float(coherence.c_v(top, corpus.reference).mean()),
        "diversity": coherence.diversity(top),
        "diversity_25": coherence.diversity(coherence.top_words(outcome.topics, corpus.train.words, 25)),
        "i_rbo": rulers.inverted_rbo(top),
        "duplicates": rulers.duplicates(top),
        "dead": rulers.dead(scaled, outcome.proportions, corpus.test.lengths, frequencies),
        "topics_90": rulers.topics_to_cover(outcome.proportions),
        "documents_per_second": outcome.epochs * len(corpus.train) / max(outcome.seconds, 1e-9),
        "documents_per_cpu_second": _rate(outcome, corpus),
        "seconds": outcome.seconds,
        "epochs": outcome.epochs,
    }
    if pairs:
        figures["purity"] = rulers.purity(*zip(*pairs, strict=True))
        figures["nmi"] = rulers.normalised_information(*zip(*pairs, strict=True))
    if outcome.kl is not None:
        figures["collapsed"] = int(np.count_nonzero(np.asarray(outcome.kl) < COLLAPSED))
    if (found := outcome.likelihood) is not None:
        figures["perplexity_bound"] = document_perplexity(found.bound, found.lengths)
        figures["perplexity"] = document_perplexity(found.weighted, found.lengths)
        figures["token_perplexity_bound"] = corpus_perplexity(found.bound, found.lengths)
        figures["token_perplexity"] = corpus_perplexity(found.weighted, found.lengths)
    return figures


def _rate(outcome: Outcome, corpus: TopicCorpus) -> float | None:
    if outcome.cpu_seconds is None:
        return None
    return outcome.epochs * len(corpus.train) / max(outcome.cpu_seconds, 1e-9)
