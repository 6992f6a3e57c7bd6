"""Figures: where they may be written, how they look, and the page that an HTML figure stands on.

A .png or .svg is drawn by matplotlib (the extra `plots`). A .html is our own inline SVG on a page that holds
all it needs: it loads nothing, and its policy refuses everything but its own style and script.
"""

import hashlib
import html
import json
import warnings
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from textvae.cli.output import check_place, replacing
from textvae.cli.render import visible
from textvae.errors import OutputError

SUFFIXES = (".png", ".svg", ".html")
DOTS = 160
"""Dots per inch of a .png."""

INK, QUIET, GRID = "#1f2328", "#59636e", "#e4e7eb"
"""Text, axes and captions, grid lines, on white."""

_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a $ in a user's file name is a dollar
    "axes.edgecolor": "#c4cad1",
    "axes.labelcolor": QUIET,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "figure.facecolor": "white",
    "svg.hashsalt": "textvae",
}


def check_figure(path: Path, force: bool) -> None:
    """Raise `OutputError` where a figure at `path` could not be drawn or written, before any work is done.

    The ending must be .png, .svg or .html; the first two need matplotlib; a file that exists needs `force`.
    """
    if path.suffix.lower() not in SUFFIXES:
        ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise OutputError(f"the figure {path} {ending}: name it .png, .svg or .html.")
    if not is_page(path) and find_spec("matplotlib") is None:
        raise OutputError(
            f"a {path.suffix} figure is drawn by matplotlib, which is not installed: "
            f"pip install 'matplotlib>=3.8', or name the figure {path.with_suffix('.html')}."
        )
    check_place(path, force, "figure.png")


def is_page(path: Path) -> bool:
    """Whether `path` asks for an HTML figure."""
    return path.suffix.lower() == ".html"


@contextmanager
def house_style() -> Iterator[None]:
    """matplotlib in the house's style; make the `matplotlib.figure.Figure` and its axes inside.

    Uses no display, no global figure and no mathematics in the text.
    """
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield


def save_figure(figure: Any, path: Path, force: bool = False) -> None:
    """Write a `matplotlib.figure.Figure` as the ending of `path` says, whole or not at all.

    The same figure gives the same bytes. Characters that the font lacks are boxes, without a warning.
    Raises `OutputError` as `check_figure` does, and for .html, which a drawn figure cannot be.
    """
    check_figure(path, force)
    if is_page(path):
        raise OutputError(f"{path}: this figure can be .png or .svg.")
    kind = path.suffix.lower()[1:]
    metadata = {"Date": None, "Creator": "textvae"} if kind == "svg" else {"Software": "textvae"}
    with house_style(), warnings.catch_warnings(), replacing(path) as file:
        warnings.filterwarnings("ignore", "Glyph|Matplotlib currently does not support", UserWarning)
        figure.savefig(file, format=kind, dpi=DOTS, metadata=metadata)


def page(
    title: str, body: str, style: str = "", script: str = "", data: Mapping[str, object] | None = None
) -> str:
    """A self-contained HTML page.

    `title` is plain text and is escaped here; `body` is HTML whose user text went through `escape`. The
    house's style and the hovering (figures.css, figures.js) are always in it, `style` and `script` come after
    them. `data` is put in as JSON, for `JSON.parse(document.getElementById("data").textContent)`. The policy
    refuses style attributes and on... handlers: use classes, SVG attributes (fill="...") and script.
    """
    here = Path(__file__)
    css = here.with_name("figures.css").read_text(encoding="utf-8") + style
    code = here.with_name("figures.js").read_text(encoding="utf-8") + script
    policy = (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(code)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</main>\n"
        f'<script type="application/json" id="data">{_json(data or {})}</script>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def write_page(path: Path, text: str, force: bool = False) -> None:
    """Write a page, whole or not at all. Raises `OutputError` as `check_figure` does."""
    check_figure(path, force)
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def escape(text: str) -> str:
    """`text` for HTML, between tags and within quotes; control characters, which HTML forbids, written out.

    >>> escape('<b class="x">')
    '&lt;b class=&quot;x&quot;&gt;'
    """
    return html.escape(visible(text))


def _json(data: Mapping[str, object]) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


_STOPS = ("#b33a0b", "#dd7a3a", "#9b9fa6", "#4c93cf", "#155fa8")
"""From low to high: vermilion, grey, blue; told apart with any colour vision, seen on white and on black."""


def colour(value: float, low: float = 1.0, high: float = 5.0) -> str:
    """`#rrggbb` of a value on the diverging scale whose middle is grey; beyond the ends, the ends' colours.

    >>> colour(3.0)
    '#9b9fa6'
    """
    place = min(1.0, max(0.0, (value - low) / (high - low))) * (len(_STOPS) - 1)
    first = min(int(place), len(_STOPS) - 2)
    a, b = (_linear(_STOPS[first + i]) for i in (0, 1))
    share = place - first
    mixed = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return "#" + "".join(f"{round(255 * _gamma(part)):02x}" for part in mixed)


def _linear(code: str) -> tuple[float, ...]:
    """Linear light of `#rrggbb`, where colours mix as light does."""
    parts = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)


def _gamma(c: float) -> float:
    return float(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055)
