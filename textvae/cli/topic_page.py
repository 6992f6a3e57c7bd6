"""The page of a figure of topics, as inline SVG: circles over valence and arousal, and clouds of words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textvae.cli import figures
from textvae.cli.clouds import LARGEST, SMALLEST, cloud
from textvae.cli.figures import escape
from textvae.cli.topic_figures import (
    CLOUD,
    FRAME,
    HEIGHT,
    WIDTH,
    Circle,
    caption,
    circles,
    farthest,
    heading,
    scales,
    tint,
)

if TYPE_CHECKING:
    from textvae.topics.summary import Topic

_STYLE = """
svg .topic { fill-opacity: .75; stroke: var(--paper); stroke-width: 1.5; }
.clouds { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.25rem; }
.clouds section { border: 1px solid var(--grid); border-radius: 8px; padding: .6rem .8rem; min-width: 0; }
.clouds h2 { margin: 0; font-size: .9rem; }
.clouds .swatch { display: inline-block; width: .7em; margin-right: .4em; }
.clouds p { font-size: .82rem; color: var(--quiet); overflow-wrap: anywhere; margin-top: .35rem; }
""" + "".join(
    f"svg .s{size} {{ font-size: {size}px; }}\n" for size in range(int(SMALLEST), int(LARGEST) + 1)
)  # the house's style for text in a figure is stronger than a font-size attribute


def html_page(found: Sequence["Topic"], documents: int) -> str:
    """The plane, if affect was read, then the clouds with their sentences."""
    placed = circles(found)
    tips = [[caption(c.topic), ", ".join(w.word for w in c.topic.words), *c.topic.sentences] for c in placed]
    data: dict[str, object] = {"tips": tips, "plots": {}}
    body = []
    if placed:
        plot = {"x": [c.x for c in placed], "y": [c.y for c in placed], "tip": list(range(len(placed)))}
        data["plots"] = {"plane": plot | {"by": "xy"}}
        body = [plane(placed)]
    body.append('<div class="clouds">')
    body += [section(topic, farthest(found)) for topic in found]
    body.append("</div>")
    return figures.page(heading(found, documents), "\n".join(body), _STYLE, data=data)


def plane(placed: Sequence[Circle]) -> str:
    """Topics as circles over valence and arousal, as inline SVG."""
    across, up = scales([c.topic for c in placed])
    left, top, right, bottom = FRAME
    parts = [f'<figure><svg id="plane" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" tabindex="0" role="img">']
    parts.append(f"<title>{len(placed)} topics by valence and arousal</title>")
    for value in across.ticks():
        x = across(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {top:g}V{bottom:g}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16:g}" text-anchor="middle">{value:g}</text>')
    for value in up.ticks():
        y = up(value)
        parts.append(f'<path class="grid" d="M{left:g} {y:.1f}H{right:g}"/>')
        parts.append(f'<text x="{left - 8:g}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    parts.append(f'<text x="{right:g}" y="{bottom + 34:g}" text-anchor="end">valence: pleasant →</text>')
    parts.append(f'<text x="{left - 48:g}" y="{top - 4:g}">↑ arousal: excited</text>')
    for c in placed:
        parts.append(
            f'<circle class="topic" cx="{c.x:.1f}" cy="{c.y:.1f}" r="{c.radius:.1f}" fill="{c.colour}"/>'
        )
    for c in placed:
        if c.label is None:
            place, text = f'x="{c.x:.1f}" y="{c.y + 4:.1f}" text-anchor="middle"', str(c.topic.number)
        else:
            x, y, end = c.label
            place, text = f'x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{end}"', escape(c.name)
        parts.append(f'<text class="name" {place}>{text}</text>')
    parts.append(
        "</svg><figcaption>Areas go with the topics' shares; colour with valence, grey at 3. Point at a "
        "topic for its words and sentences.</figcaption></figure>"
    )
    return "\n".join(parts)


def section(topic: "Topic", reach: float) -> str:
    """A topic's cloud and sentences."""
    width, height = CLOUD
    disc = f'<circle cx="5" cy="5" r="5" fill="{tint(topic, reach)}"/>'
    swatch = f'<svg class="swatch" viewBox="0 0 10 10">{disc}</svg>'
    parts = [f"<section><h2>{swatch}{escape(caption(topic))}</h2>"]
    parts.append(f'<svg viewBox="0 0 {width:g} {height:g}" role="img"><title>the words of the topic</title>')
    for word in cloud([(w.word, w.weight) for w in topic.words], width, height):
        parts.append(
            f'<text class="name s{word.size:.0f}" x="{word.x:.1f}" y="{word.y + word.size * 0.35:.1f}" '
            f'text-anchor="middle">{escape(word.word)}<title>{word.weight:.4f}</title></text>'
        )
    parts.append("</svg>")
    parts += [f"<p>{escape(sentence)}</p>" for sentence in topic.sentences]
    return "\n".join([*parts, "</section>"])
