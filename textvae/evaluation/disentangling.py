"""How far style and content are apart in a latent, and what a sentence keeps when its style is changed: the
figures of John et al. 2018, section 4.

Content is what is left of a sentence without the words that carry the style: the cosine of what is left
(after Fu et al. 2018) and the words in common. Fluency is the perplexity of a language model. What a part of
a latent tells is what a linear probe reads off it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.evaluation import metrics
from textvae.evaluation.judge import Judge
from textvae.evaluation.report import Row
from textvae.evaluation.samples import check_judge, written_perplexity
from textvae.text.codec import Codec
from textvae.text.disentangling import STOPPED
from textvae.text.lexicon import words_of
from textvae.text.tokenizer import UNK

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ContentRuler:
    """What measures the content of a sentence: `language_model` gives each word its vector (and outputs their
    perplexity), `style_words` are passed over. Raises `CheckpointError` for a model with a latent."""

    language_model: Codec
    style_words: frozenset[str]
    _vectors: dict[str, Floats | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_judge(self.language_model)

    def content(self, text: str) -> list[str]:
        """The words of a text that are no style words."""
        return [word for word in words_of(text.lower()) if word not in self.style_words]

    def vector(self, word: str) -> Floats | None:
        """(E,) the word's embedding, of several pieces their mean; None for a word that is not known."""
        if word not in self._vectors:
            ids = self.language_model.tokenizer.encode(word)
            known = ids and UNK not in ids
            weight = self.language_model.model.embedding.weight.detach()
            self._vectors[word] = weight[ids].mean(0).double().cpu().numpy() if known else None
        return self._vectors[word]

    def embed(self, text: str) -> Floats | None:
        """(3 E,) the least, the mean and the greatest of each dimension over the known words of the content;
        None where there is none."""
        vectors = [vector for word in self.content(text) if (vector := self.vector(word)) is not None]
        if not vectors:
            return None
        stacked = np.stack(vectors)
        return np.concatenate([stacked.min(0), stacked.mean(0), stacked.max(0)])

    def cosine(self, source: str, output: str) -> float:
        """Of what is left of both; 0 where nothing is left of the output, nan where nothing is of the
        source."""
        here, there = self.embed(source), self.embed(output)
        if here is None:
            return math.nan
        return 0.0 if there is None else float(here @ there / np.linalg.norm(here) / np.linalg.norm(there))

    def overlap(self, source: str, output: str) -> float:
        """The share of the different words of either content that both have, stop words passed over; nan
        where neither has any."""
        here, there = (
            {word for word in self.content(text) if word not in STOPPED} for text in (source, output)
        )
        either = here | there
        return len(here & there) / len(either) if either else math.nan


def transfer_figures(
    sources: Sequence[str], outputs: Sequence[str], wanted: Sequence[str], judge: Judge, ruler: ContentRuler
) -> tuple[Row, ...]:
    """What became of `sources` whose outputs are to have the labels `wanted`."""
    accuracy = judge.accuracy(outputs, wanted)
    pairs = list(zip(sources, outputs, strict=True))
    cosine = float(np.nanmean([ruler.cosine(*pair) for pair in pairs]))
    overlap = float(np.nanmean([ruler.overlap(*pair) for pair in pairs]))
    perplexity = written_perplexity(ruler.language_model, outputs)
    whole = (max(0.0, accuracy / 100 * overlap) / perplexity) ** (1 / 3)
    return (
        Row("ACC", accuracy, "% judged to have the other style"),
        Row("cosine", cosine, "of the content, style words left out"),
        Row("overlap", overlap, "words in common, style and stop words left out"),
        Row("PPL", perplexity, f"a word, for {ruler.language_model.name}"),
        Row("GM", whole, "of ACC as a share, overlap and 1 / PPL, as in the paper"),
        Row("self-BLEU", metrics.bleu(outputs, sources), "against the source"),
    )


def probe_accuracy(train: Floats, labels: Sequence[int], test: Floats, gold: Sequence[int]) -> float:
    """Percent of `gold` that a logistic regression from latents (N, D) to `labels` gets right, on the rows
    of `test`. Features are standardised; the ridge is 1e-3 on the mean loss."""
    mean, sd = train.mean(0), train.std(0) + 1e-8
    x, other = (torch.from_numpy((part - mean) / sd).double() for part in (train, test))
    y = torch.tensor(labels, dtype=torch.long)
    weight = torch.zeros(x.shape[1], int(y.max()) + 1, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(weight.shape[1], dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(x @ weight + bias, y) + 1e-3 * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call, arg-type]
    guessed = (other @ weight + bias).argmax(1).detach().numpy()
    return 100.0 * float(np.mean(guessed == np.asarray(gold)))


def probe_r2(train: Floats, values: Floats, test: Floats, gold: Floats) -> float:
    """The share of the variance of `gold` (M,) that a linear regression from latents (N, D) to `values` (N,)
    explains on the rows of `test`, ridge 1e-3 a row; below 0 where the mean would do better."""
    mean, sd = train.mean(0), train.std(0) + 1e-8
    x = (train - mean) / sd
    gram = x.T @ x + 1e-3 * len(x) * np.eye(x.shape[1])
    weight = np.linalg.solve(gram, x.T @ (values - values.mean()))
    error = gold - ((test - mean) / sd @ weight + values.mean())
    return 1.0 - float(np.square(error).sum() / np.square(gold - gold.mean()).sum())
