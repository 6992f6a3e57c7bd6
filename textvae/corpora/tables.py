"""Tables: the rows of CSV, TSV, JSON lines and Parquet, which columns they have, and of what type."""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.corpora.streams import read_lines, read_raw_lines
from textvae.errors import TextError, UnknownNameError

if TYPE_CHECKING:
    from pyarrow import DataType, RecordBatch
    from pyarrow.parquet import ParquetFile

LONGEST_FIELD = 1 << 30  # characters; the csv module's own limit of 131,072 is too low for a text
INTEGERS = range(-(1 << 63), 1 << 63)
"""Whole numbers that a column of them can hold."""

Row = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """How one kind of file is read: `rows` of the columns that are wanted, and the `columns` with a type of
    their values, each as soon as it is met; one that has values of several types more than once."""

    rows: Callable[[Path, Collection[str]], Iterator[Row]]
    columns: Callable[[Path], Iterator[tuple[str, type]]]


def column_types(path: Path, wanted: Collection[str] | None = None) -> dict[str, type]:
    """The columns of a table, in order, and the type of their values: bool, int, float, bytes, that of None
    where there is no other, or str for all else and for mixed ones.

    Those of JSON lines are known at the end only. With `wanted` no more is read than it takes to find these:
    the types are those of the values so far. Raises `UnknownNameError` where one of them is not there, and
    `TextError` for a file that cannot be read.
    """
    found: dict[str, type] = {}
    missing = set(wanted or ())
    for name, kind in TABLES[path.suffix.lower()].columns(path):
        found[name] = common_type(found.get(name, type(None)), kind)
        missing.discard(name)
        if wanted is not None and not missing:
            break
    for name in wanted or ():
        if name in missing:
            raise UnknownNameError(f"column in {path}", name, found)
    return found


def common_type(one: type, other: type) -> type:
    """The type of a column that has values of both; that of None goes with any."""
    if one is other or other is type(None):
        return one
    if one is type(None):
        return other
    return float if {one, other} == {int, float} else str


def _tell_apart(names: Sequence[str], wanted: Collection[str], place: str) -> None:
    """Complain of two columns of one name, if they are wanted: which is meant?"""
    if len(set(names)) < len(names):
        for name in wanted:
            if names.count(name) > 1:
                what = f"are called {name!r}: rename one of them" if name else "have no name: give them one"
                raise TextError(f"{place}: two columns {what}.")


def _delimited(delimiter: str = "") -> Table:
    def records(path: Path) -> Iterator[tuple[int, list[str]]]:
        """The header and the rows, with the lines that they end in."""
        csv.field_size_limit(LONGEST_FIELD)
        lines = read_raw_lines(path)
        first = next(lines, "")
        reader = csv.reader(chain([first], lines), delimiter=delimiter or _divides(first), strict=True)
        empty = True
        try:
            for values in reader:
                if values:
                    yield reader.line_num, values
                    empty = False
        except csv.Error as error:
            where = f"{path}, line {reader.line_num}: "
            if "new-line" in str(error):
                raise TextError(
                    f"{where}a carriage return stands outside quotes. If it ends the lines (of an old Mac), "
                    f"convert them: tr '\\r' '\\n' < {shlex.quote(str(path))} > lines.csv. A text that holds "
                    "one is written in quotes."
                ) from error
            raise TextError(
                f"{where}{error}. A field that holds a quote is written in quotes, with the quote doubled: "
                '"She said ""yes"".".'
            ) from error
        if empty:
            raise TextError(f"{path} is empty: the first line of a table names its columns.")

    def rows(path: Path, wanted: Collection[str]) -> Iterator[Row]:
        header: list[str] = []
        for number, values in records(path):
            if not header:
                header = values
                _tell_apart(header, wanted, f"{path}, line {number}")
            elif len(values) != len(header):
                raise TextError(
                    f"{path}, line {number}: {len(values)} fields where the header has {len(header)}. Put "
                    "quotes around a text that holds the delimiter."
                )
            else:
                yield number, dict(zip(header, values, strict=True))

    def columns(path: Path) -> Iterator[tuple[str, type]]:
        for _, header in records(path):
            yield from ((name, str) for name in header)
            break

    return Table(rows, columns)


