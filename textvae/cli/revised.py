"""Running text rewritten where it is off the target: to the byte what it was, a row a sentence, or a page."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from textvae.cli import render, steered
from textvae.cli.changes import drawn
from textvae.cli.contents import STANDARD_INPUT
from textvae.cli.options import Format
from textvae.cli.output import Row, Target, View, open_text, write
from textvae.cli.reach import Targets, note_targets, tell_beyond
from textvae.cli.steered import Request
from textvae.cli.tally import NOTHING_PASSED, note_kept, tell_unkept
from textvae.errors import TextError

if TYPE_CHECKING:
    from rich.console import Console

    from textvae.text.revising import Passage
    from textvae.text.writer import TextWriter

COLUMNS: dict[str, type] = {"line": int, "start": int, "end": int} | steered.COLUMNS
MARK = "\ufeff"
NO_MODEL = ("is too short", "is too long")


@dataclass(slots=True)
class Account:
    """How many sentences were read, off the target, rewritten; the others by why they stay; what of the words
    to be kept was there to keep, and where sentences were to go."""

    read: int = 0
    off: int = 0
    changed: int = 0
    same: int = 0
    short: int = 0
    long: int = 0
    kept: list[str] = field(default_factory=list)
    targets: Targets = field(default_factory=dict)

    def add(self, passage: "Passage") -> None:
        """Take note of a sentence."""
        self.read += 1
        self.off += passage.off
        self.changed += passage.text != passage.source
        if passage.transfer is not None:
            note_targets(self.targets, passage.transfer)
            self.same += passage.text == passage.source and bool(passage.transfer.passed)
        self.short += passage.fault == NO_MODEL[0]
        self.long += passage.fault == NO_MODEL[1]

    def told(self) -> str:
        """`12 sentences: 5 on target, 4 rewritten, 3 left as they were (1 too short, 2 too long)`."""
        left = self.off - self.changed
        parts = [f"{self.read - self.off:,} on target", f"{self.changed:,} rewritten"]
        if left:
            why = [f"{n:,} too {what}" for n, what in ((self.short, "short"), (self.long, "long")) if n]
            if self.same:
                why.append(f"{self.same:,} near enough")
            if others := left - self.short - self.long - self.same:
                why.append(f"{others:,} could not be moved as asked")
            parts.append(f"{left:,} left as {'it was' if left == 1 else 'they were'} ({', '.join(why)})")
        return f"{self.read:,} sentence{'s' * (self.read != 1)}: {', '.join(parts)}"

    def tell(self, request: Request, asides: bool) -> None:
        """Say on standard error what was to be kept and is nowhere and, with `asides`, what was done."""
        if self.read:
            tell_unkept(self.kept, request.wording)
        if asides:
            render.note(self.told() + ".")

    @property
    def code(self) -> int:
        """The exit code: nothing came of any sentence that should have moved."""
        return NOTHING_PASSED if self.off and not (self.changed or self.same) else 0


def running_text(given: list[str] | None, file: Path | None) -> str:
    """The text on the command line, of a file or of standard input, with its line ends and its byte order
    mark."""
    from textvae.corpora.streams import read_text

    if file is None and given and given != [STANDARD_INPUT]:
        return "\n".join(given)
    if file is None or str(file) == STANDARD_INPUT:
        text = read_text(sys.stdin.buffer, mark=True)
    else:
        text = read_text(file, mark=True)
    if not text.removeprefix(MARK).strip():
        raise TextError("the text is empty: there is no sentence to read.")
    return text


def passages(
    text: str, writer: "TextWriter", request: Request, tolerance: float, account: Account
) -> Iterator["Passage"]:
    """The passages of a text with its sentences moved; `account` is told of them."""
    from textvae.text.revising import revise

    for passage in revise(
        text,
        writer,
        request.valence,
        request.arousal,
        tolerance,
        request.everything,
        n=request.n,
        fidelity=request.fidelity,
        keep=request.wording.keep,
        avoid=request.wording.avoid,
        without=request.without,
    ):
        if not passage.blank:
            account.add(passage)
        yield passage


def rewrite(text: str, writer: "TextWriter", request: Request, tolerance: float, target: Target) -> int:
    """Write the text with its sentences moved; returns the exit code."""
    account = Account()
    note_kept(account.kept, request.wording, text)
    head = MARK if text.startswith(MARK) else ""
    found = passages(text.removeprefix(MARK), writer, request, tolerance, account)
    if target.format is Format.text:
        with open_text(target) as stream:
            safe = stream is sys.stdout and sys.stdout.isatty()
            stream.write(head)
            for passage in found:
                stream.write(shown(passage.text) if safe else passage.text)
            stream.flush()
    else:
        view = View(COLUMNS, steered.line, lambda _, stream: page(found, stream, account))
        rows = (row for passage in found if not passage.blank for row in rows_of(passage, request))
        write(rows, view, target)
    account.tell(request, target.format is not Format.table)
    tell_beyond(account.targets, writer)
    return account.code


def rows_of(passage: "Passage", request: Request) -> list[Row]:
    """A sentence's rows: its candidates, or one without a text where it stays as it is."""
    place: Row = {"line": passage.line, "start": passage.start, "end": passage.end}
    if passage.transfer is None:
        stays = {"source": passage.source, "fault": passage.fault or None}
        return [place | dict.fromkeys(steered.COLUMNS) | stays]
    return [place | row | {"source": passage.source} for row in steered.rows(passage.transfer, request)]


