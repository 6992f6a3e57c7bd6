"""What people see: text made safe, bars, wrapped lines."""

import io

import pytest
from rich.text import Text

from textvae.cli import render
from textvae.cli.output import json_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, caf\u00e9, \u4f60\u597d", "plain, caf\u00e9, \u4f60\u597d"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("bell\x07 nul\x00 csi\x9b", "bell\\x07 nul\\x00 csi\\x9b"),
        ("\u202eright to left", "\\u202eright to left"),
        ("half \ud83d", "half \\ud83d"),
        ("family \U0001f469\u200d\U0001f467", "family \U0001f469\u200d\U0001f467"),
        ("[bold]markup[/bold] :smile:", "[bold]markup[/bold] :smile:"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert render.visible(text) == shown
    assert render.visible(shown) == shown


@pytest.mark.parametrize(
    ("value", "cells"), [(1.0, 1), (2.0, 2), (3.0, 5), (4.2, 8), (5.0, 10), (9.0, 10), (None, 0)]
)
def test_bar(value: float | None, cells: int) -> None:
    screen = render.console(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    drawn = render.bar(value, screen)
    assert drawn.plain.count("\u25a0") == cells
    assert len(drawn.plain) == render.BAR
    ascii_only = render.console(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert render.bar(value, ascii_only).plain.count("#") == cells


def test_a_narrow_screen_has_the_text_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.StringIO()
    render.beside(
        render.console(stream),
        Text("1.00 0.9-1.1"),
        Text("a sentence that is longer than the screen is wide"),
    )
    assert stream.getvalue() == "1.00 0.9-1.1\n  a sentence that is longer than the\n  screen is wide\n"


@pytest.mark.parametrize("width", ["1", "2", "3"])
def test_a_screen_that_is_too_narrow_for_anything(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    stream = io.StringIO()
    render.beside(render.console(stream), Text("1.00"), Text("a 日本 day"))
    assert "".join(stream.getvalue().split()) == "1.00a日本day"


def test_json_is_whole_and_does_nothing_to_a_terminal() -> None:
    assert json_line({"a": "\x1b\x9b\u202e\ud800 \u00e9", "b": 0.1 + 0.2, "c": float("nan"), "d": None}) == (
        '{"a": "\\u001b\\u009b\\u202e\\ud800 \u00e9", "b": 0.3, "c": null, "d": null}'
    )
