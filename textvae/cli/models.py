"""Loading a model for a verb: torch and the rooms below are imported here, when they are needed."""

from typing import TYPE_CHECKING

from textvae.cli.memory import keep_few_kernels
from textvae.cli.render import waiting

if TYPE_CHECKING:
    from textvae.affect.reader import AffectReader
    from textvae.text.writer import TextWriter


def open_reader(name: str, device: str, precision: str, level: float = 0.9) -> "AffectReader":
    """The affect model `name`, ready to read."""
    with waiting(f"loading {name}"):
        from textvae.affect.reader import AffectReader

        return AffectReader.load(name, device=device, precision=precision, level=level)


def open_writer(name: str, device: str, precision: str) -> "TextWriter":
    """The text model `name`, ready to write."""
    keep_few_kernels()
    with waiting(f"loading {name}"):
        from textvae.text.writer import TextWriter

        return TextWriter.load(name, device=device, precision=precision)
