"""Texts in groups that are cut into pieces and read ahead of their use, and windows in batches."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from threading import Event
from typing import TypeVar

import numpy as np

from textvae.affect.windows import PieceReader, Pieces
from textvae.errors import TextError

T = TypeVar("T")

GROUP_CHARACTERS = 1_000_000  # of a group; its lines are bounded by whoever asks for it


@dataclass(frozen=True, slots=True)
class Group:
    """Texts, which of the distinct ones each is, (N,), -1 for a blank one, and the pieces of those."""

    texts: list[str | None]
    rows: np.ndarray
    pieces: Pieces


def each_text(texts: Iterable[str | None], none: bool = True) -> Iterator[str | None]:
    """The texts one by one, where a string alone is one text; `none`: None may stand for a blank one.

    Raises `TextError` for what is no text: a number, say, or the NaN that pandas has for an empty cell.
    """
    if not isinstance(texts, Iterable):
        raise TextError(f"{texts!r:.40} is no text: give one, or several in a list.")
    for place, text in enumerate([texts] if isinstance(texts, str) else texts):
        if not (isinstance(text, str) or (none and text is None)):
            raise TextError(
                f"texts[{place}] is no text, but {text!r:.40}: make it one first, an empty one "
                'where nothing is known (with pandas: column.fillna("").astype(str)).'
            )
        yield text


def groups_ahead(
    texts: Iterable[str | None], pieces: PieceReader, lines: int, act: Callable[[Group, Event], T]
) -> Iterator[T]:
    """What `act` makes of the texts, in groups of at most `lines`.

    `act` is also given an event: once that is set, nobody waits for what it makes, and it should end.

    Three things go on at a time, each in a thread of its own: one group is used, the next one is acted on,
    and the one after that is cut into pieces. The texts are taken in the caller's thread.
    """

    def cut(group: list[str | None]) -> Group:
        distinct = dict.fromkeys(text for text in group if text and not text.isspace())
        place: dict[str | None, int] = {text: i for i, text in enumerate(distinct)}
        rows = np.fromiter((place.get(text, -1) for text in group), np.int64, len(group))
        return Group(group, rows, pieces.read(list(distinct)))

    groups = _groups(texts, lines)
    first = list(islice(groups, 2))
    left = Event()
    if len(first) < 2:
        yield from (act(cut(group), left) for group in first)
        return
    with ThreadPoolExecutor(1, "pieces") as cutting, ThreadPoolExecutor(1, "reading") as acting:
        waiting: deque[Future[T]] = deque()
        try:
            for group in chain(first, groups):
                ready = cutting.submit(cut, group)
                waiting.append(acting.submit(lambda ready: act(ready.result(), left), ready))
                if len(waiting) > 2:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            left.set()
            for future in waiting:
                future.cancel()


def _groups(texts: Iterable[str | None], lines: int) -> Iterator[list[str | None]]:
    """Runs of texts, bounded in number and in characters."""
    group: list[str | None] = []
    characters = 0
    for text in texts:
        group.append(text)
        characters += len(text or "")
        if len(group) >= lines or characters >= GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def batches(lengths: np.ndarray, rows: int, pieces: int) -> Iterator[np.ndarray]:
    """Windows by falling length, at most `rows` and `pieces` (padding counted) at a time."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        count = max(1, min(rows, pieces // max(1, int(lengths[order[start]]))))
        yield order[start : start + count]
        start += count
