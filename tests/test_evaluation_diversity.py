"""Diversity and smoothness by hand, and self-BLEU against sacrebleu."""

import math
import random

import pytest
import sacrebleu

from textvae.evaluation.diversity import distinct, edits, repeating, self_bleu, smoothness


def test_distinct_by_hand() -> None:
    texts = ["a b a b", "a b"]  # 6 words, 2 of them different; ab ba ab ab: 2 of 4
    assert distinct(texts, 1) == pytest.approx(100 * 2 / 6)
    assert distinct(texts, 2) == pytest.approx(100 * 2 / 4)
    assert math.isnan(distinct(["a"], 2))


def test_repeating_by_hand() -> None:
    assert repeating(["a b c a b c", "a b c d", "x", "a a a a"]) == 50.0


def test_self_bleu_is_corpus_bleu_against_all_the_others() -> None:
    generator = random.Random(0)
    texts = [" ".join(generator.choices("abcd", k=generator.randint(5, 9))) for _ in range(12)]
    references = [[texts[j] for j in range(12) if j != i] for i in range(12)]
    streams = [list(column) for column in zip(*references, strict=True)]
    theirs = sacrebleu.corpus_bleu(texts, streams, tokenize="none", force=True, smooth_method="none")
    assert self_bleu(texts) == pytest.approx(theirs.score, rel=1e-6)


def test_self_bleu_at_its_ends() -> None:
    assert self_bleu(["a b c d e"] * 3) == pytest.approx(100.0)
    assert self_bleu(["a b c d", "e f g h"]) == 0.0
    assert math.isnan(self_bleu(["a"]))


def test_edits_by_hand() -> None:
    assert edits(["the", "food", "was", "good"], ["the", "soup", "was"]) == 2
    assert edits([], ["a", "b"]) == 2
    assert edits(["a"], ["a"]) == 0


def test_smoothness_by_hand() -> None:
    even = ["a a", "a b", "b b"]  # one word a step: L = 2, straight, the largest step is half the way
    jump = ["a a", "a a", "b b"]  # all at once
    loop = ["a a", "b b", "a b"]  # 2 + 1 words to get 1 away
    still = ["a", "a", "a"]
    assert smoothness([even]) == (1.0, 0.5, 1)
    assert smoothness([jump]) == (1.0, 1.0, 1)
    assert smoothness([loop]) == pytest.approx((1 / 3, 2 / 3, 1))
    assert smoothness([even, jump, still]) == (1.0, 0.75, 2)
    assert math.isnan(smoothness([still])[0])
