"""The words that carry a reading: in rows, on a terminal, in HTML."""

import json
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from textvae.cli import render

if TYPE_CHECKING:
    from rich.text import Text

    from textvae.affect.reader import AffectReader
    from textvae.affect.values import Explanation, Reading
    from textvae.cli.reading import Item

STEPS = (0.05, 0.12, 0.25, 0.4)
"""Points from which on a word is coloured, and more and more strongly."""

LEAST = 0.005
"""Points below which a word is not named: they would be shown as 0.00."""

NAMED = 3
"""Words that stand below a sentence with what they add."""


class Dimension(StrEnum):
    """What is explained."""

    valence = "valence"
    arousal = "arousal"
    dominance = "dominance"


class Way(StrEnum):
    """How it is explained."""

    removal = "removal"
    gradient = "gradient"


def explained(
    found: "Iterable[tuple[Item, Reading | None]]", reader: "AffectReader", dimension: Dimension, way: Way
) -> "Iterator[tuple[Item, Reading | None]]":
    """Each item with its reading, which now holds its explanation.

    Raises `InputError` at once for what the reader cannot explain.
    """
    held: deque[tuple[Item, Reading | None]] = deque()

    def texts() -> Iterator[str | None]:
        for item, read in found:
            held.append((item, read))
            yield item.text if read is not None else None

    return _joined(held, reader.explain_stream(texts(), str(dimension), str(way)))


def _joined(
    held: "deque[tuple[Item, Reading | None]]", explanations: "Iterable[Explanation | None]"
) -> "Iterator[tuple[Item, Reading | None]]":
    cut, longest = 0, ""
    for explanation in explanations:
        item, read = held.popleft()
        if explanation is not None and explanation.left_out:
            cut, longest = cut + 1, longest or item.place
        yield item, read and replace(read, explanation=explanation)
    if cut:
        render.note(f"of {cut:,} long texts only the beginning is explained (the first: {longest}).")


def cell(explanation: "Explanation | None") -> str | None:
    """The words of a row, as JSON: `[{"word": "good", "start": 2, "end": 6, "valence": 0.62}]`."""
    if explanation is None:
        return None
    words = [
        {"word": w.text, "start": w.start, "end": w.end, explanation.dimension: round(w.contribution, 6)}
        for w in explanation.words
    ]
    return json.dumps(words, ensure_ascii=False)


def strength(contribution: float) -> int:
    """-4 to 4: how strongly a word is coloured, and which way."""
    steps = bisect_right(STEPS, abs(contribution))
    return steps if contribution > 0 else -steps


def told(words: Iterable[tuple[str, float]]) -> str:
    """The words that add or take away most: `lovely +0.37, rude -0.35`; if none is coloured, the first."""
    ranked = sorted((pair for pair in words if abs(pair[1]) >= LEAST), key=lambda pair: -abs(pair[1]))
    found = [pair for pair in ranked if strength(pair[1])] or ranked[:1]
    return render.visible(", ".join(f"{word} {value:+.2f}" for word, value in found[:NAMED]))


def told_of_cell(words: str) -> str:
    """As `told`, of what `cell` gave."""
    return told((word["word"], list(word.values())[-1]) for word in json.loads(words))


def coloured(explanation: "Explanation") -> "Text":
    """The text with its words in red (they take away) or green (they add), and the strongest by name."""
    from rich.text import Text

    text = explanation.text
    drawn, end = Text(), 0
    for word in explanation.words:
        step = strength(word.contribution)
        colour = "red" if step < 0 else "green"
        style = (
            ""
            if not step
            else ("", f"dim {colour}", colour, f"bold {colour}", f"bold underline {colour}")[abs(step)]
        )
        drawn.append(render.visible(text[end : word.start]))
        drawn.append(render.visible(text[word.start : word.end]), style)
        end = word.end
    drawn.append(render.visible(text[end:]))
    if most := told((word.text, word.contribution) for word in explanation.words):
        drawn.append(f"  ({most})", "dim")
    return drawn


SPAN_STYLE = """
.words p { line-height: 1.7; margin: .5rem 0; overflow-wrap: anywhere; }
.words span { border-radius: 3px; padding: .1em .12em; }
.words .value { color: var(--quiet); font-size: .8rem; margin-right: .6em; }
""" + "".join(
    f".words .{name}{step} {{ background: rgb({rgb} / {alpha}); }}\n"
    for name, rgb in (("d", "221 90 30"), ("u", "40 120 200"))
    for step, alpha in enumerate((0.16, 0.3, 0.48, 0.66), 1)
)


def spans(explanation: "Explanation") -> str:
    """The text as HTML: orange words take away, blue ones add; each says how much."""
    from textvae.cli.figures import escape

    text = explanation.text
    parts, end = [], 0
    for word in explanation.words:
        step = strength(word.contribution)
        parts.append(escape(text[end : word.start]))
        shown = escape(text[word.start : word.end])
        name = ("d" if step < 0 else "u") + str(abs(step))
        parts.append(
            f'<span class="{name}" title="{word.contribution:+.2f}">{shown}</span>' if step else shown
        )
        end = word.end
    return "".join([*parts, escape(text[end:])])
