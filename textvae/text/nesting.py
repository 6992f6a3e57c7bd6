"""A second look, where no edit and no frame alone goes half of the way in valence: both together.

A frame alone leaves the sentence as it is, so that it is the better English of the two; and a word that
stands in the way of arousal is mostly what the sentence is about.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from textvae.text.choosing import Measured
from textvae.text.editing import Editor
from textvae.text.fillings import Edit
from textvae.text.frames import frame_of
from textvae.text.steering import Floats, Scale

FRAMES = 3
"""Frames that an edit is put into."""

ENOUGH = 0.5
"""The share of the way to the target after which nobody looks again."""

LEAST = 0.25
"""The share of it that an edit goes by itself, to be put into a frame: else a word would change for nothing,
beside a frame that does it all."""

NEAR = 0.5
"""So many standard deviations from the target nobody looks again either."""


def nested(
    known: Sequence[Measured],
    own: Floats,
    target: Floats,
    edited: dict[str, Edit],
    value: Callable[[Sequence[Measured]], Floats],
    editor: Editor,
    scale: Scale,
) -> list[Edit]:
    """Edits of words, the best `Editing.nested` of those `known`, in frames; none where the best of all that
    is known goes far enough. `own` and `target` (2,) are standardised.

    Which frames is what the first look has shown: those in which the sentence is worth most. A frame has to
    suit the edit, as it reads, not the sentence: who says "the food was good" may be glad of it.
    """
    ranked = [known[i] for i in np.argsort(-value(known), kind="stable")] if known else []
    if not ranked or np.isnan(target[0]) or _near(scale.standardise(ranked[0].affect), own, target):
        return []
    forms = {one.text: edited[one.text].form for one in ranked if one.text in edited}
    frames = {text: frame_of(form) for text, form in forms.items()}
    order = list(dict.fromkeys(frame for frame in frames.values() if frame))
    moved = [one for one in ranked if _share(scale.standardise(one.affect), own, target) >= LEAST]
    words = [one for one in moved if frames.get(one.text) == ""][: editor.options.nested]
    found = []
    for one in words:
        edit, there = edited[one.text], scale.standardise(one.affect)
        way = np.nan_to_num(np.sign(target - there))
        suited = {frame_of(each.form): each for each in editor.around(edit.form, there, way, every=True)}
        for frame in [frame for frame in order if frame in suited][:FRAMES]:
            stand = suited[frame].stand + min(edit.stand - editor.options.fluent, 0.0)
            both = suited[frame].by | edit.by
            found.append(replace(suited[frame], log_prob=edit.log_prob, stand=stand, by=both))
    return found


def _near(there: Floats, own: Floats, target: Floats) -> bool:
    """Whether a text goes far enough in valence."""
    return abs(there[0] - target[0]) <= NEAR or _share(there, own, target) >= ENOUGH


def _share(there: Floats, own: Floats, target: Floats) -> float:
    """The share of the way to the target that a text goes in valence."""
    return float(1 - abs(there[0] - target[0]) / max(abs(own[0] - target[0]), 1e-9))
