"""How unlike each other sentences are: self-BLEU, distinct n-grams, repeated phrases."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise


def ngrams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """The n-grams of a sentence, in order."""
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def distinct(texts: Sequence[str], n: int) -> float:
    """Different n-grams in percent of all n-grams of `texts` (Li et al. 2016, section 5.3); words are those
    between blanks. Not a number where there is no n-gram."""
    found = [gram for text in texts for gram in ngrams(text.split(), n)]
    return 100.0 * len(set(found)) / len(found) if found else math.nan


def repeating(texts: Sequence[str], n: int = 3) -> float:
    """Percent of `texts` in which a phrase of n words comes twice; not a number for no texts."""
    twice = [len(set(grams)) < len(grams) for text in texts for grams in [ngrams(text.split(), n)]]
    return 100.0 * sum(twice) / len(twice) if twice else math.nan


def self_bleu(texts: Sequence[str], order: int = 4) -> float:
    """BLEU in percent of each text against all the others together, over the corpus (Zhu et al. 2018).

    An n-gram of a text is right as often as it occurs in the one other text that has it most; matches and
    lengths are summed over the texts before the precisions are taken, so that no smoothing is needed. The
    brevity penalty goes by the other text whose length is nearest, the shorter of two. Higher is more alike.
    Not a number for fewer than two texts.
    """
    listed = [text.split() for text in texts]
    if len(listed) < 2:
        return math.nan
    lengths = list(map(len, listed))
    ours = sum(lengths)
    theirs = _nearest_lengths(lengths)
    precisions = []
    for n in range(1, order + 1):
        counted = [Counter(ngrams(words, n)) for words in listed]
        first: dict[tuple[str, ...], int] = {}  # the largest count in a text, and the one after it
        second: dict[tuple[str, ...], int] = {}
        for counts in counted:
            for gram, count in counts.items():
                if count > first.get(gram, 0):
                    first[gram], second[gram] = count, first.get(gram, 0)
                else:
                    second[gram] = max(second.get(gram, 0), count)
        right = sum(
            min(count, second[gram] if count == first[gram] else first[gram])
            for counts in counted
            for gram, count in counts.items()
        )
        total = sum(counts.total() for counts in counted)
        precisions.append(right / total if total else 0.0)
    if not all(precisions):
        return 0.0
    brevity = min(1.0, math.exp(1.0 - theirs / ours))
    return 100.0 * brevity * math.exp(sum(map(math.log, precisions)) / order)


def _nearest_lengths(lengths: list[int]) -> int:
    """The sum over `lengths` of the nearest of the others, the shorter of two."""
    counts = Counter(lengths)
    total = 0
    for length, count in counts.items():
        others = (other for other in counts if other != length)
        nearest = length if count > 1 else min(others, key=lambda other: (abs(other - length), other))
        total += count * nearest
    return total


def edits(a: Sequence[str], b: Sequence[str]) -> int:
    """The fewest words to insert, delete or replace between `a` and `b` (Levenshtein 1966)."""
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def smoothness(paths: Sequence[Sequence[str]]) -> tuple[float, float, int]:
    """How sentences change along ways through the latent: (directness, largest step, ways that moved).

    With d the words to edit, a way w_0 ... w_n has the length L = sum d(w_i, w_i+1). Directness is
    d(w_0, w_n) / L: 1 when no step leads away from the end, less when the way wanders. The largest step is
    max d(w_i, w_i+1) / L: 1/n when every step changes as much, 1 when all changes at once. Both are means
    over the ways with L > 0, of which the third number is the count; not a number if there are none.
    """
    found = []
    for path in paths:
        words = [text.split() for text in path]
        steps = [edits(a, b) for a, b in pairwise(words)]
        if sum(steps):
            found.append((edits(words[0], words[-1]) / sum(steps), max(steps) / sum(steps)))
    if not found:
        return math.nan, math.nan, 0
    direct, largest = (sum(column) / len(found) for column in zip(*found, strict=True))
    return direct, largest, len(found)
