"""The lines that the reading benchmarks read: short ones of a corpus, or of as many words as one likes."""

from collections.abc import Iterator
from itertools import chain, islice


def distinct_lines(corpus: str) -> list[str]:
    """The distinct lines of a corpus, in its order."""
    from textvae.corpora import read_corpus

    return list(dict.fromkeys(" ".join(sentence.text.split()) for sentence in read_corpus(corpus)))


def spread(lines: list[str], count: int) -> list[str]:
    """`count` of the lines, spread evenly over them; from the first again where there are not so many.

    A line that comes again is then a whole corpus away, further than any reader remembers lines.
    """
    if len(lines) < count:
        return [lines[place % len(lines)] for place in range(count)]
    return [lines[place * len(lines) // count] for place in range(count)]


def lines_of_words(lines: list[str], words: int, count: int) -> list[str]:
    """`count` lines of `words` words each: the words of `lines`, one after the other."""
    stream: Iterator[str] = chain.from_iterable(line.split() for line in spread(lines, words * count))
    return [" ".join(islice(stream, words)) for _ in range(count)]
