"""Names of people, found in English texts by the company that words keep.

The same given name is another person's in another text, so it ties together texts that have nothing else in
common, and characters' names crowd a topic of stories. Capitals are used where there are any.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textvae.topics.given_names import GIVEN_NAMES
from textvae.topics.stop_words import STOP_WORDS, listed
from textvae.topics.stream import Marks, Stream

TITLES = listed("mr mrs ms miss dr sir lady lord captain colonel professor president senator madame monsieur")
"""A name follows them."""
_DETERMINERS = listed("a an the this that these those his her its my our your their some any no each")
_SUBJECTS = listed("""
    he she it they who we you to will would can could should must not is was are were be been has have had
""")


@dataclass(frozen=True, slots=True)
class Limits:
    """From which shares of its uses a word is taken for a name, or for none."""

    determined: float = 0.2  # a given name follows an article or a possessive at most so often
    conjugated: float = 0.06  # a surname follows a pronoun or an auxiliary at most so often
    introduced: float = 0.15  # a surname follows a given name or a title at least so often
    introducing: float = 0.7  # a given name that is not listed stands before surnames at least so often
    written: float = 0.7  # where there are capitals, a name has one at least so often
    fewest: int = 5  # uses of a surname


def find_people(stream: Stream, limits: Limits = Limits()) -> frozenset[str]:
    """The names of people among the words of a stream.

    A name of the list is one unless the texts use it as another word ("the rose", "he will", small letters
    where names have capitals). A surname is a word that often follows a given name or a title, and hardly
    ever an article or what a verb follows: "bruce willis" makes one, "jack learns" does not. A word that
    stands before surnames and hardly elsewhere is a given name, too.
    """
    uses = stream.uses
    some = np.maximum(uses, 1)
    before, after, _ = stream.followers()

    def follows(leading: Marks) -> NDArray[np.float64]:
        return np.bincount(after[leading[before]], minlength=len(uses)) / some

    def leads(following: Marks) -> NDArray[np.float64]:
        return np.bincount(before[following[after]], minlength=len(uses)) / some

    verbal = follows(stream.among(_SUBJECTS))
    titles = stream.among(TITLES)
    fit = (follows(stream.among(_DETERMINERS)) <= limits.determined) & _written(stream, limits.written)
    fit &= stream.words & ~stream.among(STOP_WORDS) & ~titles
    unlisted = fit & (verbal <= limits.conjugated) & (uses >= limits.fewest)
    given = fit & stream.among(GIVEN_NAMES) & (verbal <= 5 * limits.conjugated)
    surnames = unlisted & (follows(given | titles) >= limits.introduced)
    given |= unlisted & (leads(surnames) >= limits.introducing)
    surnames |= unlisted & (follows(given | titles) >= limits.introduced)
    return frozenset(stream.names[number] for number in np.flatnonzero((uses > 0) & (given | surnames)))


def _written(stream: Stream, least: float) -> Marks:
    """Which pieces are written as names are; all of them in texts without capitals."""
    raised, inside = stream.capitals.T
    given, stops = stream.among(GIVEN_NAMES), stream.among(STOP_WORDS)
    seen = inside[given].sum()
    if seen == 0 or raised[given].sum() < least * seen or raised[stops].sum() > inside[stops].sum() / 2:
        return np.ones(len(stream.names), np.bool_)
    return raised >= least * inside
