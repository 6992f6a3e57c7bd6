"""Results go out here: as a table, lines, JSON, CSV or Parquet, to standard output or to a whole file."""

import io
import json
import math
import os
import re
import secrets
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from textvae.cli.options import Format
from textvae.cli.render import visible
from textvae.errors import OutputError

Value = str | int | float | None
Row = dict[str, Value]

PARQUET_ROWS = 10_000
"""Rows that are held in memory before they are written as one group."""

_BY_ENDING = {
    ".txt": Format.text,
    ".jsonl": Format.jsonl,
    ".ndjson": Format.jsonl,
    ".csv": Format.csv,
    ".parquet": Format.parquet,
}
_NOT_WRITTEN = {".json", ".tsv", ".tab", ".xlsx", ".xls", ".html", ".htm", ".md", ".tex", ".feather"}
_QUOTED = re.compile('[",\r\n]').search
# JSON leaves these as they are; a terminal, a pager or a UTF-8 encoder does not.
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class View:
    """How one verb's rows look.

    `columns` names them and their types, in order; `line` gives a row's line of plain text, or None where it
    has none; `table` draws the rows for a person; `record` gives what stands in JSON, where a value may be a
    list. Numbers have six decimals, but for those of the columns in `exact`.
    """

    columns: Mapping[str, type]
    line: Callable[[Row], str | None]
    table: Callable[[Iterable[Row], TextIO], None]
    record: Callable[[Row], Mapping[str, object]] = dict
    exact: Collection[str] = ()

    def json(self, row: Row) -> str:
        """A row as a line of JSON."""
        return json_line(self.record(row), self.exact)


@dataclass(frozen=True, slots=True)
class Target:
    """Where results go and in which format."""

    format: Format
    path: Path | None = None
    force: bool = False

    @classmethod
    def chosen(cls, format: Format | None, output: Path | None, force: bool) -> "Target":  # noqa: A002
        """The format asked for, or what the file's ending says, or table on a terminal and text elsewhere.

        Raises `OutputError` where the results could not be written, before any work is done for them.
        """
        path = None if output is None or str(output) == "-" else output
        if format is None and path is not None:
            ending = path.suffix.lower()
            if ending in _NOT_WRITTEN:
                raise OutputError(
                    f"{path}: results are not written as {ending}: name a .jsonl, .csv, .parquet or .txt "
                    "file, or say with --format which of them it is."
                )
            format = _BY_ENDING.get(ending, Format.text)  # noqa: A001
        if format is None:
            format = Format.table if sys.stdout.isatty() else Format.text  # noqa: A001
        if format is Format.parquet and path is None:
            raise OutputError("parquet is not for standard output: add -o FILE.parquet.")
        if path is not None:
            check_place(path, force)
        return cls(format, path, force)

    def keep_apart(self, other: Path, option: str) -> None:
        """Raise `OutputError` if what `option` asks for would be written over the results."""
        if self.path is not None and self.path.resolve() == other.resolve():
            raise OutputError(f"-o and {option} both name {other}: give each a file of its own.")


def write(rows: Iterable[Row], view: View, target: Target) -> None:
    """Write the rows as they come; a file appears under its name only when all of them are in it."""
    with _opened(target) as binary:
        if target.format is Format.parquet:
            _write_parquet(rows, view, binary)
            return
        with _as_text(binary, target) as stream:
            if target.format is Format.table:
                view.table(rows, stream)
            elif target.format is Format.csv:
                _write_csv(rows, view, stream)
            else:
                for row in rows:
                    text = view.json(row) if target.format is Format.jsonl else view.line(row)
                    if text is not None:
                        stream.write(text + "\n")
            stream.flush()


def json_line(row: Mapping[str, object], exact: Collection[str] = ()) -> str:
    """One row as JSON in UTF-8: what could act on a terminal is escaped, numbers have six decimals, but for
    those of the columns in `exact`."""
    values = {name: value if name in exact else _number(value) for name, value in row.items()}
    return harmless(json.dumps(values, ensure_ascii=False))


def harmless(text: str) -> str:
    """JSON in which what could act on a terminal is escaped."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _number(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, list):
        return [_number(part) for part in value]
    if isinstance(value, dict):
        return {name: _number(part) for name, part in value.items()}
    return value


def _write_csv(rows: Iterable[Row], view: View, stream: TextIO) -> None:
    safe = visible if stream.isatty() else str
    stream.write(",".join(cell(safe(name)) for name in view.columns) + "\n")
    for row in rows:
        values = (_number(row[name]) for name in view.columns)
        shown = ("" if value is None else cell(safe(str(value))) for value in values)
        stream.write(",".join(shown) + "\n")


def cell(text: str) -> str:
    """A field of CSV, in quotes where it holds what would end it: either line end, too."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


def _write_parquet(rows: Iterable[Row], view: View, binary: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in view.columns.items()])
    remaining = iter(rows)
    with pq.ParquetWriter(binary, schema) as writer:
        while group := list(islice(remaining, PARQUET_ROWS)):
            cells = {name: [_storable(row[name]) for row in group] for name in view.columns}
            writer.write_table(pa.table(cells, schema=schema))


def _storable(value: Value) -> Value:
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


@contextmanager
def open_text(target: Target) -> Iterator[TextIO]:
    """Where text goes; a file appears under its name only when the block ends well."""
    with _opened(target) as binary, _as_text(binary, target) as stream:
        yield stream


@contextmanager
def _opened(target: Target) -> Iterator[BinaryIO]:
    if target.path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
    elif target.path.exists() and not target.path.is_file():  # a device or a named pipe: nothing to replace
        with target.path.open("wb") as device:
            yield device
    else:
        with replacing(target.path) as file:
            yield file


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes `path`'s name when the block ends well, and is gone when it does not."""
    path = path.resolve()  # a link stays a link
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    file = part.open("xb")  # one that is there already is another writer's
    try:
        with file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _as_text(binary: BinaryIO, target: Target) -> Iterator[TextIO]:
    """`binary` as text: in the terminal's own encoding there, in UTF-8 everywhere else."""
    if target.path is None and sys.stdout.isatty():
        yield sys.stdout
        return
    stream = io.TextIOWrapper(binary, encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        yield stream
    finally:
        if not binary.closed:
            stream.detach()


def check_place(path: Path, force: bool, example: str = "results.jsonl") -> None:
    """Raise `OutputError` where a file at `path` could not be written, before any work is done for it."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it, {path / example} say.")
    if path.is_file() and not force:
        raise OutputError(f"{path} exists: choose another name, or add --force to replace it.")
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent} is not a folder: make it first (mkdir -p {path.parent}).")
    if not path.exists():
        check_folder_place(path)


def check_model_place(folder: Path) -> None:
    """Raise `OutputError` where a model's folder could not be made, or be changed for a new one."""
    place = folder.resolve()
    if place == Path.cwd() or place.is_mount():
        what = "the folder that you are in" if place == Path.cwd() else "where a file system begins"
        raise OutputError(f"{folder} is {what}, which cannot be changed for another: name one below it.")
    check_folder_place(place.parent)


def check_folder_place(path: Path) -> None:
    """Raise `OutputError` where a folder at `path`, or a file, could not be made or written to."""
    place = next((place for place in (path, *path.absolute().parents) if place.exists()), path)
    if not os.access(place, os.W_OK):
        raise OutputError(f"{place} cannot be written to: choose another folder.")
