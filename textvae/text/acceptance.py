"""What a rewritten sentence must be to be offered: no copy, no nonsense, about the same thing, and moved."""

import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from textvae.text.frames import REMEMBERED, unframed
from textvae.text.lexicon import words_of
from textvae.text.pictures import without_pictures
from textvae.text.settings import Steering
from textvae.text.similarity import FUNCTION_WORDS, NEGATION
from textvae.text.statements import order
from textvae.text.steering import Floats
from textvae.text.wording import GRAVE, SERIOUS, UNASKED, has, lost, plain

_PERSONS = tuple(
    frozenset(words.split())
    for words in (
        "i i'm i've i'll i'd me my mine myself",
        "we we're we've we'll we'd us our ours ourselves let's",
        "you you're you've you'll you'd your yours yourself",
        "he he's he'll he'd him his himself",
        "she she's she'll she'd her hers herself",
        "they they're they've they'll they'd them their theirs themselves",
    )
)
_NEXT = re.compile(r"(?<=[.!]) ")
_PLACEHOLDER = re.compile(r"\[\w*\]?|@\w*|\w+://|\burl_?", re.IGNORECASE)


def fault_of(
    text: str,
    source: str,
    affect: Floats,
    similarity: float,
    fluency: float,
    log_prob: float,
    entrusted: Sequence[str],
    steering: Steering,
    names: Container[str] = (),
) -> str:
    """What `text` does that makes it nothing to offer for `source` ("is a copy"); empty if it is something.

    `affect` (3, 2) is the source's, the text's and the target's, standardised, nan where nothing is asked
    for; `fluency` is how much more fluent the text is than its source or what is ordinary, whichever is less,
    and `log_prob` how likely it is given the content, both in nats a piece. `entrusted` is what it has to
    hold (`Wording.binding`), `names` has the lower-cased words that are names. A text whose words are the
    source's is a copy, whatever its marks, unless arousal is asked for and exclamation marks come or go: that
    is a fault unless the source is already `Steering.near` the target.
    """
    asked = ~np.isnan(affect[2])
    before, after = np.abs(affect[:2, asked] - affect[2, asked]).mean(axis=1) if asked.any() else (0.0, 0.0)
    exclaimed = asked[1] and ("!" in text) != ("!" in source) and ("?" in text) == ("?" in source)
    if not exclaimed and words_of(plain(text)) == words_of(plain(source)):
        return "" if asked.any() and before <= steering.near else "is a copy"
    if missing := lost(entrusted, text):
        return f'loses "{missing[0]}"'
    if again := repeated(text, source):
        return f'says "{again}" again'
    if invented(text, source):
        return "says a placeholder"
    if not steering.grave and (fault := _tactless(text, source)):
        return fault
    if not steering.loose and (fault := strayed(text, source, names)):
        return fault
    if fluency < steering.least_fluency or log_prob < steering.least_likely or unclosed(text, source):
        return "is not fluent"
    if similarity < steering.least_content:
        return "keeps too little"
    if "!" in text and "!" not in source and has(GRAVE, plain(text)):
        return "tells of a death with a raised voice"
    if before <= steering.near:
        return "hardly moves" if after > steering.near else ""
    # Few texts read as high or low as may be asked, and none has to that adds to the source's words and reads
    # nearer; who takes words away for little has done harm.
    adds = before - after >= steering.near / 2 and _whole(text, source)
    own, bound = affect[0], np.array([steering.bound if adds else np.inf, steering.bound])
    goal = np.clip(affect[2], np.minimum(own, -bound), np.maximum(own, bound))
    before, after = np.abs(affect[:2, asked] - goal[asked]).mean(axis=1)
    return "hardly moves" if after > (1 - steering.least_move) * before else ""


def _whole(text: str, source: str) -> bool:
    """Whether all words of `source` stand in `text`, in their order."""
    there = iter(words_of(plain(text)))
    return all(word in there for word in words_of(plain(source)))


def invented(text: str, source: str = "") -> bool:
    """Whether `text` has a blanked-out name, an address or a link ("[name]", "@anonymous") that its source
    does not have: the corpora have such, people do not say them."""
    return not {found.lower() for found in _PLACEHOLDER.findall(text)} <= {
        found.lower() for found in _PLACEHOLDER.findall(source)
    }


def _tactless(text: str, source: str) -> str:
    """What word of a death only one of them has, what word of an accident or illness only the source, or what
    coarse word only the text; empty if there is none."""
    here, there = plain(text), plain(source)
    for words in (GRAVE, SERIOUS):
        ours, theirs = has(words, here), has(words, there)
        if theirs and not ours:
            return f'loses "{theirs}"'
        if ours and not theirs and words is GRAVE:
            return f'says "{ours}"'
    return next((f'says "{word}"' for word in words_of(here) if word in UNASKED - {*words_of(there)}), "")


def strayed(text: str, source: str, names: Container[str] = ()) -> str:
    """What makes `text`, taken out of its frame, another kind of sentence than `source`, or one about
    somebody else, or its denial; empty if nothing does. `names` has lower-cased words that are names."""
    ours, theirs = _said(text), _said(source)
    if ours.asks != theirs.asks:
        return "is a question" if ours.asks else "is no question"
    if ours.shouts and not theirs.shouts:
        return "shouts a question"
    if theirs.is_order and not ours.orders:
        return "is no order"
    for word in ours.words:
        if word not in theirs.words and (word in names or _person(word) not in theirs.persons):
            return f'says "{word}"'
    if ours.denials != theirs.denials:
        return "denies what was said" if ours.denials > theirs.denials else "says what was denied"
    return ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says without its frame: whether it asks, shouts what it asks, is an order or begins with
    one, its words, whom they speak of (None: of nobody), and how often it denies."""

    asks: bool
    shouts: bool
    is_order: bool
    orders: bool
    words: tuple[str, ...]
    persons: frozenset[int | None]
    denials: int


@lru_cache(REMEMBERED)
def _said(text: str) -> _Said:
    core = unframed(plain(without_pictures(text)))
    words = tuple(words_of(core))
    persons = frozenset(map(_person, words)) | {None}
    denials = Counter(filter(NEGATION.fullmatch, words)).total()
    orders = order(_NEXT.split(core)[0])
    return _Said("?" in core, "?!" in core, order(core), orders, words, persons, denials)


def _person(word: str) -> int | None:
    """Whom a pronoun stands for: a number for each person; None for another word."""
    return next((number for number, words in enumerate(_PERSONS) if word in words), None)


def unclosed(text: str, source: str) -> bool:
    """Whether `text` has a quotation mark without its partner, and `source` has none such."""
    return plain(text).count('"') % 2 == 1 and plain(source).count('"') % 2 == 0


def repeated(text: str, source: str) -> str:
    """A word of content that `text` says more than once, and more often than `source`; empty if none is."""
    before = Counter(words_of(source.lower()))
    for word, count in Counter(words_of(text.lower())).items():
        if count > max(before[word], 1) and word not in FUNCTION_WORDS:
            return word
    return ""
