"""Running text revised: sentences off the target are rewritten, everything else stays as it is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from textvae.corpora.splitting import split_sentences
from textvae.errors import InputError, TooLongError
from textvae.text.frames import frame_of
from textvae.text.pictures import ends_in_a_face, without_pictures
from textvae.text.targets import Target, parse_target
from textvae.text.values import Transfer

TOLERANCE = 0.3
"""How far from the target a sentence may lie, on the 1-5 scale."""

SHORTEST = 3
"""Words of a sentence that is rewritten; "Yours truly" is none, nor what ends in a comma ("Dear Anna,")."""

MOST = 5000
"""Characters of a sentence that is read at all: what is longer is no sentence."""

NEUTRAL = 3.0
BATCH = 32

CHOICE = 8
"""Candidates of a sentence that it is chosen from, so that not all sentences begin with the same words."""

TOO_SHORT, TOO_LONG = "is too short", "is too long"
NO_WORDS, NO_CANDIDATE = "has no words", "no candidate holds the words asked for"
"""The faults of a sentence that has no candidate at all."""

_GAP = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of running text, or the white space between two (`off` and `transfer` say nothing then).

    Attributes:
        start, end: its place in the text.
        line: the line it starts in, from 1.
        source: what stands there, `text[start:end]`.
        text: what is to stand there: the source, unless it was rewritten.
        off: whether it is off the target.
        transfer: what was tried; None for what is not off the target or cannot be rewritten.
        fault: what makes it stay as it is although it is off the target ("is too long", or its best
            candidate's), or be rewritten all the same.
    """

    start: int
    end: int
    line: int
    source: str
    text: str
    off: bool = False
    transfer: Transfer | None = None
    fault: str = ""

    @property
    def blank(self) -> bool:
        """Whether it is white space."""
        return not self.source.strip()


def off_target(at: float, goal: Target | None, tolerance: float = TOLERANCE) -> bool:
    """Whether a sentence that reads `at` is off a target, as somebody means it who revises a text.

    A place above neutral is a least one: 4.0 is met by what reads 4.0 - `tolerance` or more. One below
    neutral is a most: 2.0 is met by 2.0 + `tolerance` or less. Neutral itself is met from both sides. A
    shift is met by nothing: it asks every sentence to move.
    """
    if goal is None:
        return False
    if goal.value is None:
        return bool(goal.shift)
    below, above = at < goal.value - tolerance, at > goal.value + tolerance
    return below if goal.value > NEUTRAL else above if goal.value < NEUTRAL else below or above


def revise(
    text: str,
    writer: Any,
    valence: float | str | None = None,
    arousal: float | str | None = None,
    tolerance: float = TOLERANCE,
    everything: bool = False,
    **asked: Any,
) -> Iterator[Passage]:
    """The passages of `text`, in order: their sources joined are the text, their texts the revised one.

    `writer` is a `TextWriter`; `asked` goes to its `transfer`. A sentence off one of the targets is rewritten
    if a candidate passed, or, with `everything`, in any case; of those that passed, the best one whose frame
    (`textvae.text.frames`) no other sentence has been given, if there is one. Line breaks stay after as many
    words. Sentences of fewer than three words and those too long for the model stay as they are.

    Raises what `transfer` raises, and `InputError` for a tolerance below 0.
    """
    if not tolerance >= 0:
        raise InputError(f"tolerance {tolerance}: it is 0 or more, in points of the 1-5 scale.")
    goals = (parse_target(valence, "valence"), parse_target(arousal, "arousal"))
    count = asked.get("n", 1)
    asked["n"] = max(count, CHOICE)
    used: set[str] = set()
    spans = iter(split_sentences(text))
    place, line = 0, 1
    while batch := list(islice(spans, BATCH)):
        sentences = ["" if len(span.text) > MOST else " ".join(span.text.split()) for span in batch]
        read = writer.reader.score(sentences)[:, :2].tolist()
        off = [
            not sentence or any(off_target(at, goal, tolerance) for at, goal in zip(each, goals, strict=True))
            for sentence, each in zip(sentences, read, strict=True)
        ]
        wanted = [s for s, away in zip(sentences, off, strict=True) if away and _whole(s)]
        rewritten = _rewritten(wanted, writer, valence=valence, arousal=arousal, **asked)
        tried: dict[str, Transfer | str] = dict(zip(wanted, rewritten, strict=True))
        tried[""] = TOO_LONG
        for span, sentence, away in zip(batch, sentences, off, strict=True):
            if span.start > place:
                yield Passage(place, span.start, line, text[place : span.start], text[place : span.start])
            line += text.count("\n", place, span.start)
            yield _revised(
                span, line, sentence, away, _varied(tried.get(sentence, ""), used, count), everything
            )
            line += span.text.count("\n")
            place = span.end
    if place < len(text):
        yield Passage(place, len(text), line, text[place:], text[place:])


def why_unmoved(tried: Transfer) -> str:
    """What makes a sentence stay as it is: its best candidate's fault, or why it has no candidate."""
    if tried.candidates:
        return tried.candidates[0].fault
    return NO_WORDS if tried.source_valence is None else NO_CANDIDATE


def _whole(sentence: str) -> bool:
    return len(sentence.split()) >= SHORTEST and not sentence.endswith(",")


def _rewritten(sentences: Sequence[str], writer: Any, **asked: Any) -> list[Transfer | str]:
    """What becomes of each sentence, or why nothing can."""
    if not sentences:
        return []
    try:
        return list(writer.transfer(list(sentences), **asked))
    except TooLongError:
        found: list[Transfer | str] = []
        for sentence in sentences:
            try:
                found += writer.transfer([sentence], **asked)
            except TooLongError:
                found.append(TOO_LONG)
        return found


def _varied(tried: Transfer | str, used: set[str], count: int) -> Transfer | str:
    """The transfer with `count` candidates, in front one whose frame is not `used`, if such a one passed; it
    is from then on."""
    if isinstance(tried, str):
        return tried
    ranked = list(tried.candidates)
    frames = [frame_of(" ".join(without_pictures(each.text).lower().split())) for each in tried.passed]
    best = next((i for i, frame in enumerate(frames) if frame not in used), 0)
    used.update(filter(None, frames[best : best + 1]))
    ranked = [*ranked[best : best + 1], *ranked[:best], *ranked[best + 1 :]][:count]
    return replace(tried, candidates=tuple(replace(one, rank=k) for k, one in enumerate(ranked, 1)))


def _revised(
    span: Any, line: int, sentence: str, off: bool, tried: Transfer | str, everything: bool
) -> Passage:
    kept = Passage(span.start, span.end, line, span.text, span.text, off)
    if not off:
        return kept
    if isinstance(tried, str):
        return replace(kept, fault=tried or TOO_SHORT)
    best = next(iter(tried.candidates if everything else tried.passed), None)
    if best is None:
        return replace(kept, transfer=tried, fault=why_unmoved(tried))
    return replace(
        kept, transfer=tried, text=with_gaps(ended(best.text, span.text), span.text), fault=best.fault
    )


def ended(text: str, source: str) -> str:
    """`text` with a full stop where a face that ended its source is gone: else the next would run on."""
    return text + "." * (text[-1:].isalnum() and ends_in_a_face(source))


def with_gaps(text: str, source: str) -> str:
    """`text` with the white space of `source`: line breaks after as many words, blanks where it has more."""
    words = text.split()
    gaps = [*_GAP.findall(source), *[" "] * len(words)][: max(len(words) - 1, 0)]
    return "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=False))
