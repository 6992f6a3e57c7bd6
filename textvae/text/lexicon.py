"""Which words carry the affect of a corpus: a ridge regression of its readings on its words."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

Lexicon = Mapping[str, tuple[float, float]]
"""Word -> weights of valence and arousal, in standard deviations of the corpus's readings; of a corpus with
labels, its log-odds and 0."""

NO_WORDS: Lexicon = {}


def words_of(text: str) -> list[str]:
    """The words of a text in the model's form: letters and digits, apostrophes within."""
    return _WORD.findall(text)


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where the words of a text in the model's form begin and end."""
    return [found.span() for found in _WORD.finditer(text)]


def learn_lexicon(
    texts: Sequence[str],
    readings: NDArray[np.float32],
    *,
    minimum: int = 10,
    ridge: float = 8.0,
    most: int = 8000,
    rounds: int = 40,
) -> dict[str, tuple[float, float]]:
    """Weights w that minimise |X w - y|^2 + ridge |w|^2, by conjugate gradients on the normal equations.

    X counts the words of each text, y (N, 2) are its standardised readings. Words seen fewer than
    `minimum` times have no weight; the `most` frequent others do.
    """
    listed = [words_of(text) for text in texts]
    counts = Counter(word for words in listed for word in set(words))
    vocabulary = [word for word, count in counts.most_common(most) if count >= minimum]
    index = {word: i for i, word in enumerate(vocabulary)}
    pairs = [(row, index[word]) for row, words in enumerate(listed) for word in set(words) if word in index]
    if not pairs:
        return {}
    rows, columns = np.array(pairs, dtype=np.int64).T
    weights = [_ridge(rows, columns, readings[:, k], len(vocabulary), ridge, rounds) for k in range(2)]
    return {word: (float(weights[0][i]), float(weights[1][i])) for word, i in index.items()}


def read_words(form: str, lexicon: Lexicon) -> NDArray[np.float64]:
    """The valence and arousal (2,) that the words of a text in the model's form have each by itself.

    2 tanh of the sum of their weights, in standard deviations from the corpus's mean: a text may have many.
    """
    weights = [lexicon[word] for word in words_of(form) if word in lexicon]
    read: NDArray[np.float64] = 2 * np.tanh(np.sum(weights, axis=0)) if weights else np.zeros(2)
    return read


def log_odds(
    texts: Sequence[str], labels: NDArray[np.integer], *, minimum: int = 10, smoothing: float = 1.0
) -> dict[str, float]:
    """How much more one label's texts use a word than the others': log p(word|label) - log p(word|others).

    `labels` (N,) are numbers from 0. Each p is (count + smoothing) / (all words of these texts + smoothing *
    vocabulary), the words of `words_of`. Of two labels the weight is the second's; of more, that of the label
    where it is farthest from 0. Words seen fewer than `minimum` times have none, as they all have where there
    is one label.
    """
    kinds = int(labels.max()) + 1 if len(labels) else 0
    if kinds < 2:
        return {}
    counts = [Counter[str]() for _ in range(kinds)]
    for text, label in zip(texts, labels.tolist(), strict=True):
        counts[label].update(words_of(text))
    whole = sum(counts, Counter[str]())
    words = [word for word, count in whole.items() if count >= minimum]
    all_words, spare = whole.total(), smoothing * len(whole)
    found: dict[str, float] = {}
    for each in counts[1:] if kinds == 2 else counts:
        own = each.total()
        for word in words:
            here = (each[word] + smoothing) / (own + spare)
            there = (whole[word] - each[word] + smoothing) / (all_words - own + spare)
            weight = math.log(here / there)
            if abs(weight) > abs(found.get(word, 0.0)) or word not in found:
                found[word] = weight
    return found


def _ridge(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    y: NDArray[np.float32],
    size: int,
    ridge: float,
    rounds: int,
) -> NDArray[np.float64]:
    def normal(w: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted = np.bincount(rows, w[columns], len(y))
        return np.bincount(columns, predicted[rows], size) + ridge * w

    w: NDArray[np.float64] = np.zeros(size)
    residual: NDArray[np.float64] = np.bincount(columns, (y - y.mean())[rows], size).astype(np.float64)
    direction: NDArray[np.float64] = residual.copy()
    norm = float(residual @ residual)
    for _ in range(rounds):
        if norm < 1e-8:
            break
        image = normal(direction)
        along = norm / float(direction @ image)
        w += along * direction
        residual -= along * image
        renewed = float(residual @ residual)
        direction = residual + renewed / norm * direction
        norm = renewed
    return w
