"""How many sentences were rewritten, and what is said of the others."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textvae.cli import reading, render
from textvae.cli.reach import Targets, note_targets
from textvae.errors import TooLongError

if TYPE_CHECKING:
    from textvae.cli.steered import Request
    from textvae.text.values import Transfer
    from textvae.text.wording import Wording

NOTHING_PASSED = 3
"""The exit code when no sentence could be moved as asked."""

TOLD = 5
"""Lines that a message names."""


@dataclass(slots=True)
class Tally:
    """How many sentences there were, how many of them something passed for, the sentence itself too, where
    nothing did, what of the words to be kept was there to keep, and where sentences were to go."""

    asked: int = 0
    passed: int = 0
    same: int = 0
    long: int = 0
    left: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    targets: Targets = field(default_factory=dict)

    def add(self, item: reading.Item, moved: "Transfer | TooLongError", wording: "Wording") -> None:
        """Take note of a sentence."""
        self.asked += 1
        if isinstance(moved, TooLongError):
            self.long += 1
        else:
            note_targets(self.targets, moved)
            self.passed += bool(moved.passed)
            self.same += bool(moved.passed) and moved.text.split() == moved.source.split()
            if not moved.passed and len(self.left) < TOLD:
                self.left.append(str(item.line) if item.line else str(item.index + 1))
        note_kept(self.kept, wording, item.text)

    def tell(self, request: "Request", asides: bool) -> None:
        """Say on standard error what was not done; `asides`: the results do not say it themselves."""
        if self.asked:
            tell_unkept(self.kept, request.wording)
        if not asides:
            return
        if self.same:
            one = self.same == 1
            what = "the sentence" if self.asked == 1 else f"{self.same:,} of {self.asked:,} sentences"
            told = (
                "reads so already and stands as it was" if one else "read so already and stand as they were"
            )
            render.note(f"{what} {told}.")
        if self.long:
            one = self.long == 1
            what = "a sentence is" if one else f"{self.long:,} sentences are"
            render.note(f"{what} too long and stand{'s as it was' if one else ' as they were'}.")
        missed = self.asked - self.passed - self.long
        if not missed:
            return
        places = ", ".join(self.left) + (", ..." if missed > len(self.left) else "")
        what = "the sentence" if self.asked == 1 else f"{missed:,} of {self.asked:,} sentences"
        where = "" if self.asked == 1 else f" (number {places})"
        if request.everything:
            render.note(f"{what}{where} could not be moved as asked; what is shown has a fault.")
        else:
            kept = "stands as it was" if missed == 1 else "stand as they were"
            render.note(f"{what}{where} could not be moved as asked and {kept}; --all shows what was tried.")

    @property
    def code(self) -> int:
        """The exit code."""
        return NOTHING_PASSED if self.asked and not self.passed else 0


def note_kept(kept: list[str], wording: "Wording", text: str) -> None:
    """Take note of what is to be kept and stands in a text."""
    if len(kept) < len(wording.keep):
        kept += [phrase for phrase in wording.of(text) if phrase not in kept]


def tell_unkept(kept: list[str], wording: "Wording") -> None:
    """Say on standard error what was to be kept and stands nowhere."""
    for phrase in wording.keep:
        if phrase not in kept:
            render.note(f'"{phrase}" was to be kept, but no sentence has it.')
