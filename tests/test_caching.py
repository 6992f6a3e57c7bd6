"""What is kept in the user's cache: computed once, again where damaged, by several at a time."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from textvae.caching import kept_array


def ask(rows: int) -> float:
    return float(kept_array("readings", "key", rows, lambda: np.ones((rows, 2), np.float32)).sum())


def test_it_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    asked = []

    def compute() -> np.ndarray:
        asked.append(1)
        return np.arange(6, dtype=np.float32).reshape(3, 2)

    for _ in range(2):
        assert kept_array("readings", "key", 3, compute).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert len(asked) == 1
    file = tmp_path / "readings" / "key.npy"
    for damage in (b"", b"\x93NUMPY", file.read_bytes()[:-4]):
        file.write_bytes(damage)
        assert len(kept_array("readings", "key", 3, compute)) == 3
    assert len(asked) == 4
    assert ask(5) == 10.0  # other rows than those that lie there
    assert [path.name for path in file.parent.iterdir()] == ["key.npy"]


def test_several_may_ask_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [200_000] * 8)) == [400_000.0] * 8


def test_a_cache_that_cannot_be_written_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "file"))
    assert ask(3) == 6.0

    def full(file: IO[bytes], *_: object, **__: object) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    monkeypatch.setattr("numpy.save", full)
    assert ask(3) == 6.0
    assert list((tmp_path / "readings").iterdir()) == []
