"""Sentences rewritten: their rows, what passed and what did not, and how they look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from textvae.cli import memory, reading, render
from textvae.cli.changes import drawn
from textvae.cli.output import Row
from textvae.errors import TooLongError

if TYPE_CHECKING:
    from rich.console import Console

    from textvae.text.values import Transfer
    from textvae.text.wording import Wording
    from textvae.text.writer import TextWriter

COLUMNS: dict[str, type] = {
    "source": str,
    "source_valence": float,
    "source_arousal": float,
    "target_valence": float,
    "target_arousal": float,
    "rank": int,
    "text": str,
    "valence": float,
    "arousal": float,
    "similarity": float,
    "log_prob": float,
    "fault": str,
}

NOTHING_PASSED = 3
"""The exit code when no sentence could be moved as asked."""

TOLD = 5
"""Lines that a message names."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every sentence; `everything` shows candidates with a fault too."""

    valence: str | None
    arousal: str | None
    n: int
    fidelity: float
    wording: "Wording"
    everything: bool = False

    def steer(self, writer: "TextWriter", texts: list[str]) -> list["Transfer"]:
        """The texts rewritten."""
        return writer.transfer(
            texts,
            valence=self.valence,
            arousal=self.arousal,
            n=self.n,
            fidelity=self.fidelity,
            keep=self.wording.keep,
            avoid=self.wording.avoid,
        )


@dataclass(slots=True)
class Tally:
    """How many sentences there were, how many of them something passed for, where nothing did, and what of
    the words to be kept was there to keep."""

    asked: int = 0
    passed: int = 0
    long: int = 0
    left: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def add(self, item: reading.Item, moved: "Transfer | TooLongError", wording: "Wording") -> None:
        """Take note of a sentence."""
        self.asked += 1
        if isinstance(moved, TooLongError):
            self.long += 1
        elif moved.passed:
            self.passed += 1
        elif len(self.left) < TOLD:
            self.left.append(str(item.line) if item.line else str(item.index + 1))
        if len(self.kept) < len(wording.keep):
            self.kept += [phrase for phrase in wording.of(item.text) if phrase not in self.kept]

    def tell(self, request: Request, asides: bool) -> None:
        """Say on standard error what was not done; `asides`: the results do not say it themselves."""
        for phrase in request.wording.keep:
            if phrase not in self.kept and self.asked:
                render.note(f'"{phrase}" was to be kept, but no sentence has it.')
        if not asides:
            return
        if self.long:
            one = self.long == 1
            what = "a sentence is" if one else f"{self.long:,} sentences are"
            render.note(f"{what} too long and stand{'s as it was' if one else ' as they were'}.")
        missed = self.asked - self.passed - self.long
        if not missed:
            return
        places = ", ".join(self.left) + (", ..." if missed > len(self.left) else "")
        what = "the sentence" if self.asked == 1 else f"{missed:,} of {self.asked:,} sentences"
        where = "" if self.asked == 1 else f" (number {places})"
        if request.everything:
            render.note(f"{what}{where} could not be moved as asked; what is shown has a fault.")
        else:
            kept = "stands as it was" if missed == 1 else "stand as they were"
            render.note(f"{what}{where} could not be moved as asked and {kept}; --all shows what was tried.")

    @property
    def code(self) -> int:
        """The exit code."""
        return NOTHING_PASSED if self.asked and not self.passed else 0


def rewritten(
    items: Iterable[reading.Item], writer: "TextWriter", request: Request, tally: Tally
) -> Iterator[tuple[reading.Item, list[Row]]]:
    """Each item with the rows of its candidates, in order; one row without a text for a blank item, for
    one that is too long and for one that nothing passed for."""
    found = reading.in_batches(items, lambda texts: request.steer(writer, texts))
    for item, moved in memory.lean(found):
        if moved is None:
            yield item, [dict.fromkeys(COLUMNS) | {"source": item.text}]
            continue
        tally.add(item, moved, request.wording)
        yield item, [_unmoved(item.text)] if isinstance(moved, TooLongError) else rows(moved, request)


def _unmoved(text: str) -> Row:
    """The row of a sentence that no model takes."""
    from textvae.text.revising import TOO_LONG

    return dict.fromkeys(COLUMNS) | {"source": text, "fault": TOO_LONG}


def rows(moved: "Transfer", request: Request) -> list[Row]:
    """The rows of one sentence."""
    from textvae.text.revising import NO_CANDIDATE

    start: Row = dict.fromkeys(COLUMNS) | {
        "source": moved.source,
        "source_valence": moved.source_valence,
        "source_arousal": moved.source_arousal,
        "target_valence": moved.target_valence,
        "target_arousal": moved.target_arousal,
    }
    shown = moved.candidates if request.everything else moved.passed
    if not shown:
        return [start | {"fault": moved.candidates[0].fault if moved.candidates else NO_CANDIDATE}]
    return [
        start
        | {
            "rank": candidate.rank,
            "text": candidate.text,
            "valence": candidate.valence,
            "arousal": candidate.arousal,
            "similarity": candidate.similarity,
            "log_prob": candidate.log_prob,
            "fault": candidate.fault or None,
        }
        for candidate in shown
    ]


def line(row: Row) -> str | None:
    """The best candidate, or the source where nothing passed; nothing for the others."""
    if row["rank"] is None:
        return render.visible(str(row["source"])) if str(row["source"]).strip() else ""
    return render.visible(str(row["text"])) if row["rank"] == 1 else None


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """Each sentence with its affect and what is asked; below it what came of it, with what changed."""
    screen = render.console(stream)
    for row in rows:
        if row["fault"] is None and row["source_valence"] is None:
            continue
        if row["rank"] in (None, 1):
            headed(screen, row)
        result(screen, row)


def headed(screen: "Console", row: Row) -> None:
    """The sentence, and where it is asked to go."""
    from rich.text import Text

    targets = [
        f"{name} {render.number(row['source_' + name])} → {render.number(row['target_' + name])}"
        for name in ("valence", "arousal")
        if row["target_" + name] is not None
    ]
    source = render.visible(str(row["source"]))
    screen.print(Text.assemble((source, "bold"), ("  " * bool(targets) + ", ".join(targets), "dim")))


def result(screen: "Console", row: Row) -> None:
    """What a sentence became: a bar and the affect that was reached, the changes, how much is kept."""
    from rich.text import Text

    if row["rank"] is None:
        render.beside(screen, Text(" " * render.BAR), Text(reason(str(row["fault"])), "yellow"))
        return
    lead = Text.assemble(
        render.bar(row["valence"], screen),
        f"  {render.number(row['valence']):4}  {render.number(row['arousal']):4}",
    )
    text = drawn(str(row["source"]), str(row["text"]), render.coloured(screen))
    same = row["text"] == row["source"] and not row["fault"]
    text.append("  reads so already" if same else f"  kept\u00a0{render.number(row['similarity'])}", "dim")
    if row["fault"]:
        text.append(f"  {render.visible(str(row['fault']))}", "yellow")
    render.beside(screen, lead, text)


def reason(fault: str) -> str:
    """Why nothing came of a sentence."""
    from textvae.text.revising import NO_CANDIDATE, TOO_LONG, TOO_SHORT

    if fault in (TOO_LONG, TOO_SHORT):
        return f"stays: it {fault}"
    if fault == NO_CANDIDATE:
        return f"could not get there: {fault}"
    return f"could not get there: the best that was found {render.visible(fault)} (--all shows it)"
