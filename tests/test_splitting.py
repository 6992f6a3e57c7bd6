"""Sentence splitting: a hundred hard cases, offsets, and time linear in the length of the text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textvae.corpora.splitting import Span, split_sentences

FILE = Path(__file__).with_name("data") / "hard_sentences.jsonl"
CASES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def test_at_least_95_of_the_100_hard_cases_come_out_right() -> None:
    wrong = [
        (case["kind"], got)
        for case in CASES
        if (got := [span.text for span in split_sentences(case["text"])]) != case["sentences"]
    ]
    assert len(CASES) == 100
    assert len(wrong) <= 5, "\n".join(f"{kind}: {got}" for kind, got in wrong)


PIECES = ["Mr. ", "a.b. ", "- ", "1. ", '."', "...", "?!", "。", "」", ":)", "😀", "Word", "go", "''", "("]
BREAKS = [" ", "\n", "\n\n", "\r\n", "\u2029"]
LONG = ["x", "x ", ".", ". ", "Mr. ", " ", "\n", "\n ", '. "', "a.", "?!'", ":) ", "<3", "😀", ".😀", "a\n"]
LONG += ["- a\n", ") ", "...a", "'' ", "xD", "?😀 x"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES + BREAKS)).map("".join)))
def test_spans_are_ordered_slices_with_nothing_but_whitespace_between(text: str) -> None:
    place = 0
    for span in split_sentences(text):
        assert span.text == text[span.start : span.end]
        assert span.text == span.text.strip() != ""
        assert span.start >= place
        assert not text[place : span.start].strip()
        place = span.end
    assert not text[place:].strip()


def test_offsets_count_characters_of_the_text_as_given() -> None:
    assert split_sentences(" Dr. No 😀. Yes.\n") == [Span(1, 10, "Dr. No 😀."), Span(11, 15, "Yes.")]


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\u2029\x0c\u00a0"])
def test_blank_text_has_no_sentences(text: str) -> None:
    assert split_sentences(text) == []


@pytest.mark.parametrize("piece", LONG)
def test_time_is_linear_in_the_length_of_the_text(piece: str) -> None:
    begun = time.perf_counter()
    split_sentences("a. " + piece * (500_000 // len(piece)) + "x")
    assert time.perf_counter() - begun < 20
