"""Topics for people: their words, how much of the texts they are, and sentences that speak of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.corpora.splitting import split_sentences
from textvae.topics.bags import Bags
from textvae.topics.coherence import diversity, npmi, top_words
from textvae.topics.counting import Counting
from textvae.topics.pieces import plain

Floats = NDArray[np.floating]
Score = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to their valence and arousal, (N, 2 or more), on the 1-5 scale."""

SHORTEST, LONGEST = 6, 28
"""Words of a sentence that is shown."""
WIDEST = 180
"""Characters of a sentence that is shown; where all are longer, one is cut."""
CANDIDATES = 100
"""Documents of a topic among whose sentences the typical ones are looked for."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a topic and how much it stands for it; a topic's weights over the vocabulary add up to 1."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be said of a topic.

    Attributes:
        number: its place in the model, from 1.
        share: the mean of its proportion over the documents.
        documents: how many documents have no larger topic.
        words: those that stand for it most, see `telling`.
        sentences: short ones that hold much of it, each from another document.
        valence, arousal: means over the sentences that were read, on the 1-5 scale; None if none was.
        read: how many sentences that was.
        spread: the standard error of `valence`; None if fewer than two were read.
    """

    number: int
    share: float
    documents: int
    words: tuple[Word, ...]
    sentences: tuple[str, ...] = ()
    valence: float | None = None
    arousal: float | None = None
    read: int = 0
    spread: float | None = None


def summarise(
    texts: Sequence[str],
    bags: Bags,
    topics: Floats,
    proportions: Floats,
    score: Score | None = None,
    *,
    words: int = 10,
    sentences: int = 3,
    read: int = 200,
    seed: int = 1,
    counting: Counting | None = None,
) -> list[Topic]:
    """The topics of `texts`, the largest first.

    A word w of document d speaks of topic k with probability proportions[d, k] topics[k, w], normalised
    over k. `score` reads up to `read` sentences of each topic, drawn in proportion to how many of their words
    speak of it: the affect of what the topic's documents say where they say it.

    Args:
        texts: the documents, in the order of `bags` (N).
        topics: probabilities of the words (K, V); proportions: of the topics (N, K). Rows sum to 1.
        counting: how `bags` were counted.
    """
    spoken = Spoken(texts, bags, topics, proportions, counting)
    largest = proportions.argmax(axis=1)
    rng = np.random.default_rng(seed)
    drawn = [spoken.drawn(k, read, rng) if score else [] for k in range(len(topics))]
    distinct = list(dict.fromkeys(text for chosen in drawn for text in chosen))
    read_as = dict(zip(distinct, score(distinct)[:, :2], strict=True)) if score and distinct else {}
    weights = telling(topics, proportions.mean(axis=0))
    found = []
    for k, chosen in enumerate(drawn):
        order = np.argsort(-weights[k], kind="stable")[:words]
        affect = np.array([read_as[text] for text in chosen], np.float64).reshape(-1, 2)
        affect = affect[~np.isnan(affect).any(axis=1)]
        means = affect.mean(axis=0).tolist() if len(affect) else (None, None)
        found.append(
            Topic(
                number=k + 1,
                share=float(proportions[:, k].mean()),
                documents=int((largest == k).sum()),
                words=tuple(Word(bags.words[i], float(weights[k, i])) for i in order),
                sentences=tuple(spoken.typical(k, np.flatnonzero(largest == k), sentences)),
                valence=means[0],
                arousal=means[1],
                read=len(affect),
                spread=float(affect[:, 0].std(ddof=1) / len(affect) ** 0.5) if len(affect) > 1 else None,
            )
        )
    return sorted(found, key=lambda topic: -topic.share)


def telling(topics: Floats, shares: Floats) -> NDArray[np.float64]:
    """How much each word stands for each topic, (K, V); rows sum to 1.

    In proportion to p(w|k) sqrt(p(w|k) / p(w)), p(w) being the mean over the topics by their shares (K): the
    relevance of Sievert & Shirley (2014, equation 1) with lambda = 2/3. What is frequent everywhere names no
    topic, and what is merely rare does not either.
    """
    topics = np.asarray(topics, np.float64)
    overall = np.maximum(shares @ topics, 1e-300)
    weights = topics * np.sqrt(topics / overall)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def quality(bags: Bags, topics: Floats, proportions: Floats) -> float:
    """How well the topics' ten first words belong together in `bags`, and how far topics differ: mean NPMI
    times diversity (topic quality in Dieng et al. 2020), or divided by it if the NPMI is negative."""
    top = top_words(telling(topics, proportions.mean(axis=0)), bags.words)
    coherence, distinct = float(npmi(top, bags).mean()), diversity(top)
    return coherence * distinct if coherence > 0 else coherence / distinct


