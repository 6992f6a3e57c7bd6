"""Sentences rewritten: their rows, what passed and what did not, and how they look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from textvae.cli import memory, reading, render
from textvae.cli.changes import drawn
from textvae.cli.output import Row
from textvae.cli.tally import Tally
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
    "by": str,
}

COPY = "is a copy"
"""The fault of a candidate that says what its source says."""

NEAR = 0.3
"""How far from its target a sentence is near it, in points."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every sentence, ways of making candidates left out; `everything` shows candidates with
    a fault too."""

    valence: str | None
    arousal: str | None
    n: int
    fidelity: float
    wording: "Wording"
    without: tuple[str, ...] = ()
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
            without=self.without,
        )


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
    from textvae.text.revising import why_unmoved

    start: Row = dict.fromkeys(COLUMNS) | {
        "source": moved.source,
        "source_valence": moved.source_valence,
        "source_arousal": moved.source_arousal,
        "target_valence": moved.target_valence,
        "target_arousal": moved.target_arousal,
    }
    shown = moved.candidates if request.everything else moved.passed
    if not shown:
        return [start | {"fault": why_unmoved(moved)}]
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
            "by": candidate.by,
        }
        for candidate in shown
    ]


def line(row: Row) -> str | None:
    """The best candidate, or the source where nothing passed; nothing for the others."""
    if row["rank"] is None:
        return render.visible(str(row["source"])) if str(row["source"]).strip() else ""
    return render.visible(str(row["text"])) if row["rank"] == 1 else None


def table(rows: Iterable[Row], stream: TextIO, by: bool = False) -> None:
    """Each sentence with its affect and what is asked; below it what came of it, with what changed, and what
    it was made by, if asked for."""
    screen = render.console(stream)
    for row in rows:
        if row["fault"] is None and row["source_valence"] is None:
            continue
        if row["rank"] in (None, 1):
            headed(screen, row)
        result(screen, row, by)


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


def result(screen: "Console", row: Row, by: bool = False) -> None:
    """What a sentence became: a bar and the affect that was reached, the changes, how much is kept."""
    from rich.text import Text

    if row["rank"] is None:
        told = reason(str(row["fault"]), distance(row))
        render.beside(screen, Text(" " * render.BAR), Text(told, "yellow"))
        return
    lead = Text.assemble(
        render.bar(row["valence"], screen),
        f"  {render.number(row['valence']):4}  {render.number(row['arousal']):4}",
    )
    text = drawn(str(row["source"]), str(row["text"]), render.coloured(screen))
    same = row["text"] == row["source"] and not row["fault"]
    text.append("  reads so already" if same else f"  kept\u00a0{render.number(row['similarity'])}", "dim")
    if by and not same:
        text.append(f"  by\u00a0{row['by']}", "dim")
    if row["fault"]:
        text.append(f"  {render.visible(str(row['fault']))}", "yellow")
    render.beside(screen, lead, text)


def distance(row: Row) -> float:
    """How far a sentence was from where it is asked to go, in points."""
    ways = [(row["source_" + name], row["target_" + name]) for name in ("valence", "arousal")]
    return max((abs(b - a) for a, b in ways if isinstance(a, float) and isinstance(b, float)), default=0.0)


def reason(fault: str, away: float = 0.0) -> str:
    """Why nothing came of a sentence that was so far `away` from its target."""
    from textvae.text.revising import NO_CANDIDATE, NO_WORDS, TOO_LONG, TOO_SHORT

    if fault in (TOO_LONG, TOO_SHORT, NO_WORDS):
        return f"stays: it {fault}"
    if fault == NO_CANDIDATE:
        return f"could not get there: {fault}"
    if fault == COPY:
        return f"stays: {'it is near already, and ' * (away <= NEAR)}nothing better was found"
    return f"could not get there: the best that was found {render.visible(fault)} (--all shows it)"
