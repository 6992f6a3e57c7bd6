"""The page of a latent, as inline SVG: sentences and dimensions to point at."""

from textvae.cli import figures
from textvae.cli.axes import Scale, dots, grid
from textvae.cli.figures import escape
from textvae.cli.latent_figure import ACTIVE, IDLE, Chart

WIDTH, LEFT, RIGHT = 960, 52, 948
TOP, BOTTOM, HEIGHT = 22, 540, 580
"""Of the plane."""
UPPER, LOWER, TALL = 22, 190, 226
"""Of the bars."""
LONGEST = 600

_STYLE = """
svg .dots { fill: none; stroke-linecap: round; stroke-opacity: .75; }
svg .few { stroke-width: 7; }
svg .many { stroke-width: 4.5; }
svg .crowd { stroke-width: 3; }
svg .bars { fill: none; }
.key span { margin-right: 1.1em; white-space: nowrap; }
.key svg { display: inline-block; width: .7em; margin-right: .4em; }
"""


def html_page(drawn: Chart) -> str:
    """The plane with its key, and the dimensions below."""
    across = Scale.covering((x for x, _ in drawn.points), LEFT, RIGHT, least=1e-6, margin=0.03)
    up = Scale.covering((y for _, y in drawn.points), BOTTOM, TOP, least=1e-6, margin=0.03)
    at = [(round(across(x), 1), round(up(y), 1)) for x, y in drawn.points]
    tips = [[text if len(text) <= LONGEST else text[: LONGEST - 1] + "…", said] for text, said in drawn.tips]
    step = (RIGHT - LEFT) / len(drawn.bars)
    places = [round(LEFT + (i + 0.5) * step, 1) for i in range(len(drawn.bars))]
    tall = Scale(0.0, max(1e-9, 1.05 * max(bar.value for bar in drawn.bars)), LOWER, UPPER)
    tips += [
        [f"dimension {bar.dimension}: {bar.value:.3f} ({drawn.unit})", bar.caption] for bar in drawn.bars
    ]
    first = len(drawn.points)
    plots = {
        "plane": {"x": [x for x, _ in at], "y": [y for _, y in at], "tip": list(range(first)), "by": "xy"},
        "bars": {
            "x": places, "y": [round(tall(bar.value), 1) for bar in drawn.bars],
            "tip": list(range(first, len(tips))), "by": "x", "top": UPPER, "bottom": LOWER,
        },
    }  # fmt: skip
    body = [f'<p class="quiet">{escape(drawn.summary)}</p>', _key(drawn), _plane(drawn, across, up, at)]
    body.append(_bars(drawn, places, tall, step))
    return figures.page(drawn.title, "\n".join(body), _STYLE, data={"tips": tips, "plots": plots})


def _key(drawn: Chart) -> str:
    """What the colours mean."""
    parts = [f'<p class="quiet key"><span>{escape(drawn.key_name)}:</span>']
    for hue, name in drawn.key:
        swatch = f'<svg viewBox="0 0 10 10"><circle cx="5" cy="5" r="5" fill="{hue}"/></svg>'
        parts.append(f"<span>{swatch}{escape(name)}</span>")
    return "".join([*parts, "</p>"])


def _plane(drawn: Chart, across: Scale, up: Scale, at: list[tuple[float, float]]) -> str:
    size = "few" if len(at) <= 150 else "many" if len(at) <= 1500 else "crowd"
    return "\n".join(
        [
            f'<figure><svg id="plane" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            "<title>sentences in the plane of the latent</title>",
            grid(across, up, across.ticks(8), up.ticks(6)),
            dots(((x, y, hue) for (x, y), hue in zip(at, drawn.hues, strict=True)), f"dots {size}"),
            f'<text class="name" x="{LEFT}" y="{TOP - 8}">↑ {escape(drawn.axes[1])}</text>',
            f'<text class="name" x="{RIGHT}" y="{HEIGHT - 4}" text-anchor="end">'
            f"{escape(drawn.axes[0])} →</text>",
            "</svg><figcaption>Each point is a sentence, at the mean of its posterior. Point at one to read "
            "it.</figcaption></figure>",
        ]
    )


def _bars(drawn: Chart, places: list[float], tall: Scale, step: float) -> str:
    width = max(1.0, 0.85 * step)
    parts = [
        "<h2>What each dimension holds</h2>",
        f'<figure><svg id="bars" viewBox="0 0 {WIDTH} {TALL}" tabindex="0" role="img">',
        f"<title>{escape(drawn.unit)} of each dimension</title>",
        grid(Scale(0, 1, LEFT, RIGHT), tall, (), tall.ticks(4)),
    ]
    for hue, active in ((ACTIVE, True), (IDLE, False)):
        paths = "".join(
            f"M{x:.1f} {LOWER}V{tall(bar.value):.1f}"
            for x, bar in zip(places, drawn.bars, strict=True)
            if bar.active == active
        )
        if paths:
            parts.append(f'<path class="bars" stroke="{hue}" stroke-width="{width:.1f}" d="{paths}"/>')
    count = sum(bar.active for bar in drawn.bars)
    parts += [
        f'<text class="name" x="{LEFT}" y="{UPPER - 8}">{escape(drawn.unit)}</text>',
        f'<text x="{RIGHT}" y="{LOWER + 20}" text-anchor="end">dimensions, the fullest first</text>',
        f"</svg><figcaption>{count} of {len(drawn.bars)} dimensions are active (blue): the posterior's mean "
        "varies over the sentences by more than 0.01. Point at one, or walk with the arrow keys.</figcaption>"
        "</figure>",
    ]
    return "\n".join(parts)
