"""Folders that are written whole or not at all."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2


def write_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` into `folder` so that a reader sees either the old files or the whole new ones.

    Where the system cannot exchange two folders in one step there is none for a moment. What an old folder
    holds beside `files` is kept: its files are copied (a model card survives a new export), its sub-folders
    moved.
    """
    folder = folder.resolve()  # a link stays a link
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in files.items():
            with (fresh / name).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        fresh.chmod(0o755)
        if not folder.exists():
            fresh.rename(folder)
            return
        for old in folder.iterdir():
            if old.is_file() and old.name not in files:
                shutil.copy2(old, fresh / old.name)
        _change_places(fresh, folder)
        for old in list(fresh.iterdir()):
            if not old.is_file():
                old.rename(folder / old.name)
    finally:
        _remove(fresh)


def _change_places(a: Path, b: Path) -> None:
    """Let two folders have each other's names: in one step where the system can (Linux), else in three."""
    if _exchange(a, b):
        return
    aside = a.with_name(f"{a.name}.old")
    b.rename(aside)
    try:
        a.rename(b)
    except BaseException:
        aside.rename(b)
        raise
    aside.rename(a)


def _exchange(a: Path, b: Path) -> bool:
    """Let two names change places in one step; whether they have."""
    try:
        change = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    names = os.fsencode(a), os.fsencode(b)
    return bool(change(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)


def _remove(folder: Path) -> None:
    """Remove a folder and its files; one that holds a sub-folder, which nobody wrote here, stays."""
    with suppress(OSError):
        for file in list(folder.iterdir()):
            if file.is_file():
                file.unlink()
        folder.rmdir()
