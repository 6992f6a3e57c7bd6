"""Words as they are counted: pieces, pairs, plurals, weights; a model counts new texts alike."""

import numpy as np
import pytest

from textvae.errors import CheckpointError
from textvae.topics.bags import Bags
from textvae.topics.counting import Counting, rarity
from textvae.topics.pairs import find_pairs, join_pairs
from textvae.topics.pieces import pieces
from textvae.topics.plurals import find_plurals
from textvae.topics.preparation import Cleaning, prepare_texts
from textvae.topics.stream import Stream


def written(stream: Stream) -> list[list[str]]:
    everything = np.ones(len(stream.names), bool)
    return [[stream.names[number] for number in row] for row in stream.rows(everything)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("New York, 1999", ["New", "York", ",", ","]),
        ("a sci-fi film. It's", ["a", "sci", "fi", "film", ".", "It", "s"]),
        ("one\n\ntwo\nthree", ["one", ".", "two", "three"]),
        ("( don't )", [",", "dont", ","]),
    ],
)
def test_pieces_are_kept_apart(text: str, found: list[str]) -> None:
    assert list(pieces(text)) == found


def test_a_stream_knows_its_texts() -> None:
    stream = Stream.read(["", "The cat. The Cat", "", "the dog", ""])
    assert len(stream) == 5
    assert written(stream) == [[], ["the", "cat", ".", "the", "cat"], [], ["the", "dog"], []]
    assert stream.uses.tolist() == [1, 0, 3, 2, 1]  # STOP, BREAK, the, cat, dog
    before, after, _ = stream.followers()
    neighbours = [(stream.names[a], stream.names[b]) for a, b in zip(before, after, strict=True)]
    assert neighbours == [("the", "cat"), ("cat", "."), (".", "the"), ("the", "cat"), ("the", "dog")]
    # inside a sentence: cat small and large, dog small; `the` never
    assert dict(zip(stream.names, stream.capitals.tolist(), strict=True))["cat"] == [1, 2]
    assert stream.capitals[2].tolist() == [0, 0]


def test_npmi_of_neighbours_by_hand() -> None:
    """16 pieces: hong and kong twice, together; red twice, once with kong."""
    texts = ["hong kong a b red c d e", "hong kong red f g h i j"]
    stream = Stream.read(texts)
    words = stream.words
    words[:] = True
    pairs = find_pairs(stream, words, 1, 0.99)
    found = {(stream.names[a], stream.names[b]) for a, b in pairs}
    assert ("hong", "kong") in found  # p = 1/8 each and together: log 8 / log 8
    assert ("kong", "red") not in found  # log(1/16 / (1/64)) / log 16 = 1/2
    half = find_pairs(stream, words, 1, 0.5 - 1e-9)
    assert ("kong", "red") in {(stream.names[a], stream.names[b]) for a, b in half}
    twice = find_pairs(stream, words, 2, 0.0)
    assert [(stream.names[a], stream.names[b]) for a, b in twice] == [("hong", "kong")]
    assert not len(find_pairs(stream, stream.among(["hong"]), 1, 0.0))


def test_pairs_are_joined_first_come() -> None:
    stream = Stream.read(["new york city", "york city new", "york", "city. new york"])
    numbers = {name: number for number, name in enumerate(stream.names)}
    pairs = np.array([[numbers["new"], numbers["york"]], [numbers["york"], numbers["city"]]], np.int32)
    joined = join_pairs(stream, pairs)
    assert written(joined) == [
        ["new york", "city"],
        ["york city", "new"],
        ["york"],
        ["city", ".", "new york"],
    ]
    assert len(joined.capitals) == len(joined.names)


def test_plurals() -> None:
    found = find_plurals(
        {"men": 5, "man": 9, "glass": 1, "glas": 1, "wolf": 1, "wolves": 2, "news": 2, "new": 3}
    )
    assert found == {"men": "man", "wolf": "wolves"}
    assert find_plurals({"church": 2, "churches": 1, "city": 1, "cities": 3}) == {
        "churches": "church", "city": "cities",
    }  # fmt: skip
    assert find_plurals({"special effects": 3, "special effect": 1}) == {"special effect": "special effects"}
    forms = find_plurals(dict.fromkeys(("a", "as", "ass", "asses", "bus", "buses", "its", "it"), 1))
    assert not set(forms) & set(forms.values())


def test_new_texts_are_counted_as_those_that_were_learnt_from() -> None:
    """Blair witch project: pairs of pairs. The bags of the texts themselves come out the same."""
    texts = [
        "the blair witch project is about a wolf and the wolves",
        "it is the wolf in the blair witch project",
    ]
    texts += [
        "this is a project of the red house and the old cat",
        "the witch has a cat and the cat has a house",
    ]
    found = prepare_texts(texts * 5, Cleaning(rare=1, frequent=1.0, even=0, weighted=True))
    assert "blair witch project" in found.bags.words
    assert "wolves" not in found.bags.words
    again = found.counting.bags(texts * 5, found.bags.words)
    assert np.array_equal(again.indices, found.bags.indices)
    assert again.counts == pytest.approx(found.bags.counts)
    told = Counting.parse(found.counting.dump(), len(found.bags.words))
    assert told.bags(texts * 5, found.bags.words).counts == pytest.approx(found.bags.counts, abs=1e-4)


def test_weights_by_hand() -> None:
    """Four texts: cat in all, dog in one, three times. log2(1 + 4/4) = 1, log2(1 + 4/1) = log2 5."""
    bags = Bags.count([["cat"], ["cat"], ["cat"], ["cat", "dog", "dog", "dog"]], ["cat", "dog"])
    weighted = 4 * 1 + 2 * np.log2(5)  # cat once in each; log2(1 + 3) = 2
    found = rarity(bags)
    assert found == pytest.approx(np.array([1, np.log2(5)]) * 7 / weighted)
    counted = Counting(weights=found).weigh(bags)
    assert counted.counts[-1] == pytest.approx(2 * np.log2(5) * 7 / weighted)
    assert counted.counts.sum() == pytest.approx(7)
    assert Counting().weigh(bags) is bags


def test_words_of_short_texts_are_not_weighed() -> None:
    def weighed(count: int) -> bool:
        texts = ["the cat and the dog " * count] * 6 + ["the cat and the bird " * count] * 6
        return prepare_texts(texts, Cleaning(frequent=1.0, even=0, pairs=None)).counting.weights is not None

    assert (weighed(9), weighed(10)) == (False, True)  # cat and dog, so often


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"pairs": 1}', b'{"pairs": [], "forms": {}, "weights": [1]}']
)
def test_a_damaged_counting_is_refused(content: bytes) -> None:
    with pytest.raises(CheckpointError):
        Counting.parse(content, 2)
