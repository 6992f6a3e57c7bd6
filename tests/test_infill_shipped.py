"""The shipped editor: it fits the affect model, moves plain sentences, and answers alone as in a list."""

import numpy as np
import pytest

from textvae.affect.encoder import BertEncoder
from textvae.affect.reader import AffectReader
from textvae.text.infill import base_checksum
from textvae.text.lexicon import words_of
from textvae.text.similarity import FUNCTION_WORDS
from textvae.text.wording import UNASKED
from textvae.text.writer import TextWriter
from textvae.training.checkpoint import load_checkpoint

SENTENCES = [
    "She is worried about her exam.",
    "We had a terrible time at the hotel.",
    "Our team lost the game.",
    "I don't like the colour of this car.",
    "The lake is frozen in winter.",
]


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    return TextWriter.load("text-en", device="cpu", precision="fp32")


def test_it_was_trained_over_the_affect_model_that_ships() -> None:
    config = load_checkpoint("infill-en").config
    for precision in ("fp32", "bf16"):
        encoder = AffectReader.load(config["base"], device="cpu", precision=precision).model.encoder
        assert isinstance(encoder, BertEncoder)
        assert base_checksum(encoder, config["model"]["shared"]) == config["base_checksum"]


def test_plain_sentences_move(writer: TextWriter) -> None:
    moved = writer.transfer(SENTENCES, valence=4.0)
    for each in moved:
        assert each.passed and each.source_valence is not None
        assert each.passed[0].valence > each.source_valence + 0.4
        assert not UNASKED & set(words_of(each.text.lower()))


def test_a_sentence_is_edited_the_same_alone_and_in_a_list(writer: TextWriter) -> None:
    together = [each.text for each in writer.transfer(SENTENCES, valence=2.0)]
    assert together == [writer.transfer(sentence, valence=2.0).text for sentence in SENTENCES]


def test_what_is_near_the_target_stays(writer: TextWriter) -> None:
    moved = writer.transfer("What a beautiful song!", valence=3.8)
    assert moved.text == "What a beautiful song!" and not moved.candidates[0].fault


def test_no_word_that_holds_a_sentence_together_takes_the_place_of_another(writer: TextWriter) -> None:
    own, target = np.array([-1.0, 0.0]), np.array([2.0, np.nan])
    for form in ("i don't know what to do anymore.", "the food was awful.", "she left me here, as usual."):
        edits = writer.editor.propose(form, own, target) if writer.editor else []
        assert len(edits) > 10
        for edit in edits:
            there, here = words_of(form), words_of(edit.form)
            if len(there) == len(here):
                changed = {new for old, new in zip(there, here, strict=True) if old != new}
                assert not changed & FUNCTION_WORDS, edit.form


def test_addresses_stay(writer: TextWriter) -> None:
    text = "Check out our new shop at https://example.com today"
    found = writer.transfer(text, valence=4.0, n=5)
    assert found.passed
    assert all("https://example.com" in candidate.text for candidate in found.passed)
