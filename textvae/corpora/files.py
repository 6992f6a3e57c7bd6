"""A user's own file as a corpus: running text, or a table whose columns say what each row holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.splitting import split_sentences
from textvae.corpora.streams import read_lines
from textvae.corpora.tables import TABLES, Row, column_types
from textvae.errors import TextError, UnknownNameError

RATINGS = ("valence", "arousal", "dominance")
FIELDS = ("text", "id", "split", "label", *RATINGS, *(f"{name}_sd" for name in RATINGS))
DECIMAL_COMMA = re.compile(r"([+-]?\d*),(\d+)")
"""A number as it is written where the comma stands before the decimals: "3,5"."""
PASSAGE = 1 << 16  # characters of running text that are split at once, where no blank line divides it


def read_file(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    fields: Collection[str] = FIELDS,
    lines: bool = False,
    others: Sequence[str] = (),
) -> Iterator[Sentence]:
    """The sentences of a file, in order and in constant memory.

    Tables (`.csv`, `.tsv`, `.jsonl`, `.parquet`) have a column a field. Any other file is running text: hard
    line breaks are joined and sentences split.

    Args:
        columns: for a table, field -> column where the two names differ.
        fields: for a table, which of `FIELDS` to read, where it has them; `text` is always read. Ratings
            must lie on the 1-5 scale. Rows with an empty text are kept.
        lines: each line of a text is one item, blank ones too.
        others: for a table, further columns whose values come along as they are, as a sentence's `others`.

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
    if table := TABLES.get(path.suffix.lower()):
        wanted = {field: (columns or {}).get(field, field) for field in {"text", *fields, *(columns or {})}}
        if others:
            column_types(path, others)  # complains of one that is not there
        rows = table.rows(path, {*wanted.values(), *others})
        return _sentences(path, rows, columns or {}, wanted, others)
    refuse_unread(path)
    if columns or others:
        raise TextError(f"{path} has no columns: only {', '.join(TABLES)} files have.")
    return _items(path) if lines else _running_text(path)


def refuse_unread(path: Path) -> None:
    """Raise `TextError` for a file of a kind that would be read as prose, and is none."""
    ending = path.suffix.lower()
    if ending == ".json":
        raise TextError(f"{path}: JSON is read as lines, an object each: write it as .jsonl.")
    if ending in {".xlsx", ".xls", ".ods"}:
        raise TextError(f"{path} is a spreadsheet: save its sheet as CSV (UTF-8), and give that.")


def is_file_name(name: str | Path) -> bool:
    """Whether a corpus's name is meant as a path: it has a known suffix, a folder in it or is there."""
    path = Path(name)
    return (
        isinstance(name, Path)
        or path.suffix.lower() in {*TABLES, ".txt"}
        or len(path.parts) != 1
        or path.exists()
    )


def _items(path: Path) -> Iterator[Sentence]:
    for number, line in enumerate(read_lines(path), 1):
        yield Sentence(line, str(number))


def _running_text(path: Path) -> Iterator[Sentence]:
    for number, text in enumerate(sentences_of(read_lines(path)), 1):
        yield Sentence(text, str(number))


def sentences_of(lines: Iterable[str]) -> Iterator[str]:
    """The sentences of running text, each on one line."""
    for passage in passages(lines):
        for span in split_sentences(passage):
            yield " ".join(span.text.split())


def passages(lines: Iterable[str]) -> Iterator[str]:
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
    path: Path,
    rows: Iterator[Row],
    columns: Mapping[str, str],
    wanted: Mapping[str, str],
    others: Sequence[str],
) -> Iterator[Sentence]:
    """The rows as sentences; at the first it is seen whether the columns that were asked for are there."""
    for index, (number, row) in enumerate(rows):
        for field, column in {"text": wanted["text"], **columns}.items() if index == 0 else ():
            known = (
                row if column in row or not path.is_file() else column_types(path)
            )  # JSON has its own a row
            if column not in known:
                hint = "" if field in columns else "Say which column holds the text: --column COLUMN."
                raise UnknownNameError(f"column in {path}", column, known, hint)
        rest = tuple(map(row.get, others)) if others else ()
        yield _sentence(row, wanted, rest, f"{path}, line {number}")


def _sentence(
    row: Mapping[str, Any], wanted: Mapping[str, str], others: tuple[Any, ...], place: str
) -> Sentence:
    def written(field: str) -> str:
        value = row.get(wanted[field]) if field in wanted else None
        if isinstance(value, list | dict | bytes):
            raise TextError(f"{place}: the {field} is no text, but {str(value)[:40]}: give a column of text.")
        return "" if value is None else str(value)

    def number(field: str) -> float | None:
        if not (value := written(field).strip()):
            return None
        try:
            return float(DECIMAL_COMMA.sub(r"\1.\2", value) if DECIMAL_COMMA.fullmatch(value) else value)
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
    return Sentence(
        written("text"), written("id"), written("split"), valence, arousal, dominance, label, others=others
    )
