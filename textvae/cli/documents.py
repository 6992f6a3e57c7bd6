"""Documents come in here: the texts of a folder, the rows of a table, the lines of a file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textvae.cli.contents import STANDARD_INPUT, Layout, contents, is_table, lines_of
from textvae.cli.folders import walk
from textvae.errors import TextError

_HALF = re.compile("[\ud800-\udfff]")
"""Half a character, as JSON can have it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document and where it stands: `line` from 1 (None: the whole file), `index` in the run from 0."""

    file: str
    line: int | None
    index: int
    text: str

    @property
    def place(self) -> str:
        """For messages: `reviews.csv, line 3`."""
        name = "standard input" if self.file == STANDARD_INPUT else self.file
        return name if self.line is None else f"{name}, line {self.line}"


@dataclass(slots=True)
class Passed:
    """What was passed over: blank documents; in folders, files that are not .txt or cannot be read."""

    blank: int = 0
    others: int = 0
    unread: list[str] = field(default_factory=list)  # what is wrong with each

    def notes(self) -> Iterator[str]:
        """In words, a sentence each."""
        if self.unread:
            count = len(self.unread)
            more = f" ({count:,} files; this is the first)" if count > 1 else ""
            yield f"a file was passed over{more}: {self.unread[0]}"
        if self.others:
            noun = "file that is not .txt was" if self.others == 1 else "files that are not .txt were"
            yield f"{self.others:,} {noun} passed over in the folders."
        if self.blank:
            noun = "document was" if self.blank == 1 else "documents were"
            yield f"{self.blank:,} blank {noun} passed over."


def read_documents(
    names: Sequence[str], column: str | None, lines: bool | None, passed: Passed
) -> list[Document]:
    """The documents of `names`, in order, blank ones left out; `passed` is told what was passed over.

    Of a folder, each .txt in it and below; of a table, each row; of a .txt, each line (`lines` None or True)
    or the whole file (False, or None if several files are named). A folder's files that cannot be read are
    passed over. Raises `TextError` for a name that is none, and for a file that is named and cannot be read.
    """
    _check(names, column)
    whole = len(names) > 1 if lines is None else not lines
    found: list[Document] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            pieces = _of_folder(path, bool(lines), passed)
        elif name != STANDARD_INPUT and whole and not is_table(path):
            pieces = iter([(name, None, _whole(path))])
        else:
            pieces = _of_items(name, column)
        for file, line, text in pieces:
            if text.strip():
                found.append(Document(file, line, len(found), _HALF.sub("\ufffd", text)))
            else:
                passed.blank += 1
    return found


Piece = tuple[str, int | None, str]


def _check(names: Sequence[str], column: str | None) -> None:
    """Complain about names before anything is read."""
    if STANDARD_INPUT in names and len(names) > 1:
        raise TextError("- (standard input) stands alone: give it, or files and folders, not both.")
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and not path.exists():
            raise TextError(f"there is no file or folder {name}: check the name.")
        if column and (name == STANDARD_INPUT or not is_table(path) or path.is_dir()):
            kind = "standard input" if name == STANDARD_INPUT else name
            raise TextError(f"{kind} is no table, so it has no column {column!r}: leave out --column.")


def _of_items(name: str, column: str | None) -> Iterator[Piece]:
    for line, _, text, _ in contents(name, Layout(not is_table(Path(name)), column)):
        yield name, line, text


def _of_folder(folder: Path, lines: bool, passed: Passed) -> Iterator[Piece]:
    locked: list[tuple[str, Exception]] = []
    files = sorted(path for path in walk(folder, locked) if path.is_file())
    passed.unread += [str(error) for _, error in locked]
    texts = [path for path in files if path.suffix.lower() == ".txt"]
    tables = [path for path in files if is_table(path)]
    if not texts:
        hint = f"it holds {tables[0]}: name that file" if tables else "name a folder with some, or a file"
        raise TextError(f"there is no .txt file in {folder}: {hint}.")
    passed.others += len(files) - len(texts)
    for path in texts:
        try:
            found = list(lines_of(str(path))) if lines else [_whole(path)]
        except TextError as error:
            passed.unread.append(str(error))
            continue
        yield from ((str(path), number if lines else None, text) for number, text in enumerate(found, 1))


def _whole(path: Path) -> str:
    from textvae.corpora.streams import read_text

    return read_text(path)
