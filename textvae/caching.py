"""What is computed once and kept in the user's cache."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from textvae import resources


def kept_array(
    folder: str, key: str, rows: int, compute: Callable[[], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """What `compute` gives, an array of so many rows, kept in a folder of the cache under `key`.

    A file that is damaged or has other rows is computed again. Several processes may ask for the same.
    """
    path = resources.cache_folder() / folder / f"{key}.npy"
    try:
        kept: NDArray[np.float32] = np.load(path, allow_pickle=False)
        if len(kept) == rows:
            return kept
    except (OSError, ValueError, EOFError):
        pass  # not there, or damaged
    made = compute()
    keep(path, lambda file: np.save(file, made, allow_pickle=False))
    return made


def keep(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let `write` write a file of the cache, whole or not at all.

    A cache that cannot be written to, or is full, costs the time of computing it again, and no more.
    """
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=path.parent) as folder:
            fresh = Path(folder, path.name)
            with fresh.open("wb") as file:
                write(file)
            fresh.replace(path)
