"""Running text into sentences, each with its offsets into the text as given.

Lines are joined or kept apart first (`_blocks`), then every mark that may end a sentence is judged by what
stands around it (`boundaries.py`). Time is linear in the length of the text: each judgement sees a window
of bounded width.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from textvae.corpora.boundaries import Candidate, Punkt, ends_sentence

WINDOW = 64  # characters of context on either side of a mark
NARROW, WIDE = 40, 120  # a hard-wrapped text has lines at least, at most as long

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_PARAGRAPH = re.compile(r"(?:\r\n|[\n\r\x85\u2028])[^\S\n\r\x85\u2028]*(?:\r\n|[\n\r\x85\u2028])|[\f\u2029]")
_ITEM = re.compile(r"\s*(?:[-*•·◦▪‣–—+]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s|#+\s|>\s)")
_ENUMERATOR = re.compile(r"\s*\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})\.(?=\s)")
_EMOJI = r"[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\u200d]++"
_FACE = rf"(?:(?<!\w)(?:[:;=][-^o']?[()\[\]DPp/\\|3*]++|<3++|\^[_.]?\^|[xX]D++)|{_EMOJI})"
_MARKS = re.compile(rf"([.!?…‥؟۔।॥]+|[。！？｡]+)([\"'”’»›)\]}}」』）】*_]*)|{_FACE}")
_TAIL = re.compile(rf"(?:\s*+{_FACE}(?!\w))++|\s+(?:[)\]}}”»]+|'')(?!\S)")
_SPACE = re.compile(r"\s*")
_SPOKEN = re.compile(r"[とで、，]|って|[^。！？]{0,3}[说說道问問]")


@dataclass(frozen=True, slots=True)
class Span:
    """A sentence and its place: `text == original[start:end]`."""

    start: int
    end: int
    text: str


def split_sentences(text: str) -> list[Span]:
    """The sentences of `text` in order, without the whitespace around them.

    Nothing but whitespace lies between two spans. A blank line ends a sentence; a single line break is a
    space in hard-wrapped text and ends an item of a list, a heading or a line that stopped before it had
    to.
    """
    punkt = Punkt.load()
    spans = []
    for start, end in _blocks(text):
        for first, last in _sentences(text, start, end, punkt):
            sentence = text[first:last]
            first += len(sentence) - len(sentence.lstrip())
            if sentence := sentence.strip():
                spans.append(Span(first, first + len(sentence), sentence))
    return spans


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that no sentence crosses: paragraphs, items, headings."""
    start = 0
    for gap in _PARAGRAPH.finditer(text):
        yield from _paragraph_blocks(text, start, gap.start())
        start = gap.end()
    yield from _paragraph_blocks(text, start, len(text))


def _paragraph_blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    lines = [(match.start(), match[0].rstrip()) for match in _LINE.finditer(text, start, end)]
    lines = [(place, line) for place, line in lines if line]
    width = max((len(line) for _, line in lines), default=0)
    for (_, line), (place, following) in pairwise(lines):
        if _parts(line, following, width):
            yield start, place
            start = place
    yield start, end


def _parts(line: str, following: str, width: int) -> bool:
    """Whether a line break is more than a space; `width` is that of the longest line, in characters."""
    if _ITEM.match(following):
        return True
    last = line[-1]
    if last in ".!?…,;-–—&(":
        return False
    word = following.split(None, 1)[0]
    wrapped = NARROW <= width <= WIDE and len(line) + 1 + len(word) > width
    if wrapped:
        return False
    return not word[0].islower() or line.lstrip()[0].islower()


def _sentences(text: str, start: int, end: int, punkt: Punkt) -> Iterator[tuple[int, int]]:
    enumerator = _ENUMERATOR.match(text, start, end)
    place = enumerator.end() if enumerator else start
    while match := _MARKS.search(text, place, end):
        place = match.end()
        if tail := _TAIL.match(text, place, end):
            place = tail.end()
        if place < end and _ends(text, start, match, place, end, punkt):
            yield start, place
            start = place
    yield start, end


def _ends(text: str, start: int, match: re.Match[str], place: int, end: int, punkt: Punkt) -> bool:
    marks, closing = match.groups(default="")
    if marks[:1] in ("。", "！", "？", "｡"):
        return not (closing and _SPOKEN.match(text, place, end))
    if not text[place].isspace():
        joined = marks[-1:] in ("!", "?") and not closing and text[match.start() - 1].islower()
        return joined and text[place].isupper()
    gap = _SPACE.match(text, place, end)
    place = gap.end() if gap else place
    before = text[max(start, match.start() - WINDOW) : match.start()]
    after = text[place : min(end, place + WINDOW)]
    return after != "" and ends_sentence(Candidate(before, marks, closing, after), punkt)
