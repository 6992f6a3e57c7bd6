"""Sentences by the thousand: the rows that `output.write` writes, made faster for a million lines."""

import gc
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from json.encoder import JSONEncoder, encode_basestring
from typing import TYPE_CHECKING, TextIO

from textvae.cli import sentences
from textvae.cli.contents import Carried
from textvae.cli.options import Format
from textvae.cli.output import Target, cell, harmless, open_text
from textvae.cli.reading import Ahead, Item

if TYPE_CHECKING:
    import numpy as np

    from textvae.affect.reader import AffectReader

Block = list[tuple[Item, list[str | None]]]
"""Items and their numbers as they are written, with six decimals at most: what `sentences.COLUMNS` hold."""

NUMBERS = list(sentences.COLUMNS)[4:]
NOTHING: list[list[str | None]] = [[None] * len(NUMBERS)]


def suit(target: Target) -> bool:
    """Whether rows can be written to the target in blocks: as CSV or JSON, and not to a terminal."""
    return target.format in (Format.csv, Format.jsonl) and (
        target.path is not None or not sys.stdout.isatty()
    )


def write(
    items: Iterable[Item], reader: "AffectReader", target: Target, carried: Sequence[Carried] = ()
) -> None:
    """Read the items and write a row for each, as `output.write` writes those of `sentences.rows`."""
    gc.freeze()  # what was loaded stays to the end: the collector need not go through it again and again
    with open_text(target) as stream:
        draw = _write_csv if target.format is Format.csv else _write_json
        draw(blocks(items, reader), stream, [one.name for one in carried])
        stream.flush()


def blocks(items: Iterable[Item], reader: "AffectReader") -> Iterator[Block]:
    """The items' rows, some thousand at a time, in order; None for the numbers of a blank one."""
    ahead, parts = Ahead(items), sentences.Parts()
    for table in reader.tables(ahead.texts()):
        numbers = decimals(table.values.reshape(-1, len(NUMBERS))) + NOTHING
        block: Block = []
        for row in table.rows.tolist():
            item = ahead.take()
            block.append((item, numbers[row]))
            if row >= 0 and table.windows[row] > 1:
                parts.add(item, int(table.windows[row]))
        yield block
    parts.tell()
    ahead.end()


def decimals(values: "np.ndarray") -> list[list[str | None]]:
    """The numbers as `repr(round(number, 6))` writes them, None for one that is none.

    Those from 0 to 10 are put together from tables, which is several times as fast.
    """
    import numpy as np

    exact = values.astype(np.float64)
    scaled = exact * 1e6
    micro = np.rint(scaled)
    if not (micro.size and micro.min() >= 0 and micro.max() < 1e7):  # or one is not a number
        return [[None if n != n else repr(round(n, 6)) for n in row] for row in values.tolist()]
    for place in zip(*np.nonzero(np.abs(scaled - micro) == 0.5), strict=True):  # which way, round knows
        micro[place] = round(round(float(exact[place]), 6) * 1e6)
    whole, stem, rest = _tables()
    thousands, left = np.divmod(micro.astype(np.int64), 1000)
    return np.where(left == 0, whole[thousands], stem[thousands] + rest[left]).tolist()


@cache
def _tables() -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Of 10,000 thousandths: how each is written, how it begins before more digits; and three last digits."""
    import numpy as np

    whole = [repr(number / 1000) for number in range(10_000)]
    stem = [f"{number // 1000}.{number % 1000:03}" for number in range(10_000)]
    rest = [f"{number:03}".rstrip("0") for number in range(1000)]
    return np.array(whole, object), np.array(stem, object), np.array(rest, object)


def _write_csv(found: Iterable[Block], stream: TextIO, names: Sequence[str]) -> None:
    stream.write(",".join([*map(cell, names), *sentences.COLUMNS]) + "\n")
    for block in found:
        lines = []
        for item, numbers in block:
            beside = "".join([cell(value or "") + "," for value in item.beside]) if names else ""
            shown = ",".join([value or "" for value in numbers])
            place = f"{cell(item.file or '')},{'' if item.line is None else item.line},{item.index}"
            lines.append(f"{beside}{place},{cell(item.text)},{shown}\n")
        stream.write("".join(lines))


def _write_json(found: Iterable[Block], stream: TextIO, names: Sequence[str]) -> None:
    keys = [harmless(encode_basestring(name)) + ": " for name in names]
    full = '%s"file": %s, "line": %s, "index": %d, "text": %s, '
    full += ", ".join(f'"{name}": %s' for name in NUMBERS) + "}\n"
    encode = JSONEncoder(ensure_ascii=False).encode
    for block in found:
        lines = []
        for item, numbers in block:
            place = "null" if item.file is None else harmless(encode_basestring(item.file))
            number = "null" if item.line is None else item.line
            lead = "{"
            if keys:
                values = zip(keys, item.beside, strict=True)
                lead += "".join([f"{key}{harmless(encode(value))}, " for key, value in values])
            start = (lead, place, number, item.index, harmless(encode_basestring(item.text)))
            shown = ["null" if value is None else value for value in numbers] if None in numbers else numbers
            lines.append(full % (*start, *shown))
        stream.write("".join(lines))
