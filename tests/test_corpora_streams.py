"""Lines out of files and streams: what is text comes through whole, what is not is named to the byte."""

import io
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textvae.corpora import read_lines, read_text
from textvae.errors import TextError

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0\ufeff")))


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_come_back_as_they_were_written(lines: list[str], end: str, mark: bool) -> None:
    data = ("\ufeff" if mark else "").encode() + "".join(line + end for line in lines).encode()
    assert list(read_lines(io.BytesIO(data))) == lines


def test_the_last_line_needs_no_end_and_blank_lines_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"one\n\n\r\ntwo \xe2\x80\xa8 three\x0b\nlast")
    assert list(read_lines(file)) == ["one", "", "", "two \u2028 three\x0b", "last"]
    assert read_text(str(file)) == file.read_bytes().decode()


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert list(read_lines(tmp_path / "empty.txt")) == []
    assert read_text(tmp_path / "empty.txt") == ""


def test_latin_1_is_refused_with_the_byte_and_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "my diary.txt"
    file.write_bytes(b"fine\n" * 20_000 + "ein Caf\xe9 am See\n".encode("latin-1"))
    with pytest.raises(TextError) as caught:
        read_text(file)
    assert "byte 100,007 is 0xe9" in str(caught.value)
    assert f"iconv -f latin1 -t utf8 '{file}' > utf8.txt" in str(caught.value)
    file = tmp_path / "excel.csv"
    file.write_bytes("text\nIt’s good\n".encode("cp1252"))
    with pytest.raises(TextError, match=r"Windows-1252.*iconv -f cp1252 -t utf8 .*excel.csv > utf8.csv"):
        read_text(file)


def test_a_character_may_lie_across_two_reads() -> None:
    class Drop(io.RawIOBase):
        """Gives one byte at a time, as a slow pipe may."""

        data = "grün 😀\nund gut".encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            head, self.data = self.data[:1], self.data[1:]
            memoryview(buffer)[: len(head)] = head  # type: ignore[arg-type]
            return len(head)

    assert list(read_lines(io.BufferedReader(Drop()))) == ["grün 😀", "und gut"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"abc\ndef\0ghi\n", "byte 7 is NUL"),
        (b"\x7fELF\x02\x01\x01\0\0", "not a text file"),
        ("wide".encode("utf-16"), "UTF-16"),
        ("wider".encode("utf-32"), "UTF-32.*iconv -f utf32"),
        (b"half \xed\xa0\x80 a pair", "byte 5 is 0xed"),
        (b"cut \xe2\x82", "byte 4 is 0xe2"),
    ],
)
def test_what_is_not_utf_8_text_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(TextError, match=words):
        list(read_lines(io.BytesIO(data)))


def test_a_line_of_ten_megabytes_comes_whole() -> None:
    line = "grün " * 2_000_000
    assert list(read_lines(io.BytesIO(f"{line}\nshort\n".encode()))) == [line, "short"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(("a line of ordinary length, ten times " * 10 + "\n") * 20_000)
    tracemalloc.start()
    assert sum(1 for _ in read_lines(file)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000 < file.stat().st_size


def test_text_streams_and_missing_files(tmp_path: Path) -> None:
    assert list(read_lines(io.StringIO("\ufeffone\ntwo"))) == ["one", "two"]
    assert list(read_lines(io.TextIOWrapper(io.BytesIO(b"one\ntwo\n")))) == ["one", "two"]
    with pytest.raises(TextError, match=r"there is no file .*none"):
        list(read_lines(tmp_path / "none.txt"))
    with pytest.raises(TextError, match="is a folder: name a file in it"):
        list(read_lines(tmp_path))


def test_a_pipe_hands_over_its_lines_as_they_come() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as source, os.fdopen(write, "wb", buffering=0) as sink:
        lines = read_lines(source)
        sink.write(b"first\nsec")
        assert next(lines) == "first"
        sink.write(b"ond\n")
        assert next(lines) == "second"
