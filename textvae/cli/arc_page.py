"""The page of analyzed texts: arcs and planes as inline SVG, sentences to point at, words in colour.

Of a model that was not taught arousal there are arcs of valence alone.
"""

from collections.abc import Iterator, Sequence
from math import isnan

from textvae.cli import figures
from textvae.cli.arc_figure import NEUTRAL, explained, ranges, tint
from textvae.cli.axes import Scale, area, dots, grid, line
from textvae.cli.explaining import SPAN_STYLE, spans
from textvae.cli.figures import escape
from textvae.cli.render import visible
from textvae.cli.tracks import Curve, Mark, Track, Tracks

WIDTH, LEFT, RIGHT = 960, 52, 948
TOP, MIDDLE, BELOW, BOTTOM, HEIGHT = 22, 262, 296, 366, 402
"""The arc's panel of valence from TOP to MIDDLE, that of arousal from BELOW to BOTTOM."""

SIDE, INNER, EDGE = 440, 428, 380
"""The plane: its width, where its right edge is and where its lower one."""

SECOND = "#a8862c"
"""The colour of arousal."""

EXTREMES = 3
"""Sentences at each end that stand beside the plane."""

WORDY = 1000
"""Sentences whose words are shown in colour at most."""

_STYLE = (
    """
svg .band { fill: #7d8794; fill-opacity: .17; }
svg .neutral { stroke: var(--quiet); stroke-dasharray: 4 3; fill: none; }
svg .dots { fill: none; stroke-linecap: round; stroke-opacity: .7; }
svg .few { stroke-width: 7; }
svg .many { stroke-width: 4.5; }
svg .crowd { stroke-width: 3; }
svg .faint { stroke-opacity: .3; }
svg .curve { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
svg .second { fill: none; stroke: #a8862c; stroke-width: 1.75; stroke-linejoin: round; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 2.5rem; }
@media (max-width: 44rem) { .pair { grid-template-columns: minmax(0, 1fr); } }
.ends h3 { font-size: .85rem; margin: .75rem 0 .25rem; }
.ends p { font-size: .85rem; }
.ends b { font-variant-numeric: tabular-nums; margin-right: .5em; }
"""
    + SPAN_STYLE
)


def html_page(tracks: Tracks, level: float, window: int | None) -> str:
    """Every text: its arc, its plane, its extremes, and its words if they were explained."""
    marks, aroused = tracks.marks(), tracks.aroused
    windows = [track.window(window) for track in tracks.shown]
    curves = [track.curve(n) for track, n in zip(tracks.shown, windows, strict=True)]
    banded, valence, arousal = ranges(curves, marks)
    data: dict[str, object] = {
        "tips": [tip(m, t) for t, some in zip(tracks.shown, marks, strict=True) for m in some]
    }
    plots: dict[str, object] = {}
    body = [f'<p class="quiet">{escape(notes)}</p>'] if (notes := tracks.notes(marks)) else []
    first = 0
    for i, (track, curve, some) in enumerate(zip(tracks.shown, curves, marks, strict=True)):
        tips = list(range(first, first + len(some)))
        first += len(some)
        if len(tracks.shown) > 1:
            body.append(f"<h2>{escape(track.name)}</h2>")
        body.append(f'<p class="quiet">{escape(track.summary)}</p>')
        x, y = _across(curve), _placed(banded, MIDDLE, TOP)
        below = _placed(arousal, BOTTOM, BELOW) if aroused else None
        body.append(_arc(f"arc{i}", curve, some, x, y, below, explained(windows[i], level)))
        plots[f"arc{i}"] = {
            "x": [round(x(m.number), 1) for m in some], "y": [round(y(m.valence.mean), 1) for m in some],
            "tip": tips, "by": "x", "top": TOP, "bottom": BOTTOM if aroused else MIDDLE,
        }  # fmt: skip
        if aroused:
            x, y = _placed(valence, LEFT, INNER), _placed(arousal, EDGE, TOP)
            body.append('<div class="pair">' + _plane(f"plane{i}", some, x, y) + _ends(some) + "</div>")
            at = [(round(x(m.valence.mean), 1), round(y(m.arousal.mean), 1)) for m in some]
            plots[f"plane{i}"] = {"x": [p[0] for p in at], "y": [p[1] for p in at], "tip": tips, "by": "xy"}
        else:
            body.append(_ends(some))
        body.append(_words(some))
    data["plots"] = plots
    names = tracks.shown[0].name if len(tracks.shown) == 1 else f"{len(tracks.shown)} texts"
    title = f"Valence{' and arousal' if aroused else ''} of {names}"
    return figures.page(title, "\n".join(body), _STYLE, data=data)


def tip(mark: Mark, track: Track) -> list[str]:
    """What stands under the pointer: the sentence, its values, where it is."""
    pair = (("valence", mark.valence), ("arousal", mark.arousal))
    values = ", ".join(
        f"{name} {a.mean:.2f} ({a.low:.1f} to {a.high:.1f})" for name, a in pair if not isnan(a.mean)
    )
    place = "" if mark.line is None else f", line {mark.line:,}"
    text = visible(mark.text)
    return [
        text if len(text) <= 600 else text[:599] + "…",
        values,
        f"{track.name}{place}, sentence {mark.number:,}",
    ]


def _placed(scale: Scale, start: float, end: float) -> Scale:
    return Scale(scale.low, scale.high, start, end)


