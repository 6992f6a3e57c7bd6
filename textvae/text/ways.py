"""The ways in which candidates are made, and what is left of them where some are turned off."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textvae.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from textvae.text.editing import Editor
    from textvae.text.settings import Steering

WAYS = ("decoder", "edits", "frames")
"""What the decoder says anew; words changed one by one, and exclamation marks; words around a sentence."""


def turned_off(without: Sequence[str]) -> tuple[str, ...]:
    """Those of `WAYS` that are turned off, each once, in their order.

    Raises `UnknownNameError` for what is none of them, `InputError` for all of them.
    """
    given = (without,) if isinstance(without, str) else without
    for name in given:
        if name not in WAYS:
            raise UnknownNameError("way of making candidates", name, WAYS)
    off = tuple(way for way in WAYS if way in given)
    if off == WAYS:
        raise InputError(f"without {', '.join(WAYS)} nothing makes candidates: leave one of them on.")
    return off


def left(writer: Any, without: Sequence[str] = ()) -> "tuple[Steering, Editor | None]":
    """How a `TextWriter` makes and chooses candidates, and what edits them, some ways turned off.

    Without edits and frames there is no editor: the decoder is by itself, and judges what it says; else the
    editor's model still judges how well words stand. Raises as `turned_off` does, and `InputError` where the
    writer has no other way than those turned off.
    """
    off = turned_off(without)
    steering: Steering = writer.steering
    editor: Editor | None = None if off == ("edits", "frames") else writer.editor
    if editor and off:
        options = editor.options
        if "edits" in off:
            options = replace(options, most=0, marks=0, nested=0)
        if "frames" in off:
            options = replace(options, frames=0, nested=0)
        editor = editor.under(options)
    if "decoder" in off:
        if not editor or not (editor.options.most or editor.options.frames):
            raise InputError(
                f"{writer.name} has no way of making candidates but those turned off ({', '.join(off)}): "
                "leave one of them on."
            )
        steering = replace(steering, strengths=())
    return steering, editor
