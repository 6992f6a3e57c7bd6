"""Figures of topics: where they lie in valence and arousal, and a cloud of words each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli import figures
from textvae.cli.axes import Scale
from textvae.cli.clouds import Box, Spot, cloud, labels
from textvae.cli.figures import INK, QUIET, colour
from textvae.cli.render import visible

if TYPE_CHECKING:
    from textvae.topics.summary import Topic

WIDTH, HEIGHT = 760.0, 460.0
"""Of the plane."""
FRAME: Box = (56.0, 16.0, 744.0, 416.0)
"""Where points may lie on it."""
CLOUD = (300.0, 150.0)
"""Width and height of a word cloud."""
ROUNDEST = 28.0
"""Radius of the largest topic; areas go with shares."""
LABEL = 12.0
GAP, TITLE = 14.0, 22.0
"""Points between the clouds of a drawn figure, and above each for its caption."""
NAMING = 2
"""Words that name a topic beside its circle."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A topic on the plane: where, how large, in which colour, and where its name goes, if there is room."""

    topic: "Topic"
    x: float
    y: float
    radius: float
    colour: str
    name: str
    label: Spot | None


def draw(found: Sequence["Topic"], documents: int, path: Path, force: bool) -> None:
    """Write the figure as the ending of `path` says. Raises `OutputError` as `figures.check_figure` does."""
    if figures.is_page(path):
        from textvae.cli.topic_page import html_page

        figures.write_page(path, html_page(found, documents), force)
    else:
        figures.save_figure(picture(found, documents), path, force)


def heading(found: Sequence["Topic"], documents: int) -> str:
    """`20 topics of 2,000 documents`."""
    return f"{len(found)} topics of {documents:,} documents"


def tint(topic: "Topic", reach: float) -> str:
    """Grey at valence 3, or without one; vermilion below, blue above, full at `reach` points away."""
    valence = 3.0 if topic.valence is None else topic.valence
    return colour(valence, 3.0 - reach, 3.0 + reach)


def farthest(found: Sequence["Topic"]) -> float:
    """How far from 3 the valence farthest from it is; at least a tenth of a point."""
    return max([0.1, *(abs(topic.valence - 3.0) for topic in found if topic.valence is not None)])


def scales(found: Sequence["Topic"]) -> tuple[Scale, Scale]:
    """Of valence along x and arousal along y, of topics that have both: with room for circles at the ends."""
    valence = [topic.valence for topic in found if topic.valence is not None]
    arousal = [topic.arousal for topic in found if topic.arousal is not None]
    across = Scale.covering(valence, FRAME[0], FRAME[2], least=0.1, margin=0.125)
    return across, Scale.covering(arousal, FRAME[3], FRAME[1], least=0.1, margin=0.125)


def circles(found: Sequence["Topic"]) -> list[Circle]:
    """The topics that have an affect on the plane, the largest first, so that small ones lie on top."""
    read = [topic for topic in found if topic.valence is not None and topic.arousal is not None]
    if not read:
        return []
    across, up = scales(read)
    reach, largest = farthest(read), max(topic.share for topic in read)
    points = [
        (across(topic.valence or 0), up(topic.arousal or 0), ROUNDEST * math.sqrt(topic.share / largest))
        for topic in read
    ]
    names = [name(topic) for topic in read]
    spots = labels(points, names, LABEL, FRAME)
    return [
        Circle(topic, x, y, max(radius, 3.0), tint(topic, reach), named, spot)
        for topic, (x, y, radius), named, spot in zip(read, points, names, spots, strict=True)
    ]


def name(topic: "Topic") -> str:
    """`3 alien, star wars`."""
    return f"{topic.number} {', '.join(visible(word.word) for word in topic.words[:NAMING])}"


def caption(topic: "Topic") -> str:
    """`Topic 3 · 7.2% · valence 3.05, arousal 2.94`."""
    parts = [f"Topic {topic.number}", f"{topic.share:.1%}"]
    if topic.valence is not None and topic.arousal is not None:
        parts.append(f"valence {topic.valence:.2f}, arousal {topic.arousal:.2f}")
    return " · ".join(parts)


def picture(found: Sequence["Topic"], documents: int) -> Any:
    """A `matplotlib.figure.Figure`: the plane, if affect was read, above the clouds; a unit is a point."""
    from matplotlib.figure import Figure

    placed = circles(found)
    width, height = CLOUD
    columns = 3
    rows = math.ceil(len(found) / columns)
    wide = columns * (width + GAP) + GAP
    top = HEIGHT * wide / WIDTH if placed else 0.0
    tall = top + rows * (height + TITLE + GAP) + GAP
    with figures.house_style():
        figure = Figure(figsize=(wide / 72, (tall + TITLE) / 72))
        full = tall + TITLE
        figure.text(GAP / wide, 1 - TITLE / 2 / full, heading(found, documents), fontsize=12, va="center")
        if placed:
            box = (0.0, (tall - top) / full, 1.0, top / full)
            _plane(figure.add_axes(box), placed)
        for place, topic in enumerate(found):
            row, column = divmod(place, columns)
            left = GAP + column * (width + GAP)
            bottom = tall - top - (row + 1) * (height + TITLE + GAP)
            axes = figure.add_axes((left / wide, bottom / full, width / wide, (height + TITLE) / full))
            _cloud(axes, topic, tint(topic, farthest(found)))
    return figure


def _plane(axes: Any, placed: Sequence[Circle]) -> None:
    """Topics as circles over valence and arousal, in the units of the plane, y downwards."""
    from matplotlib.patches import Circle as Disc

    across, up = scales([c.topic for c in placed])
    left, top, right, bottom = FRAME
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.axis("off")
    grid = {"color": figures.GRID, "linewidth": 0.7, "zorder": 0}
    for value in across.ticks():
        axes.plot([across(value)] * 2, [top, bottom], **grid)
        axes.text(across(value), bottom + 12, f"{value:g}", ha="center", va="center", color=QUIET)
    for value in up.ticks():
        axes.plot([left, right], [up(value)] * 2, **grid)
        axes.text(left - 6, up(value), f"{value:g}", ha="right", va="center", color=QUIET)
    axes.text(right, bottom + 30, "valence: pleasant →", ha="right", va="center", color=QUIET)
    axes.text(left - 48, top - 8, "↑ arousal: excited", va="center", color=QUIET)
    for c in placed:
        axes.add_patch(
            Disc((c.x, c.y), c.radius, facecolor=c.colour, alpha=0.75, edgecolor="white", zorder=1)
        )
        if c.label is None:
            axes.text(c.x, c.y, str(c.topic.number), ha="center", va="center", zorder=2)
        else:
            x, y, end = c.label
            side = {"start": "left", "middle": "center", "end": "right"}[end]
            axes.text(x, y, c.name, ha=side, va="center", zorder=2)


def _cloud(axes: Any, topic: "Topic", hue: str) -> None:
    """A topic's words under its caption, in a box whose unit is a point."""
    width, height = CLOUD
    axes.set(xlim=(0, width), ylim=(height, -TITLE))
    axes.set_facecolor("none")
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set(visible=True, color=figures.GRID)
    axes.plot([8, 8], [-TITLE + 6, -4], color=hue, linewidth=4, solid_capstyle="butt")
    axes.text(16, -TITLE / 2 + 1, caption(topic), va="center", color=QUIET, fontsize=8)
    for word in cloud([(w.word, w.weight) for w in topic.words], width, height):
        axes.text(
            word.x, word.y, visible(word.word), ha="center", va="center", fontsize=word.size * 0.85, color=INK
        )
