"""The files of a card out of a zip or tar archive, and nothing else."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from textvae.corpora.card import CorpusFile
from textvae.errors import CorpusError

CHUNK = 1 << 16

Member = tuple[str, Callable[[], IO[bytes] | None]]


def unpack(archive: Path, file: CorpusFile, target: Path) -> None:
    """Copy `file.member` of an archive to `target`: one file, or those of one folder that match `file.glob`.

    Only plain files are read, never links, and what comes out may not be larger than the card says.

    Raises:
        CorpusError: it is no archive, lacks the member, holds a path that leads out of it, or more than it
            should.
    """
    left = file.size
    found = False
    for name, open_member in _members(archive):
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name or ":" in name:
            raise CorpusError(
                f"{archive.name} holds a path that leads out of the archive, {name!r}: not unpacked."
            )
        if file.glob:
            wanted = str(parts.parent) == file.member and fnmatchcase(parts.name, file.glob)
            place = target / parts.name
        else:
            wanted, place = str(parts) == file.member, target
        with _readable(archive):
            stream = open_member() if wanted else None
        if stream is None:
            continue
        found = True
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with stream, place.open("wb") as output:
                for chunk in _chunks(stream, archive):
                    left -= len(chunk)
                    if left < 0:
                        raise CorpusError(
                            f"{name} in {archive.name} is larger than the {file.size:,} bytes on the card."
                        )
                    output.write(chunk)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
    if not found:
        raise CorpusError(f"{archive.name} does not hold {file.member}.")


def _chunks(stream: IO[bytes], archive: Path) -> Iterator[bytes]:
    with _readable(archive):
        while chunk := stream.read(CHUNK):
            yield chunk


@contextmanager
def _readable(archive: Path) -> Iterator[None]:
    """Whatever goes wrong with the archive inside is a `CorpusError`."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise CorpusError(f"{archive.name} is not a whole zip or tar archive: {error}") from error


def _members(archive: Path) -> Iterator[Member]:
    """The plain files of an archive: each name with a function that opens it."""
    with _readable(archive), ExitStack() as stack:
        if zipfile.is_zipfile(archive):
            bundle = stack.enter_context(zipfile.ZipFile(archive))
            for info in bundle.infolist():
                if not info.is_dir():
                    yield info.filename, lambda info=info: bundle.open(info)  # type: ignore[misc]
        else:
            tape = stack.enter_context(tarfile.open(archive))
            for entry in tape:
                if entry.isfile():
                    yield entry.name, lambda entry=entry: tape.extractfile(entry)  # type: ignore[misc]
