"""A command line run in this interpreter, with small stand-ins for the models."""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from textvae.affect.explanation import leave_one_out
from textvae.affect.tables import Table
from textvae.affect.values import Affect, Explanation, Reading
from textvae.cli import app
from textvae.errors import TooLongError, UnknownNameError
from textvae.text.settings import Steering
from textvae.text.steering import Scale
from textvae.text.values import Candidate, Transfer

GOLDEN = Path(__file__).parents[1] / "golden"
LONGEST = 200  # words that the stand-ins take


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind."""

    code: int
    out: str
    err: str


class Stream(io.TextIOWrapper):
    """A standard stream that may say it is a terminal."""

    def __init__(self, content: bytes = b"", terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8", newline="")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("analyze", "-", stdin=b"...", terminal=True)`: the exit code and what was printed."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLORTERM", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: object, stdin: bytes = b"", terminal: bool = False) -> Outcome:
        out, err = Stream(terminal=terminal), Stream()
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdin", Stream(stdin))
            patch.setattr("sys.stdout", out)
            patch.setattr("sys.stderr", err)
            code = app.run([str(argument) for argument in arguments])
            for stream in (out, err):
                stream.flush()
        written = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
        return Outcome(code, *written)

    return command


@pytest.fixture
def refused() -> Callable[..., None]:
    """`refused(run(...), "words", ...)`: exit code 2, no output, and a message with these words."""

    def check(outcome: Outcome, *words: str) -> None:
        assert outcome.code == 2
        assert outcome.out == ""
        assert outcome.err.startswith("textvae: ")
        assert "Traceback" not in outcome.err
        for word in words:
            assert word in outcome.err

    return check


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """`golden("name", text)`: is it what tests/golden/name.txt holds? `TEXTVAE_GOLDEN=write` writes it."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("TEXTVAE_GOLDEN") == "write":
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


def affect_of(text: str) -> float:
    """A made-up affect: 3, and half a point for each good or bad word."""
    words = text.lower().split()
    return 3.0 + 0.5 * (words.count("good") - words.count("bad"))


def check(text: str) -> None:
    if (count := len(text.split())) > LONGEST:
        raise TooLongError(
            f"{count:,} words are more than the {LONGEST} that the model takes: split the sentence."
        )


class FakeReader:
    """Reads the made-up affect."""

    explained = "", ""

    def __init__(self, level: float) -> None:
        self.half = level / 2

    def stream(self, texts: Iterable[str | None]) -> Iterator[Reading | None]:
        for text in texts:
            yield self.read(text) if text and text.strip() else None

    def tables(self, texts: Iterable[str | None]) -> Iterator[Table]:
        for text in texts:
            found = [self.read(text)] if text and text.strip() else []
            values = [[astuple(affect) for affect in (r.valence, r.arousal, r.dominance)] for r in found]
            windows = np.array([reading.windows for reading in found], np.int64)
            yield Table([text], np.array([len(found) - 1]), np.reshape(values, (len(found), 3, 4)), windows)

    def read(self, text: str) -> Reading:
        check(text)
        valence, arousal, dominance = (
            Affect(mean, 0.5, mean - self.half, mean + self.half) for mean in (affect_of(text), 2.8, 3.1)
        )
        return Reading(text, valence, arousal, dominance, windows=1 + len(text) // 1000)

    def explain_stream(
        self, texts: Iterable[str | None], dimension: str, by: str
    ) -> Iterator[Explanation | None]:
        type(self).explained = dimension, by
        return leave_one_out(texts, lambda many: np.array([affect_of(text) for text in many]), dimension)


class FakeWriter:
    """Adds a word to a sentence instead of rewriting it, on its way to the `goal`."""

    name, goal, scale, steering = "text-en", 4.0, Scale((3.0, 3.0), (0.4, 0.2)), Steering(bound=2.5)
    asked: dict[str, Any] = {}  # noqa: RUF012
    reader = SimpleNamespace(
        score=lambda texts: np.array([[affect_of(text), 2.8, 3.1] for text in texts]).reshape(-1, 3)
    )

    def read(self, texts: Any) -> Any:
        return self.reader.score(texts)[:, :2]

    def transfer(self, texts: Any, *given: Any, **asked: Any) -> Any:
        names = ("valence", "arousal", "n", "fidelity", "keep", "avoid", "without")
        asked |= dict(zip(names, given, strict=False))
        type(self).asked = asked
        if isinstance(texts, str):
            return self.transfer([texts], **asked)[0]
        for text in texts:
            check(text)
        return [self._moved(text, asked) for text in texts]

    def _moved(self, text: str, asked: dict[str, Any]) -> Transfer:
        """Sentences with "stone" in them cannot be moved; those with "iron" stay what they are, and those
        with "gold" as well, which is no fault of theirs."""
        written = [f"{text} {'good ' * (rank + 1)}".strip() for rank in range(asked["n"])]
        if "iron" in text or "gold" in text:
            written = [text]
        by = "source" if written == [text] else "edit"
        fault = "is not fluent" if "stone" in text else "is a copy" if "iron" in text else ""
        candidates = tuple(
            Candidate(rank, new, affect_of(new), 2.8, 1 - rank / 10, -rank - 0.5, fault, by)
            for rank, new in enumerate(written, 1)
        )
        return Transfer(text, affect_of(text), 2.8, type(self).goal, None, candidates)

    def reconstruct(self, texts: list[str]) -> list[str]:
        for text in texts:
            check(text)
        return [text.lower() for text in texts]

    def interpolate(self, a: str, b: str, steps: int, spherical: bool, plain: bool) -> list[Any]:
        texts = [a if 2 * step < steps else b for step in range(steps)]
        return [
            SimpleNamespace(
                step=step, weight=step / (steps - 1), text=text, valence=affect_of(text), arousal=2.8
            )
            for step, text in enumerate(texts)
        ]

    def sample(self, n: int, **asked: Any) -> list[Any]:
        type(self).asked = asked
        return [SimpleNamespace(index=i, text=f"sample {i}", valence=3.0, arousal=2.8) for i in range(n)]


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded in these tests."""

    def open_reader(name: str, device: str, precision: str, level: float = 0.9) -> FakeReader:
        if name != "affect-en":
            raise UnknownNameError("model", name, ["affect-en", "text-en", "text-yelp"])
        return FakeReader(level)

    def open_writer(name: str, device: str, precision: str) -> FakeWriter:
        if name != "text-en":
            raise UnknownNameError("model", name, ["affect-en", "text-en", "text-yelp"])
        return FakeWriter()

    monkeypatch.setattr("textvae.cli.analyze.open_reader", open_reader)
    for verb in ("transfer", "steer", "interpolate", "sample", "reconstruct"):
        monkeypatch.setattr(f"textvae.cli.{verb}.open_writer", open_writer)
