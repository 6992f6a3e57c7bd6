"""What a file or standard input holds, item by item: lines, sentences of running text, rows of a table."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from textvae.errors import InputError, TextError, UnknownNameError

STANDARD_INPUT = "-"

Content = tuple[int, int, str, tuple[Any, ...]]
"""Line, paragraph and text of an item, and what of its row in a table comes along."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A column of a table that comes along: its name in the results, and how its values stand there."""

    name: str
    column: str
    kind: type
    form: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """What an item of a file is: each of its `lines`; of a table, the text in `column`, or with `split` each
    of its sentences, and with it the columns `carried`."""

    lines: bool = False
    column: str | None = None
    split: bool = False
    carried: tuple[Carried, ...] = ()


def is_table(path: Path) -> bool:
    """Whether a file's rows are read, by its name."""
    from textvae.corpora import tables

    return tables.is_table(path)


def contents(name: str, layout: Layout) -> Iterator[Content]:
    """The items of a file."""
    from textvae.corpora.files import refuse_unread

    refuse_unread(Path(name))
    if layout.column or layout.carried or (is_table(Path(name)) and not layout.lines):
        return _rows(name, layout)
    return _single_lines(name) if layout.lines else _running_text(name)


def _single_lines(name: str) -> Iterator[Content]:
    paragraph, ended = 0, True
    for number, line in enumerate(lines_of(name), 1):
        paragraph += ended and bool(line.strip())
        ended = not line.strip()
        yield number, paragraph, line, ()


def _rows(name: str, layout: Layout) -> Iterator[Content]:
    """The rows of a table, or their sentences; a row without text is an item too."""
    from textvae.corpora import read_file
    from textvae.corpora.files import sentences_of

    if name == STANDARD_INPUT:
        raise InputError(
            "--column needs a file whose ending says what it is: .csv, .tsv, .jsonl or .parquet."
        )
    columns = {"text": layout.column} if layout.column else None
    forms = [carried.form for carried in layout.carried]
    others = [carried.column for carried in layout.carried]
    try:
        for number, row in enumerate(read_file(name, columns=columns, fields=("text",), others=others), 1):
            beside = tuple(
                [form(value) for form, value in zip(forms, row.others, strict=True)] if forms else ()
            )
            if layout.split and row.text.strip():
                for text in sentences_of(row.text.split("\n")):
                    yield number, number, text, beside
            else:
                yield number, number, row.text, beside
    except UnknownNameError as error:
        if layout.column or error.name != "text":
            raise
        known = ", ".join(error.known)
        raise TextError(
            f"{name} has no column 'text': say which one holds the text, --column NAME. It has: {known}."
        ) from error


def _running_text(name: str) -> Iterator[Content]:
    """Sentences and the lines where they start; a sentence does not run over an empty line."""
    from textvae.corpora.files import passages
    from textvae.corpora.splitting import split_sentences

    first: int | None = None  # the line where the next passage starts
    ended = True  # whether it was an empty line that ended the last one
    paragraph = 1

    def counted() -> Iterator[str]:
        nonlocal first, ended
        for number, line in enumerate(lines_of(name), 1):
            ended = not line.strip()
            if first is None and not ended:
                first = number
            yield line
        ended = True

    for passage in passages(counted()):
        line, seen = first or 1, 0
        first = None if ended else line + passage.count("\n")
        for span in split_sentences(passage):
            line += passage.count("\n", seen, span.start)
            seen = span.start
            yield line, paragraph, " ".join(span.text.split()), ()
        paragraph += ended


def lines_of(name: str) -> Iterator[str]:
    """The lines of a file or of standard input, as they come."""
    from textvae.corpora.streams import read_lines

    source: Path | IO[bytes] = sys.stdin.buffer if name == STANDARD_INPUT else Path(name)
    return read_lines(source)
