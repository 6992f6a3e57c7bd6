"""The figure of a latent: the sentences of a corpus in the plane, and what each dimension holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli import figures
from textvae.cli.figures import GRID, INK, QUIET, colour, house_style
from textvae.cli.latent_rows import Look, held
from textvae.cli.render import visible
from textvae.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEUTRAL = 3.0
PALETTE = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a3d9a", "#7a5c00")
"""Colours of labels, told apart with any colour vision; the rarer labels share `OTHER`."""
OTHER = "#9b9fa6"
ACTIVE, IDLE = "#155fa8", "#c4cad1"
"""Bars of active dimensions and of the others."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a dimension holds: KL in nats, or variance."""

    dimension: int
    value: float
    active: bool
    caption: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `hues` are the points' colours; `key` says what they mean, low to high or label by
    label; `bars` are the dimensions, the fullest first."""

    title: str
    summary: str
    points: Sequence[tuple[float, float]]
    axes: tuple[str, str]
    hues: Sequence[str]
    key_name: str
    key: Sequence[tuple[str, str]]  # colour, what it means
    tips: Sequence[tuple[str, str]]  # the sentence, and its values
    bars: Sequence[Bar]
    unit: str  # of the bars


def chart(look: Look, by: str, seed: int) -> Chart:
    """The corpus with its points coloured `by` valence, arousal or label.

    Raises `InputError` for labels of a corpus that has none.
    """
    assert look.readings is not None and look.projection is not None
    sentences, readings = look.kept, look.readings.tolist()
    if by == "label":
        hues, key = by_label([sentence.label for sentence in sentences], look.corpus)
    else:
        values = [pair[by == "arousal"] for pair in readings]
        hues, key = by_value(values, by)
    tips = [
        (
            visible(sentence.text),
            f"valence {valence:.2f}, arousal {arousal:.2f}"
            + (f", {sentence.label}" if sentence.label else ""),
        )
        for sentence, (valence, arousal) in zip(sentences, readings, strict=True)
    ]
    bars = [
        Bar(
            d.dimension,
            held(d),
            d.active,
            f"variance {d.variance:.3f}, {'active' if d.active else 'not active'}; r with valence "
            f"{d.valence:+.2f}, with arousal {d.arousal:+.2f}",
        )
        for d in sorted(look.dimensions, key=held, reverse=True)
    ]
    return Chart(
        f"The latent of {look.model} over {look.corpus}",
        look.summary(seed),
        [(x, y) for x, y in look.projection.points.tolist()],
        look.projection.axes,
        hues,
        by,
        key,
        tips,
        bars,
        "variance of the mean" if look.posteriors.sd is None else "KL, nats",
    )


def by_value(values: Sequence[float], name: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Colours of values on the 1-5 scale: grey at 3, full as far away as nine in ten of them reach."""
    away = sorted(abs(value - NEUTRAL) for value in values)
    reach = max(0.25, away[int(0.9 * (len(away) - 1))])
    low, high = NEUTRAL - reach, NEUTRAL + reach
    stops = [low, (low + NEUTRAL) / 2, NEUTRAL, (NEUTRAL + high) / 2, high]
    key = [(colour(stop, low, high), f"{stop:.1f}") for stop in stops]
    return [colour(value, low, high) for value in values], key


def by_label(labels: Sequence[str | None], corpus: str) -> tuple[list[str], list[tuple[str, str]]]:
    """A colour for each of the commonest labels, one for all others."""
    counts = Counter(label for label in labels if label)
    if not counts:
        raise InputError(
            f"the sentences of {corpus} have no labels: colour them by valence or arousal, or name a file's "
            "column with --column label=NAME."
        )
    common = [label for label, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    hues = dict(zip(common, PALETTE, strict=False))
    key = [(hue, visible(label)) for label, hue in hues.items()]
    if len(common) > len(hues) or None in labels:
        key.append((OTHER, "other"))
    return [hues.get(label or "", OTHER) for label in labels], key


def draw(drawn: Chart, path: Path, force: bool) -> None:
    """Write the figure as the ending of `path` says. Raises `OutputError` as `figures.check_figure` does."""
    if figures.is_page(path):
        from textvae.cli.latent_page import html_page

        figures.write_page(path, html_page(drawn), force)
    else:
        figures.save_figure(picture(drawn), path, force)


def picture(drawn: Chart) -> "Figure":
    """Left the sentences in the plane, right what each dimension holds."""
    with house_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(11.5, 5.6), layout="constrained")
        layout: Any = figure.get_layout_engine()
        layout.set(w_pad=0.12, h_pad=0.08)
        figure.suptitle(drawn.title, x=0.01, ha="left", fontsize=11, fontweight="bold", color=INK)
        plane, bars = figure.subplots(1, 2, width_ratios=[1.7, 1])
        _plane(plane, drawn)
        _bars(bars, drawn)
        figure.supxlabel(drawn.summary, fontsize=8, color=QUIET)
    return figure


def _plane(axes: Any, drawn: Chart) -> None:
    from matplotlib.lines import Line2D

    x, y = ([point[i] for point in drawn.points] for i in (0, 1))
    axes.scatter(x, y, s=max(3.0, min(26.0, 9000 / len(x))), c=drawn.hues, alpha=0.7, linewidths=0)
    axes.set_xlabel(drawn.axes[0])
    axes.set_ylabel(drawn.axes[1])
    axes.set_title(f"posterior means of the sentences, by {drawn.key_name}")
    marks = [Line2D([], [], marker="o", linestyle="", color=hue, markersize=5) for hue, _ in drawn.key]
    names = [name for _, name in drawn.key]
    axes.legend(marks, names, title=drawn.key_name, loc="best", frameon=True, edgecolor=GRID, framealpha=0.9)


def _bars(axes: Any, drawn: Chart) -> None:
    places = range(len(drawn.bars))
    hues = [ACTIVE if bar.active else IDLE for bar in drawn.bars]
    axes.bar(places, [bar.value for bar in drawn.bars], width=1.0, color=hues, linewidth=0)
    axes.grid(axis="x", visible=False)
    axes.set_xlim(-0.8, len(drawn.bars) - 0.2)
    count = sum(bar.active for bar in drawn.bars)
    axes.set_title(f"{count} of {len(drawn.bars)} dimensions are active (blue)")
    axes.set_xlabel("dimensions, the fullest first")
    axes.set_ylabel(drawn.unit)
