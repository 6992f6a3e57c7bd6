"""Memory that the C library holds on to, given back to the system.

Tensors of ever new sizes leave holes that glibc keeps: over thousands of sentences the process would grow,
although nothing in it does.
"""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

T = TypeVar("T")

EVERY = 64
"""Items after which memory is given back."""


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
