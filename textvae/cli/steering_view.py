"""The live view of `textvae steer`: a plane, a point, a sentence that follows it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from textvae.cli.changes import drawn
from textvae.cli.plane import STEP, Plane, Point, moved
from textvae.cli.render import visible
from textvae.errors import OutputError

if TYPE_CHECKING:
    from textvae.text.values import Candidate, Transfer

Move = Callable[[float | None, float | None], "Transfer"]
Save = Callable[[Sequence[str], Path], None]

LEAP = 5 * STEP


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a point: the best candidate that passed, or why there is none; how long it took; whether
    it was looked for with all care."""

    candidate: "Candidate | None"
    fault: str
    seconds: float
    careful: bool = True


class AskName(ModalScreen[str]):
    """Asks where to save."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back")]

    def compose(self) -> ComposeResult:
        """One line to write in."""
        yield Input(placeholder="save to which file? (enter saves, escape goes back)")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The name is given."""
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """No name is given."""
        self.dismiss("")


class SteeringView(App[list[str]]):
    """Runs until the user leaves; `run` returns the sentences kept.

    `draft` and `move` are called in a thread of their own with the valence and arousal asked for, None where
    the point has not left the source's own: the first, a quick one, at each key, the second once the point
    rests. While one is at work only the newest point waits, so that a key held down never piles up work.
    """

    CSS = """
    Horizontal { height: 1fr; }
    Plane { width: 2fr; height: 1fr; border: round $primary; }
    Plane { border-title-align: center; border-subtitle-align: right; }
    #side { width: 1fr; padding: 0 1; }
    #sentence { height: auto; min-height: 3; padding: 0 1; border: round $secondary; }
    #status { height: 1; padding: 0 2; }
    AskName { align: center middle; }
    AskName Input { width: 60; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", f"move(-{STEP}, 0)", "move", key_display="arrows"),
        Binding("right", f"move({STEP}, 0)", show=False),
        Binding("down", f"move(0, -{STEP})", show=False),
        Binding("up", f"move(0, {STEP})", show=False),
        Binding("shift+left", f"move(-{LEAP}, 0)", show=False),
        Binding("shift+right", f"move({LEAP}, 0)", show=False),
        Binding("shift+down", f"move(0, -{LEAP})", show=False),
        Binding("shift+up", f"move(0, {LEAP})", show=False),
        Binding("enter", "keep", "keep"),
        Binding("u", "undo", "undo"),
        Binding("s", "save", "save"),
        Binding("q,escape,ctrl+c", "leave", "leave", key_display="q"),
    ]
    ENABLE_COMMAND_PALETTE = False
    rest_after = 0.3
    """Seconds after which a point rests."""

    def __init__(
        self, source: str, start: Point, draft: Move, move: Move, save: Save, path: Path | None = None
    ) -> None:
        super().__init__()
        self.source, self.start = source, moved(start, (0, 0))
        self.point = self.start
        self.kept: list[str] = []
        self.found: dict[Point, Found] = {self.start: Found(None, "", 0.0)}
        self._draft, self._move, self._save, self._path = draft, move, save, path
        self._before: list[tuple[Point, list[str]]] = []
        self._busy = False

    def compose(self) -> ComposeResult:
        """The plane beside what was kept; below them the sentence."""
        with Horizontal():
            yield Plane(id="plane")
            with Vertical(id="side"):
                yield Static(id="kept")
        yield Static(id="sentence")
        yield Static(id="status")
        yield Footer()

    def on_mount(self) -> None:
        """The first view."""
        plane = self.query_one(Plane)
        plane.border_title, plane.border_subtitle = "arousal ↑", "valence →"
        plane.source = self.start
        self.show()

    @property
    def text(self) -> str:
        """The sentence as it is shown: the newest that was found for where the point is, or the source."""
        found = self.found.get(self.point)
        return found.candidate.text if found and found.candidate else self.source

    def show(self) -> None:
        """Draw what is known of the point; while nothing is, the last sentence stays."""
        plane, found = self.query_one(Plane), self.found.get(self.point)
        plane.point = self.point
        valence, arousal = self.point
        told = Text(f"asked {valence:.2f} {arousal:.2f}")
        if found is None:
            told.append("   ...", "dim")
        else:
            best = found.candidate
            plane.reached = (best.valence, best.arousal) if best else None
            if best:
                told.append(f"   reached {best.valence:.2f} {best.arousal:.2f}", "green")
                told.append(f"   kept {best.similarity:.2f}   {1000 * found.seconds:.0f} ms", "dim")
                told.append("" if found.careful else "   ...", "dim")
            elif found.fault:
                told.append(
                    f"   could not get there: the best that was found {visible(found.fault)}", "yellow"
                )
            else:
                told.append("   as it stands", "dim")
            self.query_one("#sentence", Static).update(drawn(self.source, self.text, True))
        self.query_one("#status", Static).update(told)
        kept = Text("\n").join([Text("kept", "dim"), *(Text(visible(text)) for text in self.kept)])
        self.query_one("#kept", Static).update(kept)
        plane.refresh()

    def action_move(self, right: float, up: float) -> None:
        """Move the point, within the scale."""
        self._remember()
        self.point = moved(self.point, (right, up))
        self.follow()

    def follow(self) -> None:
        """Find the sentence of the point, now or when what is being found is done; better, when it rests."""
        self.show()
        if self._busy:
            return
        if self.point not in self.found:
            self._busy = True
            self.find(self.point, False)
        elif not self.found[self.point].careful:
            self.set_timer(self.rest_after, partial(self.rest, self.point))

    def rest(self, point: Point) -> None:
        """Look again, with all care, if the point is still there."""
        if point == self.point and not self._busy and not self.found[point].careful:
            self._busy = True
            self.find(point, True)

    @work(thread=True)
    def find(self, point: Point, careful: bool) -> None:
        """Rewrite the source for a point, beside the keys."""
        started = time.perf_counter()
        asked = (None if at == own else at for at, own in zip(point, self.start, strict=True))
        rewritten = (self._move if careful else self._draft)(*asked)
        best = next(iter(rewritten.passed), None)
        fault = rewritten.candidates[0].fault if rewritten.candidates else "lacks what is to be kept"
        found = Found(best, fault, time.perf_counter() - started, careful)
        self.call_from_thread(self.arrived, point, found)

    def arrived(self, point: Point, found: Found) -> None:
        """A sentence is there; go on with the point if it has moved on."""
        before = self.found.get(point)
        if found.candidate or not (before and before.candidate):
            self.found[point] = found
        elif before:  # care found nothing that passes: the draft was better
            self.found[point] = replace(before, careful=True)
        self._busy = False
        self.follow()

    def action_keep(self) -> None:
        """Keep the sentence that is shown."""
        found = self.found.get(self.point)
        if found is None or found.candidate is None:
            self.bell()
            return
        self._remember()
        self.kept = [*self.kept, found.candidate.text]
        self.show()

    def action_undo(self) -> None:
        """Take back the last move or the last sentence kept."""
        if not self._before:
            self.bell()
            return
        self.point, self.kept = self._before.pop()
        self.follow()

    def action_save(self) -> None:
        """Save what was kept, to the file given or one that is asked for."""
        if not self.kept:
            self.notify("nothing is kept yet: enter keeps the sentence", severity="warning")
        elif self._path is not None:
            self.save_to(str(self._path))
        else:
            self.push_screen(AskName(), self.save_to)

    def save_to(self, name: str | None) -> None:
        """Save to a file; what goes wrong is shown, and nothing is lost."""
        if not name:
            return
        try:
            self._save(self.kept, Path(name))
        except OutputError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
            return
        self.notify(f"saved to {visible(name)}", markup=False)

    def action_leave(self) -> None:
        """Leave with what was kept."""
        self.exit(self.kept)

    def _remember(self) -> None:
        self._before.append((self.point, self.kept))
