"""What all figures share: where they go, the page, colours, axes."""

import hashlib
import html.parser
import json
import re
from base64 import b64encode
from pathlib import Path

import pytest

from textvae.cli import figures
from textvae.cli.axes import Scale, area, dots, grid, line
from textvae.errors import OutputError

VOID = {"meta", "br", "link", "img"}


class Outline(html.parser.HTMLParser):
    """Checks that tags are closed in order; keeps the tags, their attributes and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("arc.gif", r"ends in '.gif': name it .png, .svg or .html"),
        ("arc", "has no ending"),
        ("taken.png", "add --force"),
        ("nowhere/arc.svg", "mkdir"),
        ("folder.html", "is a folder"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_at_once(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "taken.png").write_text("kept")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OutputError, match=said):
        figures.check_figure(tmp_path / name, force=False)
    figures.check_figure(tmp_path / "taken.png", force=True)


def test_without_matplotlib_a_page_can_still_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None)
    with pytest.raises(OutputError, match=r"pip install 'matplotlib>=3.8'.*arc.html"):
        figures.check_figure(tmp_path / "arc.png", force=False)
    figures.check_figure(tmp_path / "arc.html", force=False)


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_drawn_figures_are_whole_and_the_same_each_time(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    written = []
    for name in ("one", "two"):
        with figures.house_style():
            figure = Figure(figsize=(3, 2))
            axes = figure.subplots()
            axes.set_title("costs $5 or $x_1^2$ \u4f60\u597d \U0001f600")
            axes.plot([0, 1], [-1, 2])
        path = tmp_path / f"{name}.{kind}"
        figures.save_figure(figure, path)
        written.append(path.read_bytes())
        with pytest.raises(OutputError, match="--force"):
            figures.save_figure(figure, path)
    assert written[0] == written[1]
    assert written[0].startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"one.{kind}", f"two.{kind}"]
    with pytest.raises(OutputError, match=".png or .svg"):
        figures.save_figure(figure, tmp_path / "figure.html")


def test_a_page_says_only_what_it_should(tmp_path: Path) -> None:
    evil = "</title><script>alert(1)</script>\u202e\x00&"
    text = figures.page(evil, f"<p>{figures.escape(evil)}</p>", data={"tips": [[evil]]})
    figures.write_page(tmp_path / "page.html", text)
    outline = Outline((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert [tag for tag, _ in outline.tags].count("script") == 2
    shown = "</title><script>alert(1)</script>\\u202e\\x00&"
    assert [data for tag, data in outline.texts if tag in ("title", "h1", "p")] == [shown] * 3
    [data] = [data for tag, data in outline.texts if data.startswith("{")]
    assert json.loads(data) == {"tips": [[evil]]}
    assert not {"<", ">", "&"} & set(data)
    with pytest.raises(OutputError, match="--force"):
        figures.write_page(tmp_path / "page.html", text)


def test_the_policy_lets_in_the_page_alone() -> None:
    outline = Outline(figures.page("t", "", ".a { color: red }", 'console.log("hello")'))
    [policy] = [a["content"] for _, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, part in (("style", "style-src"), ("script", "script-src")):
        inside = [data for where, data in outline.texts if where == tag][-1]
        digest = b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{part} 'sha256-{digest}'" in policy


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = figures.page("t", "")
    assert set(re.findall(r"\w+://[^\s\"')]+", text)) == {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"@import|url\(|\bsrc=|\bfetch\(|XMLHttpRequest|innerHTML|eval\(", text)
    assert "prefers-color-scheme: dark" in text


def test_colours_go_from_one_end_to_the_other() -> None:
    assert [figures.colour(v) for v in (-9.0, 1.0, 3.0, 5.0, 9.0)] == [
        "#b33a0b", "#b33a0b", "#9b9fa6", "#155fa8", "#155fa8",
    ]  # fmt: skip
    assert figures.colour(0.5, 0.0, 1.0) == figures.colour(3.0)
    # Each step to an end is a step away from the grey; and blue against yellow, which red-green blindness
    # leaves to see, tells the two sides apart.
    tones = [[int(figures.colour(1 + i / 10)[c : c + 2], 16) for c in (1, 3, 5)] for i in range(41)]
    distances = [sum((a - b) ** 2 for a, b in zip(tone, tones[20], strict=True)) for tone in tones]
    assert distances[:21] == sorted(distances[:21], reverse=True)
    assert distances[20:] == sorted(distances[20:])
    blueness = [blue - (red + green) / 2 for red, green, blue in tones]
    assert max(blueness[:20]) < blueness[20] < min(blueness[21:])


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (1.9, 4.2, 6, [2.0, 2.5, 3.0, 3.5, 4.0]),
        (0.0, 85.0, 8, [0, 20, 40, 60, 80]),
        (2.7, 3.3, 3, [2.8, 3.0, 3.2]),
        (0.9, 1.1, 5, [0.9, 0.95, 1.0, 1.05, 1.1]),
        (0.5, 123_456.0, 8, [20_000, 40_000, 60_000, 80_000, 100_000, 120_000]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, ticks: list[float]) -> None:
    assert Scale(low, high, 0, 1).ticks(most) == pytest.approx(ticks)


def test_scales_cover_their_values() -> None:
    assert Scale.covering([3.0], 0, 1) == Scale(2.75, 3.25, 0, 1)
    scale = Scale.covering([1.0, 5.0], 100, 0)
    assert (scale.low, scale.high) == pytest.approx((0.8, 5.2))
    assert [scale(v) for v in (0.8, 3.0, 5.2)] == pytest.approx([100, 50, 0])


def test_marks() -> None:
    assert line([(0, 1), (2.25, 3)]) == "M0.0 1.0L2.2 3.0"
    assert area([(0, 0), (1, 0)], [(0, 5), (1, 5)]) == "M0.0 0.0L1.0 0.0L1.0 5.0L0.0 5.0Z"
    assert dots([(0, 1, "red"), (2, 3, "blue"), (4, 5, "red")], "dots") == (
        '<path class="dots" stroke="red" d="M0.0 1.0h0M4.0 5.0h0"/>\n'
        '<path class="dots" stroke="blue" d="M2.0 3.0h0"/>'
    )
    drawn = grid(Scale(0, 2000, 0, 100), Scale(2, 4, 50, 0), [1000], [2.5, 3.0])
    assert re.findall(r">([^<]+)</text>", drawn) == ["2.5", "3.0", "1,000"]
