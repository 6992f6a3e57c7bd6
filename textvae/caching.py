"""Arrays that are computed once and kept in the user's cache."""

import os
from collections.abc import Callable
from threading import get_ident

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
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}-{get_ident()}.part.npy")
    np.save(fresh, made, allow_pickle=False)
    fresh.replace(path)
    return made
