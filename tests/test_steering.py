"""Steering: the latents that are decoded, the choice among candidates, and the writer around them."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from textvae import TextWriter, Transfer
from textvae.affect.reader import AffectReader
from textvae.errors import InputError, TargetError, TextError
from textvae.text.choosing import Measured, choose
from textvae.text.codec import Codec
from textvae.text.interpolating import smoothest
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.settings import Steering
from textvae.text.similarity import LIGHT, content_kept, foreign, words
from textvae.text.steering import Scale, between, in_the_way, merit, steered
from textvae.text.tokenizer import BOS, EOS, Tokenizer
from textvae.training.device import choose_device

NAN = math.nan
SCALE = Scale((3.0, 3.0), (0.5, 0.25))


def test_content_kept() -> None:
    assert content_kept("The food  was COLD.", "the food was cold .") == 1.0
    assert 0.75 < content_kept("The food was cold.", "The food was cold!") < 1
    assert content_kept("", "") == 1.0
    assert content_kept("cold food", "") == 0.0
    assert content_kept("cold food", "warm rain") == 0.0
    assert content_kept("rain", "Rain") == 1.0
    # Words: 2 of 3 on both sides, 4/6; pairs: 1 of 2 on both sides, 1/2; the triples differ.
    assert content_kept("cold food here", "cold food there" + "fore") == pytest.approx((2 / 3 + 1 / 2) / 3)
    assert (
        content_kept("the food was cold and the staff was rude", "the staff was cold and the food was rude")
        < 1
    )
    # One content word of 1 + LIGHT each kept: 1 / (1 + LIGHT); no pair.
    assert content_kept("the food", "food is") == pytest.approx(1 / (1 + LIGHT) / 2)


def test_content_weighs_more_than_what_holds_it_together() -> None:
    source = "the food was cold"
    assert content_kept(source, "this food is cold") > content_kept(source, "the staff was rude")
    assert content_kept(source, "the food was not cold") < 1


def test_content_kept_is_symmetric_and_in_bounds() -> None:
    generator = random.Random(0)
    for _ in range(200):
        known = ["the", "food", "was", "cold", "rude"]
        a, b = (" ".join(generator.choices(known, k=generator.randrange(7))) for _ in range(2))
        assert content_kept(a, b) == pytest.approx(content_kept(b, a))
        assert 0 <= content_kept(a, b) <= 1
        assert (content_kept(a, b) == 1) == (words(a) == words(b))


def test_latents_go_from_the_source_through_the_target_and_beyond() -> None:
    steering = Steering(strengths=(0.0, 0.5, 1.0, 2.0), bound=5.0)
    source = torch.tensor([[-1.0, 0.5], [0.0, -7.0]])
    target = torch.tensor([[1.0, NAN], [4.0, NAN]])
    expected = [[[-1.0, 0.5], [0.0, 0.5], [1.0, 0.5], [3.0, 0.5]],
                [[0.0, -7.0], [2.0, -7.0], [4.0, -7.0], [5.0, -7.0]]]  # fmt: skip
    assert steered(source, target, steering).tolist() == expected


def test_sides_lie_beside_each_strength_where_a_dimension_is_not_asked_for() -> None:
    steering = Steering(strengths=(0.5, 1.0), sides=(-1.0, 2.5), bound=3.0)
    source = torch.tensor([[1.0, 0.5]])
    expected = [[[1.5, 0.5], [2.0, 0.5], [1.5, -0.5], [2.0, -0.5], [1.5, 3.0], [2.0, 3.0]]]
    assert steered(source, torch.tensor([[2.0, NAN]]), steering).tolist() == expected
    assert steered(source, torch.tensor([[2.0, 1.5]]), steering).tolist() == [[[1.5, 1.0], [2.0, 1.5]]]


def test_words_in_the_way() -> None:
    lexicon = {"cold": (-0.5, 0.1), "rude": (-0.9, 0.4), "food": (0.05, 0.0), "great": (1.0, 0.3)}
    sentence = ["the", "food", "was", "cold", "great", "rude"]
    assert in_the_way(sentence, (2.0, NAN), lexicon, 0.15) == {"cold", "rude"}
    assert in_the_way(sentence, (-2.0, NAN), lexicon, 0.15) == {"great"}
    assert in_the_way(sentence, (NAN, -1.0), lexicon, 0.15) == {"great", "rude"}
    assert in_the_way(sentence, (0.0, NAN), lexicon, 0.15) == set()


def test_merit_by_hand() -> None:
    steering = Steering(affect=1.0, content=2.0, fluency=0.5)
    achieved = np.array([[1.0, 0.0], [3.0, 9.0], [2.0, 0.0]])
    target = np.array([2.0, NAN])
    similarity, fluency = np.array([0.5, 1.0, 0.0]), np.array([-1.0, -4.0, 0.0])
    assert merit(achieved, target, similarity, fluency, steering).tolist() == pytest.approx([-0.5, -1.0, 0.0])
    assert merit(achieved, target, similarity, fluency, steering, 0).tolist() == pytest.approx(
        [-2.5, -4.0, 0.0]
    )
    assert merit(achieved, target, similarity, fluency, steering, 1).tolist() == pytest.approx(
        [1.5, 2.0, 0.0]
    )
    both = np.array([2.0, 1.0])  # the error is averaged over what is asked for
    assert merit(achieved, both, similarity, fluency, steering).tolist() == pytest.approx([-0.5, -4.5, -0.5])


def measured(text: str, valence: float, similarity: float, fluency: float = 0.0) -> Measured:
    return Measured(text, -0.5, np.array([valence, 3.0]), similarity, fluency)


def test_fidelity_chooses_between_target_and_wording() -> None:
    said = [
        measured("the food was good", 3.2, 0.9),
        measured("fine food", 3.6, 0.4),
        measured("a lovely day", 4, 0),
    ]

    def best(fidelity: float) -> str:
        return choose(said, np.array([4.0, NAN]), 1, fidelity, SCALE, Steering())[0].text

    assert best(0.0) == "a lovely day"
    assert best(1.0) == "the food was good"


def test_fluency_is_asked_for_but_not_more_than_the_source_has() -> None:
    said = [
        measured("fond of dogs", 3.5, 0.5),
        measured("happy of dogs", 3.6, 0.5, -0.8),
        measured("i am", 3.4, 0.5, 9),
    ]
    ranked = choose(said, np.array([4.0, NAN]), 3, 0.5, SCALE, Steering())
    assert [candidate.text for candidate in ranked] == ["fond of dogs", "i am", "happy of dogs"]
    assert [candidate.rank for candidate in ranked] == [1, 2, 3]


def test_a_straight_way_and_an_arc() -> None:
    a, b = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 4.0])
    weights = torch.tensor([0.0, 0.5, 1.0])
    assert between(a, b, weights).tolist() == [[2.0, 0.0], [1.0, 2.0], [0.0, 4.0]]
    arc = between(a, b, weights, spherical=True)
    assert torch.allclose(arc, torch.tensor([[2.0, 0.0], [3 / 2**0.5, 3 / 2**0.5], [0.0, 4.0]]), atol=1e-6)
    for other in (-a, 3 * a, 0 * a):
        assert torch.equal(between(a, other, weights, spherical=True), between(a, other, weights))


# The writer, around a model with random weights and a reader that counts letters.

SENTENCES = [
    "the food was cold and the staff was rude",
    "i want to talk to you",
    "she did not want to be with him",
    "what a lovely day it is",
    "the match was over before it began",
    "my train was late again",
]

SETTINGS: dict[str, Any] = {"affect_mean": [1.3, 1.4], "affect_sd": [0.2, 0.2]}


class LetterReader:
    """Valence is the share of a's, arousal the share of e's, on the 1-5 scale; a blank text reads nan."""

    calls = 0

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        shares = [
            [1 + 4 * text.count(letter) / len(text) if text.strip() else NAN for letter in "aei"]
            for text in texts
        ]
        return np.array(shares, dtype=np.float32).reshape(-1, 3)


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    torch.manual_seed(0)
    tokenizer = Tokenizer.train(SENTENCES * 4, 60)
    config = TextConfig(len(tokenizer), embedding=16, encoder=16, heads=2, content=8, decoder=24)
    model = TextVAE(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.data.mul_(2.0)
    codec = Codec(
        "toy",
        model,
        tokenizer,
        Orthography("plain", {}),
        {"cold": (-1.0, 0.0)},
        choose_device("cpu", "fp32"),
        10,
        60,
    )
    reader = LetterReader()
    return TextWriter(codec, lambda: cast(AffectReader, reader), SETTINGS)


def test_transfer_reports_what_was_reached(writer: TextWriter) -> None:
    moved = writer.transfer(SENTENCES[0], valence=1.8, n=5)
    assert moved.source == SENTENCES[0]
    assert (moved.target_valence, moved.target_arousal) == (1.8, None)
    assert [c.rank for c in moved.candidates] == list(range(1, len(moved.candidates) + 1))
    assert len({c.text for c in moved.candidates}) == len(moved.candidates) > 1
    assert moved.best == moved.candidates[0].text
    for candidate in moved.candidates:
        assert candidate.valence == pytest.approx(
            1 + 4 * candidate.text.count("a") / len(candidate.text), abs=1e-5
        )
        assert candidate.similarity == content_kept(moved.source, candidate.text)
        assert candidate.log_prob < 0
    assert moved.source_valence == pytest.approx(1 + 4 * 4 / len(SENTENCES[0]), abs=1e-5)


def test_a_relative_target_starts_at_the_source(writer: TextWriter) -> None:
    moved = writer.transfer(SENTENCES[1], arousal="+0.5", valence="-3")
    assert moved.source_arousal is not None
    assert moved.target_arousal == pytest.approx(moved.source_arousal + 0.5)
    assert moved.target_valence == 1.0


def test_the_same_alone_in_a_list_and_in_a_stream(writer: TextWriter) -> None:
    texts = [*SENTENCES, "  ", SENTENCES[0], ""]
    together = writer.transfer(texts, valence="high", n=3)
    assert [moved.source for moved in together] == texts
    for text, moved, streamed in zip(
        texts, together, writer.transfer_stream(texts, "high", None, 3), strict=True
    ):
        assert_same(moved, writer.transfer(text, valence="high", n=3))
        assert_same(moved, streamed)
    assert writer.reconstruct(texts) == [writer.reconstruct(text) for text in texts]


def test_a_string_alone_is_one_sentence_and_what_is_no_text_is_told_of(writer: TextWriter) -> None:
    [streamed] = writer.transfer_stream(SENTENCES[0], valence=4.0)
    assert_same(streamed, writer.transfer(SENTENCES[0], valence=4.0))
    assert list(writer.reconstruct_stream(SENTENCES[0])) == [writer.reconstruct(SENTENCES[0])]
    given: Any = np.float32(4.0)
    assert writer.transfer(SENTENCES[0], valence=given).target_valence == 4.0
    for given, told in (
        (None, "None is no text"),
        ([SENTENCES[0], None], r"texts\[1\] is no text, but None"),
    ):
        with pytest.raises(TextError, match=told):
            writer.transfer(given, valence=4.0)


def assert_same(one: Transfer, other: Transfer) -> None:
    assert [c.text for c in one.candidates] == [c.text for c in other.candidates]
    for a, b in zip(one.candidates, other.candidates, strict=True):
        assert (a.valence, a.arousal) == pytest.approx((b.valence, b.arousal))
        assert a.log_prob == pytest.approx(b.log_prob, abs=1e-4)


def test_a_blank_sentence_stays_blank(writer: TextWriter) -> None:
    moved = writer.transfer(" \t", valence=4.0)
    assert moved == Transfer(" \t", None, None, None, None, ())
    assert moved.text == ""
    assert writer.reconstruct("  ") == ""
    assert writer.reconstruct([]) == []
    assert writer.transfer([], valence=4.0) == []


def test_a_sentence_that_is_too_long(writer: TextWriter) -> None:
    with pytest.raises(
        TextError, match=r'"word word .*\.\.\." has 11 words, .* toy takes at most 10 words.* split'
    ):
        writer.transfer("word " * 11, valence=4.0)
    with pytest.raises(TextError, match="at most 10 words and 60 pieces"):
        writer.reconstruct("food" * 40)


def test_what_cannot_be_asked_for(writer: TextWriter) -> None:
    with pytest.raises(TargetError, match="give valence, arousal or both"):
        writer.transfer(SENTENCES[0])
    with pytest.raises(TargetError, match="valence 9 is not on the scale"):
        writer.transfer([], valence=9)
    with pytest.raises(InputError, match=r"fidelity 1\.5"):
        writer.transfer(SENTENCES[0], valence=4, fidelity=1.5)
    with pytest.raises(InputError, match="n 0"):
        writer.transfer(SENTENCES[0], valence=4, n=0)
    with pytest.raises(InputError, match="steps 1"):
        writer.interpolate(SENTENCES[0], SENTENCES[1], steps=1)
    with pytest.raises(TextError, match="the second sentence has no words"):
        writer.interpolate(SENTENCES[0], " ")
    with pytest.raises(InputError, match="temperature -1"):
        writer.sample(1, temperature=-1)


@pytest.mark.parametrize("spherical", [False, True])
def test_a_way_begins_and_ends_at_its_sentences(writer: TextWriter, spherical: bool) -> None:
    way = writer.interpolate(SENTENCES[1], SENTENCES[2], steps=5, spherical=spherical)
    assert [point.step for point in way] == [0, 1, 2, 3, 4]
    assert [way[0].text, way[-1].text] == SENTENCES[1:3]
    assert [way[0].weight, *sorted(point.weight for point in way[1:-1]), way[-1].weight] == [
        point.weight for point in way
    ]
    plain = writer.interpolate(SENTENCES[1], SENTENCES[2], steps=5, spherical=spherical, plain=True)
    assert [point.weight for point in plain] == [0, 0.25, 0.5, 0.75, 1]
    assert [plain[0].text, plain[-1].text] == writer.reconstruct(SENTENCES[1:3])


def test_between_a_sentence_and_itself_is_nothing_else(writer: TextWriter) -> None:
    way = writer.interpolate(SENTENCES[1], SENTENCES[1], steps=4)
    assert {point.text for point in way} == {SENTENCES[1]}
    assert [point.text for point in writer.interpolate(SENTENCES[0], SENTENCES[1], 2)] == SENTENCES[:2]


def test_the_smoothest_way_goes_over_many_small_changes() -> None:
    """Two half changes cost 1/4 each, and nothing for being even; one whole change costs 1, to stay in the
    other step 0.9, and to stand a step from where one should 0.05."""
    weights, free = np.array([0.0, 0.5, 1.0]), np.zeros(3)
    halves = np.array([[0.0, 0.5, 1.0], [0.5, 0.0, 0.5], [1.0, 0.5, 0.0]])
    assert smoothest(weights, halves, free, 3) == [0, 1, 2]
    assert smoothest(weights, halves, np.array([0.0, 1.4, 0.0]), 3) == [0, 1, 2]  # 1.9 < 1.95
    assert smoothest(weights, halves, np.array([0.0, 1.5, 0.0]), 3)[-1] == 2
    assert smoothest(weights, halves, np.array([0.0, 1.5, 0.0]), 3) in ([0, 0, 2], [0, 2, 2])
    assert smoothest(weights, halves, free, 2) == [0, 2]


def test_the_smoothest_way_never_goes_back() -> None:
    weights = np.array([0.0, 0.2, 0.2, 0.8, 1.0])
    near = np.full((5, 5), 0.5)
    way = smoothest(weights, near, np.zeros(5), 9)
    assert way == sorted(way)
    assert not {1, 2} <= set(way)  # neither is before the other


def test_a_seed_decides_what_is_made_up(writer: TextWriter) -> None:
    drawn = writer.sample(5, seed=3)
    assert [draw.index for draw in drawn] == [0, 1, 2, 3, 4]
    assert writer.sample(5, seed=3) == drawn
    assert [draw.text for draw in writer.sample(2, seed=3)] == [draw.text for draw in drawn[:2]]
    assert [draw.text for draw in writer.sample(5, seed=4)] != [draw.text for draw in drawn]


def test_samples_come_near_their_target(writer: TextWriter) -> None:
    def distance(valence: float | None) -> float:
        return sum(abs(draw.valence - 1.8) for draw in writer.sample(20, valence=valence, seed=0))

    assert distance(1.8) < distance(None)
    assert all(draw.text.strip() for draw in writer.sample(20, valence=1.8, seed=0))


def test_fluency_is_the_decoder_told_nothing(writer: TextWriter) -> None:
    codec = writer.codec
    sentences = [codec.tokenizer.encode(text) for text in SENTENCES]
    together = codec.fluency(sentences)
    state = codec.model.start(Latent(torch.zeros(1, 2), torch.zeros(1, 8)))
    total, last = 0.0, BOS
    for piece in (*sentences[0], EOS):
        logits, state = codec.model.step(torch.tensor([last]), state)
        total, last = total + float(logits.log_softmax(-1)[0, piece]), piece
    assert together[0] == pytest.approx(total / (len(sentences[0]) + 1), abs=1e-5)
    assert [codec.fluency([each])[0] for each in sentences] == pytest.approx(together, abs=1e-5)


def test_one_call_reads_all_candidates(writer: TextWriter) -> None:
    reader = cast(LetterReader, writer.reader)
    before = reader.calls
    writer.transfer(SENTENCES, valence=1.6)
    assert reader.calls == before + 2  # the sources, then the candidates


def test_refined_contents_say_their_sentences_more_likely(writer: TextWriter) -> None:
    codec = writer.codec
    pieces = [codec.pieces(text) for text in SENTENCES]

    def cost(latent: Latent, of: Sequence[int]) -> float:
        rows = torch.tensor([[BOS, *of, EOS]])
        logits = codec.model.logits(codec.model(rows[:, :-1], latent))
        unlikely = functional.cross_entropy(logits[0], rows[0, 1:], reduction="sum")
        return float(unlikely + 0.015 * latent.content.square().sum())

    start, refined = codec.latents(pieces), codec.latents(pieces, 10)
    assert torch.equal(start.affect, refined.affect)
    for i, each in enumerate(pieces):
        before, after = (Latent(z.affect[i : i + 1], z.content[i : i + 1]) for z in (start, refined))
        assert cost(after, each) < cost(before, each)
        alone = codec.latents([each], 10)
        assert torch.allclose(alone.content, after.content, atol=1e-4)
    varied = TextWriter(codec, lambda: writer.reader, SETTINGS, replace(Steering(), refine=3))
    together = varied.transfer(SENTENCES, valence=1.6)
    assert [varied.transfer(text, valence=1.6).text for text in SENTENCES] == [one.text for one in together]


def test_stripping_gives_more_to_choose_from(writer: TextWriter) -> None:
    counts = []
    for strip in (False, True):
        varied = TextWriter(writer.codec, lambda: writer.reader, SETTINGS, replace(Steering(), strip=strip))
        counts.append(len(varied.transfer(SENTENCES[0], valence="very-high", n=100).candidates))
    assert counts[0] < counts[1]


@pytest.mark.parametrize(
    ("text", "each", "told"),
    [
        ("Das Essen war kalt und das Personal laut.", 2, True),
        ("Das Essen war kalt und das Personal laut.", 1, False),  # words that the vocabulary knows whole
        ("The food was cold and the staff was loud.", 3, False),
        ("Erbamont Montedison Guillermo Kishori Hotel opens", 5, False),  # names
        ("Das Essen war kalt.", 3, False),  # too short to tell
        ("", 3, False),
    ],
)
def test_another_language_is_told_by_its_words_and_pieces(text: str, each: int, told: bool) -> None:
    assert foreign(text, lambda words: each * len(words.split())) is told
