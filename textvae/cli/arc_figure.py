"""The figure of analyzed texts: valence and arousal along each text, and its sentences in the plane.

Of a model that was not taught arousal: valence along each text.
"""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli import figures
from textvae.cli.axes import Scale
from textvae.cli.figures import INK, QUIET, colour, house_style
from textvae.cli.tracks import Curve, Mark, Tracks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEUTRAL, REACH = 3.0, 1.2
"""The middle of the scale, and how far from it the colours reach."""

BAND, LINE, SECOND = "#7d8794", INK, "#8a6d1f"
"""The interval, the line of valence, the line of arousal."""


def draw(tracks: Tracks, path: Path, level: float, window: int | None, force: bool) -> None:
    """Write the figure as the ending of `path` says. Raises `OutputError` as `figures.check_figure` does."""
    if figures.is_page(path):
        from textvae.cli.arc_page import html_page

        figures.write_page(path, html_page(tracks, level, window), force)
    else:
        figures.save_figure(picture(tracks, level, window), path, force)


def tint(valence: float) -> str:
    """The colour of a valence: grey at neutral."""
    return colour(valence, NEUTRAL - REACH, NEUTRAL + REACH)


def ranges(curves: list[Curve], marks: list[list[Mark]]) -> tuple[Scale, Scale, Scale]:
    """The scales that all texts share: valence with its band, valence, arousal; neutral is on each."""
    valence = [NEUTRAL, *(mark.valence.mean for some in marks for mark in some)]
    arousal = [NEUTRAL, *(m.arousal.mean for some in marks for m in some if not isnan(m.arousal.mean))]
    bands = [value for curve in curves for value in (*curve.low, *curve.high)]
    with_bands, alone, excitement = (
        Scale.covering(values, 0, 1, 1.0) for values in (bands + valence, valence, arousal)
    )
    return with_bands, alone, excitement


def explained(window: int, level: float) -> str:
    """What the line and the band are, in words."""
    if window == 1:
        return f"band: {level:.0%} interval of each sentence"
    return f"line: mean over {window:,} sentences; band: mean of their {level:.0%} intervals"


def picture(tracks: Tracks, level: float, window: int | None) -> "Figure":
    """The texts below each other; left the arc, right the plane. A single text has its arousal below."""
    marks = tracks.marks()
    windows = [track.window(window) for track in tracks.shown]
    curves = [track.curve(n) for track, n in zip(tracks.shown, windows, strict=True)]
    banded, valence, arousal = ranges(curves, marks)
    count, aroused = len(tracks.shown), tracks.aroused
    with house_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11, 5.2 if count == 1 else 0.6 + 2.7 * count), layout="constrained")
        layout: Any = figure.get_layout_engine()
        layout.set(w_pad=0.12, h_pad=0.08)
        shares = [3, 1] if count == 1 and aroused else [1] * count
        widths = [2.2, 1.0] if aroused else [1.0]
        cells = figure.add_gridspec(len(shares), len(widths), width_ratios=widths, height_ratios=shares)
        for i, track in enumerate(tracks.shown):
            arc = figure.add_subplot(cells[i, 0])
            _arc(arc, curves[i], marks[i], banded)
            arc.set_title(_heading(track.name), color=INK, fontweight="bold", pad=20)
            words = f"{track.summary} · {explained(windows[i], level)}"
            place = ((0, 1), (0, 6), "axes fraction", "offset points")
            arc.annotate(words, *place, color=QUIET, fontsize=8, in_layout=False)
            last = arc
            if count == 1 and aroused:
                arc.tick_params(labelbottom=False)
                last = figure.add_subplot(cells[1, 0], sharex=arc)
                _arousal(last, curves[0], marks[0], arousal)
            if i == count - 1:
                last.set_xlabel("sentence")
            if aroused:
                plane = figure.add_subplot(cells[:, 1] if count == 1 else cells[i, 1])
                _plane(plane, marks[i], valence, arousal, named=i == count - 1)
        if notes := tracks.notes(marks):
            figure.supxlabel(notes, fontsize=8, color=QUIET)
    return figure


def _heading(name: str) -> str:
    """A long path keeps its end."""
    return name if len(name) <= 80 else "…" + name[-79:]


def _arc(axes: Any, curve: Curve, marks: list[Mark], valence: Scale) -> None:
    axes.fill_between(curve.number, curve.low, curve.high, color=BAND, alpha=0.16, linewidth=0)
    axes.axhline(NEUTRAL, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    values = [mark.valence.mean for mark in marks]
    axes.scatter(
        [mark.number for mark in marks], values, s=_size(len(marks)), c=[tint(v) for v in values],
        alpha=0.75, linewidths=0, zorder=2,
    )  # fmt: skip
    axes.plot(curve.number, curve.valence, color=LINE, linewidth=1.6, solid_joinstyle="round", zorder=3)
    axes.set_ylim(valence.low, valence.high)
    axes.set_xlim(*_ends(curve))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("valence (1 to 5)")


def _arousal(axes: Any, curve: Curve, marks: list[Mark], arousal: Scale) -> None:
    axes.axhline(NEUTRAL, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.scatter(
        [mark.number for mark in marks], [mark.arousal.mean for mark in marks], s=_size(len(marks)) / 2,
        color=SECOND, alpha=0.3, linewidths=0,
    )  # fmt: skip
    axes.plot(curve.number, curve.arousal, color=SECOND, linewidth=1.2)
    axes.set_ylim(arousal.low, arousal.high)
    axes.set_ylabel("arousal")


def _plane(axes: Any, marks: list[Mark], valence: Scale, arousal: Scale, named: bool) -> None:
    for mark in (axes.axhline, axes.axvline):
        mark(NEUTRAL, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    values = [mark.valence.mean for mark in marks]
    axes.scatter(
        values, [mark.arousal.mean for mark in marks], s=1.5 * _size(len(marks)),
        c=[tint(v) for v in values], alpha=0.65, linewidths=0, zorder=2,
    )  # fmt: skip
    axes.set_xlim(valence.low, valence.high)
    axes.set_ylim(arousal.low, arousal.high)
    axes.set_ylabel("arousal (calm to excited)")
    if named:
        axes.set_xlabel("valence (unpleasant to pleasant)")


def _size(count: int) -> float:
    """Area of a point: smaller where there are many."""
    return max(4.0, min(26.0, 3000 / max(1, count)))


def _ends(curve: Curve) -> tuple[float, float]:
    last = curve.number[-1]
    margin = max(0.5, 0.012 * last)
    return 1 - margin, last + margin
