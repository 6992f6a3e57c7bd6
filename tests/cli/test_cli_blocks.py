"""Rows written by the thousand are, byte for byte, those written one by one; and what --fast asks for."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from textvae.affect.tables import Table
from textvae.affect.values import Reading
from textvae.cli import blocks, output, sentences
from textvae.cli.app import run
from textvae.cli.options import Format, affect_model
from textvae.cli.reading import Item
from textvae.corpora.files import read_file
from textvae.errors import InputError

TEXTS = [
    "what a day", "", 'He said: "no", ok', "tab\there", "\x1b[31m\x7f\u2028\x9b x", " ", "long", "日本語 😀",
    "what a day", "a\rb",
]  # fmt: skip


class Toy:
    """Reads three texts at a time: a text's numbers are made of its length; `long` is read in two parts."""

    def tables(self, texts: Iterable[str | None]) -> Iterator[Table]:
        remaining = iter(texts)
        while group := list(islice(remaining, 3)):
            filled = [text for text in group if text and text.strip()]
            places = iter(range(len(filled)))
            rows = np.array([next(places) if text and text.strip() else -1 for text in group])
            lengths = np.array([len(text) for text in filled], np.float32).reshape(-1, 1, 1)
            values = np.arange(12, dtype=np.float32).reshape(1, 3, 4) / 7 + lengths / 3
            yield Table(group, rows, values, np.array([2 if text == "long" else 1 for text in filled]))

    def stream(self, texts: Iterable[str | None]) -> Iterator[Reading | None]:
        for table in self.tables(texts):
            yield from table.readings()


def items() -> Iterator[Item]:
    for index, text in enumerate(TEXTS):
        named = index % 2 == 1
        yield Item('a,"b.txt' if named else None, index + 1 if named else None, index, text)


def test_what_is_written_as_csv_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    texts = [text for text in TEXTS if text.strip()]
    view = output.View(
        {"text": str, "rank": int, "score": float}, lambda row: None, lambda rows, stream: None
    )
    rows: list[output.Row] = [{"text": text, "rank": None, "score": 0.1 + 0.2} for text in texts]
    output.write(rows, view, output.Target(Format.csv, file))
    assert file.read_text(encoding="utf-8").startswith("text,rank,score\nwhat a day,,0.3\n")
    assert [sentence.text for sentence in read_file(file)] == texts


def test_of_two_writers_each_has_its_own_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, names = tmp_path / "x.txt", iter("aab")
    monkeypatch.setattr("textvae.cli.output.secrets.token_hex", lambda size: next(names))
    with output.replacing(path) as first:
        first.write(b"first ")
        with pytest.raises(FileExistsError), output.replacing(path):  # by chance of the same name
            pass
        with output.replacing(path) as second:
            second.write(b"second")
        first.write(b"run")
    assert path.read_bytes() == b"first run"
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.parametrize("kind", [Format.csv, Format.jsonl])
def test_blocks_write_what_rows_write(
    kind: Format, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slow, quick = tmp_path / "slow", tmp_path / "quick"
    reader = Toy()
    view = output.View(sentences.columns(), sentences.line, lambda rows, stream: None)
    found = sentences.readings(items(), reader)  # type: ignore[arg-type]
    output.write(sentences.rows(found), view, output.Target(kind, slow))
    said = capsys.readouterr().err
    blocks.write(items(), reader, output.Target(kind, quick))  # type: ignore[arg-type]
    assert quick.read_bytes() == slow.read_bytes()
    assert capsys.readouterr().err == said
    assert "2 parts" in said
    assert len(quick.read_text(encoding="utf-8").splitlines()) >= len(TEXTS)


def test_numbers_are_written_with_six_decimals() -> None:
    found = [0.0, 1.0, 2.5, 3.05, 3.000001, 2.0000004, 9.999999, 4.1234567, 0.0101, 4.999]
    assert blocks.decimals(np.array([found]))[0] == [repr(round(number, 6)) for number in found]
    random = np.random.default_rng(0).uniform(0, 9.9, (500, 12)).astype(np.float32)
    assert blocks.decimals(random) == [[repr(round(number, 6)) for number in row] for row in random.tolist()]
    halves = [1.0000005, 2.0078125, 2.0000015, 3.1234565, 4.9999995, 9.9999985]  # of the last decimal
    assert blocks.decimals(np.array([halves]))[0] == [repr(round(number, 6)) for number in halves]
    odd = [-1.5, 12.25, 1e-7, float("nan")]  # off the tables
    assert blocks.decimals(np.array([odd]))[0] == ["-1.5", "12.25", "0.0", None]
    assert blocks.decimals(np.empty((0, 12))) == []


def test_a_text_that_cannot_be_read_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[Item]:
        yield from items()
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        blocks.write(broken(), Toy(), output.Target(Format.csv, tmp_path / "x.csv"))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_what_was_read_before_a_text_that_cannot_be_comes_first() -> None:
    def broken() -> Iterator[Item]:
        yield from islice(items(), 5)  # the toy reads three at a time
        raise InputError("no")

    found: list[object] = []
    with pytest.raises(InputError, match="no"):
        found.extend(item.text for item, _ in sentences.readings(broken(), Toy()))  # type: ignore[arg-type]
    assert found == TEXTS[:5]
    found.clear()
    with pytest.raises(InputError, match="no"):
        for block in blocks.blocks(broken(), Toy()):  # type: ignore[arg-type]
            found += [item.text for item, _ in block]
    assert found == TEXTS[:5]


def test_blocks_suit_files_of_csv_and_json(tmp_path: Path) -> None:
    assert blocks.suit(output.Target(Format.csv, tmp_path / "a.csv"))
    assert blocks.suit(output.Target(Format.jsonl, tmp_path / "a.jsonl"))
    assert not blocks.suit(output.Target(Format.text, tmp_path / "a.txt"))
    assert not blocks.suit(output.Target(Format.table))


def test_fast_is_another_model() -> None:
    assert affect_model("affect-en", False) == "affect-en"
    assert affect_model("affect-en", True) == affect_model("affect-fast", True) == "affect-fast"
    with pytest.raises(InputError, match="give one"):
        affect_model("runs/mine/best", True)


def test_two_models_are_refused_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["analyze", "--fast", "--model", "runs/mine/best", "--text", "a day"]) == 2
    assert "--fast" in capsys.readouterr().err
