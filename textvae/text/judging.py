"""What is found of candidates before one is chosen: their affect, what they keep, and how well they read."""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

import numpy as np

from textvae.text.choosing import Measured
from textvae.text.codec import Codec
from textvae.text.decoding import Hypothesis
from textvae.text.editing import Editor
from textvae.text.fillings import Edit, Made
from textvae.text.frames import unframed
from textvae.text.lexicon import read_words
from textvae.text.settings import Steering
from textvae.text.similarity import content_kept
from textvae.text.steering import Floats
from textvae.text.wording import ANY, Wording

Read = Callable[[Sequence[str]], Floats]
"""Texts -> (N, 2) valence and arousal on the 1-5 scale."""

DECODER, SOURCE = frozenset({"decoder"}), frozenset({"source"})
"""What made a text that no editor made; `SOURCE` is the sentence itself, which nobody had to make."""


def remembering(read: Read) -> Read:
    """`read`, but no text is read twice: for a sentence that is sent to many places. Every reading is kept;
    in bf16 a text reads as it did beside its first companions."""
    known: dict[str, Floats] = {}

    def reading(texts: Sequence[str]) -> Floats:
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(fresh, read(fresh) if fresh else (), strict=True))
        return np.array([known[text] for text in texts]).reshape(-1, 2)

    return reading


def measure(
    sources: Sequence[str],
    said: Sequence[dict[str, Hypothesis]],
    edited: Sequence[dict[str, Edit] | None],
    read: Read,
    codec: Codec,
    steering: Steering,
    wording: Wording = ANY,
) -> list[list[Measured]]:
    """The candidates of each source, read in one go: what the decoder says and, from an editor, the edits and
    the source itself, where the `wording` allows it. `fluency` is the stand of an edit, else 0. With an
    editor, what is kept is the mean of all wording and of the wording without the lexicon's words, which
    carry affect: those are to change. Frames are no part of what is kept."""
    lexicon = codec.lexicon
    bare = [
        "" if some is None else unframed(codec.orthography.normalise(source))
        for source, some in zip(sources, edited, strict=True)
    ]

    def measured(
        source: str, bare: str, text: str, log_prob: float, stand: float, by: Made, edited: bool
    ) -> Measured:
        similarity = content_kept(source, text)
        kept = None
        if edited:
            core = unframed(codec.orthography.normalise(text))
            kept = (content_kept(bare, core) + content_kept(bare, core, lexicon)) / 2
        words = read_words(codec.orthography.normalise(text), lexicon) if steering.words else None
        return Measured(text, log_prob, next(readings), similarity, stand, kept=kept, words=words, by=by)

    ways: list[dict[str, tuple[float, float, Made]]] = []
    for source, each, some in zip(sources, said, edited, strict=True):
        way = {
            text: (found.log_prob_per_token, 0.0, DECODER if found.said else SOURCE)
            for text, found in each.items()
        }
        if some is not None:
            way |= {text: (edit.log_prob, edit.stand, edit.by) for text, edit in some.items()}
            if wording.allows(source, source):
                way[source] = (0.0, 0.0, SOURCE)
        ways.append(way)
    readings = iter(read([text for way in ways for text in way]))
    return [
        [measured(source, core, text, *found, some is not None) for text, found in way.items()]
        for source, core, way, some in zip(sources, bare, ways, edited, strict=True)
    ]


def settled(
    source: str, found: Sequence[Measured], edited: Container[str], steering: Steering
) -> tuple[list[Measured], list[Measured]]:
    """Those of `found` whose words are known to stand so well, by how much better than is ordinary: what was
    `edited`, and the source, whose own words always stand. And the rest, about which nobody was asked."""
    ordinary = steering.fluent or 0.0
    known, rest = [], []
    for one in found:
        if one.text == source:
            known.append(replace(one, fluency=0.0))
        elif one.text in edited:
            known.append(replace(one, fluency=one.fluency - ordinary))
        else:
            rest.append(one)
    return known, rest


def stand(
    source: str, found: Sequence[Measured], codec: Codec, editor: Editor, steering: Steering
) -> list[Measured]:
    """`found` with how well their words stand, as the editor says, by how much better than is ordinary."""
    forms = [codec.orthography.normalise(one.text) for one in found]
    stands = editor.stand(codec.orthography.normalise(source), forms) if forms else []
    ordinary = steering.fluent or 0.0
    return [replace(one, fluency=each - ordinary) for one, each in zip(found, stands, strict=True)]


def fluent(
    pieces: Sequence[Sequence[int]],
    sources: Sequence[str],
    found: Sequence[Sequence[Measured]],
    said: Sequence[dict[str, Hypothesis]],
    codec: Codec,
    steering: Steering,
) -> list[list[Measured]]:
    """The candidates and how fluent they are for the decoder untold: by how much more than the source, or
    than `Steering.fluent`, in nats a piece."""
    tokens = [
        *pieces,
        *(
            each[one.text].tokens if one.text in each else codec.pieces(one.text)
            for each, some in zip(said, found, strict=True)
            for one in some
        ),
    ]
    fluency = iter(codec.fluency(tokens))
    own = [next(fluency) for _ in sources]
    judged = []
    for source, some, floor in zip(sources, found, own, strict=True):
        ordinary = floor if steering.fluent is None else steering.fluent
        slack = max(ordinary - floor, 0.0)
        told = [(one, next(fluency)) for one in some]
        judged.append(
            [
                replace(one, fluency=0.0 if one.text == source else said_ - ordinary, slack=slack)
                for one, said_ in told
            ]
        )
    return judged
