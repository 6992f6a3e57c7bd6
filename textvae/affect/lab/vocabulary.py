"""What a recurrent encoder that is trained from nothing reads: words or characters, and their embeddings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch import Tensor

from textvae.corpora.streams import read_lines
from textvae.errors import RecipeError, TextError

PAD, UNKNOWN = "[PAD]", "[UNK]"
UNITS = ("words", "characters")


def train_tokenizer(texts: Sequence[str], units: str, size: int, least: int) -> Tokenizer:
    """A tokenizer over the `size` commonest units of the texts, those seen at least `least` times.

    `words` are runs of letters and digits or of other marks, lower-cased; `characters` are single
    characters without the spaces, for scripts that do not part words. Everything else is "[UNK]". Raises
    `RecipeError` for other units.
    """
    if units not in UNITS:
        raise RecipeError(f"[recurrent] units = {units!r}: use {', '.join(UNITS)}.")
    tokenizer = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
    if units == "words":
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    else:
        tokenizer.normalizer = normalizers.NFKC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("."), "isolated")]
        )
    trainer = trainers.WordLevelTrainer(
        vocab_size=size, min_frequency=least, special_tokens=[PAD, UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def read_vectors(path: str | Path, tokenizer: Tokenizer, seed: int) -> tuple[Tensor, float]:
    """Embeddings (V, E) for the tokenizer's units out of a file, and the share of the units that it has.

    A .txt or .vec file holds a word and its numbers a line (GloVe; word2vec and fastText with a first line of
    counts); a .npz file the arrays `words` (N,) and `vectors` (N, E). Units that the file lacks are drawn
    from a normal distribution with the deviation of those it has; the padding is 0.

    Raises `RecipeError` for a file that holds no such table or none of the units.
    """
    place = Path(path)
    vocabulary = tokenizer.get_vocab()
    try:
        found = _npz(place, vocabulary) if place.suffix == ".npz" else _lines(place, vocabulary)
    except (OSError, ValueError, KeyError, TextError) as error:
        raise RecipeError(f"the embeddings {place} cannot be read ({error}): {_FORMS}") from error
    if not found:
        raise RecipeError(f"the embeddings {place} hold none of the corpus's words: {_FORMS}")
    width = len(next(iter(found.values())))
    if any(len(vector) != width for vector in found.values()):
        raise RecipeError(f"the embeddings {place} are not of one length: {_FORMS}")
    known = np.stack(list(found.values()))
    table = np.random.default_rng(seed).normal(0.0, known.std(), (len(vocabulary), width))
    table[list(found)] = known
    table[vocabulary[PAD]] = 0.0
    return torch.tensor(table, dtype=torch.float32), len(found) / max(1, len(vocabulary) - 2)


_FORMS = "give a .txt or .vec file (a word and its numbers a line) or a .npz with words and vectors."


def _npz(path: Path, vocabulary: dict[str, int]) -> dict[int, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        words, vectors = arrays["words"], arrays["vectors"]
    if vectors.ndim != 2 or len(words) != len(vectors):
        raise ValueError(f"words {words.shape} and vectors {vectors.shape} do not belong together")
    pairs = ((vocabulary.get(str(word)), vector) for word, vector in zip(words, vectors, strict=True))
    return {number: vector for number, vector in pairs if number is not None}


def _lines(path: Path, vocabulary: dict[str, int]) -> dict[int, np.ndarray]:
    found: dict[int, np.ndarray] = {}
    for line_number, line in enumerate(read_lines(path), 1):
        word, _, numbers = line.rstrip().partition(" ")
        counts = line_number == 1 and len(numbers.split()) == 1  # the line of counts
        if not counts and (number := vocabulary.get(word)) is not None and number not in found:
            try:
                found[number] = np.array(numbers.split(), np.float32)
            except ValueError as error:
                raise ValueError(f"line {line_number}: {error}") from error
    return found
