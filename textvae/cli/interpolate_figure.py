"""The figure of a way from one sentence to another: its path in the plane of valence and arousal."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli import figures
from textvae.cli.arc_figure import NEUTRAL, tint
from textvae.cli.axes import Scale, dots, grid, line
from textvae.cli.figures import INK, QUIET, escape, house_style
from textvae.cli.render import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from textvae.text.values import Waypoint

LISTED = 24
"""Sentences that a drawn figure has room for."""
CUT = 62
"""Characters of a sentence beside the drawn figure."""
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 500, 52, 948, 22, 450

_STYLE = """
svg .way { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-linejoin: round; stroke-opacity: .6; }
svg .dots { fill: none; stroke-linecap: round; stroke-width: 13; }
svg .neutral { stroke: var(--quiet); stroke-dasharray: 4 3; fill: none; }
ol.way { padding-left: 2rem; }
ol.way b { font-weight: normal; color: var(--quiet); font-variant-numeric: tabular-nums; margin-right: .6em; }
"""


def draw(points: Sequence["Waypoint"], path: Path, force: bool) -> None:
    """Write the figure as the ending of `path` says. Raises `OutputError` as `figures.check_figure` does."""
    if figures.is_page(path):
        figures.write_page(path, html_page(points), force)
    else:
        figures.save_figure(picture(points), path, force)


def scales(
    points: Sequence["Waypoint"], box: tuple[float, float, float, float] = (0, 1, 0, 1)
) -> tuple[Scale, Scale]:
    """Of valence onto the first two of `box`, of arousal onto the others; neutral is on both."""
    valence = [NEUTRAL, *(point.valence for point in points)]
    arousal = [NEUTRAL, *(point.arousal for point in points)]
    return (
        Scale.covering(valence, box[0], box[1], 0.5, 0.08),
        Scale.covering(arousal, box[2], box[3], 0.5, 0.08),
    )


def stays(points: Sequence["Waypoint"]) -> list[tuple[str, "Waypoint"]]:
    """The points with the steps that stand there: steps in a row with one sentence share a point.

    >>> stays([])
    []
    """
    found: list[tuple[int, int, Waypoint]] = []
    for point in points:
        if found and found[-1][2].text == point.text:
            found[-1] = (found[-1][0], point.step, point)
        else:
            found.append((point.step, point.step, point))
    return [(str(a + 1) if a == b else f"{a + 1}-{b + 1}", point) for a, b, point in found]


def picture(points: Sequence["Waypoint"]) -> "Figure":
    """The path with its steps numbered, and the sentences beside it."""
    stops = stays(points)
    across, up = scales(points)
    with house_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11.5, 5.0), layout="constrained")
        layout: Any = figure.get_layout_engine()
        layout.set(w_pad=0.12, h_pad=0.1)
        plane, words = figure.subplots(1, 2, width_ratios=[1.25, 1])
        for mark in (plane.axhline, plane.axvline):
            mark(NEUTRAL, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        x, y = [p.valence for _, p in stops], [p.arousal for _, p in stops]
        plane.plot(x, y, color=INK, linewidth=1.2, alpha=0.6, zorder=2)
        plane.scatter(x, y, s=120, c=[tint(value) for value in x], edgecolors="white", zorder=3)
        for name, point in stops:
            plane.annotate(
                name, (point.valence, point.arousal), (0, 8), textcoords="offset points", ha="center",
                fontsize=8, color=INK, zorder=4,
            )  # fmt: skip
        plane.set_xlim(across.low, across.high)
        plane.set_ylim(up.low, up.high)
        plane.set_xlabel("valence (unpleasant to pleasant)")
        plane.set_ylabel("arousal (calm to excited)")
        words.axis("off")
        words.set(xlim=(0, 1), ylim=(0, 1))
        each = 1 / max(12, min(LISTED, len(stops)))
        for place, (name, point) in enumerate(stops[:LISTED]):
            height = 1 - (place + 0.5) * each
            words.scatter([0.02], [height], s=40, c=[tint(point.valence)], linewidths=0)
            words.text(0.05, height, name, va="center", color=QUIET, fontsize=8)
            words.text(0.13, height, cut(point.text), va="center", fontsize=8.5)
        if len(stops) > LISTED:
            words.set_title(f"the first {LISTED} of {len(stops)} sentences", color=QUIET, fontsize=8)
    return figure


def cut(text: str) -> str:
    """A sentence that fits beside the figure."""
    shown = visible(text)
    return shown if len(shown) <= CUT else shown[: CUT - 1] + "…"


def html_page(points: Sequence["Waypoint"]) -> str:
    """The path to point at, and the sentences below."""
    stops = stays(points)
    across, up = scales(points, (LEFT, RIGHT, BOTTOM, TOP))
    at = [(round(across(p.valence), 1), round(up(p.arousal), 1)) for _, p in stops]
    tips = [
        [visible(p.text), f"step {name}: valence {p.valence:.2f}, arousal {p.arousal:.2f}"]
        for name, p in stops
    ]
    plot = {"x": [x for x, _ in at], "y": [y for _, y in at], "tip": list(range(len(at))), "by": "xy"}
    parts = [
        f'<figure><svg id="way" viewBox="0 0 {WIDTH} {HEIGHT}" tabindex="0" role="img">',
        "<title>the way in the plane of valence and arousal</title>",
        grid(across, up, across.ticks(8), up.ticks(6)),
        f'<path class="neutral" d="M{across(NEUTRAL):.1f} {BOTTOM}V{TOP}M{LEFT} {up(NEUTRAL):.1f}H{RIGHT}"/>',
        f'<path class="way" d="{line(at)}"/>',
        dots(((x, y, tint(p.valence)) for (x, y), (_, p) in zip(at, stops, strict=True)), "dots"),
    ]
    parts += [
        f'<text class="name" x="{x}" y="{y - 11:.1f}" text-anchor="middle">{name}</text>'
        for (x, y), (name, _) in zip(at, stops, strict=True)
    ]
    parts += [
        f'<text class="name" x="{LEFT}" y="{TOP - 8}">↑ arousal: excited</text>',
        f'<text class="name" x="{RIGHT}" y="{BOTTOM + 40}" text-anchor="end">valence: pleasant →</text>',
        "</svg><figcaption>Numbers are steps. Point at one to read its sentence; the arrow keys walk along."
        '</figcaption></figure>\n<ol class="way">',
    ]
    parts += [f"<li><b>{p.valence:.2f} {p.arousal:.2f}</b>{escape(p.text)}</li>" for p in points]
    title = f"From “{points[0].text}” to “{points[-1].text}”"
    return figures.page(
        title, "\n".join([*parts, "</ol>"]), _STYLE, data={"tips": tips, "plots": {"way": plot}}
    )
