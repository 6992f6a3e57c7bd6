"""Between what a person writes and the form a text model reads: capitals, numbers, marks.

A text model knows one form. `plain` is lower-cased running text; `yelp` is the form of the Yelp polarity
corpus, lower-cased tokens with `_num_` for a number; `given` is whatever the corpus has. On the way back
the source lends what the form has lost: the capitals of its words and its numbers; what the source does not
have comes from a dictionary of usual capitals.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from textvae.corpora.abbreviations import COUNTING, EITHER, LEADING, SAYING
from textvae.errors import UnknownNameError
from textvae.text.pictures import put_pictures_back, without_pictures
from textvae.text.similarity import FUNCTION_WORDS
from textvae.text.typography import clean, join_marks, part_marks, put_figures_back, tidy, unaccented

FORMS = ("plain", "yelp", "given")
ALIGNED_WORDS = 200  # longer texts are not aligned with their source, word by word
NEARLY = 0.6  # how alike two words are of which one is the other misspelt

_POSSESSIVE = "'s"
_MASK = re.compile(r"\[[A-Z]+\]")  # GoEmotions' names
_QUOTED = re.compile(r"[!?][\"']+$")
_CORE = re.compile(r"[^\W_](?:.*[^\W_])?")
_ABBREVIATED = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Orthography:
    """One model's form, and the usual capitals of words: {"london": "London", "bbc": "BBC", "new york":
    "New York"}; a pair of words is there for its first word, which alone has no capital.

    `pictures` says that emoji are a part of the form. Else they are set aside, and come back from the source;
    in the form `given` they always are.

    >>> Orthography("plain").restore("the food was great.", "The food was COLD.")
    'The food was great.'
    """

    form: str = "plain"
    casing: Mapping[str, str] = field(default_factory=dict)
    pictures: bool = True

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UnknownNameError("form", self.form, FORMS)

    def normalise(self, text: str) -> str:
        """Ordinary text, or text that is already in the model's form -> the model's form, on one line.

        Raises:
            TextError: a lone surrogate.
        """
        for _ in range(
            4
        ):  # once is enough but for a few characters that NFKC and lower-casing pass to and fro
            text, before = self._form(text), text
            if text == before:
                break
        return text

    def _form(self, text: str) -> str:
        if self.form == "given":
            return clean(text)
        if not self.pictures:
            text = without_pictures(text)
        if self.form == "yelp":
            return part_marks(tidy(text))
        return tidy(join_marks(tidy(text)).lower())

    def restore(self, text: str, source: str | None = None) -> str:
        """The model's form -> what the writer of `source` would have written.

        A text that is the source's own form comes back as the source was written. Otherwise numbers are the
        source's when there are as many; a word has the capitals it has in the source, or else its usual
        ones; the beginning of a sentence has a capital, and no full stop ends it where none ends the
        source. A source without capitals gets none, one in capitals alone gets them throughout. In the
        `yelp` form, a source in that form leaves the text as it is; for others, each `_num_` becomes the
        next number of the source, or "some" when none is left. What is in the form `given` stays as it is.
        """
        if self.form == "given":
            return text
        if source is None:
            return _capitalised(join_marks(put_figures_back(text, "")), self.casing)
        source = clean(source)
        form = self.normalise(source)
        if text == form:
            return source
        if self.form == "yelp" and source == form:
            return text
        if not self.pictures and (bare := without_pictures(source)) != source:
            return put_pictures_back(self.restore(text, bare), source)
        written = join_marks(tidy(source))
        text = join_marks(put_figures_back(text, written))
        if written[-1:].isalnum() and text.endswith(".") and not text.endswith(".."):
            text = text[:-1].rstrip() or text  # who left out the full stop does so again
        letters = [letter for letter in written if letter.isalpha() and letter.lower() != letter.upper()]
        if letters and not any(letter.isupper() for letter in letters):
            return text
        if len(letters) > 3 and " " in written and not any(letter.islower() for letter in letters):
            return text.upper()
        return _capitalised(text, self.casing, written)


def learn_casing(texts: Iterable[str], minimum: int = 3, most: int = 6000) -> dict[str, str]:
    """The usual form of the words that have a capital in most places that do not ask for one.

    A word counts where it does not begin a sentence, in texts that are neither titles nor shouted, as
    "THAT'S" is anywhere; `minimum` such places are needed. The `most` frequent words are kept.
    """
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        words = _words(join_marks(tidy(_MASK.sub("", text))))
        inner = [word for _, word, begins in words if word and not begins]
        if 3 * sum(word[0].isupper() for word in inner) > 2 * len(inner):
            continue
        inner = [word.removesuffix(_POSSESSIVE) for word in inner if not ("'" in word and word.isupper())]
        pairs = [f"{word} {following}" for word, following in pairwise(inner) if following[:1].isupper()]
        for form in inner + pairs:
            seen.setdefault(form.lower(), Counter())[form] += 1
    usual = {small: forms.most_common(1)[0] for small, forms in seen.items()}
    names = {
        small: (form, count)
        for small, (form, count) in usual.items()
        if form.split(" ")[0] != small.split(" ")[0] and count >= minimum and 2 * count > seen[small].total()
    }
    for pair in [name for name in names if " " in name]:
        first, second = pair.split(" ")
        if first in names or second not in names:
            del names[pair]  # the first word has its capital anyway, or the pair stood in headings only
    kept = sorted(names.items(), key=lambda item: (-item[1][1], item[0]))[:most]
    return {small: form for small, (form, _) in sorted(kept)}


def put_names_back(text: str, source: str, known: Callable[[str], bool]) -> str:
    """`text` with a word of `source` that has a capital wherever something stands in its place that is nearly
    that word, and neither `known` nor in the source: "marguite" is Marguerite."""
    ours, theirs = list(_words(text)), list(_words(source))
    folded = [[_folded(word.removesuffix(_POSSESSIVE)) for _, word, _ in some] for some in (theirs, ours)]
    for kind, a, b, c, d in reversed(
        SequenceMatcher(None, folded[0], folded[1], autojunk=False).get_opcodes()
    ):
        names = [word.removesuffix(_POSSESSIVE) for _, word, _ in theirs[a:b] if word[:1].isupper()]
        for i in range(d - 1, c - 1, -1) if kind == "replace" else ():
            start, word = ours[i][0], folded[1][i]
            if not word.isalpha() or word in folded[0] or known(word):
                continue
            likest = max(filter(str.isalpha, names), key=lambda name: _likeness(name, word), default="")
            if _likeness(likest, word) >= NEARLY:
                end = start + len(ours[i][1].removesuffix(_POSSESSIVE))
                text = text[:start] + likest + text[end:]
                names.remove(likest)
    return text


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _folded(one), _folded(other), autojunk=False).ratio()


def _words(text: str) -> Iterator[tuple[int, str, bool]]:
    """Where each word's core is, the core ("London" of '"London,', or ""), whether a sentence begins."""
    begins, place = True, 0
    words = text.split(" ")
    for number, word in enumerate(words):
        core = _CORE.search(word)
        yield place + (core.start() if core else 0), core[0] if core else "", begins
        goes_on = _QUOTED.search(word) and _says(words[number + 1 : number + 4])
        begins = (begins and not core) or (ends_sentence(word) and not goes_on)
        place += len(word) + 1


