"""A file that only one process may write to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from textvae.errors import OutputError


def hold(file: IO[str] | IO[bytes], message: str) -> None:
    """Keep an open file to this process until it is closed, where the system can (not on Windows).

    Raises `OutputError` with the message if another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(message) from error
    except OSError:  # a file system without locks
        return


@contextmanager
def held(path: Path, message: str) -> Iterator[None]:
    """Within it the file at `path`, made if need be, is kept to this process; it may get another name there.

    Raises what `hold` raises, also if another process gave it that name in the meantime.
    """
    if os.name == "nt":  # an open file cannot get another name there
        yield
        return
    with path.open("ab") as file:
        hold(file, message)
        try:
            same = os.path.samestat(os.fstat(file.fileno()), path.stat())
        except FileNotFoundError:
            same = False
        if not same:
            raise OutputError(message)
        yield
