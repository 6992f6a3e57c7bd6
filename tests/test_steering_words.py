"""Words kept and avoided by the writer, and its candidates with and without a fault."""

from typing import Any, cast

import numpy as np
import pytest
import torch

from textvae import TextWriter, Transfer
from textvae.affect.reader import AffectReader
from textvae.errors import InputError, TextError
from textvae.text.choosing import Measured, choose
from textvae.text.codec import Codec
from textvae.text.editing import Editor
from textvae.text.fillings import Edit
from textvae.text.model import TextConfig, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.rewriting import _promising
from textvae.text.settings import Editing, Steering
from textvae.text.steering import Scale
from textvae.text.tokenizer import Tokenizer
from textvae.text.wording import holds, plain
from textvae.training.device import choose_device

SENTENCES = [
    "the food was cold and the staff was rude",
    "i want to talk to you",
    "Anna did not want to be with 2 of them",
    "the match was over before it began",
]
SETTINGS: dict[str, Any] = {"affect_mean": [1.3, 1.4], "affect_sd": [0.2, 0.2]}


class LetterReader:
    """Valence is the share of a's, arousal the share of e's, on the 1-5 scale."""

    def score(self, texts: list[str]) -> Any:
        shares = [[1 + 4 * text.count(letter) / max(len(text), 1) for letter in "aei"] for text in texts]
        return np.array(shares, dtype=np.float32).reshape(-1, 3)