def _says(words: Sequence[str]) -> bool:
    """Whether words say who spoke: the sentence goes on in '"No!" cried the man.'"""
    last = next((i for i, word in enumerate(words) if not word[-1:].isalnum()), len(words))
    return any(word.strip(".,;:!?").lower() in SAYING for word in words[: last + 1])


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends behind a word, by its marks: no abbreviation is taken for an end."""
    word = word.rstrip("\"')]}")
    if word.endswith(("!", "?")):
        return True
    stem = word[:-1].lstrip("\"'([{").lower()
    abbreviated = (
        stem in LEADING or stem in EITHER or stem in COUNTING or _ABBREVIATED.fullmatch(stem) is not None
    )
    return word.endswith(".") and not word.endswith("..") and not abbreviated


def _capitalised(text: str, casing: Mapping[str, str], source: str | None = None) -> str:
    """`text` with the capitals of `source` where its words come from there, and the usual ones elsewhere. A
    word of the source has its accents, which the model may not know."""
    words = list(_words(text))
    theirs = list(_words(source)) if source is not None else []
    inner = {_folded(word): word for _, word, begins in reversed(theirs) if not begins}
    inner = {word: form for word, form in inner.items() if word not in FUNCTION_WORDS}  # "So It can be"
    first = {
        _folded(word): word for _, word, begins in theirs if begins and not word[1:].islower() and word[1:]
    }
    same = _aligned(*([_folded(word) for _, word, _ in some] for some in (theirs, words)))
    small = bool(theirs) and next((word for _, word, _ in theirs if word), "1")[0].islower()
    paired = {
        number: casing[f"{word} {stem}"].split(" ")[0]
        for number, ((_, word, _), (_, following, _)) in enumerate(pairwise(words))
        if f"{word} {(stem := following.removesuffix(_POSSESSIVE))}" in casing
    }
    pieces, place = [], 0
    for number, (start, word, begins) in enumerate(words):
        origin = same.get(number)
        if word == "i" or word.startswith("i'"):
            form = "I" + word[1:]
        elif origin is not None and (origin == number == 0 or same.get(number - 1) == origin - 1):
            form = theirs[origin][1]
        else:
            known = _folded(word)
            form = inner.get(known) or first.get(known) or paired.get(number) or _usual(word, casing)
            goes_on = len(words) == len(theirs) and theirs[number][1][:1].islower()  # '"Ha, ha!" cried he.'
            if begins and form[:2].islower() and not (small and number == 0) and not goes_on:
                form = form[:1].upper() + form[1:]
        pieces += [text[place:start], form]
        place = start + len(word)
    return "".join(pieces) + text[place:]


def _folded(word: str) -> str:
    return unaccented(word.lower())


def _usual(word: str, casing: Mapping[str, str]) -> str:
    """The word, its stem before an apostrophe, or its parts between hyphens, as they are usually written."""
    if word in casing:
        return casing[word]
    stem, apostrophe, rest = word.partition("'")
    if apostrophe and rest != "t" and stem in casing:  # "don't" is not Don's
        return casing[stem] + apostrophe + rest
    return "-".join(casing.get(part, part) for part in word.split("-")) if "-" in word else word


def _aligned(theirs: list[str], ours: list[str]) -> dict[int, int]:
    """Our word -> the word of theirs that it is, in the longest common order."""
    if max(len(theirs), len(ours), 1) > ALIGNED_WORDS:
        return {}
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    return {block.b + step: block.a + step for block in blocks for step in range(block.size)}
