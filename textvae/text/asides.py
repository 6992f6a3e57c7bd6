"""What no text model spells, set aside while a sentence is decoded: addresses, and numbers that are long."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from textvae.text.orthography import Orthography
from textvae.text.typography import FIGURE

ADDRESS = re.compile(
    r"(?:https?://|www\.)\S*[\w/]|[\w.+-]+@[\w-]+\.[\w.-]*\w|(?<!\w)[@#]\w+"
    r"|(?<![\w.-])(?:[\w-]+\.)+(?:com|org|net)\b(?:/\S*[\w/])?",
    re.IGNORECASE,
)
"""Where something or somebody is found: pages, mail, @names and #tags."""

BLANKS = ("[name]", "it")
"""What stands for an address, the first that a model says again: GoEmotions writes names so, and all texts
have the word."""

SHORT = "20"
"""What stands for a number of more than `PIECES` pieces: years and times have no more."""
PIECES = 6


@dataclass(frozen=True, slots=True)
class Aside:
    """A sentence with what is set aside.

    Attributes:
        source: the sentence as it is, with all that is set aside.
        blanked: the same with `blank` for each address.
        text: the same with short numbers too: what a model is to encode.
        found: its addresses and, where the blank itself stands in it, "", in order.
    """

    source: str
    blanked: str
    text: str
    blank: str
    found: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is set aside."""
        return self.text == self.source

    def fits(self, form: str) -> bool:
        """Whether `form`, which was decoded, has as many places for what is set aside as `text` has."""
        return len(_places(self.blank).findall(form)) == len(self.found) and (
            self.text == self.blanked or len(FIGURE.findall(form)) == len(FIGURE.findall(self.blanked))
        )

    def written(self, form: str, orthography: Orthography) -> str:
        """A decoded form as the writer of the source would write it, with what was set aside."""
        if form == orthography.normalise(self.text):
            return orthography.restore(orthography.normalise(self.source), self.source)
        text = orthography.restore(form, self.blanked)
        places = _places(self.blank)
        if self.whole or len(places.findall(text)) != len(self.found):
            return text
        coming = iter(self.found)
        return places.sub(lambda place: next(coming) or place[0], text)


def set_aside(source: str, blank: str, count: Callable[[str], int]) -> Aside:
    """A sentence without what no model spells, as it is if the blank is empty; `count` says into how many
    pieces a text falls.

    >>> set_aside("Ask anna@example.com, she has 1,250.50.", "it", len).text
    'Ask it, she has 20.'
    """
    if not blank:
        return Aside(source, source, source, blank, ())
    blanked = ADDRESS.sub(blank, source)
    both = re.compile(rf"(?P<address>{ADDRESS.pattern})|{_places(blank).pattern}", re.IGNORECASE)
    found = tuple(one["address"] or "" for one in both.finditer(source))
    text = FIGURE.sub(lambda one: SHORT if count(one[0]) > PIECES else one[0], blanked)
    return Aside(source, blanked, text, blank, found)


def _places(blank: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(blank)}(?!\w)", re.IGNORECASE)
