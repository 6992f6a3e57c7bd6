"""Ctrl-C and SIGTERM while a training runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupted(KeyboardInterrupt):
    """A training was stopped by the signal `number`, its state saved."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def deferred_signals() -> Iterator[list[int]]:
    """Let a step end before Ctrl-C or SIGTERM is obeyed: the list fills when one has come."""
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def note(number: int, frame: object) -> None:
        if (
            number in seen
        ):  # asked twice: at once (a launcher passes Ctrl-C on as SIGTERM: that is one asking)
            raise KeyboardInterrupt
        seen.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, note) for number in numbers]
    try:
        yield seen
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
