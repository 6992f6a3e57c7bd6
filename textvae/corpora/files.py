"""A user's own file as a corpus: running text, or a table whose columns say what each row holds."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.splitting import split_sentences
from textvae.corpora.streams import read_lines, read_raw_lines
from textvae.errors import TextError, UnknownNameError

RATINGS = ("valence", "arousal", "dominance")
FIELDS = ("text", "id", "split", "label", *RATINGS, *(f"{name}_sd" for name in RATINGS))
LONGEST_FIELD = 1 << 30  # characters; the csv module's own limit of 131,072 is too low for a text
PASSAGE = 1 << 16  # characters of running text that are split at once, where no blank line divides it

Row = tuple[int, Mapping[str, Any]]
Table = Callable[[Path, Collection[str]], Iterator[Row]]
"""A file and the columns that are wanted of it -> its rows."""


def read_file(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    fields: Collection[str] = FIELDS,
    lines: bool = False,
) -> Iterator[Sentence]:
    """The sentences of a file, in order and in constant memory.

    Tables (`.csv`, `.tsv`, `.jsonl`, `.parquet`) have a column a field. Any other file is running text: hard
    line breaks are joined and sentences split.

    Args:
        columns: for a table, field -> column where the two names differ.
        fields: for a table, which of `FIELDS` to read, where it has them; `text` is always read. Ratings
            must lie on the 1-5 scale. Rows with an empty text are kept.
        lines: each line of a text is one item, blank ones too.

    Raises:
        TextError: the file cannot be read, is binary, not UTF-8 or not in its format; the message says where.
        UnknownNameError: there is no such field or column; the message suggests the nearest.
    """
    path = Path(path)
    if not path.exists():
        raise TextError(f"there is no file {path}: check the name.")
    if path.is_dir():
        raise TextError(f"{path} is a folder: name the files in it.")
    for field in (*fields, *(columns or {})):
        if field not in FIELDS:
            raise UnknownNameError("field", field, FIELDS)
    if rows := TABLES.get(path.suffix.lower()):
        wanted = {field: (columns or {}).get(field, field) for field in {"text", *fields, *(columns or {})}}
        return _sentences(path, rows(path, set(wanted.values())), columns or {}, wanted)
    refuse_json(path)
    if columns:
        raise TextError(f"{path} has no columns: only {', '.join(TABLES)} files have.")
    return _items(path) if lines else _running_text(path)


def refuse_json(path: Path) -> None:
    """Raise `TextError` for a .json file, which would be read as prose."""
    if path.suffix.lower() == ".json":
        raise TextError(f"{path}: JSON is read as lines, an object each: write it as .jsonl.")


def is_table(path: Path) -> bool:
    """Whether a file's rows are read, by its name."""
    return path.suffix.lower() in TABLES


def is_file_name(name: str | Path) -> bool:
    """Whether a corpus's name is meant as a path: it has a known suffix, a folder in it or is a file."""
    path = Path(name)
    return (
        isinstance(name, Path)
        or path.suffix.lower() in {*TABLES, ".txt"}
        or len(path.parts) != 1
        or path.is_file()
    )


def _items(path: Path) -> Iterator[Sentence]:
    for number, line in enumerate(read_lines(path), 1):
        yield Sentence(line, str(number))


def _running_text(path: Path) -> Iterator[Sentence]:
    number = 0
    for passage in passages(read_lines(path)):
        for span in split_sentences(passage):
            number += 1
            yield Sentence(" ".join(span.text.split()), str(number))


def passages(lines: Iterator[str]) -> Iterator[str]:
    """Stretches that no sentence crosses: paragraphs; a very long one is cut between sentences."""
    held: list[str] = []
    size, most = 0, PASSAGE
    for line in lines:
        if line.strip():
            held.append(line)
            size += len(line) + 1
        if held and not line.strip():
            yield "\n".join(held)
            held, size, most = [], 0, PASSAGE
        elif size > most:
            text = "\n".join(held)
            spans = split_sentences(text)
            if last := spans[-1].start if spans else 0:
                yield text[:last]
            held, size = [text[last:]], 0  # the last sentence may go on in the next line
            most = max(PASSAGE, len(held[0]))  # so that a sentence without end is split in linear time
    if held:
        yield "\n".join(held)


