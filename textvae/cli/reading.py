"""Sentences come in here: from the command line, from files, or from standard input (`-`)."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from textvae.cli.contents import STANDARD_INPUT as STANDARD_INPUT
from textvae.cli.contents import Layout, contents, is_table, lines_of
from textvae.errors import TextError, TextvaeError, TooLongError

T = TypeVar("T")

BATCH = 16
"""Sentences that a text model works on together."""

LONGEST = 1_000_000
"""Characters of one item; what a model itself can take is for the model to say."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence and where it stands: `file` (None: the command line), `line` from 1, `index` from 0.

    `paragraph` counts the stretches between empty lines of a file, or the rows of a table; `beside` is what
    comes along of such a row.
    """

    file: str | None
    line: int | None
    index: int
    text: str
    paragraph: int = 0
    beside: tuple[Any, ...] = ()

    @property
    def place(self) -> str:
        """For messages: `diary.txt, line 3`."""
        if self.file is None:
            return f"sentence {self.index + 1}"
        name = "standard input" if self.file == STANDARD_INPUT else self.file
        return f"{name}, line {self.line}"

    @property
    def blank(self) -> bool:
        """Whether there is nothing to read."""
        return not self.text.strip()


class Ahead:
    """Items whose texts a model reads some thousand ahead: an error waits until all before it are through."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items, self._held = items, deque[Item]()
        self._error: TextvaeError | None = None

    def texts(self) -> Iterator[str]:
        """The texts, up to where one cannot be read."""
        try:
            for item in self._items:
                self._held.append(item)
                yield item.text
        except TextvaeError as error:
            self._error = error

    def take(self) -> Item:
        """The item of the next text, in order."""
        return self._held.popleft()

    def end(self) -> None:
        """Raise what ended the texts, if it was an error."""
        if self._error is not None:
            raise self._error


def sentences(
    given: Sequence[str] | None, file: Path | None, verb: str, layout: Layout | None = None
) -> Iterator[Item]:
    """One item a sentence: those given, or the lines of `file` or of standard input, blank ones too, or the
    rows of a table.

    Raises `TextError` at once if there are none or two sources, and on the way for text that cannot be read.
    """
    if given and file is not None:
        raise TextError(f"give {verb} sentences or --file, not both.")
    if file is None and not given:
        raise TextError(
            f'{verb} needs a sentence: textvae {verb} "...", or --file FILE, or - for standard input.'
        )
    if file is not None:
        if is_table(file):
            return from_files([str(file)], layout or Layout())
        return from_lines(str(file))
    if given == [STANDARD_INPUT]:
        return from_lines(STANDARD_INPUT)
    if STANDARD_INPUT in (given or []):
        raise TextError("- (standard input) stands alone: give it, or sentences, not both.")
    for text in given or []:
        if len(text.split()) == 1 and Path(text).is_file():
            raise TextError(f"{text} is a file: for its lines write --file {text}.")
    return from_arguments(given or [])


def said(texts: Sequence[str], verb: str) -> Iterator[Item]:
    """The sentences of a verb that takes them from the command line alone."""
    for text in texts:
        if text == STANDARD_INPUT or (len(text.split()) == 1 and Path(text).is_file()):
            what = "- is standard input" if text == STANDARD_INPUT else f"{text} is a file"
            raise TextError(f"{what}: {verb} takes sentences from the command line, in quotes.")
    return from_arguments(texts)


def from_arguments(texts: Sequence[str]) -> Iterator[Item]:
    """The sentences on the command line."""
    items = [Item(None, None, index, _sound(text, "a sentence")) for index, text in enumerate(texts)]
    if any(item.blank for item in items):
        raise TextError("a sentence on the command line is empty: put words between the quotes.")
    return iter(items)


def from_lines(name: str) -> Iterator[Item]:
    """One item a line of a file or of standard input, read as it comes."""
    return _numbered(lines_of(name), name)


def from_files(
    names: Sequence[str], layout: Layout, failures: list[tuple[str, Exception]] | None = None
) -> Iterator[Item]:
    """The items of files: their lines, the sentences of their running text, or the rows of their tables.

    A file that cannot be read ends the run; with `failures` it is noted there, and the next one is read.
    """
    for name in names if failures is None else ():
        _check_file(name, len(names))
    return _joined(names, layout, failures)


def in_batches(
    items: Iterable[Item], act: Callable[[list[str]], Sequence[T]]
) -> Iterator[tuple[Item, T | TooLongError | None]]:
    """Each item with what `act` makes of its text, `BATCH` at a time and in order; blank items with None.

    A line that is too long comes with the error that says so. Any other text that `act` cannot take ends the
    run after the results of those before it, as a sentence on the command line does that is too long; the
    message says where.
    """
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        filled = [item for item in batch if not item.blank]
        try:
            results = dict(zip(filled, act([item.text for item in filled]), strict=True)) if filled else {}
        except TextError:
            for item in batch:
                yield item, None if item.blank else _alone(item, act)
            continue
        for item in batch:
            yield item, results.get(item)


def _alone(item: Item, act: Callable[[list[str]], Sequence[T]]) -> T | TooLongError:
    try:
        return act([item.text])[0]
    except TextError as error:
        if isinstance(error, TooLongError) and item.line is not None:
            return error
        raise TextError(f"{item.place}: {error}") from error


def _joined(
    names: Sequence[str], layout: Layout, failures: list[tuple[str, Exception]] | None = None
) -> Iterator[Item]:
    index = 0
    for name in names:
        found = False
        try:
            if failures is not None:
                _check_file(name, len(names))
            for line, paragraph, text, beside in contents(name, layout):
                found = True
                yield Item(name, line, index, _sound(text, f"{name}, line {line}"), paragraph, beside)
                index += 1
            if not found:
                raise _empty(name)
        except (TextvaeError, OSError) as error:
            if failures is None:
                raise
            failures.append((name, error))


def _numbered(lines: Iterable[str], name: str) -> Iterator[Item]:
    item = None
    for index, text in enumerate(lines):
        item = Item(name, index + 1, index, _sound(text, f"{name}, line {index + 1}"))
        yield item
    if item is None:
        raise _empty(name)


def _check_file(name: str, of: int) -> None:
    """Complain about a name that is no file before any model is loaded."""
    if name == STANDARD_INPUT:
        if of > 1:
            raise TextError("- (standard input) stands alone: give it, or files, not both.")
        return
    path = Path(name)
    if path.is_dir():
        raise TextError(f"{name} is a folder: name the files in it ({path / '*.txt'}, say).")
    if not path.exists():
        hint = "check the name"
        if " " in name.strip() and not is_table(path):
            hint = f'for a sentence write --text "{name}", or: echo "{name}" | textvae analyze -'
        raise TextError(f"there is no file {name}: {hint}.")
    if path.is_file() and path.stat().st_size == 0:
        raise _empty(name)


def _empty(name: str) -> TextError:
    where = "standard input" if name == STANDARD_INPUT else name
    return TextError(f"{where} is empty: there is no sentence to read.")


def _sound(text: str, where: str) -> str:
    """`text`, if it is valid Unicode and not absurdly long."""
    if len(text) > LONGEST:
        raise TextError(f"{where} has {len(text):,} characters, which is no sentence: break it into lines.")
    if (found := _SURROGATE.search(text)) is not None:
        raise TextError(
            f"{where} holds half a character (U+{ord(found[0]):04X}, a lone surrogate) at place "
            f"{found.start() + 1}: that is not valid Unicode; remove it, or convert the text to UTF-8."
        )
    return text
