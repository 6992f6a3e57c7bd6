"""Making up sentences: latents from the prior, pieces from the nucleus, the draw nearest to the target."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from textvae.text.acceptance import invented
from textvae.text.codec import Codec
from textvae.text.model import Latent
from textvae.text.sampling import SampleOptions
from textvae.text.settings import Steering
from textvae.text.steering import Floats, Scale, merit
from textvae.text.values import Draw

PLACEHOLDER = 1e6
"""What a draw with a placeholder ("[name]") costs."""


def draw_sentences(
    indices: Sequence[int],
    seed: int,
    target: Floats,
    temperature: float,
    codec: Codec,
    read: Callable[[Sequence[str]], Floats],
    scale: Scale,
    steering: Steering,
) -> list[Draw]:
    """A sentence for each index; what it is depends on its index and the seed alone.

    `target` (2,) on the 1-5 scale; where it is nan, affect is drawn from N(0, 1). A decoder that has learnt
    to write untold is told the affect alone, another one content from the prior as well. Each sentence is the
    best of `steering.draws`: near to the target, and fluent.
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
    affect = torch.where(asked.isnan()[:heard], z[:, :heard], asked[:heard])
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
    # A blank draw cannot be read; one with a placeholder of the corpora is the last choice.
    value = np.where(np.isnan(value), -np.inf, value)
    value -= np.array([PLACEHOLDER * invented(text) for text in texts])
    best = value.reshape(-1, draws).argmax(axis=1) + draws * np.arange(len(indices))
    return [
        Draw(index, texts[i], float(readings[i, 0]), float(readings[i, 1]))
        for index, i in zip(indices, best, strict=True)
    ]