def _across(curve: Curve) -> Scale:
    last = curve.number[-1]
    margin = max(0.5, 0.01 * last)
    return Scale(1 - margin, last + margin, LEFT, RIGHT)


def _size(count: int) -> str:
    return "dots " + ("few" if count <= 150 else "many" if count <= 1000 else "crowd")


def _arc(
    name: str, curve: Curve, marks: Sequence[Mark], x: Scale, up: Scale, below: Scale | None, caption: str
) -> str:
    """Valence with its band and its line, and arousal `below`, if there is any."""
    ticks = [t for t in x.ticks(8) if 1 <= t <= curve.number[-1] and t == int(t)]
    places = [x(n) for n in curve.number]
    high, low, valence = (
        [(p, up(v)) for p, v in zip(places, values, strict=True)]
        for values in (curve.high, curve.low, curve.valence)
    )
    height = HEIGHT if below else HEIGHT - BOTTOM + MIDDLE
    parts = [
        f'<figure><svg id="{name}" viewBox="0 0 {WIDTH} {height}" tabindex="0" role="img">',
        f"<title>valence{' and arousal' if below else ''}, sentence by sentence</title>",
        grid(x, up, () if below else ticks, up.ticks(5)),
        f'<path class="neutral" d="M{LEFT} {up(NEUTRAL):.1f}H{RIGHT}"/>',
        f'<path class="band" d="{area(high, low)}"/>',
        dots(((x(m.number), up(m.valence.mean), tint(m.valence.mean)) for m in marks), _size(len(marks))),
        f'<path class="curve" d="{line(valence)}"/>',
        f'<text class="name" x="{LEFT}" y="{TOP - 8}">valence, 1 to 5</text>',
        *(_arousal(curve, marks, x, below, ticks) if below else ()),
        f'<text x="{RIGHT}" y="{height}" text-anchor="end">sentence</text>',
        f"</svg><figcaption>{escape(caption[0].upper() + caption[1:])}. Points: sentences; grey at 3, orange "
        "below, blue above. Point at one to read it; the arrow keys walk along.</figcaption></figure>",
    ]
    return "\n".join(parts)


def _arousal(
    curve: Curve, marks: Sequence[Mark], x: Scale, below: Scale, ticks: Sequence[float]
) -> Iterator[str]:
    """The panel under that of valence."""
    yield grid(x, below, ticks, below.ticks(3))
    yield f'<path class="neutral" d="M{LEFT} {below(NEUTRAL):.1f}H{RIGHT}"/>'
    yield dots(((x(m.number), below(m.arousal.mean), SECOND) for m in marks), "faint " + _size(len(marks)))
    places = [(x(n), below(v)) for n, v in zip(curve.number, curve.arousal, strict=True)]
    yield f'<path class="second" d="{line(places)}"/>'
    yield f'<text class="name" x="{LEFT}" y="{BELOW - 8}">arousal, 1 to 5</text>'


def _plane(name: str, marks: Sequence[Mark], x: Scale, up: Scale) -> str:
    """The sentences by valence and arousal."""
    where = ((x(m.valence.mean), up(m.arousal.mean), tint(m.valence.mean)) for m in marks)
    return "\n".join(
        [
            f'<figure><svg id="{name}" viewBox="0 0 {SIDE} {EDGE + 40}" role="img">',
            "<title>sentences by valence and arousal</title>",
            grid(x, up, x.ticks(5), up.ticks(5)),
            f'<path class="neutral" d="M{x(NEUTRAL):.1f} {EDGE}V{TOP}M{LEFT} {up(NEUTRAL):.1f}H{INNER}"/>',
            dots(where, _size(len(marks))),
            f'<text class="name" x="{LEFT}" y="{TOP - 8}">↑ arousal: excited</text>',
            f'<text class="name" x="{INNER}" y="{EDGE + 36}" text-anchor="end">valence: pleasant →</text>',
            "</svg></figure>",
        ]
    )


def _ends(marks: Sequence[Mark]) -> str:
    """The most pleasant and the most unpleasant of the sentences."""
    ordered = sorted(marks, key=lambda mark: mark.valence.mean)
    count = min(EXTREMES, len(ordered) // 2)
    if not count:
        return "<div></div>"
    parts = ['<div class="ends">']
    for title, some in (("Most pleasant", ordered[: -count - 1 : -1]), ("Most unpleasant", ordered[:count])):
        parts.append(f"<h3>{title}</h3>")
        for mark in some:
            text = visible(mark.text)
            text = text if len(text) <= 240 else text[:239] + "…"
            parts.append(f"<p><b>{mark.valence.mean:.2f}</b>{escape(text)}</p>")
    return "\n".join([*parts, "</div>"])


def _words(marks: Sequence[Mark]) -> str:
    """The sentences with their words in colour."""
    found = [m for m in marks if m.explanation is not None]
    if not found or found[0].explanation is None:
        return ""
    dimension = found[0].explanation.dimension
    parts = [
        '<section class="words"><h2>The words</h2>',
        f'<p class="quiet">What each adds to the {dimension} of its sentence, in points: blue '
        "adds, orange takes away. Point at a word for the figure.</p>",
    ]
    for mark in found[:WORDY]:
        if mark.explanation is not None:
            value = f'<span class="value">{mark.explanation.mean:.2f}</span>'
            parts.append(f"<p>{value}{spans(mark.explanation)}</p>")
    if len(found) > WORDY:
        parts.append(f'<p class="quiet">The first {WORDY:,} of {len(found):,} sentences.</p>')
    return "\n".join([*parts, "</section>"])
