"""What a text model says when it is asked for nothing, and how a language model finds it."""

import copy
import math
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from textvae.errors import CheckpointError
from textvae.evaluation.likelihood import measure_likelihood, perplexity
from textvae.text.codec import Codec
from textvae.text.data import Dataset, shifted
from textvae.text.likelihood import summed_nll
from textvae.text.model import Latent, TextVAE
from textvae.text.sampling import SampleOptions, greedy
from textvae.text.words import Words

BATCH = 256
HELD_OUT = 10
"""One in so many samples decides when the model that is trained on the others stops."""


def draw_texts(codec: Codec, count: int, seed: int) -> list[str]:
    """`count` sentences, z from N(0, I) and every token from the whole distribution: the model's own p(x).

    Where the vocabulary is one of words, `<unk>` is a word like any other. Blank ones are kept.
    """
    longest, size = codec.max_pieces, codec.model.config.latent
    options = SampleOptions(unknown=isinstance(codec.tokenizer, Words))
    generator = torch.Generator().manual_seed(seed)
    device, texts = codec.device.device, list[str]()
    while len(texts) < count:
        rows = min(BATCH, count - len(texts))
        z = torch.randn(rows, size, generator=generator).to(device)
        noise = torch.rand(rows, longest + 1, generator=generator).to(device)
        room = torch.full((rows,), longest, device=device)
        drawn = codec.draw(Latent(z[:, :0], z), room, options, noise)
        texts += [codec.tokenizer.decode(found.tokens) for found in drawn]
    return texts


@torch.inference_mode()
def interpolated(codec: Codec, sentences: Sequence[Sequence[int]], ways: int, steps: int) -> list[list[str]]:
    """From each of the first sentences to the next: the likeliest sentences, word by word, of `steps` latents
    on the straight line between the two posterior means. `ways` of them at most."""
    found = []
    for start, end in islice(pairwise(sentences), ways):
        mean = codec.encode([start, end]).z.mean
        weights = torch.linspace(0, 1, steps, device=mean.device)[:, None]
        z = (1 - weights) * mean[0] + weights * mean[1]
        room = codec.room([max(len(start), len(end))] * steps)
        with codec.device.autocast():
            written = greedy(codec.model, codec.model.start(Latent(z[:, :0], z)), room)
        found.append([codec.tokenizer.decode(hypothesis.tokens) for hypothesis in written])
    return found


def check_judge(judge: Codec) -> None:
    """Raises `CheckpointError` unless `judge` is a language model: its likelihoods are exact."""
    if judge.model.config.latent:
        raise CheckpointError(
            f"{judge.name} has a latent, so its perplexity is only bounded: for a judge, train a language "
            "model (textvae train text --recipe yelp/lm, say)."
        )


def forward_perplexity(judge: Codec, texts: Sequence[str]) -> float:
    """The judge's perplexity a word of `texts`, blank ones left out: low where they are like its corpus. Not
    a number where all are blank."""
    return _perplexity(judge.model, judge, texts, texts)


def written_perplexity(judge: Codec, texts: Sequence[str]) -> float:
    """The same of texts as people write them, brought into the form of the judge's corpus first."""
    formed = [judge.orthography.normalise(text) for text in texts]
    return _perplexity(judge.model, judge, formed, formed)


def reverse_perplexity(
    judge: Codec, texts: Sequence[str], sentences: Sequence[str], seed: int, epochs: int = 20
) -> float:
    """The perplexity a word of `sentences` for a language model of the judge's dimensions and vocabulary that
    was trained on `texts`: low where they are as various as the corpus (Zhao et al. 2018, section 5).

    The sentences are brought into the form of the judge's corpus; words are counted as they stand before.
    One in ten of the texts decides when to stop, at the latest after `epochs`. Not a number for fewer than
    ten texts.
    """
    encoded = [ids for ids in judge.tokenizer.encode_all(texts) if ids]
    if len(encoded) < HELD_OUT:
        return math.nan
    rest = [ids for place, ids in enumerate(encoded) if place % HELD_OUT]
    model = _train(judge.model, rest, encoded[::HELD_OUT], seed, epochs)
    formed = [judge.orthography.normalise(text) for text in sentences]
    return _perplexity(model, judge, formed, sentences)


def _perplexity(model: TextVAE, judge: Codec, forms: Sequence[str], texts: Sequence[str]) -> float:
    """A word's of `texts`, which stand in `forms` as the judge knows them."""
    encoded = judge.tokenizer.encode_all(forms)
    kept = [(ids, len(text.split())) for ids, text in zip(encoded, texts, strict=True) if ids]
    if not kept:
        return math.nan
    found = measure_likelihood(model, [ids for ids, _ in kept])
    return perplexity(found.bound, [words for _, words in kept])


def _train(
    like: TextVAE, sentences: Sequence[Any], held_out: Sequence[Any], seed: int, epochs: int
) -> TextVAE:
    """A language model of the dimensions of `like`, as it was when it was best on `held_out`."""
    torch.manual_seed(seed)
    model = TextVAE(like.config).to(like.output_bias.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.0, fused=True)
    data = Dataset(
        sentences, [[False] * len(ids) for ids in sentences], np.zeros((len(sentences), 0), np.float32), 10**6
    )
    best, least = copy.deepcopy(model.state_dict()), float("inf")
    for epoch in range(epochs):
        model.train()
        for rows in data.batches(1024, np.random.default_rng([seed, epoch])):
            tokens = data.take(rows).tokens.to(model.output_bias.device)
            inputs, targets = shifted(tokens)
            nothing = tokens[:, :0].float()
            output = model(inputs, Latent(nothing, nothing)).flatten(0, 1)
            optimizer.zero_grad(set_to_none=True)
            nll = summed_nll(output, model.embedding.weight, model.output_bias, targets.flatten())
            (nll / targets.numel()).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        model.eval()
        cost = float(measure_likelihood(model, held_out).bound.sum())
        if cost >= least:
            break
        best, least = copy.deepcopy(model.state_dict()), cost
    model.load_state_dict(best)
    return model.eval()
