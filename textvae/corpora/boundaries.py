"""Does a sentence end at this full stop?

Known abbreviations decide first; then the learned ones, with the orthographic heuristic of Punkt: a
capitalised word that is elsewhere written small, and never with a capital inside a sentence, begins a
sentence (Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection", section 4.1.1).
"""

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from textvae.corpora.abbreviations import CAPITALISED, COUNTING, EITHER, EXCLAIMING, LEADING, SAYING, STARTERS

PARAMETERS = Path(__file__).with_name("punkt.json.gz")

_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_WORD = re.compile(r"[^\W_][\w'’]*")
_OPENING = "\"'“‘«‹([{¿¡*_„`"


@dataclass(frozen=True, slots=True)
class Punkt:
    """What Punkt's trainer learned from running text; words are lower-case, without their full stop."""

    abbreviations: frozenset[str]
    starters: frozenset[str]  # often the first word after a full stop
    beginners: frozenset[str]  # seen small somewhere, and never with a capital inside a sentence

    @classmethod
    @cache
    def load(cls) -> "Punkt":
        stored = json.loads(gzip.decompress(PARAMETERS.read_bytes()))
        return cls(**{name: frozenset(words.split()) for name, words in stored.items()})

    def begins(self, word: str) -> bool:
        """Whether this word, when capitalised, is so because a sentence begins."""
        small = word.lower().replace("’", "'")
        return word[:1].isupper() and (small in STARTERS or small in self.beginners)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mark that may end a sentence, with some dozens of characters around it."""

    before: str  # the text up to the marks, from the sentence's beginning or a window of it
    marks: str  # "." or "?!" or "..."
    closing: str  # quotes and brackets that follow at once
    after: str  # what follows the whitespace


def ends_sentence(candidate: Candidate, punkt: Punkt) -> bool:
    """Whether the sentence ends at these marks; something follows them in the paragraph."""
    after = candidate.after
    quoted = after[:1] in _OPENING
    following = after.lstrip(_OPENING + "-–—… ")
    match = _WORD.match(following)
    word = match[0] if match else ""
    small = word[:1].islower()
    if not candidate.marks:  # a smiley, or the verb of "I <3 Rome"
        return word[:1].isupper() and (punkt.begins(word) or candidate.before.count(" ") > 2)
    if after[:1] in ".!?,;:":
        return False
    if candidate.closing and not quoted and (small or _says(following)):
        return False
    if "!" in candidate.marks or "?" in candidate.marks:
        return not _exclaims(candidate, word)
    if not candidate.before or candidate.before[-1].isspace():
        return not small or (candidate.marks == "." and candidate.before.rstrip()[-1:] != ".")
    words = candidate.before.split()
    if candidate.marks != ".":
        return not small and (word not in ("I", "I'm", "I’m") or len(words) > 2)
    return _stop_ends(words, after, word, quoted, punkt)


def _stop_ends(words: list[str], after: str, word: str, quoted: bool, punkt: Punkt) -> bool:
    """One full stop right after a word."""
    last = words[-1].lstrip(_OPENING).rsplit("--")[-1].rsplit("—")[-1].rsplit("/")[-1]
    kind = last.lower().replace("’", "'").rsplit("-")[-1]
    if kind in LEADING:
        return False
    if kind == "in" and word[:1].islower():  # inches
        return not words[-2:][0][-1:].isdigit()
    if kind in COUNTING:
        return not after[:1].isdigit()
    initials = _INITIALS.fullmatch(last)
    if not (initials or kind in EITHER or last in CAPITALISED or kind in punkt.abbreviations):
        return True
    if word[:1].islower() or after[:1].isdigit():
        return False
    if quoted:
        return True
    if word in ("I", "I'm", "I’m") and len(words) < 5:
        return False
    if initials and len(last) == 1 and len(words) > 1 and words[-2][-1:] == ".":
        return False
    return punkt.begins(word) or (not initials and word.lower() in punkt.starters)


def _exclaims(candidate: Candidate, word: str) -> bool:
    """Whether the exclamation mark belongs to a name: Yahoo! Answers."""
    words = candidate.before.split()
    return bool(words) and words[-1].lower() in EXCLAIMING and word.lower() not in STARTERS


def _says(following: str) -> bool:
    """Whether the words after a closing quote say who spoke: Mary cried."""
    return any(word.strip(".,;:!?").lower() in SAYING for word in following.split()[:3])
