"""Figures of topics: words that do not cover each other, circles where they belong, pages that are safe."""

import math
import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from textvae.cli import clouds
from textvae.cli.axes import Scale
from textvae.cli.topic_figures import CLOUD, FRAME, circles, draw, tint
from textvae.cli.topic_page import html_page
from textvae.topics.summary import Topic, Word

WORDS = [("rocket", 0.04), ("moon", 0.02), ("crew", 0.01), ("exceedingly", 0.01), ("air", 0.005)]


def topic(number: int, share: float, valence: float | None, arousal: float | None, *words: str) -> Topic:
    held = tuple(Word(word, 0.1 / place) for place, word in enumerate(words or ("soup", "bread"), 1))
    return Topic(number, share, 5, held, ("A <b>hot</b> & good soup.",), valence, arousal, 9, 0.1)


TOPICS = [topic(1, 0.5, 3.4, 3.1), topic(2, 0.3, 2.6, 3.3), topic(3, 0.2, 3.0, 2.9)]


def box(word: clouds.Placed) -> clouds.Box:
    half = clouds.text_width(word.word, word.size) / 2
    return word.x - half, word.y - word.size / 2, word.x + half, word.y + word.size / 2


def test_a_cloud_covers_no_word_and_stays_in_its_box() -> None:
    placed = clouds.cloud(WORDS, 300, 120)
    assert [word.word for word in placed] == [word for word, _ in WORDS]
    assert all(min(box(word)) >= 0 and box(word)[2] <= 300 and box(word)[3] <= 120 for word in placed)
    assert not any(clouds.overlap(box(a), box(b)) for a, b in combinations(placed, 2))
    assert (placed[0].x, placed[0].y) == (150, 60)
    assert placed[0].size / placed[1].size == pytest.approx(math.sqrt(2))  # twice the weight, twice the area
    assert placed[-1].size == pytest.approx(clouds.LARGEST * math.sqrt(1 / 8), abs=0.7)


def test_words_become_smaller_until_all_find_room() -> None:
    words = [
        (f"{word} of new york", 0.02) for word in ("hunting", "students", "shakespeare", "gangsters")
    ] * 2
    placed = clouds.cloud(words, *CLOUD)
    assert len(placed) == 8
    assert clouds.SMALLEST <= placed[0].size < clouds.LARGEST


def test_words_for_which_there_is_no_room_are_left_out() -> None:
    assert clouds.cloud(WORDS, 110, 40)[0].word == "rocket"
    assert len(clouds.cloud(WORDS, 110, 40)) < len(WORDS)
    assert clouds.cloud([("a" * 300, 1.0)], 200, 100) == []
    assert clouds.cloud([], 200, 100) == []
    assert len(clouds.cloud([("soup", 0.0), ("bread", 0.0)], 200, 100)) == 2


def test_labels_stand_beside_their_points_or_nowhere() -> None:
    frame = (0.0, 0.0, 100.0, 100.0)
    assert clouds.labels([(20, 50, 5)], ["soup"], 10, frame) == [(28, 50, "start")]
    assert clouds.labels([(90, 50, 5)], ["soup"], 10, frame) == [(82, 50, "end")]
    assert clouds.labels([(50, 50, 5)], ["much too long a name"], 10, frame) == [None]
    crowd = clouds.labels([(50, 50, 5)] * 6, ["soup"] * 6, 10, frame)
    assert crowd == [(58, 50, "start"), (42, 50, "end"), None, None, None, None]


def test_scales_and_ticks() -> None:
    scale = Scale.covering([2.6, 3.4], 0, 100, least=0.1, margin=0.125)
    assert scale(3.0) == pytest.approx(50)
    assert scale(2.6) == pytest.approx(10)
    assert scale.ticks() == [2.6, 2.8, 3.0, 3.2, 3.4]
    assert Scale.covering([3.0], 0, 100, least=0.1, margin=0.125).high == pytest.approx(3.05)


def test_circles_lie_by_affect_and_grow_by_share() -> None:
    one, two, three = circles(TOPICS)
    assert two.x < three.x < one.x
    assert two.y < one.y < three.y  # arousal upwards
    assert (one.radius / two.radius) ** 2 == pytest.approx(0.5 / 0.3)
    assert all(FRAME[0] <= c.x <= FRAME[2] and FRAME[1] <= c.y <= FRAME[3] for c in (one, two, three))
    assert circles([topic(1, 1.0, None, None)]) == []
    assert tint(topic(1, 1.0, None, None), 0.4) == tint(TOPICS[2], 0.4)  # grey


def test_the_page_is_whole_and_everything_in_it_is_escaped() -> None:
    evil = topic(4, 0.1, 3.1, 3.0, "</script><script>alert(1)</script>", "x\u202ey")
    page = html_page([*TOPICS, evil], 1234)
    assert "4 topics of 1,234 documents" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "A &lt;b&gt;hot&lt;/b&gt; &amp; good soup." in page
    assert not re.search(r' (src|href|style|on\w+)="', page)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 1 + 2 * 4  # the plane, and for each topic its colour and its cloud
    for drawing in drawings:
        ElementTree.fromstring(drawing)
    assert drawings[0].count("<circle") == 4
    assert page.count('"plane"') == 2  # the drawing, and what its hovering needs


def test_without_affect_there_is_no_plane() -> None:
    page = html_page([topic(1, 1.0, None, None)], 10)
    assert "plane" not in page
    assert "soup" in page


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_drawn_figures(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    for name, found in (("all", TOPICS), ("plain", [topic(1, 1.0, None, None, "$5", "日本")])):
        path = tmp_path / f"{name}.{ending}"
        draw(found, 100, path, force=False)
        start = path.read_bytes()[:8]
        assert start == b"\x89PNG\r\n\x1a\n" if ending == "png" else start.startswith(b"<?xml")
    if ending == "svg":
        tree = ElementTree.fromstring((tmp_path / "all.svg").read_bytes())
        assert len(tree.findall(".//{http://www.w3.org/2000/svg}path")) > 20
    assert len(list(tmp_path.iterdir())) == 2
