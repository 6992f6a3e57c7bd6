"""Who says whether a rewritten sentence is positive: a classifier that steering never sees.

A bag of hashed words and word pairs, averaged and read off linearly (Joulin et al. 2017, "Bag of Tricks for
Efficient Text Classification"), trained on a corpus's own labels within a minute on one core and kept in the
user's cache.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as serialise_tensors
from torch import Tensor
from torch.nn import functional as F

from textvae import resources
from textvae.caching import keep
from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation.metrics import tokenise
from textvae.evaluation.report import digest


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How the judge is built and trained; every field is part of the name it is cached under."""

    buckets: int = 2**18
    width: int = 10
    passes: int = 3
    batch: int = 256
    rate: float = 3e-3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Bags:
    """Sentences as bags of features: `features` (F,) end to end, `lengths` (N,) of each bag, none empty."""

    features: Tensor
    lengths: Tensor

    def rows(self, chosen: Tensor) -> "Bags":
        """The bags of `chosen` (B,)."""
        lengths = self.lengths[chosen]
        starts = (torch.cumsum(self.lengths, 0) - self.lengths)[chosen]
        within = torch.arange(int(lengths.sum())) - torch.repeat_interleave(_offsets(lengths), lengths)
        return Bags(self.features[torch.repeat_interleave(starts, lengths) + within], lengths)


@dataclass(frozen=True, slots=True)
class Judge:
    """A trained classifier: `embedding` (buckets, width), `output` (width, labels)."""

    labels: tuple[str, ...]
    embedding: Tensor
    output: Tensor

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(N, labels): how likely each label is for each text."""
        with torch.no_grad():
            logits = _logits(bags(texts, len(self.embedding)), self.embedding, self.output)
        probabilities: NDArray[np.float32] = logits.softmax(1).numpy()
        return probabilities

    def label(self, texts: Sequence[str]) -> list[str]:
        """The likeliest label of each text."""
        return [self.labels[int(best)] for best in self.probabilities(texts).argmax(1)] if texts else []

    def accuracy(self, texts: Sequence[str], labels: Sequence[str]) -> float:
        """Percent of `texts` that are given the label beside them."""
        given = self.label(texts)
        return 100.0 * float(np.mean([a == b for a, b in zip(given, labels, strict=True)]))


def features(text: str, buckets: int) -> list[int]:
    """The hashed words and word pairs of a text, ends included in the pairs: never empty."""
    words = tokenise(text).split()
    pairs = zip(["<s>", *words], [*words, "</s>"], strict=True)
    return [zlib.crc32(gram.encode("utf-8", "surrogatepass")) % buckets for gram in _grams(words, pairs)]


def _grams(words: list[str], pairs: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield from words
    yield from (f"{first} {second}" for first, second in pairs)


def bags(texts: Sequence[str], buckets: int) -> Bags:
    """`texts` as bags of their features."""
    rows = [features(text, buckets) for text in texts]
    flat = np.fromiter((feature for row in rows for feature in row), np.int64)
    return Bags(torch.from_numpy(flat), torch.tensor([len(row) for row in rows]))


def _offsets(lengths: Tensor) -> Tensor:
    return torch.cumsum(lengths, 0) - lengths


def _logits(batch: Bags, embedding: Tensor, output: Tensor) -> Tensor:
    mean = F.embedding_bag(
        batch.features, embedding, _offsets(batch.lengths), mode="mean", sparse=embedding.requires_grad
    )
    return mean @ output


def train_judge(sentences: Sequence[Sentence], options: JudgeOptions | None = None) -> Judge:
    """Train on labelled sentences: cross-entropy, Adam with a rate that falls linearly to 0.

    The same sentences and options give the same judge. Raises `CorpusError` without two labels to tell apart.
    """
    options = options or JudgeOptions()
    labels = tuple(sorted({sentence.label for sentence in sentences if sentence.label is not None}))
    if len(labels) < 2:
        raise CorpusError(
            f"a judge needs sentences of at least two labels, got {', '.join(labels) or 'none'}: give a "
            "corpus that has some, such as yelp, or a table with the columns text, label and split."
        )
    kept = [sentence for sentence in sentences if sentence.label is not None]
    corpus = bags([sentence.text for sentence in kept], options.buckets)
    gold = torch.tensor([labels.index(sentence.label or "") for sentence in kept])
    random = torch.Generator().manual_seed(options.seed)
    embedding = (torch.rand(options.buckets, options.width, generator=random) * 2 - 1) / options.width
    embedding.requires_grad_()
    output = torch.zeros(options.width, len(labels), requires_grad=True)
    optimizers = (
        torch.optim.SparseAdam([embedding], lr=options.rate),
        torch.optim.Adam([output], lr=options.rate),
    )
    total = options.passes * -(-len(kept) // options.batch)
    step = 0
    for _ in range(options.passes):
        order = torch.randperm(len(kept), generator=random)
        for rows in torch.split(order, options.batch):
            for optimizer in optimizers:
                optimizer.param_groups[0]["lr"] = options.rate * (1 - step / total)
                optimizer.zero_grad()
            loss = F.cross_entropy(_logits(corpus.rows(rows), embedding, output), gold[rows])
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()  # type: ignore[no-untyped-call]
            step += 1
    return Judge(labels, embedding.detach(), output.detach())


def load_judge(sentences: Sequence[Sentence], options: JudgeOptions | None = None) -> Judge:
    """The judge of these sentences, from the cache if it was trained before.

    It is cached under a digest of the sentences, their labels and the options, so that another corpus, or a
    corpus that changed, gets another judge.
    """
    options = options or JudgeOptions()
    name = digest([repr(options), *(f"{sentence.label}\t{sentence.text}" for sentence in sentences)])
    path = resources.cache_folder() / "judges" / f"{name}.safetensors"
    labels = tuple(sorted({sentence.label for sentence in sentences if sentence.label is not None}))
    try:
        tensors = parse_tensors(path.read_bytes())
        return Judge(labels, tensors["embedding"], tensors["output"])
    except (OSError, KeyError, SafetensorError):
        judge = train_judge(sentences, options)
    content = serialise_tensors({"embedding": judge.embedding, "output": judge.output})
    keep(path, lambda file: file.write(content))
    return judge
