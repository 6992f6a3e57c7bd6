"""Threads that work side by side on small batches, each on one core."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


@contextmanager
def one_core_threads(batches: int) -> Iterator[ThreadPoolExecutor | None]:
    """As many threads as torch may use cores, each of which does its products alone.

    None where torch may use one core, or where the batches are so few that half of the cores would have none.

    Small products gain little from being divided among cores, and wait long for each other where the cores
    are busy. `torch.set_num_threads` holds for the thread that calls it and for those that begin later, which
    is why it is set back once all have begun.
    """
    count = torch.get_num_threads()
    if count == 1 or batches < 2 or 2 * batches < count:
        yield None
        return
    begun = threading.Barrier(count + 1)
    with ThreadPoolExecutor(count, "batches", _alone) as pool:
        for _ in range(count):
            pool.submit(begun.wait)
        begun.wait()
        torch.set_num_threads(count)
        yield pool


def _alone() -> None:
    torch.get_num_threads()  # what a thread asks for first is what it would be set back to later
    torch.set_num_threads(1)
