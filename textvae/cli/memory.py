"""Memory that libraries hold on to, bounded or given back to the system.

Tensors of ever new sizes leave holes that glibc keeps, and oneDNN keeps what it compiled for each of a
thousand sizes: over thousands of sentences the process would grow, although nothing in it does.
"""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

T = TypeVar("T")

EVERY = 64
"""Items after which memory is given back."""

KERNELS = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32", "LRU_CACHE_CAPACITY": "32"}
"""How many compiled kernels are kept; compiling one again costs no time to speak of."""


def keep_few_kernels() -> None:
    """Bound what is kept of compiled kernels, where the user has not; before torch is imported."""
    for name, count in KERNELS.items():
        os.environ.setdefault(name, count)


def lean(items: Iterable[T]) -> Iterator[T]:
    """`items`; now and then what is free is given back, where the C library knows how."""
    for number, item in enumerate(items, 1):
        yield item
        if number % EVERY == 0:
            _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return lambda pad: None
    return trim
