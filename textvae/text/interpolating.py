"""The sentences on the way from one sentence to another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch

from textvae.errors import TextError
from textvae.text.acceptance import invented, repeated, unclosed
from textvae.text.asides import BLANKS, Aside, set_aside
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.judging import Read
from textvae.text.model import Latent
from textvae.text.rebuilding import decoded
from textvae.text.similarity import content_kept, words
from textvae.text.steering import Floats, between
from textvae.text.typography import FIGURE, unaccented
from textvae.text.values import Waypoint

Ends = tuple[Aside, Aside]

POINTS, MOST_POINTS = 33, 129
"""Latents on the way whose sentences are looked at; twice as many as there are steps, within these."""

CANDIDATES = 16
"""Sentences of each of them."""

UNLIKELY, AWKWARD, UNEVEN, REPEATED = 0.4, 0.5, 0.05, 0.9
"""What a nat a piece costs by which a sentence is unlikely at its latent, or less fluent than the more fluent
one of the two ends; what it costs to stand a whole step from where an even way would stand, and to stay. To
change all of the wording at once costs 1. Chosen by reading, on sentences of our own."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A sentence on the way in the model's form, as it was decoded and, with what was set aside, as it is
    `said`; the latent where it is likeliest, as a weight from 0 to 1; its log-probability a piece there."""

    form: str
    said: str
    tokens: tuple[int, ...]
    weight: float
    log_prob: float


def waypoints(
    a: str,
    b: str,
    steps: int,
    spherical: bool,
    plain: bool,
    codec: Codec,
    read: Read,
    search: BeamOptions,
) -> list[Waypoint]:
    """`steps` sentences from `a` to `b`. `plain`: the likeliest sentence of each latent, of the ends as well;
    else `a` and `b` themselves, and between them what makes the `smoothest` way.

    Addresses and long numbers are set aside: a sentence on the way has those of the nearer end, or, where it
    has another number of places for them, of the other one.

    Raises `TextError` if one of them has no words.
    """
    for text, name in zip((a, b), ("first", "second"), strict=True):
        if not codec.pieces(text):
            raise TextError(f"the {name} sentence has no words: interpolate needs two sentences.")
    ends = _set_aside(a, b, codec, search)
    if plain:
        path = [stops[0] for stops in _said(ends, steps, spherical, codec, search)]
    else:
        points = min(max(POINTS, 2 * steps + 1), MOST_POINTS)
        options = replace(search, width=CANDIDATES, keep=CANDIDATES)
        found = [stop for stops in _said(ends, points, spherical, codec, options) for stop in stops]
        first, last = (
            _stop(codec.pieces(end.text), codec.orthography.normalise(end.text), weight, 0.0, ends, codec)
            for end, weight in zip(ends, (0.0, 1.0), strict=True)
        )
        path = _way(first, last, found, steps, codec)
    texts = [_written(stop.form, stop.weight, ends, codec) for stop in path]
    readings = read(texts).tolist()
    return [
        Waypoint(step, round(stop.weight, 6), text, *reading)
        for step, (stop, text, reading) in enumerate(zip(path, texts, readings, strict=True))
    ]


def _set_aside(a: str, b: str, codec: Codec, search: BeamOptions) -> Ends:
    """Both ends without what the model does not spell, if it says again what stands for that."""
    for blank in BLANKS:
        ends = set_aside(a, blank, codec.count), set_aside(b, blank, codec.count)
        rest = [end for end in ends if not end.whole]
        forms = decoded([codec.pieces(end.text) for end in rest], codec, search)
        if all(end.fits(form) for end, form in zip(rest, forms, strict=True)):
            return ends
    return set_aside(a, "", codec.count), set_aside(b, "", codec.count)


def _written(form: str, weight: float, ends: Ends, codec: Codec) -> str:
    """A sentence as the nearer end is written; where it has another number of places for what was set aside,
    and as many as the other end, as that one."""
    near, far = ends if weight <= 0.5 else ends[::-1]
    if not (near.whole and far.whole) and far.fits(form) and not near.fits(form):
        near = far
    return near.written(form, codec.orthography)


def _stop(tokens: Sequence[int], form: str, weight: float, log_prob: float, ends: Ends, codec: Codec) -> Stop:
    said = form
    if not all(end.whole for end in ends):
        said = codec.orthography.normalise(_written(form, weight, ends, codec))
    return Stop(form, said, tuple(tokens), weight, log_prob)


def _said(ends: Ends, points: int, spherical: bool, codec: Codec, search: BeamOptions) -> list[list[Stop]]:
    """What the decoder says at each of so many latents from one end to the other, the likeliest first."""
    pieces = [codec.pieces(end.text) for end in ends]
    latent = codec.encode(pieces).mean
    weights = torch.linspace(0, 1, points, device=latent.content.device)
    affect = between(latent.affect[0], latent.affect[1], weights)
    content = between(latent.content[0], latent.content[1], weights, spherical)
    room = codec.room([len(each) for each in pieces])[:, None].float()
    longest = between(room[0], room[1], weights)[:, 0].long()
    return [
        [
            _stop(
                each.tokens, codec.tokenizer.decode(each.tokens), weight, each.log_prob_per_token, ends, codec
            )
            for each in hypotheses
        ]
        for hypotheses, weight in zip(
            codec.search(Latent(affect, content), longest, search), weights.tolist(), strict=True
        )
    ]


def _way(first: Stop, last: Stop, found: Iterable[Stop], steps: int, codec: Codec) -> list[Stop]:
    """The smoothest way from `first` to `last` through what was `found`. A sentence that differs from an end
    in marks only, says a word twice or a number that no end does, cries out as no end does, or has a
    placeholder or a quotation mark without partner, is no stop; between ends that are the same nothing is."""
    said = f"{first.said} {last.said}"
    numbers = {*FIGURE.findall(said)}
    known = {_worded(first), _worded(last)}
    likeliest: dict[tuple[str, ...], Stop] = {}
    for stop in sorted(found, key=lambda stop: -stop.log_prob) if len(known) == 2 else ():
        louder = "!" in stop.said and "!" not in said
        counted = not numbers.issuperset(FIGURE.findall(stop.said))
        faulty = louder or counted or any(check(stop.said, said) for check in (repeated, unclosed, invented))
        if not faulty and _worded(stop) not in known and 0 < stop.weight < 1:
            likeliest.setdefault(_worded(stop), stop)
    stops = [first, *sorted(likeliest.values(), key=lambda stop: stop.weight), last]
    fluency = np.array(codec.fluency([stop.tokens for stop in stops]))
    costs = AWKWARD * np.maximum(max(fluency[0], fluency[-1]) - fluency, 0.0)
    costs -= UNLIKELY * np.array([stop.log_prob for stop in stops])
    costs[[0, -1]] = 0.0
    distances = np.zeros((len(stops), len(stops)))
    for (i, one), (k, other) in combinations(enumerate(stops), 2):
        distances[i, k] = distances[k, i] = 1.0 - content_kept(one.said, other.said)
    chosen = smoothest(np.array([stop.weight for stop in stops]), distances, costs, steps)
    return [stops[i] for i in chosen]


def _worded(stop: Stop) -> tuple[str, ...]:
    return tuple(word for word in words(unaccented(stop.said)) if word[0].isalnum())


def smoothest(weights: Floats, distances: Floats, costs: Floats, steps: int) -> list[int]:
    """The cheapest way of `steps` stops from the first of N to the last one, never back (Viterbi 1967).

    `weights` (N,), rising, say where each stands between 0 and 1, `distances` (N, N) how far it is from one
    to another, at most 1, and `costs` (N,) what a stop costs. A move costs its squared distance, so that many
    small ones are cheaper than a large one; to stay costs `REPEATED`. To stand w away from where an even way
    would stand costs `UNEVEN` w^2 (steps - 1)^2.
    """
    moves = steps - 1
    move = distances**2
    move[weights[None, :] <= weights[:, None]] = np.inf
    np.fill_diagonal(move, REPEATED)
    total = np.full(len(weights), np.inf)
    total[0] = 0.0
    before = []
    for step in range(1, steps):
        uneven = UNEVEN * (weights * moves - step) ** 2
        sums = total[:, None] + move + (costs + uneven)[None, :]
        before.append(sums.argmin(0))
        total = sums.min(0)
    way = [len(weights) - 1]
    for best in reversed(before):
        way.append(int(best[way[-1]]))
    return way[::-1]
