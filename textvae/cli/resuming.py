"""Results that a stopped run leaves behind and the next one goes on with.

Beside `out.jsonl` lie `.out.jsonl.part`, the rows so far, and `.out.jsonl.progress`: how many sentences and
bytes are done, a checksum of those sentences, and what was asked. The next run checks that it is asked the
same of the same sentences, cuts off what was half written, and goes on. At the end the rows get their name.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self

from textvae.cli import reading, render
from textvae.cli.options import Format
from textvae.cli.output import Row, Target, View, check_place
from textvae.cli.revised import Account
from textvae.cli.steered import Request
from textvae.cli.tally import Tally
from textvae.errors import InputError, OutputError
from textvae.training.locking import held

EVERY = reading.BATCH
"""Sentences after which it is noted how far the run is."""


@dataclass(slots=True)
class Unfinished:
    """A run that may be stopped: where its results go, and how far it is."""

    path: Path
    asked: dict[str, Any]
    force: bool = False
    done: int = 0
    size: int = 0
    checksum: str = ""
    counts: dict[str, Any] = field(default_factory=dict)
    _seen: Any = field(default_factory=hashlib.sha256, repr=False)
    _reached: bool = False
    """Whether what was done before has gone by, and was the same."""

    @classmethod
    def of(cls, target: Target, file: Path | None, request: Request, also: Mapping[str, object]) -> Self:
        """The run that writes to the target, from where it was stopped; `also` is what else was asked.

        Raises `InputError` where a run cannot be resumed, `OutputError` if one was stopped that was asked
        something else.
        """
        if target.path is None or file is None or str(file) == reading.STANDARD_INPUT:
            raise InputError("--resume needs sentences from --file FILE and results in -o FILE.")
        if target.format not in (Format.jsonl, Format.text):
            raise InputError(f"--resume writes jsonl or text, not {target.format}: choose -o FILE.jsonl.")
        said = asdict(request) | {"format": str(target.format), **also}
        asked = json.loads(json.dumps(said))
        run = cls(target.path.resolve(), asked, target.force)
        run._remember()
        return run

    def _remember(self) -> None:
        """How far the run was when it was stopped."""
        try:
            known = json.loads(self.progress.read_text(encoding="utf-8"))
            before = self.part.stat().st_size
        except FileNotFoundError:
            return
        except ValueError as error:
            raise OutputError(
                f"{self.progress} cannot be read ({error}): remove it to start anew."
            ) from error
        noted = {"asked", "done", "size", "checksum", "tally"}
        if (
            not isinstance(known, dict)
            or known.keys() != noted
            or not isinstance(known["asked"], dict)
            or known["asked"].keys() != self.asked.keys()
        ):
            raise OutputError(f"{self.progress} is not of this textvae: remove it to start anew.")
        if known["asked"] != self.asked:
            changed = next(name for name in self.asked if known["asked"][name] != self.asked[name])
            raise OutputError(
                f"{self.part} was begun with another {changed}: repeat the command as it was, or remove "
                f"{self.progress.name} to start anew."
            )
        if before < known["size"]:
            raise OutputError(
                f"{self.part} is shorter than it was: remove {self.progress.name} to start anew."
            )
        self.done, self.size, self.checksum = known["done"], known["size"], known["checksum"]
        self.counts = known["tally"]

    @property
    def part(self) -> Path:
        """The rows so far."""
        return self.path.with_name(f".{self.path.name}.part")

    @property
    def progress(self) -> Path:
        """How far the run is."""
        return self.path.with_name(f".{self.path.name}.progress")

    @property
    def _counted(self) -> str:
        """What is done one by one."""
        return "sentences" if self.asked["running"] is None else "rows"

    def skip(self, items: Iterable[reading.Item], tally: Tally | Account) -> Iterator[reading.Item]:
        """The items that are still to do; `tally` is told of those done.

        Raises `OutputError` if those done were others.
        """
        for name, value in self.counts.items():
            setattr(tally, name, value)
        remaining = iter(items)
        for item in islice(remaining, self.done):
            self._add(item)
        if self.done and self._seen.hexdigest() != self.checksum:
            raise OutputError(
                f"{self.part} was begun with other sentences: give the file as it was, or remove "
                f"{self.progress.name} to start anew."
            )
        self._reached = True
        yield from remaining

    def write(
        self, found: Iterable[tuple[reading.Item, list[Row]]], view: View, tally: Tally | Account
    ) -> None:
        """Write the rows, and note now and then how far things are; at the end the file gets its name.

        Raises `OutputError` if another run writes them, where the system can tell, or has written them.
        """
        check_place(self.path, self.force)
        begun = self.part.exists()
        with held(self.part, f"another run writes to {self.path}: wait until it ends, or name another file."):
            self.done, self.size, self.checksum, self.counts = 0, 0, "", {}
            if begun:  # and another run may have gone on with it since
                self._remember()
            if self.done:
                render.note(f"going on after {self.done:,} {self._counted}.")
            with self.part.open("r+b" if self.part.exists() else "wb") as file:
                self._write(found, view, tally, file)
            self.part.replace(self.path)
            self.progress.unlink(missing_ok=True)

    def _write(
        self,
        found: Iterable[tuple[reading.Item, list[Row]]],
        view: View,
        tally: Tally | Account,
        file: BinaryIO,
    ) -> None:
        file.truncate(self.size)
        file.seek(self.size)
        try:
            for item, rows in found:
                for row in rows:
                    text = view.json(row) if self.asked["format"] == "jsonl" else view.line(row)
                    if text is not None:
                        file.write((text + "\n").encode("utf-8", "backslashreplace"))
                self._add(item)
                self.done, self.size = self.done + 1, file.tell()
                self.counts = asdict(tally)
                if self.done % EVERY == 0:
                    self._note(file)
        except BaseException:
            if self._reached:
                with suppress(OSError):  # a full disk: what was noted before holds
                    self._note(file)
                    render.note(
                        f"stopped after {self.done:,} {self._counted}; the same command goes on there."
                    )
            raise

    def _add(self, item: reading.Item) -> None:
        for said in (item.text, *map(repr, item.beside)):
            self._seen.update(said.encode("utf-8", "surrogatepass") + b"\n")

    def _note(self, file: BinaryIO) -> None:
        """What is noted lies in the file: first the rows, then how many they are."""
        file.flush()
        os.fsync(file.fileno())
        known = {
            "asked": self.asked,
            "done": self.done,
            "size": self.size,
            "checksum": self._seen.hexdigest(),
            "tally": self.counts,
        }
        fresh = self.progress.with_name(self.progress.name + ".new")
        fresh.write_text(json.dumps(known), encoding="utf-8")
        fresh.replace(self.progress)
