"""Words that a rewritten sentence has to hold, and words that it may not."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

from textvae.corpora.abbreviations import LEADING
from textvae.errors import InputError, TextError
from textvae.text.asides import ADDRESS
from textvae.text.typography import NUMBER, join_marks, tidy

_FIGURE = re.compile(rf"{NUMBER}|[^\W_]*\d+(?:[.,:/]\d+)*[^\W_]*")
_SPELLED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen hundred thousand million"
)
GRAVE = re.compile(
    r"\b(?:dead|die[sd]?|dying|deaths?|deadly|fatal(?:ly)?|kill(?:s|ed|ing)?|murder\w*|suicides?|funerals?|cancer|"
    r"lost (?:his|her|my|their|our|the) (?:baby|child|children|son|daughter|mother|father|mom|mum|dad|wife|"
    r"husband|brother|sister|parents)|tumou?rs?|rape[sd]?|drown\w*|massacre\w*|genocide|miscarriage|stabbed|"
    r"passed away)\b"
)
"""Words of deaths, in a text made `plain`: nobody is glad about one or makes little of it, and none is put
in or taken out."""

_RUN_OUT = re.compile(r"\b(?:phone|battery|batteries|laptop|computer|engine|car|signal|internet)\b")
_DENIED = re.compile(r"(?:n't|\b(?:not|never|no|nobody|nothing|without))\W+(?:\w+\W+){0,2}$")

SERIOUS = re.compile(
    r"\b(?:injur\w+|wounded|diagnos\w+|surgery|disease|illness|diabetes|heart attack|earthquakes?|flood\w*|"
    r"(?<!by )accidents?|(?:hit|run over) by an? (?:car|bus|lorry|truck|van|train)|hospital\w*|covid|flu|"
    r"pneumonia|dementia|chickenpox|measles|(?:a|high) fever|infections?|seizures?|"
    r"(?:had|a|his|her|my) (?:\w+ )?stroke(?! of)|"
    r"bro(?:ken|ke (?:my|his|her|their|our|your)) (?:arm|leg|wrist|ankle|hip|nose|ribs?|"
    r"bones?|back|neck|jaw|shoulder|collarbone|elbow|knee|foot|hand|finger|toe|thumb)|"
    r"burn(?:ed|t) (?:down|alive|to \w+|(?:the|their|his|her|our|a) (?:whole )?(?:village|house|home|town))|"
    r"crash\w*|collaps\w+|explo(?:ded?|sions?)|bomb\w*|victims?|terroris\w+|abus(?:ed?|ive|es)|"
    r"assault\w*|robbed|kidnapp\w+|widow\w*|orphan\w*|divorced?|put down|laid off|buried(?! in\b)|traged\w+|"
    r"tragic\w*|evacuat\w+|starv\w+|homeless\w*|wildfires?|hurricanes?|(?:in|into) a coma|intensive care|"
    r"chemo\w*|hospices?|ambulances?|overdos\w+|paraly[sz]ed|disab(?:led|ilit\w+)|wheelchairs?|"
    r"(?:is|was|are|were|went|born) (?:blind|deaf)|"
    r"(?:was|were|been|am|got) fired|(?:lost|lose) (?:his|her|my|their|our|your) (?:job|home|house)\w*)\b"
)
"""Words of what is no matter of jokes, in a text made `plain`: nobody is happy beside it or makes little of
it, and none is taken out."""

_COARSE = (
    "ass asshole bastard bastards bitch bitches bullshit cock crap cunt damn damned dick fag fuck fucked "
    "fucker fucking gay goddamn hell idiot idiots motherfucker nazi nigger piss pissed porn pussy rape raped "
    "rapist retard retarded sex sexual sexy shit slut suck sucks whore"
)
UNASKED = frozenset(_COARSE.split())
"""Words that are put into nobody's sentence: not asked for, whatever their affect."""

