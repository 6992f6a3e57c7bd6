"""Many files at once: folders are walked, and a file that fails is told of at the end."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from textvae.cli.contents import STANDARD_INPUT
from textvae.errors import InputError, TextError, TextvaeError

Failures = list[tuple[str, Exception]]


def find_files(
    names: Sequence[str], leave_out: Path | None = None, failures: Failures | None = None
) -> list[str]:
    """`names`, each folder among them replaced by the files in it and below it, in sorted order.

    Of a folder those are taken that end in .txt or as a table does; hidden ones, links to folders and
    `leave_out` (where the results go) are not. A file named twice, or in a folder that is named too, is
    taken once. Folders below that cannot be read are noted in `failures`.
    Raises `TextError` for a folder without such a file, and for one that cannot be read.
    """
    if STANDARD_INPUT in names and len(names) > 1:
        raise TextError("- (standard input) stands alone: give it, or files, not both.")
    found: list[str] = []
    for name in names:
        if not Path(name).is_dir():
            found.append(name)
            continue
        inside = [
            path
            for path in walk(Path(name), failures)
            if path.suffix.lower() in _endings() and (leave_out is None or not _same(path, leave_out))
        ]
        if not inside:
            raise TextError(f"{name} is a folder without {', '.join(_endings())} files: name files.")
        found += map(str, sorted(inside))
    once: dict[str, str] = {}
    for name in found:
        once.setdefault(name if name == STANDARD_INPUT else os.path.realpath(name), name)
    return list(once.values())


def complain(failures: Failures, of: int) -> None:
    """Raise one error that tells of all `failures` among `of` files, if there are any.

    It is a `TextError` (exit code 2) if all of them are the user's to mend, else a `TextvaeError` (1).
    """
    if not failures:
        return
    said = "\n".join(f"  {_message(name, error)}" for name, error in failures)
    kind = TextError if all(isinstance(error, InputError) for _, error in failures) else TextvaeError
    noun = "file" if of == 1 else "files"
    raise kind(f"{len(failures):,} of {of:,} {noun} could not be read, or not to the end:\n{said}")


def _message(name: str, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{name}: {error.strerror or error}."
    return str(error) if name in str(error) else f"{name}: {error}"


def walk(folder: Path, failures: Failures | None = None) -> Iterator[Path]:
    """The files in a folder and below it, in no order; hidden ones and links to folders are passed over.

    Folders below that cannot be read are noted in `failures`. Raises `TextError` if `folder` cannot.
    """

    def unread(error: OSError) -> None:
        told = TextError(f"{error.filename} cannot be read: {error.strerror}.")
        if Path(error.filename) == folder:
            raise told from error
        if failures is not None:
            failures.append((str(error.filename), told))

    for place, folders, files in os.walk(folder, onerror=unread):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield Path(place) / name


def _endings() -> tuple[str, ...]:
    from textvae.corpora.tables import TABLES

    return (".txt", *TABLES)


def _same(path: Path, other: Path) -> bool:
    return other.exists() and path.samefile(other)
