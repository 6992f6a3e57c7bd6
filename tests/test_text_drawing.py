"""Making up sentences: what no draw may do, and the choice among them."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from textvae.text import drawing
from textvae.text.codec import Codec, Prior
from textvae.text.decoding import Hypothesis
from textvae.text.drawing import draw_sentences, faults
from textvae.text.infilling import Infiller, Place
from textvae.text.model import Latent
from textvae.text.orthography import Orthography
from textvae.text.settings import Steering
from textvae.text.steering import Scale

STEERING = Steering(draws=4, bound=2.0, affect=1.0, fluency=1.0)


@pytest.mark.parametrize(
    "text",
    [
        "It was good.",
        "It's the boys' room (the big one).",
        '"Come!" he said, "and eat (now)."',
        "'Oh, yes, ma'am!' said the girl.",
        "'Tis good, and I like 'em.",
        "Thank you :)",
        "I will do what I will...",
    ],
)
def test_nothing_is_wrong_with_it(text: str) -> None:
    assert faults(text) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("What the fuck is that?", 1),
        ("I met [name].", 1),
        ('"Oh, my dear!', 1),
        ('You are so kind!" cried he, "it is good!', 1),
        ("It was (not good.", 1),
        ("It was not good).", 1),
        ("'I am not here!", 1),
        ("I am not here,' he said.", 1),
        ("The weather for for him.", 1),
        ("Thank you and thank them.", 1),
        ("She was glad to see me", 1),
        ('"Shit shit', 4),
    ],
)
def test_what_is_wrong_with_it(text: str, count: int) -> None:
    assert faults(text) == count


class FewSentences:
    """A codec that draws the given sentences in turn, all as fluent but those in `poor`."""

    max_pieces, untold, prior = 20, False, Prior()
    model = SimpleNamespace(config=SimpleNamespace(affect=2, latent=5))
    device = SimpleNamespace(device=torch.device("cpu"))
    orthography = Orthography("given")

    def __init__(self, texts: Sequence[str], poor: Sequence[str] = ()) -> None:
        self.texts, self.poor = texts, poor
        self.told = torch.empty(0)

    def draw(self, latent: Latent, *_: Any) -> list[Hypothesis]:
        self.told = latent.affect
        return [Hypothesis((i % len(self.texts),), 0.0, 0.0) for i in range(len(latent.affect))]

    def text(self, tokens: Sequence[int]) -> str:
        return self.texts[tokens[0]]

    def fluency(self, sentences: Sequence[Sequence[int]]) -> list[float]:
        return [-5.0 if self.texts[one[0]] in self.poor else 0.0 for one in sentences]


class Worst:
    """An infilling model to which "bath" is a word that stands badly; it notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def standing(self, texts: Sequence[str], places: Sequence[Sequence[Place]], _: Tensor) -> list[Tensor]:
        self.asked = list(texts)
        words = [[text[p.start : p.end] for p in some] for text, some in zip(texts, places, strict=True)]
        assert not any("'" in word for some in words for word in some)
        return [
            torch.tensor([[0.0, -9.0 if word == "bath" else 0.0] for word in some]).reshape(-1, 2)
            for some in words
        ]


def drawn(codec: FewSentences, valence: float = np.nan, infiller: Worst | None = None) -> list[str]:
    def read(texts: Sequence[str]) -> Any:
        return np.array([[3 + 0.5 * text.count("good"), 3.0 if text else np.nan] for text in texts])

    found = draw_sentences(
        range(2),
        0,
        np.array([valence, np.nan]),
        1.0,
        cast(Codec, codec),
        read,
        Scale((3.0, 3.0), (0.5, 0.5)),
        STEERING,
        cast(Infiller, infiller),
    )
    assert [draw.index for draw in found] == [0, 1]
    return [draw.text for draw in found]


def test_what_has_a_fault_is_the_last_choice() -> None:
    assert (
        drawn(FewSentences(['"Ah! It is so.', "Oh shit.", "[name] it is.", "It is so."])) == ["It is so."] * 2
    )
    nothing_else = ["It is shit shit.", "It is so", "It is shit.", "It is shit"]
    assert drawn(FewSentences(nothing_else)) == ["It is so"] * 2  # a sentence comes in any case
    assert drawn(FewSentences(["", "It is so", "", ""])) == ["It is so"] * 2


def test_the_decoder_is_told_no_more_than_the_bound() -> None:
    codec = FewSentences(["It is bad.", "It is good.", "It is so.", "It is a bad day."])
    assert drawn(codec, valence=4.9) == ["It is good."] * 2
    assert codec.told[:, 0].tolist() == [2.0] * 8
    assert len(set(codec.told[:, 1].tolist())) == 8  # from the prior


def test_the_best_draws_are_judged_by_their_worst_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "JUDGED", 3)
    texts = ["I don't like a bath.", "I'm here.", "It is here.", "It is poor."]
    codec, infiller = FewSentences(texts, texts[3:]), Worst()
    assert drawn(codec, infiller=infiller) == ["I'm here."] * 2
    assert infiller.asked == texts[:3] * 2
    assert drawn(codec) == ["I don't like a bath."] * 2