def shown(text: str) -> str:
    """Text for a terminal, its line ends as they are."""
    return "".join(
        render.visible(line.rstrip("\r\n")) + line[len(line.rstrip("\r\n")) :].replace("\r", "")
        for line in text.splitlines(keepends=True)
    )


def page(passages: Iterable["Passage"], stream: TextIO, account: Account) -> None:
    """The text with what changed, an account, and where each sentence that was tried went."""
    from rich.text import Text

    screen = render.console(stream)
    draw(passages, screen)
    screen.print(Text(account.told() + ".", "dim"))


def draw(passages: Iterable["Passage"], screen: "Console") -> None:
    """A text with what changed, and where each sentence that was tried went."""
    from rich.text import Text

    whole, tried = Text(), []
    for passage in passages:
        if passage.blank:
            whole.append("\n" * min(passage.text.count("\n"), 2) or " ")
        elif passage.text != passage.source:
            whole.append_text(drawn(passage.source, passage.text, render.coloured(screen)))
        else:
            lines = map(render.visible, passage.text.splitlines())
            whole.append("\n".join(lines), "yellow" if passage.off else "dim")
        if passage.transfer is not None:
            tried.append(passage)
    whole.rstrip()
    screen.print(whole)
    screen.print()
    for passage in tried:
        lead, told = went(passage)
        style = "dim" if passage.text != passage.source else "yellow"
        render.beside(screen, Text(lead), Text(told, style))


def went(passage: "Passage") -> tuple[str, str]:
    """From where to where a sentence went, and how it begins or why it stayed."""
    moved = passage.transfer
    assert moved is not None
    changed = passage.text != passage.source
    best = (moved.passed or moved.candidates)[:1] if changed else ()
    ways, away = [], 0.0
    for name in ("valence", "arousal"):
        if (goal := getattr(moved, "target_" + name)) is not None:
            start = getattr(moved, "source_" + name)
            away = max(away, abs(goal - start))
            reached = f" → {getattr(best[0], name):.2f}" if best else ""
            ways.append(f"{name} {start:.2f}{reached} of {goal:.2f}")
    lead = f"line {passage.line:<4} {', '.join(ways)}"
    if changed:
        return lead, render.visible(passage.source)
    return lead, steered.reason(passage.fault, away) if passage.fault else "reads so already"
