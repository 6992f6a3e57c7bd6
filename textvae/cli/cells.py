"""The cells of a table rewritten as running text: sentences off the target alone, and a row for each cell."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from textvae.cli import columns, memory, reading, render, revised
from textvae.cli.contents import Carried
from textvae.cli.output import Row, View
from textvae.cli.revised import Account
from textvae.cli.steered import Request
from textvae.cli.tally import note_kept

if TYPE_CHECKING:
    from textvae.text.revising import Passage
    from textvae.text.writer import TextWriter

COLUMNS: dict[str, type] = {"source": str, "text": str, "sentences": int, "off": int, "rewritten": int}

Cell = tuple[reading.Item, list["Passage"]]


def rewritten(
    items: Iterable[reading.Item],
    writer: "TextWriter",
    request: Request,
    tolerance: float,
    account: Account,
) -> Iterator[Cell]:
    """Each cell with its passages; `account` is told of them."""
    for item in memory.lean(items):
        found = list(revised.passages(item.text, writer, request, tolerance, account))
        note_kept(account.kept, request.wording, item.text)
        yield item, found


def rows(cells: Iterable[Cell]) -> Iterator[tuple[reading.Item, list[Row]]]:
    """Each cell with its row: what it said and what it says, its sentences, those off the target, those that
    were rewritten."""
    for item, passages in cells:
        said = [passage for passage in passages if not passage.blank]
        yield (
            item,
            [
                {
                    "source": item.text,
                    "text": "".join(passage.text for passage in passages),
                    "sentences": len(said),
                    "off": sum(passage.off for passage in said),
                    "rewritten": sum(passage.text != passage.source for passage in said),
                }
            ],
        )


def view(carried: Sequence[Carried], cells: Iterable[Cell], account: Account) -> View:
    """How the rows look; for a person the cells are drawn."""
    others = columns.kinds(carried)
    return View(others | COLUMNS, line, lambda _, stream: table(cells, stream, account), exact=others)


def line(row: Row) -> str:
    """The cell on one line."""
    return render.visible(str(row["text"]).strip())


def table(cells: Iterable[Cell], stream: TextIO, account: Account) -> None:
    """Each cell with what changed, and an account of all."""
    from rich.text import Text

    screen = render.console(stream)
    for item, passages in cells:
        if not item.blank:
            screen.print(Text(f"row {item.line}", "bold"))
            revised.draw(passages, screen)
            screen.print()
    screen.print(Text(account.told() + ".", "dim"))
