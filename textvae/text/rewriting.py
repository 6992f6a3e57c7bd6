"""Rewriting sentences with another affect: latents, candidates, the choice among them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from textvae.text.codec import Codec
from textvae.text.decoding import Hypothesis
from textvae.text.lexicon import words_of
from textvae.text.model import Latent
from textvae.text.similarity import content_kept
from textvae.text.steering import Floats, Scale, Steering, in_the_way, merit, steered
from textvae.text.targets import Target
from textvae.text.values import Candidate, Transfer

Goals = tuple[Target | None, Target | None]
"""What is asked of valence and of arousal."""

Read = Callable[[Sequence[str]], Floats]
"""Texts -> (N, 2) valence and arousal on the 1-5 scale."""


def resolve(goals: Goals, sources: Floats) -> Floats:
    """The targets (N, 2) of sentences that read `sources` (N, 2), on the 1-5 scale; nan: none asked for."""
    return np.array(
        [
            [
                np.nan if goal is None else goal.resolve(float(at))
                for goal, at in zip(goals, source, strict=True)
            ]
            for source in sources
        ]
    ).reshape(-1, 2)


def rewrite(
    texts: Sequence[str],
    goals: Goals,
    n: int,
    fidelity: float,
    codec: Codec,
    read: Read,
    scale: Scale,
    steering: Steering,
) -> list[Transfer]:
    """Up to `n` candidates for each text, best first; what becomes of one does not depend on the others."""
    pieces = [codec.pieces(text) for text in texts]
    filled = [i for i, found in enumerate(pieces) if found]
    results = [Transfer(text, None, None, None, None, ()) for text in texts]
    if not filled:
        return results
    sources = [texts[i] for i in filled]
    affect = read(sources)
    targets = resolve(goals, affect)
    said = candidates(sources, [pieces[i] for i in filled], scale.standardise(targets), codec, steering)
    readings = iter(read([text for each in said for text in each]))
    tokens = [pieces[i] for i in filled] + [each[text].tokens for each in said for text in each]
    fluency = iter(codec.fluency(tokens))
    own = [next(fluency) for _ in filled]
    for i, at, target, each, floor in zip(filled, affect, targets, said, own, strict=True):
        ordinary = floor if steering.fluent is None else steering.fluent
        measured = [
            Measured(
                text,
                found.log_prob_per_token,
                reading,
                content_kept(texts[i], text),
                0.0 if text == texts[i] else fluent - ordinary,
            )
            # the candidates come first: zip takes from them before it takes from the others
            for (text, found), reading, fluent in zip(each.items(), readings, fluency, strict=False)
        ]
        ranked = choose(measured, target, n, fidelity, scale, steering)
        valence, arousal = (None if np.isnan(value) else float(value) for value in target)
        results[i] = Transfer(texts[i], float(at[0]), float(at[1]), valence, arousal, ranked)
    return results


def candidates(
    texts: Sequence[str], pieces: Sequence[Sequence[int]], targets: Floats, codec: Codec, steering: Steering
) -> list[dict[str, Hypothesis]]:
    """What the decoder says for each text on the way to its target: distinct texts and the hypotheses behind
    them, the likeliest where several searches find the same.

    `targets` (N, 2) standardised, nan where nothing is asked for. Each text is decoded from its own content
    and, where words of it stand in the way, also from that of the rest, at every strength, all in one search.
    """
    forms = list(pieces)
    owner = list(range(len(texts)))
    source = codec.encode(pieces).mean
    target = torch.from_numpy(targets).to(source.affect)
    if steering.strip:
        ways = (target - source.affect).tolist()
        for i, (text, way) in enumerate(zip(texts, ways, strict=True)):
            words = words_of(codec.orthography.normalise(text))
            hindering = in_the_way(words, way, codec.lexicon, steering.in_the_way)
            if hindering and (rest := codec.without(text, pieces[i], hindering)) != list(pieces[i]):
                forms.append(rest)
                owner.append(i)
    content = source.content
    if len(forms) > len(pieces):
        content = torch.cat([content, codec.encode(forms[len(pieces) :]).mean.content])
    strengths = len(steering.strengths)
    latent = Latent(
        steered(source.affect, target, steering)[owner].flatten(0, 1),
        content.repeat_interleave(strengths, dim=0),
    )
    room = codec.room([len(pieces[i]) for i in owner]).repeat_interleave(strengths)
    said: list[dict[str, Hypothesis]] = [{} for _ in texts]
    for row, hypotheses in enumerate(codec.search(latent, room, steering.search())):
        i = owner[row // strengths]
        for found in hypotheses:
            text = codec.text(found.tokens, texts[i])
            known = said[i].get(text)
            if text and (known is None or known.log_prob_per_token < found.log_prob_per_token):
                said[i][text] = found
    # A decoder that says nothing at all leaves the sentence as it is.
    return [
        each or {text: Hypothesis(tuple(own), -math.inf, -math.inf)}
        for each, text, own in zip(said, texts, pieces, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate: its text and log-probability a piece, valence and arousal (2,) on the 1-5 scale, how much
    of the source is in it, and how much more fluent than its source, or than `Steering.fluent`, it is, in
    nats a piece; 0 for the source itself."""

    text: str
    log_prob: float
    affect: Floats
    similarity: float
    fluency: float


def choose(
    measured: Sequence[Measured], target: Floats, n: int, fidelity: float, scale: Scale, steering: Steering
) -> tuple[Candidate, ...]:
    """The best `n` for the target (2,), by `merit`; of equals, what was found first. Being more fluent than
    the source earns nothing: the blandest sentence would always win."""
    value = merit(
        scale.standardise(np.array([each.affect for each in measured])),
        scale.standardise(target),
        np.array([each.similarity for each in measured]),
        np.minimum([each.fluency for each in measured], 0.0),
        steering,
        fidelity,
    )
    best = [measured[i] for i in np.argsort(-value, kind="stable")[:n]]
    return tuple(
        Candidate(
            rank, each.text, float(each.affect[0]), float(each.affect[1]), each.similarity, each.log_prob
        )
        for rank, each in enumerate(best, 1)
    )
