"""What people see: text made safe, bars, tables, progress. rich is imported when something is drawn."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from math import isfinite
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from textvae.cli.output import Row

T = TypeVar("T")

BAR = 10
"""Cells of a bar that runs from 1 to 5."""

NARROW = 36
"""Columns that a sentence needs at least to stand beside its numbers."""

NARROWEST = 8
"""Columns that a sentence has on any screen."""

_SPACE = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def visible(text: str) -> str:
    """`text` on one line, with everything that would act on a terminal written out.

    >>> visible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _ACTING.sub(_written_out, _SPACE.sub(" ", text))


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def console(stream: TextIO) -> "Console":
    """A console that draws on `stream`: colours on a terminal, none in a file, no markup in the text."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # `app.run` knows what to do; rich would exit with 1

    return Screen(file=stream, markup=False, emoji=False, highlight=False)


def coloured(screen: "Console") -> bool:
    """Whether colours can be seen there."""
    return screen.color_system is not None and not screen.no_color


def bar(value: object, screen: "Console") -> "Text":
    """A bar for a value from 1 to 5: red below neutral, green above."""
    from rich.text import Text

    if not isinstance(value, int | float) or not isfinite(value):
        return Text(" " * BAR)
    full, rest = ("■", "·") if screen.encoding.startswith("utf") else ("#", ".")
    cells = min(BAR, max(1, round((value - 1) / 4 * BAR)))
    return Text.assemble((full * cells, colour(value)), (rest * (BAR - cells), "dim"))


def colour(value: float) -> str:
    """The colour of a valence: red below neutral, green above."""
    return "red" if value < 2.6 else "yellow" if value < 2.9 else "green" if value > 3.2 else "white"


def marks(screen: "Console") -> str:
    """Marks of rising height, for an arc."""
    return "▁▂▃▄▅▆▇█" if screen.encoding.startswith("utf") else "_.-=+*%#"


def number(value: object) -> str:
    """Two decimals, or nothing where there is no value."""
    return f"{value:.2f}" if isinstance(value, int | float) and isfinite(value) else ""


def beside(screen: "Console", lead: "Text", text: "Text") -> None:
    """`text` beside `lead`, wrapped under itself; below it where the screen is narrow."""
    from rich.text import Text

    indent = lead.cell_len + 2
    if screen.width - indent < NARROW:
        screen.print(lead)
        lead, indent = Text(), 2
    for number, part in enumerate(text.wrap(screen, max(NARROWEST, screen.width - indent))):
        part.rstrip()
        start = lead if number == 0 else Text()
        whole = Text.assemble(start, " " * (indent - start.cell_len), part)
        screen.print(whole, no_wrap=True, overflow="ignore", crop=False)


def written(screen: "Console", row: "Row", note: str = "") -> None:
    """A row that a text model wrote: a bar for its valence, valence and arousal, the text, a note."""
    from rich.text import Text

    lead = Text.assemble(
        bar(row["valence"], screen), f"  {number(row['valence']):4}  {number(row['arousal']):4}"
    )
    beside(screen, lead, Text.assemble(visible(str(row["text"])), (note and "  " + note, "dim")))


def note(message: str) -> None:
    """Something that a person should know and that is no result: on standard error, if anybody listens."""
    with suppress(OSError, ValueError):
        print("textvae: " + visible(message), file=sys.stderr)


def progress(items: Iterable[T], what: str) -> Iterator[T]:
    """`items`; how many have gone by is drawn on standard error, unless results go to the same terminal."""
    if sys.stdout.isatty():
        yield from items
        return
    with counting(what) as told:
        for number, item in enumerate(items, 1):
            yield item
            told(number)


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal; what it yields is told how far things are."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as drawn:
        task = drawn.add_task(what, total=total)
        yield lambda done: drawn.update(task, completed=done)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """A spinner on standard error while something is loaded, if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with console(sys.stderr).status(what):
        yield


@contextmanager
def transfers() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar for each file that is fetched; what it yields is told the file, the bytes here and in all."""
    if not sys.stderr.isatty():
        yield lambda name, here, total: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console(sys.stderr)) as drawn:

        def told(name: str, here: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = drawn.add_task(visible(name))
            drawn.update(tasks[name], completed=here, total=total)

        yield told
