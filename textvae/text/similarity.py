"""How much of a sentence's wording another one keeps."""

import re
from collections import Counter
from collections.abc import Callable, Container, Sequence
from typing import TypeVar

_FUNCTION_WORDS = (
    "a an and are as at be been but by did do does for from had has have he her him his i if in is it its "
    "me my of on or our she so that the their them then there they this to us was we were will with would "
    "you your it's i'm that's there's you're he's she's we're they're s m re ve d ll"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that hold a sentence together; negations are not among them."""
NEGATION = re.compile(
    r"\w+n't|(?:do|does|did|is|are|was|were|have|has|had|ca|wo|could|should|would)nt|cannot|not|never|no|nobody|"
    r"nothing|none|nor|neither|nowhere|without"
)
"""A word that denies: what a sentence says hangs on it."""
_DENIED = re.compile(rf"\b(?:{NEGATION.pattern})\b")

LIGHT = 0.3
"""What a function word or a mark weighs beside a content word."""
FOREIGN = (4, 0.2, 1.9)
"""How many words a text has at least whose language is told, the share of function words below which it may
be foreign, and the pieces a word from which on."""
LONGEST = 3
"""Words that are compared together: with pairs alone, two clauses may change places unnoticed."""

T = TypeVar("T")

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]+")


def denies(form: str) -> bool:
    """Whether a text in the model's form has a word that denies."""
    return _DENIED.search(form) is not None


def words(text: str) -> list[str]:
    """The lower-cased words of a text, and its marks."""
    return _TOKEN.findall(text.lower())


def foreign(text: str, pieces: Callable[[str], int]) -> bool:
    """Whether a text is in another language than English, as far as can be told; `pieces` says into how many
    pieces of an English vocabulary a text falls.

    Few of its words are function words, and they fall into many pieces; words with capitals, which may be
    names, are passed over. (Of 3,204 English dev sentences 9 are taken for foreign, of 22 in 12 other
    languages 17.)
    """
    found = [word for word in _WORD.findall(text) if word.islower()]
    if len(found) < FOREIGN[0]:
        return False
    holding = sum(word in FUNCTION_WORDS for word in found) / len(found)
    return holding < FOREIGN[1] and pieces(" ".join(found)) / len(found) >= FOREIGN[2]


def content_kept(source: str, other: str, without: Container[str] = ()) -> float:
    """How much of the wording of `source` is in `other`, from 0 to 1; symmetric, 1 for the same words.
    Words of `without` are passed over in both.

    The mean of the F1 of words, of word pairs and of triples, as far as one of the texts has any, counted
    with repetition. A function word or a mark weighs `LIGHT`, a pair or a triple the mean of its words: what
    a sentence speaks of counts for more than what holds it.
    """
    here, there = ([word for word in words(text) if word not in without] for text in (source, other))
    if here == there:
        return 1.0
    first, second = _weights(here), _weights(there)
    sizes = range(1, min(LONGEST, max(len(here), len(there))) + 1)
    return sum(_weighted_f1(here, there, first, second, size) for size in sizes) / len(sizes)


def _weights(tokens: Sequence[str]) -> list[float]:
    return [LIGHT if word in FUNCTION_WORDS or not word[0].isalnum() else 1.0 for word in tokens]


def _weighted_f1(
    here: Sequence[str], there: Sequence[str], first: Sequence[float], second: Sequence[float], size: int
) -> float:
    weights = [sum(run) for run in _ngrams(first, size)]
    whole = sum(weights) + sum(sum(run) for run in _ngrams(second, size))
    left, common = Counter(_ngrams(there, size)), 0.0
    for ngram, each in zip(_ngrams(here, size), weights, strict=True):
        if left[ngram] > 0:
            left[ngram] -= 1
            common += each
    return 2 * common / whole if whole else 0.0


def _ngrams(tokens: Sequence[T], size: int) -> list[tuple[T, ...]]:
    return list(zip(*(tokens[start:] for start in range(size)), strict=False))
