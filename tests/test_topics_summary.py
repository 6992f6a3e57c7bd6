"""What is said of topics: weights, shares, typical sentences and affect, worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from textvae.topics.bags import Bags
from textvae.topics.model import TopicConfig, TopicModel
from textvae.topics.pieces import tokens
from textvae.topics.reader import TopicReader
from textvae.topics.summary import LONGEST, WIDEST, Spoken, quality, summarise, telling

SPACE = "The rocket left the moon at dawn. A rocket needs fuel for the moon and a crew. It was late."
SOUP = "The soup was hot and the bread was fresh today. We ate soup with bread in the garden. It was late."
TEXTS = [SPACE, SOUP] * 4
WORDS = ("bread", "moon", "rocket", "soup")
TOPICS = np.array([[0.0, 0.5, 0.5, 0.0], [0.5, 0.0, 0.0, 0.5]], np.float32)
PROPORTIONS = np.array([[0.9, 0.1], [0.2, 0.8]] * 4, np.float32)


def bags(texts: Sequence[str] = TEXTS) -> Bags:
    return Bags.count([tokens(text) for text in texts], WORDS)


def valence_of(texts: Sequence[str]) -> NDArray[np.float32]:
    """4 for sentences with soup, 2 for the others; arousal 3; dominance 5, which is not read."""
    return np.array([[4.0 if "soup" in text else 2.0, 3.0, 5.0] for text in texts], np.float32)


def test_weights_prefer_what_is_told_apart() -> None:
    """Two topics, equal shares: p(w) = (0.6, 0.25, 0.15); topic 1 weighs 0.6, 0.4 sqrt(1.6), 0."""
    topics = np.array([[0.6, 0.4, 0.0], [0.6, 0.1, 0.3]])
    found = telling(topics, np.array([0.5, 0.5]))
    first = 0.6 + 0.4 * 1.6**0.5
    assert found[0] == pytest.approx([0.6 / first, 0.4 * 1.6**0.5 / first, 0.0])
    second = 0.6 + 0.1 * 0.4**0.5 + 0.3 * 2**0.5
    assert found[1] == pytest.approx([0.6 / second, 0.1 * 0.4**0.5 / second, 0.3 * 2**0.5 / second])


def test_quality_by_hand() -> None:
    """Moon and rocket are always together (NPMI 1), and first in both topics: half of the words differ."""
    found = Bags.count([["moon", "rocket"], ["moon", "rocket"], []], ["moon", "rocket"])
    topics = np.array([[0.5, 0.5], [0.4, 0.6]])
    assert quality(found, topics, np.full((3, 2), 0.5)) == pytest.approx(0.5)
    apart = Bags.count([["moon"], ["rocket"]], ["moon", "rocket"])
    never = np.log(1e-12 / 0.25) / -np.log(1e-12)  # NPMI, with the 1e-12 that unseen pairs get
    assert quality(apart, topics, np.full((2, 2), 0.5)) == pytest.approx(never / 0.5)


def test_topics_come_by_share_with_their_numbers() -> None:
    found = summarise(TEXTS, bags(), TOPICS, np.array([[0.3, 0.7]] * 8, np.float32))
    assert [(topic.number, topic.documents) for topic in found] == [(2, 8), (1, 0)]
    assert [topic.share for topic in found] == pytest.approx([0.7, 0.3])
    assert [word.word for word in found[0].words[:2]] == ["bread", "soup"]
    assert [word.weight for word in found[0].words] == pytest.approx([0.5, 0.5, 0, 0])
    assert found[1].sentences == ()
    assert found[0].valence is None
    assert found[0].read == 0


def test_sentences_speak_of_their_topic_and_come_once() -> None:
    first, second = summarise(TEXTS, bags(), TOPICS, PROPORTIONS)
    assert first.number == 1
    assert first.sentences == ("The rocket left the moon at dawn.",)  # shorter, with the same words
    assert second.sentences == ("We ate soup with bread in the garden.",)
    assert summarise(TEXTS, bags(), TOPICS, PROPORTIONS, sentences=0)[0].sentences == ()


def test_affect_is_that_of_the_sentences_that_speak_of_the_topic() -> None:
    first, second = summarise(TEXTS, bags(), TOPICS, PROPORTIONS, valence_of, read=50)
    assert (first.valence, first.arousal) == (2.0, 3.0)
    assert (second.valence, second.arousal) == (4.0, 3.0)
    assert first.read == 8  # of each of the four documents the two sentences that hold the words
    assert first.spread == 0.0


def test_the_same_seed_reads_the_same_sentences() -> None:
    texts = [f"The moon {n} is far. The rocket {n} is fast. Some soup {n} is hot." for n in range(40)]
    shares = np.full((40, 2), 0.5, np.float32)
    seen: list[list[str]] = []

    def score(read: Sequence[str]) -> NDArray[np.float32]:
        seen.append(list(read))
        return valence_of(read)

    for seed in (1, 1, 2):
        summarise(texts, bags(texts), TOPICS, shares, score, read=10, seed=seed)
    assert seen[0] == seen[1] != seen[2]


def test_words_are_shared_out_by_document_and_topic() -> None:
    """In a document that is a quarter topic 1, a word equally probable in both speaks of it by a quarter."""
    topics = np.array([[0.5, 0.5, 0.0, 0.0], [0.5, 0.0, 0.0, 0.5]])
    spoken = Spoken(
        ["bread bread moon soup"], bags(["bread bread moon soup"]), topics, np.array([[0.25, 0.75]])
    )
    assert spoken.share(0, np.array([0, 1, 3])) == pytest.approx(np.array([[0.25, 0.75], [1, 0], [0, 1]]))
    assert spoken.mass[0] == pytest.approx([2 * 0.25 + 1, 2 * 0.75 + 1])


def test_a_text_without_sentences_is_cut_between_words() -> None:
    text = "soup " * (2 * WIDEST)
    (_, found) = summarise([text, SPACE], bags([text, SPACE]), TOPICS, np.array([[0, 1], [1, 0]], np.float32))
    assert found.number == 2
    (shown,) = found.sentences
    assert shown.endswith("soup …")
    assert len(shown) <= WIDEST + 2
    assert len(shown.split()) > LONGEST


def test_nothing_is_drawn_for_a_topic_that_no_word_speaks_of() -> None:
    topics = np.array([[0.0, 0.5, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0]], np.float32)
    found = summarise([SPACE] * 3, bags([SPACE] * 3), topics, np.array([[1.0, 0.0]] * 3), valence_of)
    assert (found[1].number, found[1].valence, found[1].sentences) == (2, None, ())


@pytest.mark.parametrize("decoder", ["product", "mixture"])
def test_a_pure_topic_is_a_document_of_one_topic_alone(decoder: str) -> None:
    """softmax(B_k + background) for both decoders, where nothing is normalised."""
    table = {"topics": 3, "decoder": decoder, "decoder_norm": False}
    model = TopicModel(TopicConfig.read(table, len(WORDS)))
    model.start_from(torch.tensor([7.0, 1.0, 1.0, 3.0]))
    reader = TopicReader(model, WORDS, {})
    expected = torch.softmax(model.decoder.weight + model.decoder.background, -1)
    assert reader.pure == pytest.approx(expected.detach().numpy(), abs=1e-6)
    assert (decoder == "mixture") == bool(np.allclose(reader.pure, reader.topics, atol=1e-6))