_COUNT = frozenset(_SPELLED.split())
_QUOTED = re.compile(r'(?<!\w)"\s*([^"]*[^\W_][^"]*?)\s*"(?!\w)')
_WORD = re.compile(r"[^\W_]+")
_OPENING = re.compile(r"(?:^|([^\W_]*)[.!?]['\")\]]*\s+)\W*([^\W_]+)")
_FORBIDS = re.compile(
    r"(?:please,? )?(don't|do not|never)\b(?! (?:i|you|we|they|he|she|it)\b)", re.IGNORECASE
)
WISHES = re.compile(
    r"\b(?:happy (?:birthday|new year|anniversary|easter)|merry christmas|congratulations)\b", re.IGNORECASE
)
"""Wishes, which are said so and not otherwise."""

_TRAILING = re.compile(r"[\s.,;:!?]+$")
LONG_ENOUGH = 4
"""Letters of a name that is known without its capital: shorter ones are too often something else."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What every candidate holds (`keep`) and none holds (`avoid`): words and phrases, whatever their case.

    Whole words are meant; an apostrophe ends a word, so that `staff` stands in "the staff's".
    """

    keep: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()

    @classmethod
    def asked(cls, keep: Sequence[str] = (), avoid: Sequence[str] = ()) -> Self:
        """Raises `InputError` for a phrase without words, and for one that is kept and avoided."""
        keep, avoid = ((given,) if isinstance(given, str) else tuple(given) for given in (keep, avoid))
        for phrase in (*keep, *avoid):
            if not _WORD.search(plain(phrase)):
                raise InputError(f"{phrase!r} is no word to keep or avoid: give a word or a phrase.")
        for kept in keep:
            for avoided in avoid:
                if holds(plain(kept), avoided):
                    raise InputError(
                        f'"{kept}" is to be kept and "{avoided}" to be avoided: no sentence does both.'
                    )
        return cls(keep, avoid)

    def check(self, text: str) -> None:
        """Raises `TextError` if something is to be kept that is not in `text`."""
        form = plain(text)
        for phrase in self.keep:
            if not holds(form, phrase):
                raise TextError(
                    f'"{phrase}" is to be kept, but it is not in the sentence "{_short(text)}": give a word '
                    "as it stands there."
                )

    def of(self, text: str) -> tuple[str, ...]:
        """What of `keep` stands in `text`."""
        form = plain(text)
        return tuple(phrase for phrase in self.keep if holds(form, phrase))

    def binding(self, text: str, casing: Mapping[str, str]) -> tuple[str, ...]:
        """What must be said again of `text`: what is to be kept, and what is `entrusted` and not avoided."""
        trusted = [
            phrase
            for phrase in entrusted(text, casing)
            if not any(holds(plain(phrase), avoided) for avoided in self.avoid)
        ]
        known = {phrase.lower() for phrase in trusted}
        return (*trusted, *(phrase for phrase in self.of(text) if phrase.lower() not in known))

    def allows(self, text: str, source: str) -> bool:
        """Whether `text` holds what is to be kept of its source, and nothing that is to be avoided."""
        if not self.keep and not self.avoid:
            return True
        form = plain(text)
        return all(holds(form, phrase) for phrase in self.of(source)) and not any(
            holds(form, phrase) for phrase in self.avoid
        )


ANY = Wording()
"""Nothing asked for."""


def plain(text: str) -> str:
    """A text as phrases are looked for in it: lower-cased, with the usual marks and single blanks."""
    return join_marks(tidy(text)).lower()


def has(words: re.Pattern[str], form: str) -> str:
    """The first of such `words` as `GRAVE` in a text made `plain`, if it is not denied; "" if there is none.
    A phone that dies is no death."""
    if words is GRAVE and _RUN_OUT.search(form):
        return ""
    found = (each for each in words.finditer(form) if not _DENIED.search(form[: each.start()]))
    return next((each[0] for each in found), "")