def _divides(header: str) -> str:
    """What divides the columns of a .csv: the comma, or where the header has none, a semicolon (as Excel
    writes where numbers have a comma) or a tab."""
    bare = re.sub('"[^"]*"?', "", header)
    return next((mark for mark in ",;\t" if mark in bare), ",")


def _json_rows(path: Path, wanted: Collection[str]) -> Iterator[Row]:
    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _tell_apart([name for name, _ in pairs], wanted, f"{path}, line {number}")
        return dict(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=read)
    for number, line in enumerate(read_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
        except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
            raise TextError(f"{path}, line {number}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise TextError(f"{path}, line {number}: not a JSON object, but {line.strip()[:40]!r}.")
        yield number, row


def _json_columns(path: Path) -> Iterator[tuple[str, type]]:
    seen: set[tuple[str, type]] = set()
    for _, row in _json_rows(path, ()):
        for name, value in row.items():
            kind = type(value)
            if kind in (list, dict) or (kind is int and value not in INTEGERS):
                kind = str
            if (name, kind) not in seen:
                seen.add((name, kind))
                yield name, kind


def _parquet_rows(path: Path, wanted: Collection[str]) -> Iterator[Row]:
    number = 0
    with _parquet(path) as file:
        names = file.schema_arrow.names
        _tell_apart(names, wanted, str(path))
        unread = dict.fromkeys(names)
        columns = [name for name in names if name in wanted] or names
        for batch in file.iter_batches(batch_size=1024, columns=columns):
            for row in _in_microseconds(batch).to_pylist():
                number += 1
                yield number, unread | row


def _in_microseconds(batch: RecordBatch) -> RecordBatch:
    """The batch with its times as Python can have them, which knows no nanoseconds."""
    import pyarrow as pa

    fields = []
    for field in batch.schema:
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            field = field.with_type(pa.timestamp("us", field.type.tz))
        elif pa.types.is_duration(field.type) and field.type.unit == "ns":
            field = field.with_type(pa.duration("us"))
        fields.append(field)
    schema = pa.schema(fields)
    return batch if schema == batch.schema else batch.cast(schema, safe=False)


def _parquet_columns(path: Path) -> Iterator[tuple[str, type]]:
    with _parquet(path) as file:
        yield from ((field.name, _type_of(field.type)) for field in file.schema_arrow)


@contextmanager
def _parquet(path: Path) -> Iterator[ParquetFile]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        raise TextError(f"{path} is not a whole Parquet file: {str(error).splitlines()[0]}") from error


def _type_of(arrow: DataType) -> type:
    """What Arrow's values are here."""
    from pyarrow import types

    if types.is_dictionary(arrow):
        arrow = arrow.value_type
    kinds: tuple[tuple[type, Callable[[DataType], bool]], ...] = (
        (bool, types.is_boolean),
        (float, types.is_floating),
        (int, lambda kind: types.is_integer(kind) and not types.is_uint64(kind)),
        (bytes, lambda kind: types.is_binary(kind) or types.is_large_binary(kind)),
        (type(None), types.is_null),
    )
    return next((kind for kind, fits in kinds if fits(arrow)), str)


TABLES: dict[str, Table] = {
    ".csv": _delimited(),
    ".tsv": _delimited("\t"),
    ".jsonl": Table(_json_rows, _json_columns),
    ".ndjson": Table(_json_rows, _json_columns),
    ".parquet": Table(_parquet_rows, _parquet_columns),
}


def is_table(path: Path) -> bool:
    """Whether a file's rows are read, by its name."""
    return path.suffix.lower() in TABLES
