"""steer: keys move the point, the sentence follows, what is kept is printed and saved."""

import asyncio
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textvae.cli import steer
from textvae.cli.steer import save_lines
from textvae.errors import OutputError
from textvae.text.values import Candidate, Transfer

pytest.importorskip("textual")

from textvae.cli.plane import STEP, Plane, around, moved
from textvae.cli.steering_view import SteeringView

Run = Callable[..., Any]
SOURCE = "the [b]food[/b] was cold"


class Mover:
    """Writes the valence asked for into the sentence; above 4 nothing passes. It can be told to wait."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark
        self.asked: list[tuple[float | None, float | None]] = []
        self.open = threading.Event()
        self.open.set()

    def __call__(self, valence: float | None, arousal: float | None) -> Transfer:
        self.asked.append((valence, arousal))
        assert self.open.wait(5)
        fault = "is not fluent" if valence and valence > 4 else ""
        text = f"the [b]food[/b] was {valence or 0:.1f} {arousal or 0:.1f}{self.mark}"
        return Transfer(SOURCE, 2.5, 3.0, valence, arousal, (Candidate(1, text, 3.0, 3.0, 0.5, -0.5, fault),))


class Bench:
    """A view with a mover behind it, driven by keys."""

    def __init__(self, path: Path | None = None) -> None:
        self.mover, self.careful = Mover(), Mover("!")
        self.saved: list[tuple[list[str], Path]] = []
        self.view = SteeringView(SOURCE, (2.5, 3.0), self.mover, self.careful, self.save, path)
        self.view.rest_after = 1000.0

    def save(self, kept: Sequence[str], path: Path) -> None:
        if path.name == "no":
            raise OutputError("[red]no[/red]: choose another.")
        self.saved.append((list(kept), path))

    def drive(self, act: Callable[["Bench", Any], Any]) -> list[str] | None:
        async def run() -> None:
            async with self.view.run_test(size=(90, 30)) as pilot:
                await pilot.pause()
                await act(self, pilot)

        asyncio.run(run())
        return self.view.return_value

    async def press(self, pilot: Any, *keys: str) -> None:
        await pilot.press(*keys)
        await self.view.workers.wait_for_complete()
        await pilot.pause()

    def shown(self, name: str) -> str:
        return str(self.view.query_one(name).render())


def test_the_sentence_follows_the_point() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        view = bench.view
        assert view.text == SOURCE
        assert "as it stands" in bench.shown("#status")
        await bench.press(pilot, "right")
        assert view.point == pytest.approx((2.6, 3.0))
        assert bench.mover.asked == [(2.6, None)]  # arousal was not touched
        assert view.text == "the [b]food[/b] was 2.6 0.0"
        assert "[b]food[/b]" in bench.shown("#sentence")
        assert "asked 2.60 3.00   reached 3.00 3.00" in bench.shown("#status")
        await bench.press(pilot, "shift+up", "down")
        assert view.text == "the [b]food[/b] was 2.6 3.4"
        await bench.press(pilot, *["shift+left"] * 5, *["shift+down"] * 9)
        assert view.point == (1.0, 1.0)  # the end of the scale

    Bench().drive(act)


def test_where_nothing_passes_it_says_so() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, *["shift+right"] * 4)
        assert bench.view.text == SOURCE
        assert "could not get there: the best that was found is not fluent" in bench.shown("#status")
        await bench.press(pilot, "enter")
        assert bench.view.kept == []

    Bench().drive(act)


def test_keeping_undoing_and_leaving() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, "enter")  # the source itself is nothing to keep
        await bench.press(pilot, "u")  # nothing to take back
        await bench.press(pilot, "right", "enter", "right", "enter")
        assert bench.view.kept == ["the [b]food[/b] was 2.6 0.0", "the [b]food[/b] was 2.7 0.0"]
        assert "the [b]food[/b] was 2.6 0.0" in bench.shown("#kept")
        await bench.press(pilot, "u")
        assert len(bench.view.kept) == 1 and bench.view.point[0] == pytest.approx(2.7)
        await bench.press(pilot, "u")
        assert len(bench.view.kept) == 1 and bench.view.point[0] == pytest.approx(2.6)
        await bench.press(pilot, "q")

    bench = Bench()
    assert bench.drive(act) == ["the [b]food[/b] was 2.6 0.0"]
    assert bench.mover.asked == [(2.6, None), (2.7, None)]  # what was found once is not looked for again

    async def leave(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, "escape")

    assert Bench().drive(leave) == []


def test_a_key_held_down_does_not_pile_up_work() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        bench.mover.open.clear()
        for _ in range(10):
            await pilot.press("right")
        await pilot.pause()
        assert bench.view.text == SOURCE  # the last sentence stays while the next is looked for
        assert "..." in bench.shown("#status")
        bench.mover.open.set()
        while bench.view.point not in bench.view.found:
            await bench.press(pilot)
        assert bench.view.point == pytest.approx((3.5, 3.0))
        assert bench.mover.asked == [(2.6, None), (3.5, None)]
        assert bench.view.text == "the [b]food[/b] was 3.5 0.0"

    Bench().drive(act)


def test_a_point_at_rest_is_looked_at_with_care() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, "right", "right")
        assert bench.view.text == "the [b]food[/b] was 2.7 0.0"
        bench.view.rest_after = 0.01
        await bench.press(pilot, "left", "right")
        while not bench.careful.asked:
            await asyncio.sleep(0.01)
        await bench.press(pilot)
        assert bench.careful.asked[-1] == (2.7, None)
        assert bench.view.text == "the [b]food[/b] was 2.7 0.0!"
        asked = len(bench.mover.asked)
        await bench.press(pilot, "left", "right")
        assert bench.view.text.endswith("2.7 0.0!")
        assert len(bench.mover.asked) == asked  # both points are known

    Bench().drive(act)


def test_saving() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, "s")  # nothing is kept
        await bench.press(pilot, "right", "enter", "s")

    bench = Bench(Path("kept.txt"))
    bench.drive(act)
    assert bench.saved == [(["the [b]food[/b] was 2.6 0.0"], Path("kept.txt"))]

    async def asking(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, "right", "enter", "s", "n", "o", "enter")  # cannot be written
        await bench.press(pilot, "s", "q", "u", "enter")  # letters are letters there
        await bench.press(pilot, "s", "escape")
        assert bench.view.kept == ["the [b]food[/b] was 2.6 0.0"]

    bench = Bench()
    bench.drive(asking)
    assert [path for _, path in bench.saved] == [Path("qu")]


def test_the_plane() -> None:
    async def act(bench: Bench, pilot: Any) -> None:
        await bench.press(pilot, *["shift+right"] * 9, *["shift+up"] * 9)
        lines = bench.shown("Plane").split("\n")
        assert len(lines) > 15  # of a screen of 30
        assert lines[0].rstrip()[-1] == "●"  # very pleasant and very excited: the corner
        assert sum(line.count("○") for line in lines) == 1
        assert isinstance(bench.view.query_one(Plane), Plane)

    Bench().drive(act)


def test_a_step_into_each_direction() -> None:
    around_edge = list(around((4.95, 3.0)))
    assert len(around_edge) == 8 and len(set(around_edge)) == 8
    assert set(around_edge) == {
        (v, a) for v in (None, 5.0, 4.85) for a in (None, 3.1, 2.9) if (v, a) != (None, None)
    }
    start = (3.0123456789, 2.9)
    assert moved(moved(start, (STEP, 0)), (-STEP, 0)) == moved(start, (0, 0)) == (3.012346, 2.9)


def test_lines_are_saved_whole(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    save_lines(["one", "two"], path, force=False)
    assert path.read_text() == "one\ntwo\n"
    with pytest.raises(OutputError, match="exists"):
        save_lines(["three"], path, force=False)
    save_lines(["three"], path, force=True)
    assert path.read_text() == "three\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cold food",), "steer is for a terminal"),
        (("cold food", "--keep", "warm"), '"warm" is to be kept'),
        (("cold food", "--without", "frame"), "did you mean 'frames'"),
        ((" ",), "is empty"),
        ((), "SENTENCE"),
    ],
)
def test_what_cannot_be_steered(run: Run, arguments: tuple[str, ...], message: str) -> None:
    outcome = run("steer", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_without_textual(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textvae.cli.steering_view", None)
    outcome = run("steer", "cold food")
    assert outcome.code == 2
    assert "pip install 'textual>=8'" in outcome.err


def test_what_is_kept_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command around the view, which itself is left out here."""
    seen: list[Any] = []

    class View:
        def __init__(
            self, source: str, start: Any, draft: Any, move: Any, save: Any, path: Path | None
        ) -> None:
            seen.append((source, start, path, draft(4.0, None).text, move(4.0, None).text))

        def run(self) -> list[str]:
            return ["one \x1b[31m", "two"]

    monkeypatch.setattr("textvae.cli.steering_view.SteeringView", View)
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(
        "textvae.cli.steer.sys", SimpleNamespace(stdin=terminal, stderr=terminal, stdout=sys.stdout)
    )
    monkeypatch.setattr("textvae.cli.steer.hasty", lambda writer, without: writer)
    outcome = run("steer", "bad food", "--without", "frames")
    assert outcome.code == 0, outcome.err
    assert vars(steer)["open_writer"]("text-en", "auto", "auto").asked["without"] == ("frames",)
    assert outcome.out == "one \x1b[31m\ntwo\n"
    assert seen == [("bad food", (2.5, 2.8), None, "bad food good", "bad food good")]
