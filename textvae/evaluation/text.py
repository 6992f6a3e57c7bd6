"""A text model measured as the papers on text VAEs do: likelihood, latent, reconstructions, samples."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import torch

from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation import metrics
from textvae.evaluation.diversity import distinct, repeating, self_bleu, smoothness
from textvae.evaluation.likelihood import Likelihood, measure_likelihood, perplexity
from textvae.evaluation.report import Report, Row, identity, signature
from textvae.evaluation.samples import (
    check_judge,
    draw_texts,
    forward_perplexity,
    interpolated,
    reverse_perplexity,
)
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.sampling import greedy
from textvae.text.tokenizer import UNK
from textvae.variational.statistics import latent_statistics

INFORMED = 5000
"""Sentences whose mutual information with z is estimated: the work grows with their square."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How much is drawn, and with which seed: with the same, the figures are the same."""

    draws: int = 10  # of z, for the bound
    samples: int = 500  # of z, for the importance-weighted likelihood
    made: int = 1000  # sentences made up, for diversity and the judge
    ways: int = 100  # between neighbouring sentences, for smoothness
    steps: int = 7  # latents on a way, its ends counted
    width: int = 1  # of the beam that reconstructs; 1 is greedy
    seed: int = 1


def evaluate_text(
    writer: Any,
    sentences: Iterable[Sentence],
    corpus: str,
    options: TextOptions | None = None,
    judge: Any = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Measure a text model on `sentences`; `writer` is a `TextWriter`, and so is `judge`, a language model.

    Likelihoods are in nats a sentence, perplexities a word: words are what stands between blanks in the
    corpus, so every model has the same, and the end of a sentence counts as one. Rows that a model cannot
    have are left out: a language model has no z, an autoencoder no likelihood; without a judge there is no
    perplexity of samples. The report's `outputs` hold a row a sentence and a row a sample.

    Raises `CorpusError` when there are no sentences, `CheckpointError` for a judge with a latent.
    """
    options = options or TextOptions()
    codec: Codec = writer.codec
    if judge is not None:
        check_judge(judge.codec)
    asked = [sentence.text for sentence in sentences]
    forms = [codec.orthography.normalise(text) for text in asked]
    encoded = codec.tokenizer.encode_all(forms)
    kept = [i for i, ids in enumerate(encoded) if ids]
    if not kept:
        raise CorpusError(f"corpus {corpus} has no sentences to measure a model on.")
    asked, encoded = [asked[i] for i in kept], [encoded[i] for i in kept]
    words = [len(text.split()) for text in asked]
    found = measure_likelihood(codec.model, encoded, options.draws, options.samples, options.seed, progress)
    rows = _likelihood_rows(found, words, options)
    unknown = sum(ids.count(UNK) for ids in encoded) / sum(map(len, encoded))
    rows.append(Row("unknown tokens", 100 * unknown, "%; perplexities compare at the same share"))
    outputs: list[dict[str, Any]] = [
        {"kind": "sentence", "source": text, "bound": float(bound), "kl": float(cost)}
        for text, bound, cost in zip(asked, found.bound, found.kl, strict=True)
    ]
    if codec.model.config.latent:
        rows += _latent_rows(found, options)
        rebuilt = _rebuilt(codec, encoded, options.width)
        how = "greedy" if options.width == 1 else f"beam {options.width}"
        references = [codec.tokenizer.decode(ids) for ids in encoded]
        rows.append(Row("reconstruction BLEU", metrics.bleu(rebuilt, references), how))
        rows += _way_rows(codec, encoded, options)
        for row, text in zip(outputs, rebuilt, strict=True):
            row["reconstruction"] = text
    texts = draw_texts(codec, options.made, options.seed)
    rows += _sample_rows(texts)
    if judge is not None:
        forward = forward_perplexity(judge.codec, texts)
        reverse = reverse_perplexity(judge.codec, texts, asked, options.seed)
        rows.append(Row("forward perplexity", forward, f"of the samples for {judge.name}"))
        rows.append(Row("reverse perplexity", reverse, "of the corpus for a model of the samples"))
    outputs += [{"kind": "sample", "sample": text} for text in texts]
    named = signature(writer, corpus, asked, judge=identity(judge) or None, **asdict(options))
    return Report(f"{codec.name} on {len(asked)} sentences of {corpus}", tuple(rows), named, tuple(outputs))


def _likelihood_rows(found: Likelihood, words: list[int], options: TextOptions) -> list[Row]:
    if found.posterior is not None and found.nll is None:
        return [
            Row("reconstruction", float(found.reconstruction.mean()), "-log p(x|z), nats a sentence"),
            Row("conditional perplexity", perplexity(found.reconstruction, words), "a word, given z"),
        ]
    assert found.nll is not None
    if found.posterior is None:
        return [
            Row("NLL", float(found.nll.mean()), "-log p(x), exact, nats a sentence"),
            Row("perplexity", perplexity(found.nll, words), "a word"),
        ]
    return [
        Row("bound", float(found.bound.mean()), f"on -log p(x), nats a sentence, {options.draws} draws"),
        Row("NLL", float(found.nll.mean()), f"importance-weighted, {options.samples} draws"),
        Row("reconstruction", float(found.reconstruction.mean()), "-log p(x|z), nats a sentence"),
        Row("KL", float(found.kl.mean()), "nats a sentence"),
        Row("perplexity", perplexity(found.nll, words), "a word, by the NLL"),
        Row("perplexity of the bound", perplexity(found.bound, words), "a word"),
        Row("conditional perplexity", perplexity(found.reconstruction, words), "a word, given z"),
    ]


def _latent_rows(found: Likelihood, options: TextOptions) -> list[Row]:
    q = found.posterior
    assert q is not None
    some = torch.distributions.Normal(q.mean[:INFORMED], q.stddev[:INFORMED], validate_args=False)
    held = latent_statistics(some, torch.Generator().manual_seed(options.seed))
    active = Row("active units", held.active, f"of {q.mean.shape[1]}")
    most = f"nats, of sentence and z; at most {math.log(len(some.mean)):.1f}"
    return (
        [active] if found.nll is None else [Row("mutual information", held.mutual_information, most), active]
    )


def _rebuilt(codec: Codec, encoded: list[list[int]], width: int, batch: int = 64) -> list[str]:
    """The likeliest sentence of each posterior mean: of the beam's, or word by word."""
    texts = []
    for at in range(0, len(encoded), batch):
        some = encoded[at : at + batch]
        latent, room = codec.encode(some).mean, codec.room([len(ids) for ids in some])
        if width > 1:
            searched = codec.search(latent, room, BeamOptions(width=width, min_length=1))
            found = [hypotheses[0] for hypotheses in searched]
        else:
            found = greedy(codec.model, codec.model.start(latent), room)
        texts += [codec.tokenizer.decode(hypothesis.tokens) for hypothesis in found]
    return texts


def _way_rows(codec: Codec, encoded: list[list[int]], options: TextOptions) -> list[Row]:
    paths = interpolated(codec, encoded, options.ways, options.steps)
    direct, largest, moved = smoothness(paths)
    note = f"of {len(paths)} ways, {moved} moved"
    if not moved:
        return [Row("interpolation: ways that moved", 0, note)]
    return [
        Row("interpolation: directness", direct, f"{note}; 1 is straight"),
        Row(
            "interpolation: largest step", largest, f"share of the way; {1 / (options.steps - 1):.2f} is even"
        ),
    ]


def _sample_rows(texts: list[str]) -> list[Row]:
    filled = [text for text in texts if text.strip()]
    return [
        Row("self-BLEU of samples", self_bleu(filled), f"{len(filled)} of p(x); lower is more various"),
        Row("distinct-1 of samples", distinct(filled, 1), "%"),
        Row("distinct-2 of samples", distinct(filled, 2), "%"),
        Row("samples that repeat a phrase", repeating(filled), "% with three words twice"),
    ]
