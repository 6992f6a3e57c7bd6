"""One exception tree, so that one catch site is enough.

    TextvaeError                something went wrong                                        exit code 1
    ├── TrainingError           a training cannot go on (a loss that is not finite, ...)
    └── InputError              what the user gave cannot be used as it is                  exit code 2
        ├── UnknownNameError    no such model, corpus, column, recipe key, ...; suggests the nearest
        ├── TextError           a text: binary, not UTF-8, lone surrogates
        │   └── TooLongError    one of more words or pieces than a text model takes
        ├── TargetError         an affect target that is not on the scale
        ├── RecipeError         a recipe that cannot be read or does not fit
        ├── CorpusError         a corpus that is not there, is altered or cannot be read
        ├── CheckpointError     a checkpoint that is missing, truncated, altered or of another kind
        └── OutputError         a place that cannot be written to

Every message says what was wrong, with the value, and what to do next.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TextvaeError(Exception):
    """Root of the tree: `except TextvaeError` catches everything that textvae raises on purpose."""

    exit_code = 1


class TrainingError(TextvaeError):
    """A training cannot go on; the last good checkpoint is kept and named in the message."""


class InputError(TextvaeError):
    """What the user gave cannot be used as it is."""

    exit_code = 2


class UnknownNameError(InputError):
    """No such `kind` of thing as `name` among `known`: the message names the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = get_close_matches(name.lower(), self.known, n=3, cutoff=0.5)
        if near:
            advice = "did you mean " + " or ".join(repr(candidate) for candidate in near) + "?"
        elif self.known:
            shown = ", ".join(self.known[:20]) + (", ..." if len(self.known) > 20 else "")
            advice = f"known: {shown}."
        else:
            advice = "none is known."
        super().__init__(f"unknown {kind} {name!r}: {advice}" + (f" {hint}" if hint else ""))


class TextError(InputError):
    """A text that cannot be read or is longer than a model can take."""


class TooLongError(TextError):
    """A sentence of more words or pieces than a text model takes."""


class TargetError(InputError):
    """An affect target that is not on the 1-5 scale, not relative and not a known word."""


class RecipeError(InputError):
    """A recipe that cannot be read or asks for something impossible."""


class CorpusError(InputError):
    """A corpus that is not there, is altered or cannot be read."""


class CheckpointError(InputError):
    """A checkpoint that is missing, truncated, altered or of another kind."""


class OutputError(InputError):
    """A place that cannot be written to."""