def holds(form: str, phrase: str, times: int = 1) -> bool:
    """Whether a text, made `plain`, holds a phrase as whole words, and so many times."""
    wanted = plain(phrase)
    if wanted not in form:
        return False
    start = r"(?<!\w)" if _is_word(wanted[0]) else ""
    end = r"(?!\w)" if _is_word(wanted[-1]) else ""
    return len(re.findall(start + re.escape(wanted) + end, form)) >= times


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def entrusted(text: str, casing: Mapping[str, str]) -> tuple[str, ...]:
    """What a sentence says that no rewriting may change: its numbers, its names, what it quotes, addresses
    (of pages, of people, #tags), wishes ("happy birthday"), and, of an order, its "don't".

    A name is a word with a capital that no beginning of a sentence asks for, or one that `casing` has with a
    capital: at a beginning, and in a text without capitals or full of them, only those count. What is quoted
    stands between double quotation marks with other words around it. A number is there as often as it comes.
    Without any `casing`, in a corpus of one form whose benchmark turns orders around, those are free.
    """
    text = join_marks(tidy(text))
    bare = _TRAILING.sub("", text)
    quotes = [found for found in _QUOTED.finditer(text) if len(found[0]) < len(bare)]
    found = [_TRAILING.sub("", quote[1]) for quote in quotes]
    rest = text
    for quote in reversed(quotes):  # what is quoted is kept whole: no need to look for names in it
        rest = rest[: quote.start()] + " " + rest[quote.end() :]
    found += WISHES.findall(rest) + ADDRESS.findall(rest)
    rest = ADDRESS.sub(" ", rest)
    forbids = _FORBIDS.match(text) if casing else None
    return (*found, *_numbers(rest), *_names(rest, casing), *(forbids.groups() if forbids else ()))


def lost(entrusted: Sequence[str], text: str) -> list[str]:
    """Which of a source's `entrusted` words are not in `text`, or not as often."""
    if not entrusted:
        return []
    form = plain(text)
    return [phrase for phrase, times in Counter(entrusted).items() if not holds(form, phrase, times)]


def put_back(text: str, source: str, binding: Sequence[str]) -> str:
    """`text` with the words of `binding` where they stood in the source and one other word stands now.

    A decoder that has seldom seen a name says something like it in its place.
    """
    if not lost(binding, text):
        return text
    bound = {word.lower() for phrase in binding for word in _WORD.findall(phrase)}
    theirs, ours = _WORD.findall(source), list(_WORD.finditer(text))
    here, there = [word.lower() for word in theirs], [found[0].lower() for found in ours]
    swaps = {}
    for kind, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            for old, new in zip(range(a, b), range(c, d), strict=True):
                if here[old] in bound and there[new] not in bound:
                    swaps[new] = theirs[old]
    pieces, place = [], 0
    for new, word in sorted(swaps.items()):
        pieces += [text[place : ours[new].start()], word]
        place = ours[new].end()
    return "".join(pieces) + text[place:]


def _numbers(text: str) -> list[str]:
    return _FIGURE.findall(text) + [word for word in _WORD.findall(text) if word.lower() in _COUNT]


def _names(text: str, casing: Mapping[str, str]) -> list[str]:
    first = {found.start(2) for found in _OPENING.finditer(text) if (found[1] or "").lower() not in LEADING}
    words = [found for found in _WORD.finditer(text) if not _suffix(text, found.start())]
    inner = [found[0] for found in words if found.start() not in first and found[0] != "I"]
    capitals = sum(word[0].isupper() for word in inner)
    telling = capitals > 0 and 3 * capitals <= 2 * len(inner)  # neither lower-cased nor a title
    names: dict[str, str] = {}
    for found in words:
        word = found[0]
        known = casing.get(word.lower(), "")[:1].isupper()
        if word == "I" or not word.isalpha() or word.lower() in LEADING:
            continue
        if found.start() not in first and telling:
            name = word[0].isupper()
        else:
            name = known and (len(word) >= LONG_ENOUGH or (telling and word[0].isupper()))
        if name:
            names.setdefault(word.lower(), word)
    return list(names.values())


def _suffix(text: str, place: int) -> bool:
    """Whether a word is what follows an apostrophe."""
    return place > 1 and text[place - 1] == "'" and text[place - 2].isalnum()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
