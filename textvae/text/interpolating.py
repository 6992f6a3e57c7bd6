"""The sentences on the way from one sentence to another."""

from collections.abc import Callable, Sequence

import torch

from textvae.errors import TextError
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.model import Latent
from textvae.text.steering import Floats, between
from textvae.text.values import Waypoint


def waypoints(
    a: str,
    b: str,
    steps: int,
    spherical: bool,
    codec: Codec,
    read: Callable[[Sequence[str]], Floats],
    search: BeamOptions,
) -> list[Waypoint]:
    """The likeliest sentence of each of `steps` latents from that of `a` to that of `b`.

    Raises `TextError` if one of them is blank.
    """
    ends = [codec.pieces(text) for text in (a, b)]
    for end, name in zip(ends, ("first", "second"), strict=True):
        if not end:
            raise TextError(f"the {name} sentence is blank: interpolate needs two sentences.")
    latent = codec.encode(ends).mean
    weights = torch.linspace(0, 1, steps, device=latent.content.device)
    affect = between(latent.affect[0], latent.affect[1], weights)
    content = between(latent.content[0], latent.content[1], weights, spherical)
    room = codec.room([len(end) for end in ends])[:, None].float()
    longest = between(room[0], room[1], weights)[:, 0].long()
    found = codec.search(Latent(affect, content), longest, search)
    texts = [  # written as the nearer sentence is
        codec.text(hypotheses[0].tokens, a if weight <= 0.5 else b)
        for hypotheses, weight in zip(found, weights.tolist(), strict=True)
    ]
    readings = read(texts).tolist()
    return [
        Waypoint(step, round(float(weight), 6), text, *reading)
        for step, (weight, text, reading) in enumerate(zip(weights.tolist(), texts, readings, strict=True))
    ]
