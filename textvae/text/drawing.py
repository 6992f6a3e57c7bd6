"""Making up sentences: latents from the prior, pieces from the nucleus, the draw nearest to the target."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import torch

from textvae.text.acceptance import invented, repeated
from textvae.text.codec import Codec
from textvae.text.infilling import Infiller, places_of
from textvae.text.lexicon import words_of
from textvae.text.model import Latent
from textvae.text.sampling import SampleOptions
from textvae.text.settings import Steering
from textvae.text.steering import Floats, Scale, merit
from textvae.text.values import Draw
from textvae.text.wording import UNASKED

FAULT = 1e6
"""What each of its `faults` costs a draw."""

JUDGED, PASSABLE, AWKWARD = 4, -3.0, 0.2
"""How many of the best draws an infilling model judges; how well the worst word of a sentence may stand
before it costs, and what a nat below that costs. Chosen by reading."""

_PAIRED = re.compile(
    r"""[:;]-?[()]|\([^()\[\]"]+\)|\[[^()\[\]"]+\]|(?<![^\s(])"(?=\S)[^"]*(?<=\S)"(?!\w)"""
    r"""|(?<!\w)'(?=\w)[^"]*?(?<=[\w.,!?])'(?!\w)"""
)
_UNPAIRED = re.compile(
    r"""["()\[\]{}]|(?<!\w)'(?!(?:tis|twas|em|cause|til|n)\b)|(?<=[.,!?])'""", re.IGNORECASE
)
_TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)


def draw_sentences(
    indices: Sequence[int],
    seed: int,
    target: Floats,
    temperature: float,
    codec: Codec,
    read: Callable[[Sequence[str]], Floats],
    scale: Scale,
    steering: Steering,
    infiller: Infiller | None = None,
) -> list[Draw]:
    """A sentence for each index; what it is depends on its index and the seed alone.

    `target` (2,) on the 1-5 scale; where it is nan, affect is drawn from N(0, 1). The decoder is told no more
    than `steering.bound` of it: beyond, it writes no English. A decoder that has learnt to write untold is
    told the affect alone, another one content from the prior as well. Each sentence is the best of
    `steering.draws`: without `faults`, near to the target, and fluent; for the last choice how the words of
    the best ones stand is asked of an `infiller`.
    """
    draws = steering.draws
    longest, heard = codec.max_pieces, codec.model.config.affect
    size = codec.model.config.latent
    latents, noise = [], []
    for index in indices:
        generator = torch.Generator().manual_seed((seed + index * 0x9E3779B97F4A7C15) % 2**63)
        latents.append(torch.randn(draws, size, generator=generator))
        noise.append(torch.rand(draws, longest + 1, generator=generator))
    z = torch.cat(latents)
    asked = torch.from_numpy(scale.standardise(target)).float()
    device = codec.device.device
    asked = asked[:heard].clamp(-steering.bound, steering.bound)
    affect = torch.where(asked.isnan(), z[:, :heard], asked)
    content = codec.untold_content(len(z)) if codec.untold else codec.prior.at(steering.spread * z[:, heard:])
    hypotheses = codec.draw(
        Latent(affect.to(device), content.to(device)),
        torch.full((len(z),), longest, device=device),
        SampleOptions(temperature, steering.top_p),
        torch.cat(noise).to(device),
    )
    texts = [codec.text(hypothesis.tokens) for hypothesis in hypotheses]
    readings = read(texts)
    fluency = np.array(codec.fluency([hypothesis.tokens for hypothesis in hypotheses]))
    if steering.fluent is not None:  # fluent enough is enough: the blandest draw would always win
        fluency = np.minimum(fluency - steering.fluent, 0.0)
    value = merit(
        scale.standardise(readings),
        scale.standardise(target),
        np.zeros(len(texts)),
        fluency,
        steering,
    )
    value = np.where(np.isnan(readings).any(1), -np.inf, value)  # a blank draw cannot be read
    value -= np.array([FAULT * faults(text) for text in texts])
    if infiller is not None:
        value += _awkward(texts, value.reshape(-1, draws), codec, infiller)
    best = value.reshape(-1, draws).argmax(axis=1) + draws * np.arange(len(indices))
    return [
        Draw(index, texts[i], float(readings[i, 0]), float(readings[i, 1]))
        for index, i in zip(indices, best, strict=True)
    ]


def faults(text: str) -> int:
    """How many kinds of things `text` does that nobody asked of a made-up sentence: a coarse word, a
    placeholder of the corpora ("[name]"), a quotation mark or a bracket without its partner, a word twice, no
    end."""
    return sum(
        (
            not UNASKED.isdisjoint(words_of(text.lower())),
            invented(text),
            _UNPAIRED.search(_PAIRED.sub(" ", text)) is not None,
            _TWICE.search(text) is not None or bool(repeated(text, "")),
            text[-1:].isalnum(),
        )
    )


def _awkward(texts: Sequence[str], values: Floats, codec: Codec, infiller: Infiller) -> Floats:
    """(N,) what each draw has to pay for the word that stands worst in it, as `values` (N / D, D) have it:
    the best of the D draws of a sentence are judged, the others are out."""
    finalists = np.argsort(-values, axis=1, kind="stable")[:, :JUDGED] + (
        values.shape[1] * np.arange(len(values))[:, None]
    )
    forms = [codec.orthography.normalise(texts[i]) for i in finalists.flat]
    # A contraction ("I'm") has a mark in it, and marks are nothing that an infilling model answers.
    places = [
        [place for place in places_of(form)[0] if "'" not in form[place.start : place.end]] for form in forms
    ]
    standing = infiller.standing(forms, places, torch.full((len(forms), 2), torch.nan))
    worst = [float(found[:, 1].min()) if len(found) else 0.0 for found in standing]
    paid: Floats = np.full(len(texts), -np.inf)
    paid[finalists.flat] = AWKWARD * np.minimum(np.array(worst) - PASSABLE, 0.0)
    return paid
