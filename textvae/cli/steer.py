"""`textvae steer`: move a sentence through the plane of valence and arousal, and watch it follow."""

import copy
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import reading, render
from textvae.cli.models import open_writer
from textvae.cli.options import (
    AvoidOption,
    DeviceOption,
    FidelityOption,
    ForceOption,
    KeepOption,
    PrecisionOption,
    TextModelOption,
    WithoutOption,
)
from textvae.cli.output import check_place, replacing
from textvae.errors import InputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textvae.cli.steering_view import Move
    from textvae.text.values import Transfer
    from textvae.text.writer import TextWriter

CANDIDATES = 8
"""Candidates that are looked through for one that passed."""


def steer(
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="The sentence to move.")],
    keep: KeepOption = None,
    avoid: AvoidOption = None,
    fidelity: FidelityOption = 0.5,
    without: WithoutOption = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where s saves. Default: it asks."),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Move a sentence live, in the terminal.

    The arrow keys move the point in the plane of valence and arousal, with shift five times as far; the
    sentence follows. Enter keeps it, u takes back the last step, s saves what was kept, a sentence a line, q
    or escape leaves and prints it. Only what you move is asked for: the sentence's own arousal is left alone
    until you press up or down.
    """
    from textvae.text.judging import remembering
    from textvae.text.ways import turned_off
    from textvae.text.wording import Wording

    if output is not None:
        check_place(output, force, "kept.txt")
    wording = Wording.asked(keep or (), avoid or ())
    off = turned_off(without or ())
    [item] = reading.said([sentence], "steer")
    wording.check(item.text)
    try:
        from textvae.cli.plane import around
        from textvae.cli.steering_view import SteeringView
    except ModuleNotFoundError as error:
        raise InputError(
            f"steer needs the library textual, which is not installed ({error.name}): "
            "pip install 'textual>=8'."
        ) from error
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(
            "steer is for a terminal: its keys come from there. textvae transfer reads from pipes and files."
        )
    writer = open_writer(model, device, precision)

    def mover(writer: "TextWriter") -> "Move":
        how = (CANDIDATES, fidelity, wording.keep, wording.avoid, off)

        def move(valence: float | None, arousal: float | None) -> "Transfer":
            return writer.transfer(item.text, valence, arousal, *how)

        return move

    with render.waiting("reading the sentence"):
        writer.read = remembering(writer.read)
        start = tuple(writer.read([item.text])[0].tolist())
        draft, move = mover(hasty(writer, off)), mover(writer)
        for asked in around(start):  # complains where the sentence is too long; no key's way is new then
            draft(*asked)

    saved: set[Path] = set()

    def save(kept: "Sequence[str]", path: Path) -> None:
        save_lines(kept, path, force or path in saved)  # what was saved a minute ago may be saved again
        saved.add(path)

    view = SteeringView(item.text, start, draft, move, save, output)
    for text in view.run() or ():
        print(render.visible(text) if sys.stdout.isatty() else text)


def hasty(writer: "TextWriter", without: "Sequence[str]" = ()) -> "TextWriter":
    """A writer that answers sooner: by a few edits where it has them, else from one strength instead of
    several and the whole sentence only. It has no way of those `without` which it is to be."""
    from textvae.text.ways import left

    steering, editor = left(writer, without)
    _ = writer.reader  # loaded now, the two writers share it
    hasty = copy.copy(writer)
    hasty.editor, some = None, steering.strengths[len(steering.strengths) // 2 :][:1]
    if editor:
        most = min(editor.options.most, 10)
        hasty.editor = editor.under(replace(editor.options, per_word=3, per_gap=1, most=most, nested=0))
        some = () if most else some
    hasty.steering = replace(steering, strengths=some, sides=(), strip=False)
    return hasty


def save_lines(kept: "Sequence[str]", path: Path, force: bool) -> None:
    """Write sentences, one a line. Raises `OutputError` where that cannot be done."""
    check_place(path, force, "kept.txt")
    try:
        with replacing(path) as file:
            file.write("".join(text + "\n" for text in kept).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
