"""`textvae analyze --plot` and `--explain`: figures of whole texts, words that carry a score."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from textvae.affect.values import Affect, Explanation, Reading, Word
from textvae.cli import explaining, tracks
from textvae.cli.arc_figure import picture
from textvae.cli.reading import Item
from textvae.cli.tracks import Tracks

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

TEXT = "A good day.\nIt was <script>alert(1)</script> [red]bad[/red] bad &amp; so on.\n\nA good good end!\n"


def read(value: float, text: str = "a b") -> Reading:
    valence, other = Affect(value, 0.5, value - 0.5, value + 0.25), Affect(3.0, 0.5, 2.5, 3.5)
    return Reading(text, valence, other, other)


def gathered(*counts: int) -> Tracks:
    """Texts of so many sentences, whose valences run 1, 2, 3, 4, 1, 2, ..."""
    found = Tracks()
    items = [
        (Item(f"{number}.txt", i + 1, i, "a b"), read(1.0 + i % 4))
        for number, count in enumerate(counts)
        for i in range(count)
    ]
    assert list(found.gather(items)) == items
    return found


def data_of(page: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    return dict(json.loads(found))


def test_a_track_by_hand() -> None:
    [track] = gathered(5).shown
    assert track.summary == "5 sentences, mean valence 2.20, 20% above 3"
    curve = track.curve(3)
    assert curve.number == [1, 2, 3, 4, 5]
    assert curve.valence == pytest.approx([1.5, 2.0, 3.0, 8 / 3, 2.5])
    assert curve.low == pytest.approx([v - 0.5 for v in curve.valence])
    assert curve.high == pytest.approx([v + 0.25 for v in curve.valence])
    assert curve.arousal == [3.0] * 5


def test_windows() -> None:
    assert [gathered(n).shown[0].window(None) for n in (1, 11, 12, 100, 3600)] == [1, 1, 3, 9, 59]
    assert gathered(5).shown[0].window(3) == 3
    assert gathered(5).shown[0].window(50) == 5


def test_many_sentences_are_thinned_out_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "POINTS", 100)
    found = gathered(1234)
    [marks] = found.marks()
    assert 50 <= len(marks) <= 100
    assert len({b.number - a.number for a, b in pairwise(marks)}) == 1
    assert marks[0].number == 1
    assert found.notes([marks]) == f"{len(marks)} of the 1,234 sentences are points, evenly chosen."
    assert len(found.shown[0].curve(1).number) <= tracks.CORNERS + 1
    assert found.shown[0].curve(1).number[-1] == 1234


def test_many_texts_are_left_out_in_words() -> None:
    found = gathered(*[3] * (tracks.TEXTS + 2))
    assert [track.name for track in found.shown] == [f"{i}.txt" for i in range(tracks.TEXTS)]
    assert all(track.count == 3 for track in found.shown)
    assert found.notes(found.marks()) == "The first 8 of 10 texts are drawn."


def test_a_page_of_an_analyzed_text(run: Run, tmp_path: Path) -> None:
    file, figure = tmp_path / "<b>diary.txt", tmp_path / "diary.html"
    file.write_text(TEXT)
    plain = run("analyze", file, "--format", "jsonl").out
    outcome = run("analyze", file, "--format", "jsonl", "--plot", figure, "--level", "0.8")
    assert (outcome.code, outcome.err) == (0, "")
    assert [json.loads(row)["text"] for row in outcome.out.splitlines()] == [
        json.loads(row)["text"] for row in plain.splitlines()
    ]
    page = figure.read_text(encoding="utf-8")
    data = data_of(page)
    sentence = "It was <script>alert(1)</script> [red]bad[/red] bad &amp; so on."
    assert data["tips"][1] == [
        sentence, "valence 2.50 (2.1 to 2.9), arousal 2.80 (2.4 to 3.2)", f"{file}, line 2, sentence 2",
    ]  # fmt: skip
    assert data["plots"]["arc0"]["tip"] == data["plots"]["plane0"]["tip"] == [0, 1, 2]
    assert data["plots"]["arc0"]["x"] == sorted(data["plots"]["arc0"]["x"])
    highest, lowest = data["plots"]["arc0"]["y"][2], data["plots"]["arc0"]["y"][1]
    assert highest < data["plots"]["arc0"]["y"][0] < lowest  # SVG counts downwards
    assert page.count("<script") == 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [red]bad[/red] bad &amp;amp; so on." in page
    assert "&lt;b&gt;diary.txt" in page
    assert "band: mean of their 80%" in page or "80% interval of each sentence" in page
    assert not re.search(r'\sstyle="|\son\w+="|https?://(?!www\.w3\.org/2000/svg)', page)
    assert run("analyze", file, "--plot", figure).code == 2
    assert run("analyze", file, "--plot", figure, "--force", "--by", "file").code == 0


def test_several_texts_on_a_page(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(TEXT)
    figure = tmp_path / "both.html"
    assert run("analyze", tmp_path / "one.txt", tmp_path / "two.txt", "--plot", figure).code == 0
    page = figure.read_text(encoding="utf-8")
    assert [f"<h2>{tmp_path / name}.txt</h2>" in page for name in ("one", "two", "three")] == [
        True,
        True,
        False,
    ]
    data = data_of(page)
    assert sorted(data["plots"]) == ["arc0", "arc1", "plane0", "plane1"]
    assert data["plots"]["arc1"]["tip"] == [3, 4, 5]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_drawn_figures(run: Run, tmp_path: Path, kind: str) -> None:
    pytest.importorskip("matplotlib")
    names = []
    for count in (1, 30):
        names.append(tmp_path / f"{count} $x$.txt")
        names[-1].write_text("A good day. A bad day.\n" * count)
    for given in (names[1:], names):
        figure = tmp_path / f"arc{len(given)}.{kind}"
        outcome = run("analyze", *given, "--plot", figure)
        assert (outcome.code, outcome.err) == (0, "")
        assert figure.stat().st_size > 10_000


@pytest.mark.parametrize("counts", [(5,), (30, 2)])
def test_of_a_model_without_arousal_the_figure_is_one_of_valence(
    tmp_path: Path, counts: tuple[int, ...]
) -> None:
    nothing = Affect(*[float("nan")] * 4)
    found = Tracks()
    for number, count in enumerate(counts):
        items = [(Item(f"{number}.txt", i + 1, i, "a b"), read(1.0 + i % 4)) for i in range(count)]
        list(found.gather((item, replace(r, arousal=nothing, dominance=nothing)) for item, r in items))
    found.draw(tmp_path / "arc.html", 0.9, None, False)
    page = (tmp_path / "arc.html").read_text(encoding="utf-8")
    data = data_of(page)
    assert sorted(data["plots"]) == [f"arc{i}" for i in range(len(counts))]
    assert data["tips"][0] == ["a b", "valence 1.00 (0.5 to 1.2)", "0.txt, line 1, sentence 1"]
    assert "<title>Valence of" in page
    assert not re.search(r"\bnan\b|arousal", page.split("<main>")[1])
    pytest.importorskip("matplotlib")
    figure = picture(found, 0.9, None)
    assert [axes.get_ylabel() for axes in figure.axes] == ["valence (1 to 5)"] * len(counts)
    found.draw(tmp_path / "arc.svg", 0.9, None, False)


def test_nothing_to_draw_is_said(run: Run, tmp_path: Path) -> None:
    outcome = run("analyze", "-", "--lines", "--plot", tmp_path / "arc.html", stdin=b"\n\n")
    assert outcome.code == 0
    assert "there is no sentence to draw" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_bad_figure_is_refused_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    outcome = run("analyze", "--text", "good", "--plot", tmp_path / "arc.pdf")
    assert (outcome.code, outcome.out) == (2, "")
    assert "name it .png, .svg or .html" in outcome.err


def test_words_in_jsonl_and_csv(run: Run) -> None:
    # The stand-in counts "bad" and not "bad!": leaving out the mark takes half a point away.
    stdin = b"A good day, not bad!\n\nso so\n"
    found = [
        json.loads(row)
        for row in run(
            "analyze", "-", "--lines", "--explain", "--format", "jsonl", stdin=stdin
        ).out.splitlines()
    ]
    text = found[0]["text"]
    assert [(w["word"], w["valence"]) for w in found[0]["words"]] == [
        ("A", 0.0), ("good", 0.5), ("day", 0.0), (",", 0.0), ("not", 0.0), ("bad", 0.0), ("!", 0.5),
    ]  # fmt: skip
    assert all(text[w["start"] : w["end"]] == w["word"] for w in found[0]["words"])
    assert found[1]["words"] is None
    table = list(
        csv.DictReader(
            io.StringIO(run("analyze", "-", "--lines", "--explain", "--format", "csv", stdin=stdin).out)
        )
    )
    assert json.loads(table[0]["words"]) == found[0]["words"]
    assert table[1]["words"] == ""
    assert "words" not in json.loads(run("analyze", "--text", "good", "--format", "jsonl").out)


def test_the_dimension_and_the_way_are_passed_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    original = explaining.explained

    def explained(found: Any, reader: Any, dimension: str, way: str) -> Any:
        asked.append((str(dimension), str(way)))
        return original(found, reader, dimension, way)  # type: ignore[arg-type]

    monkeypatch.setattr(explaining, "explained", explained)
    row = json.loads(
        run("analyze", "--text", "good", "--explain-dimension", "arousal", "--format", "jsonl").out
    )
    assert list(row["words"][0]) == ["word", "start", "end", "arousal"]
    assert run("analyze", "--text", "good", "--explain-by", "gradient").out.endswith("good +0.50\n")
    assert run("analyze", "--text", "good", "--explain").code == 0
    assert asked == [("arousal", "removal"), ("valence", "gradient"), ("valence", "removal")]
    outcome = run("analyze", "-", "--explain", "--by", "file", stdin=b"good")
    assert outcome.code == 2
    assert "--by file" in outcome.err


def test_words_on_a_terminal(run: Run, golden: Golden) -> None:
    stdin = b"a good good [red]day[/red] \x1b[31m\nbad\n\nnothing here\n"
    shown = run("analyze", "-", "--lines", "--explain", "--format", "table", stdin=stdin, terminal=True).out
    golden("analyze_explain", shown)
    assert "\x1b[31m\n" not in shown
    assert "[red]day[/red]" in re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_only_the_beginning_of_a_long_text_is_explained_and_that_is_said(run: Run) -> None:
    outcome = run("analyze", "-", "--lines", "--explain", stdin=b"good\n" + b"good " * 150)
    assert (
        "of 1 long texts only the beginning is explained (the first: standard input, line 2)" in outcome.err
    )


def test_words_in_html() -> None:
    text = '<b>"good"\tbad\x1b'
    words = tuple(
        Word(text[a:b], a, b, c) for a, b, c in ((0, 1, 0.0), (1, 2, 0.3), (4, 8, 0.9), (10, 14, -0.06))
    )
    assert explaining.spans(Explanation(text, "valence", 3.0, words)) == (
        '&lt;<span class="u3" title="+0.30">b</span>&gt;&quot;<span class="u4" title="+0.90">good</span>'
        '&quot; <span class="d1" title="-0.06">bad\\x1b</span>'
    )


@pytest.mark.parametrize(
    ("value", "step"), [(0.0, 0), (0.049, 0), (0.05, 1), (-0.12, -2), (0.3, 3), (-2.0, -4)]
)
def test_strength(value: float, step: int) -> None:
    assert explaining.strength(value) == step


def test_the_strongest_word_is_named_even_where_none_is_strong() -> None:
    assert explaining.told([("a", 0.01), ("b", -0.03)]) == "b -0.03"
    assert explaining.told([("a", 0.01), ("b", -0.3), ("c", 0.2)]) == "b -0.30, c +0.20"
    assert explaining.told([]) == explaining.told([("a", 0.001)]) == ""
