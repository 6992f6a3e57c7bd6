"""Rewriting sentences with another affect: latents, candidates, the choice among them."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.text.codec import Codec
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
    found = candidates(sources, [pieces[i] for i in filled], scale.standardise(targets), codec, steering)
    readings = iter(read([text for each in found for text in each]))
    for i, at, target, each in zip(filled, affect, targets, found, strict=True):
        results[i] = choose(
            texts[i], at, target, each, np.array([next(readings) for _ in each]), n, fidelity, scale, steering
        )
    return results


def candidates(
    texts: Sequence[str], pieces: Sequence[Sequence[int]], targets: Floats, codec: Codec, steering: Steering
) -> list[dict[str, float]]:
    """What the decoder says for each text on the way to its target: distinct texts and their log-probability
    a piece, the largest where several searches find one.

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
    found: list[dict[str, float]] = [{} for _ in texts]
    for row, hypotheses in enumerate(codec.search(latent, room, steering.search())):
        said = found[owner[row // strengths]]
        for hypothesis in hypotheses:
            if text := codec.text(hypothesis.tokens, texts[owner[row // strengths]]):
                said[text] = max(hypothesis.log_prob_per_token, said.get(text, -np.inf))
    # A decoder that says nothing at all leaves the sentence as it is.
    return [said or {text: steering.log_prob_floor} for said, text in zip(found, texts, strict=True)]


def choose(
    source: str,
    affect: Floats,
    target: Floats,
    said: dict[str, float],
    readings: NDArray[np.float64],
    n: int,
    fidelity: float,
    scale: Scale,
    steering: Steering,
) -> Transfer:
    """The best `n` of what was said for a source, by `merit`; of equals, what was found first."""
    similarity = [content_kept(source, text) for text in said]
    texts, log_probs = list(said), list(said.values())
    value = merit(
        scale.standardise(readings), scale.standardise(target), similarity, log_probs, steering, fidelity
    )
    best = np.argsort(-value, kind="stable")[:n]
    valence, arousal = (None if np.isnan(value) else float(value) for value in target)
    ranked = tuple(
        Candidate(rank, texts[i], float(readings[i, 0]), float(readings[i, 1]), similarity[i], log_probs[i])
        for rank, i in enumerate(best, 1)
    )
    return Transfer(source, float(affect[0]), float(affect[1]), valence, arousal, ranked)
