"""Texts that no topics can be made of, and what to do about them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from textvae.errors import InputError
from textvae.topics.stream import Stream

FEWEST = 10
"""Documents that topics can be learnt from at all."""

# Scripts written without spaces, and the length from which a run of them holds more than a word.
_UNSPACED = (
    (re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"), 4.0),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"), 10.0),
)


@dataclass(slots=True)
class Scripts:
    """What was seen of each kind of script without spaces: characters, and runs of them."""

    characters: list[int] = field(default_factory=lambda: [0] * len(_UNSPACED))
    runs: list[int] = field(default_factory=lambda: [0] * len(_UNSPACED))

    def watched(self, texts: Iterable[str]) -> Iterator[str]:
        """`texts`, looked at on their way."""
        for text in texts:
            if not text.isascii():
                for kind, (script, _) in enumerate(_UNSPACED):
                    found = script.findall(text)
                    self.characters[kind] += sum(map(len, found))
                    self.runs[kind] += len(found)
            yield text


def check_texts(stream: Stream, scripts: Scripts) -> None:
    """Raise `InputError` for texts that no preparation could make topics of."""
    documents = len(stream)
    lengths = np.array([len(name) for name in stream.names]) * stream.words
    letters = int(lengths @ stream.uses)
    for (_, longest), characters, runs in zip(_UNSPACED, scripts.characters, scripts.runs, strict=True):
        if characters > 0.3 * letters and characters > longest * runs:
            raise InputError(
                "the words of these texts are not separated by spaces (as in Chinese, Japanese or Thai), so "
                "they cannot be told apart: put spaces between them first with a word segmenter for the "
                "language (jieba for Chinese, say), then give the segmented texts."
            )
    if documents < FEWEST:
        few = {0: "there is no text", 1: "there is only one text"}
        raise InputError(
            f"{few.get(documents, f'there are only {documents} texts')}: topics are words that come together "
            f"in many texts, so give at least {FEWEST} of them, better hundreds: a folder of .txt files, a "
            "table with a text a row, or a .txt with one a line."
        )
    if not letters:
        raise InputError(
            f"none of the {documents:,} texts holds a word of two letters or more: give running text."
        )
