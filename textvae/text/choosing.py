"""Choosing among the ways to write a sentence: by affect reached, content kept and fluency."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textvae.text.fillings import Made
from textvae.text.settings import Steering
from textvae.text.steering import Floats, Scale, merit
from textvae.text.values import Candidate


@dataclass(frozen=True, slots=True)
class Measured:
    """A candidate: its text and log-probability a piece, valence and arousal (2,) on the 1-5 scale, how much
    of the source is in it, how much more fluent than is ordinary it is, in nats (0 for the source itself),
    what is wrong with it, if anything is, by how much its source is less fluent than is ordinary,
    what of the source counts as kept in the choice, if that is not `similarity`, the affect of its words
    by themselves (2,), standardised, if that counts, and what made it."""

    text: str
    log_prob: float
    affect: Floats
    similarity: float
    fluency: float
    fault: str = ""
    slack: float = 0.0
    kept: float | None = None
    words: Floats | None = None
    by: Made = frozenset()


def worth(
    measured: Sequence[Measured],
    target: Floats,
    fidelity: float,
    scale: Scale,
    steering: Steering,
    own: Floats | None = None,
) -> Floats:
    """The `merit` (K,) of candidates for a source that reads `own` (2,). Being more fluent than is ordinary
    earns nothing: the blandest sentence would always win."""
    return merit(
        scale.standardise(np.array([each.affect for each in measured]).reshape(-1, 2)),
        scale.standardise(target),
        np.array([each.similarity if each.kept is None else each.kept for each in measured]),
        np.minimum([each.fluency for each in measured], 0.0),
        steering,
        fidelity,
        np.array([each.words for each in measured]) if measured and measured[0].words is not None else None,
        None if own is None else scale.standardise(own),
    )


def choose(
    measured: Sequence[Measured],
    target: Floats,
    n: int,
    fidelity: float,
    scale: Scale,
    steering: Steering,
    own: Floats | None = None,
) -> tuple[Candidate, ...]:
    """The best `n` for the target (2,), by `merit`, those without a fault first; of equals, what was found
    first."""
    if not measured:
        return ()
    value = worth(measured, target, fidelity, scale, steering, own)
    best = [measured[i] for i in np.lexsort((-value, np.array([bool(each.fault) for each in measured])))[:n]]
    return tuple(
        Candidate(
            rank,
            each.text,
            float(each.affect[0]),
            float(each.affect[1]),
            each.similarity,
            each.log_prob,
            each.fault,
            "+".join(sorted(each.by)),
        )
        for rank, each in enumerate(best, 1)
    )