class Spoken:
    """Which documents, and which of their sentences, speak of which topic. Splits what is asked for."""

    def __init__(
        self,
        texts: Sequence[str],
        bags: Bags,
        topics: Floats,
        proportions: Floats,
        counting: Counting | None = None,
    ) -> None:
        self.counting = counting or Counting()
        self.texts, self.topics, self.proportions = texts, np.asarray(topics, np.float64), proportions
        self.numbers = {word: number for number, word in enumerate(bags.words)}
        self.held: dict[int, tuple[list[str], list[NDArray[np.int64]]]] = {}
        self.mass = np.zeros((len(texts), len(topics)))  # words of each document that speak of each topic
        for n in range(len(bags)):
            here = slice(bags.indptr[n], bags.indptr[n + 1])
            self.mass[n] = bags.counts[here] @ self.share(n, bags.indices[here])

    def share(self, n: int, words: NDArray[np.integer]) -> NDArray[np.float64]:
        """Probability that each of `words` speaks of each topic in document n, (len(words), K)."""
        joint = self.topics[:, words].T * self.proportions[n]
        return np.asarray(joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300))

    def sentences(self, n: int) -> tuple[list[str], list[NDArray[np.int64]]]:
        """The sentences of document n and the numbers of their words."""
        if n not in self.held:
            found = [" ".join(span.text.split()) for span in split_sentences(plain(self.texts[n]))]
            words = map(self.counting.words, found)
            numbers = [[self.numbers[word] for word in each if word in self.numbers] for each in words]
            self.held[n] = found, [np.array(each, np.int64) for each in numbers]
        return self.held[n]

    def drawn(self, k: int, count: int, rng: np.random.Generator) -> list[str]:
        """At most `count` sentences, drawn in proportion to how many of their words speak of topic k."""
        total = self.mass[:, k].sum()
        if total <= 0:
            return []
        places, often = np.unique(
            rng.choice(len(self.texts), count, p=self.mass[:, k] / total), return_counts=True
        )
        chosen = []
        for n, times in zip(places.tolist(), often.tolist(), strict=True):
            texts, words = self.sentences(n)
            weights = np.array([self.share(n, numbers)[:, k].sum() for numbers in words])
            if (some := np.count_nonzero(weights)) > 0:
                picks = rng.choice(len(texts), min(times, some), replace=False, p=weights / weights.sum())
                chosen += [texts[i] for i in picks.tolist()]
        return chosen

    def typical(self, k: int, among: NDArray[np.integer], count: int) -> list[str]:
        """Short sentences rich in the words of topic k, each from another of the documents `among`."""
        order = among[np.argsort(-self.mass[among, k], kind="stable")][:CANDIDATES]
        ranked: list[tuple[bool, float, str]] = []
        for n in order.tolist():
            scored = [
                (not _fits(text), -self._richness(n, k, numbers, text), text)
                for text, numbers in zip(*self.sentences(n), strict=True)
                if len(numbers)
            ]
            ranked += sorted(scored)[:1]
        texts = dict.fromkeys(text for _, _, text in sorted(ranked))
        return [_cut(text) for text in list(texts)[:count]]

    def _richness(self, n: int, k: int, numbers: NDArray[np.int64], text: str) -> float:
        distinct = np.unique(numbers)
        held = float((self.topics[k, distinct] * self.share(n, distinct)[:, k]).sum())
        return held / (SHORTEST + text.count(" "))


def _fits(text: str) -> bool:
    return SHORTEST <= text.count(" ") + 1 <= LONGEST and len(text) <= WIDEST


def _cut(text: str) -> str:
    """`text`, cut between words if it is wider than what is shown."""
    return text if len(text) <= WIDEST else text[:WIDEST].rsplit(" ", 1)[0].rstrip(" ,;:-") + " …"
