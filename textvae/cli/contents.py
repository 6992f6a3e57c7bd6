"""What a file or standard input holds, item by item: lines, sentences of running text, rows of a table."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from textvae.errors import InputError

STANDARD_INPUT = "-"


def is_table(path: Path) -> bool:
    """Whether a file's rows are read, by its name."""
    from textvae.corpora import files

    return files.is_table(path)


def contents(name: str, lines: bool, columns: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Line, paragraph and text of each item of a file."""
    from textvae.corpora.files import refuse_json

    refuse_json(Path(name))
    if columns or (is_table(Path(name)) and not lines):
        return _rows(name, columns)
    return _single_lines(name) if lines else _running_text(name)


def _single_lines(name: str) -> Iterator[tuple[int, int, str]]:
    paragraph, ended = 0, True
    for number, line in enumerate(lines_of(name), 1):
        paragraph += ended and bool(line.strip())
        ended = not line.strip()
        yield number, paragraph, line


def _rows(name: str, columns: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    from textvae.corpora import read_file

    if name == STANDARD_INPUT:
        raise InputError(
            "--column needs a file whose ending says what it is: .csv, .tsv, .jsonl or .parquet."
        )
    sentences = read_file(name, columns=columns, fields=("text",))
    return ((number, number, sentence.text) for number, sentence in enumerate(sentences, 1))


def _running_text(name: str) -> Iterator[tuple[int, int, str]]:
    """Sentences and the lines where they start; a sentence does not run over an empty line."""
    from textvae.corpora.files import passages
    from textvae.corpora.splitting import split_sentences

    first: int | None = None  # the line where the next passage starts
    ended = True  # whether it was an empty line that ended the last one
    paragraph = 1

    def counted() -> Iterator[str]:
        nonlocal first, ended
        for number, line in enumerate(lines_of(name), 1):
            ended = not line.strip()
            if first is None and not ended:
                first = number
            yield line
        ended = True

    for passage in passages(counted()):
        line, seen = first or 1, 0
        first = None if ended else line + passage.count("\n")
        for span in split_sentences(passage):
            line += passage.count("\n", seen, span.start)
            seen = span.start
            yield line, paragraph, " ".join(span.text.split())
        paragraph += ended


def lines_of(name: str) -> Iterator[str]:
    """The lines of a file or of standard input, as they come."""
    from textvae.corpora.streams import read_lines

    source: Path | IO[bytes] = sys.stdin.buffer if name == STANDARD_INPUT else Path(name)
    return read_lines(source)
