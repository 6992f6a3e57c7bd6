"""Several written words that are one: pairs that belong together, plurals and their singulars."""

from collections.abc import Set

import numpy as np

from textvae.topics.counting import Counting
from textvae.topics.pairs import find_pairs, join_pairs
from textvae.topics.people import TITLES
from textvae.topics.plurals import find_plurals
from textvae.topics.stream import Stream

ROUNDS = 2
"""Pairs of words are joined, then pairs with such a pair: "blair witch", then "blair witch project"."""


def merge(
    stream: Stream, stops: Set[str], people: Set[str], fewest: int, npmi: float | None, plurals: bool
) -> tuple[Stream, frozenset[str], Counting]:
    """The stream with pairs joined (None: none) and `plurals` merged; the names of `people`, with pairs that
    are names; and how to treat other texts likewise.

    Stop words stay as they are. A pair is a name if a name begins it ("john woo"), or a title before a name.
    """
    named, joined = set(people), set[tuple[str, str]]()
    for _ in range(ROUNDS if npmi is not None else 0):
        pairs = find_pairs(stream, stream.words & ~stream.among(stops), fewest, npmi or 0.0)
        found = [(stream.names[a], stream.names[b]) for a, b in pairs]
        named |= {f"{a} {b}" for a, b in found if a in named or (a in TITLES and b in named)}
        joined |= set(found)
        stream = join_pairs(stream, pairs)
    forms: dict[str, str] = {}
    if plurals:
        uses = stream.uses
        noted = np.flatnonzero(stream.words & (uses > 0) & ~stream.among(named | stops))
        forms = find_plurals({stream.names[i]: int(uses[i]) for i in noted})
        numbers = {name: number for number, name in enumerate(stream.names)}
        stream = stream.renamed({numbers[word]: numbers[form] for word, form in forms.items()})
    return stream, frozenset(named), Counting(frozenset(joined), forms)
