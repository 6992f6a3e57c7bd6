"""What is asked of a text model, and what of it lies beyond what it reaches."""

from typing import TYPE_CHECKING

from textvae.cli import render

if TYPE_CHECKING:
    from textvae.text.values import Transfer
    from textvae.text.writer import TextWriter

SLACK = 0.3
"""How far beyond what is reached a target may lie, in points, before that is said."""

Targets = dict[str, list[float]]
"""The lowest and the highest target of each dimension that something was asked of."""


def note_targets(targets: Targets, moved: "Transfer") -> None:
    """Take note of where a sentence was to go."""
    for name, goal in (("valence", moved.target_valence), ("arousal", moved.target_arousal)):
        if goal is not None:
            seen = [*targets.get(name, []), goal]
            targets[name] = [min(seen), max(seen)]


def tell_beyond(targets: Targets, writer: "TextWriter") -> None:
    """Say on standard error which targets lie beyond what the decoder is asked for (`Steering.bound`)."""
    for name, mean, sd in zip(("valence", "arousal"), writer.scale.mean, writer.scale.sd, strict=True):
        least, most = mean - writer.steering.bound * sd, mean + writer.steering.bound * sd
        lowest, highest = targets.get(name, [mean, mean])
        for goal in [lowest] * (lowest < least - SLACK) + [highest] * (highest > most + SLACK):
            render.note(
                f"{name} {goal:.1f} lies beyond what {writer.name} reaches, about {least:.1f} to {most:.1f}: "
                "sentences go as far as they can."
            )