def _sentences(
    path: Path, rows: Iterator[Row], columns: Mapping[str, str], wanted: Mapping[str, str]
) -> Iterator[Sentence]:
    """The rows as sentences; the first row shows whether the columns that were asked for are there."""
    for index, (number, row) in enumerate(rows):
        for field, column in {"text": wanted["text"], **columns}.items() if index == 0 else ():
            if column not in row:
                hint = "" if field in columns else "Say which column holds the text: text=COLUMN."
                raise UnknownNameError(f"column in {path}", column, row, hint)
        yield _sentence(row, wanted, f"{path}, line {number}")


def _sentence(row: Mapping[str, Any], wanted: Mapping[str, str], place: str) -> Sentence:
    def written(field: str) -> str:
        value = row.get(wanted[field]) if field in wanted else None
        if isinstance(value, list | dict | bytes):
            raise TextError(f"{place}: the {field} is no text, but {str(value)[:40]}: give a column of text.")
        return "" if value is None else str(value)

    def number(field: str) -> float | None:
        if not (value := written(field).strip()):
            return None
        try:
            return float(value)
        except ValueError:
            raise TextError(f"{place}: the {field} {value!r} is not a number.") from None

    def rating(field: str) -> Rating | None:
        if (mean := number(field)) is None:
            return None
        if not 1.0 <= mean <= 5.0:
            raise TextError(f"{place}: the {field} {mean:g} is not on the 1-5 scale; map it onto 1-5 first.")
        sd = number(f"{field}_sd")
        if sd is not None and not 0.0 <= sd < inf:
            raise TextError(f"{place}: the {field}_sd {sd:g} is no standard deviation: give 0 or more.")
        return Rating(mean, sd)

    valence, arousal, dominance = (rating(field) for field in RATINGS)
    label = written("label") or None
    return Sentence(written("text"), written("id"), written("split"), valence, arousal, dominance, label)


def _tell_apart(names: Sequence[str], wanted: Collection[str], place: str) -> None:
    """Complain of two columns of one name, if they are wanted: which is meant?"""
    if len(set(names)) < len(names):
        for name in wanted:
            if names.count(name) > 1:
                raise TextError(f"{place}: two columns are called {name!r}: rename one of them.")


def _delimited(delimiter: str) -> Table:
    def rows(path: Path, wanted: Collection[str]) -> Iterator[Row]:
        csv.field_size_limit(LONGEST_FIELD)
        reader = csv.reader(read_raw_lines(path), delimiter=delimiter, strict=True)
        header: list[str] = []
        try:
            for values in reader:
                if not header:
                    header = values
                    _tell_apart(header, wanted, f"{path}, line {reader.line_num}")
                elif values:
                    if len(values) != len(header):
                        raise TextError(
                            f"{path}, line {reader.line_num}: {len(values)} fields where the header has "
                            f"{len(header)}. Put quotes around a text that holds the delimiter."
                        )
                    yield reader.line_num, dict(zip(header, values, strict=True))
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
        if not header:
            raise TextError(f"{path} is empty: the first line of a table names its columns.")

    return rows


def _json_lines(path: Path, wanted: Collection[str]) -> Iterator[Row]:
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


def _parquet(path: Path, wanted: Collection[str]) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as table:
            _tell_apart(table.schema_arrow.names, wanted, str(path))
            for batch in table.iter_batches(batch_size=1024):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pyarrow.ArrowException, OSError) as error:
        raise TextError(f"{path} is not a whole Parquet file: {str(error).splitlines()[0]}") from error


TABLES: dict[str, Table] = {
    ".csv": _delimited(","),
    ".tsv": _delimited("\t"),
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