@pytest.fixture(scope="module")
def writer() -> TextWriter:
    torch.manual_seed(0)
    tokenizer = Tokenizer.train([text.lower() for text in SENTENCES] * 4, 60)
    config = TextConfig(len(tokenizer), embedding=16, encoder=16, heads=2, content=8, decoder=24)
    model = TextVAE(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.data.mul_(2.0)
    orthography = Orthography("plain", {"anna": "Anna"})
    codec = Codec("toy", model, tokenizer, orthography, {}, choose_device("cpu", "fp32"), 12, 60)
    return TextWriter(codec, lambda: cast(AffectReader, LetterReader()), SETTINGS)


def test_kept_and_avoided_words_hold_in_every_candidate(writer: TextWriter) -> None:
    """The model knows nothing and says "food" by chance alone."""
    free = writer.transfer(SENTENCES[0], valence=1.8, n=100).candidates
    assert not all(holds(plain(c.text), "food") for c in free)
    common = max("aeiothwd", key=lambda letter: sum(holds(plain(c.text), letter) for c in free))
    assert any(holds(plain(c.text), common) for c in free)  # there is something to avoid
    found = writer.transfer(SENTENCES[0], valence=1.8, n=100, keep=["Food", "cold"], avoid=[common])
    assert found.candidates
    for candidate in found.candidates:
        assert all(holds(plain(candidate.text), word) for word in ("food", "cold"))
        assert not holds(plain(candidate.text), common)


def test_in_a_list_a_word_is_kept_where_it_is(writer: TextWriter) -> None:
    first, second = writer.transfer(SENTENCES[:2], valence=1.8, n=5, keep=["rude"])
    assert first.candidates and second.candidates
    assert all(holds(plain(c.text), "rude") for c in first.candidates)
    alone = writer.transfer(SENTENCES[0], valence=1.8, n=5, keep=["rude"])
    assert [c.text for c in alone.candidates] == [c.text for c in first.candidates]


def test_words_that_cannot_be_kept(writer: TextWriter) -> None:
    with pytest.raises(TextError, match='"warm" is to be kept'):
        writer.transfer(SENTENCES[0], valence=1.8, keep=["warm"])
    with pytest.raises(InputError, match="no sentence does both"):
        writer.transfer(SENTENCES, valence=1.8, keep=["food"], avoid=["FOOD"])


def test_a_name_and_a_number_are_said_again(writer: TextWriter) -> None:
    """What the plain search loses, a second one has to say; what loses it all the same has a fault."""
    found = writer.transfer(SENTENCES[2], valence=1.8, n=1000)
    told = [all(holds(plain(c.text), word) for word in ("anna", "2")) for c in found.candidates]
    assert any(told) and not all(told)
    for candidate, held in zip(found.candidates, told, strict=True):
        assert candidate.fault.startswith("loses") or held


def test_a_word_that_the_vocabulary_cannot_spell(writer: TextWriter) -> None:
    found = writer.transfer("zebra want to talk", valence=1.8, keep=["zebra"], n=50)
    assert found.candidates and all(holds(plain(c.text), "zebra") for c in found.candidates)
    none = Transfer("zebra", 2.0, 3.0, 4.0, None, ())
    assert (none.text, none.passed) == ("zebra", ())
    assert Transfer(" ", None, None, None, None, ()).text == ""


def test_what_has_a_fault_comes_last() -> None:
    def measured(text: str, valence: float, fault: str = "") -> Measured:
        return Measured(text, -0.5, np.array([valence, 3.0]), 0.5, 0.0, fault)

    said = [
        measured("a", 4.0, "a copy"),
        measured("b", 3.2),
        measured("c", 3.8, "not fluent"),
        measured("d", 3.6),
    ]
    ranked = choose(said, np.array([4.0, np.nan]), 4, 0.5, Scale((3.0, 3.0), (0.5, 0.5)), Steering())
    assert [(c.text, c.fault, c.rank) for c in ranked] == [
        ("d", "", 1), ("b", "", 2), ("a", "a copy", 3), ("c", "not fluent", 4),
    ]  # fmt: skip
    assert choose([], np.array([4.0, np.nan]), 4, 0.5, Scale((3.0, 3.0), (0.5, 0.5)), Steering()) == ()


def test_only_what_may_yet_win_is_judged() -> None:
    """The best that is known and without a flaw is worth 2, the second 1: less than that cannot be chosen."""

    def worth(name: str) -> Measured:
        return Measured(name, 0.0, np.zeros(2), 0.5, 0.0)

    def value(some: Any) -> Any:
        return np.array([float(one.text) for one in some])

    known, rest = [worth("9"), worth("1"), worth("2")], [worth("0.5"), worth("2"), worth("3"), worth("1.5")]

    def promising(n: int, flaws: str) -> list[str]:
        return [
            one.text for one in _promising(known, rest, n, value, lambda one: flaws * (one.text in flaws))
        ]

    assert promising(1, "9") == ["3", "2"]
    assert promising(2, "9") == ["3", "2", "1.5"]
    assert promising(3, "9") == ["3", "2", "1.5", "0.5"]
    assert promising(1, "") == []


class Careless:
    """Proposes one edit, which an infilling model would have to judge."""

    def __init__(self, judged: int) -> None:
        self.options = Editing(model="careless", judged=judged, fluency=7.0)

    def propose(self, form: str, own: Any, target: Any, kept: Any = frozenset()) -> list[Edit]:
        return [Edit(form.replace("food", "feed"), -3.5, -9.0)]

    def stand(self, source: str, forms: list[str]) -> list[float]:
        assert self.options.judged, "the decoder is to judge"
        return [-1.0 for _ in forms]


def test_the_decoder_judges_edits_where_the_editor_does_not(writer: TextWriter) -> None:
    text = SENTENCES[0]
    written = text.replace("food", "feed")
    judged = TextWriter(writer.codec, lambda: cast(Any, LetterReader()), writer.config)
    judged.__dict__["editor"] = cast(Editor, Careless(judged=0))
    every = judged.transfer(text, valence="+0.1", n=100).candidates
    assert written in {one.text for one in every}
    (edit,) = (one for one in every if one.text == written)
    assert edit.log_prob == -3.5
    assert edit.fault != "is not fluent"  # as its stand of -9 would say, and a likelihood it has not
    judged.__dict__["editor"] = cast(Editor, Careless(judged=4))
    (edit,) = (one for one in judged.transfer(text, valence="+0.1", n=100).candidates if one.text == written)
    assert edit.fault == "is not fluent"
