"""Text out of files and streams, in constant memory: UTF-8 or a message that says where it is not."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal

from textvae.errors import TextError

CHUNK = 1 << 16
_BYTE_ORDER_MARK = "\ufeff"

Source = str | Path | IO[str] | IO[bytes]


def read_lines(source: Source) -> Iterator[str]:
    """The lines of a file or stream, without their ends; one a line feed, as `wc -l` counts.

    A carriage return before the line feed goes with it, and so does a byte order mark at the start. Memory
    holds one line and one chunk, whatever the length of the file. An empty file has no lines.

    Raises:
        TextError: it cannot be opened, is binary or is not UTF-8; the message gives the byte and the way out.
    """
    for line in read_raw_lines(source):
        yield line.removesuffix("\n").removesuffix("\r")


def read_text(source: Source, mark: bool = False) -> str:
    """The whole text of a file or stream, line ends as they are and, with `mark`, a byte order mark too.

    Raises what `read_lines` raises.
    """
    return "".join(read_raw_lines(source, mark))


def read_raw_lines(source: Source, mark: bool = False) -> Iterator[str]:
    """The lines of a file or stream with their ends, a byte order mark at the start only with `mark`.

    Raises what `read_lines` raises.
    """
    with ExitStack() as stack:
        name = str(source) if isinstance(source, str | Path) else _stream_name(source)
        if isinstance(source, str | Path):
            try:
                stream: Any = stack.enter_context(Path(source).open("rb"))
            except FileNotFoundError as error:
                raise TextError(f"there is no file {name}: check the name.") from error
            except IsADirectoryError as error:
                raise TextError(f"{name} is a folder: name a file in it.") from error
            except OSError as error:
                raise TextError(f"{name} cannot be read: {error.strerror or error}.") from error
        else:
            stream = getattr(source, "buffer", source)  # standard input is text over bytes: take the bytes
        lines = iter(stream) if isinstance(stream, io.TextIOBase) else _lines_of_bytes(stream, name)
        for first in lines:
            if first := first if mark else first.removeprefix(_BYTE_ORDER_MARK):
                yield first
            break
        yield from lines


def read_rows(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    """The rows of a table with a header; quotes are plain characters where tabs divide the columns."""
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    yield from csv.DictReader(read_raw_lines(path), delimiter=delimiter, quoting=quoting)


def _lines_of_bytes(stream: IO[bytes], name: str) -> Iterator[str]:
    """Lines of bytes, decoded; pieces of a line wait in a list, so that any length costs linear time."""
    read = getattr(stream, "read1", stream.read)  # what a pipe has now, without waiting for a full chunk
    pieces: list[bytes] = []
    offset = 0  # of the first byte of the line that is being collected
    while True:
        try:
            chunk = read(CHUNK)
        except OSError as error:
            raise TextError(f"{name} cannot be read: {error.strerror or error}.") from error
        if not chunk:
            break
        if (nul := chunk.find(b"\0")) >= 0:
            raise _binary(name, offset + sum(map(len, pieces)) + nul, (b"".join(pieces) + chunk)[:4])
        if end := chunk.rfind(b"\n") + 1:
            block = b"".join([*pieces, chunk[:end]])
            pieces.clear()
            yield from _decoded_lines(block, offset, name)
            offset += len(block)
        if end < len(chunk):
            pieces.append(chunk[end:])
    if pieces:
        yield _decoded(b"".join(pieces), offset, name)


def _decoded_lines(block: bytes, offset: int, name: str) -> Iterator[str]:
    """The lines of whole lines of bytes, decoded at once; if that fails, those before the bad one."""
    try:
        lines = block.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        for line in block.split(b"\n")[:-1]:
            yield _decoded(line + b"\n", offset, name)
            offset += len(line) + 1
    else:
        yield from (line + "\n" for line in lines[:-1])


def _stream_name(stream: IO[str] | IO[bytes]) -> str:
    name = getattr(stream, "name", None)
    if name in ("<stdin>", 0):
        return "standard input"
    return name if isinstance(name, str) else "the input"


def _decoded(line: bytes, offset: int, name: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        place, value = offset + error.start, line[error.start]
        kind, encoding = ("Windows-1252", "cp1252") if 0x80 <= value < 0xA0 else ("Latin-1", "latin1")
        raise TextError(
            f"{name} is not UTF-8: byte {place:,} is 0x{value:02x}. If it is {kind}, convert it first: "
            + _conversion(name, encoding)
        ) from error


def _conversion(name: str, encoding: str) -> str:
    file = shlex.quote(name) if Path(name).exists() else "FILE"
    converted = shlex.quote("utf8" + (Path(name).suffix or ".txt"))
    return f"iconv -f {encoding} -t utf8 {file} > {converted}"


def _binary(name: str, place: int, start: bytes) -> TextError:
    if start[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return TextError(f"{name} is UTF-32, not UTF-8. Convert it first: {_conversion(name, 'utf32')}")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return TextError(f"{name} is UTF-16, not UTF-8. Convert it first: {_conversion(name, 'utf16')}")
    return TextError(f"{name} is not a text file: byte {place:,} is NUL. Give a file of plain text in UTF-8.")
