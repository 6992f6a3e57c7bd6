"""The figures of disentanglement by hand, and the parts of its benchmark that could be wrong unnoticed."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from textvae.errors import CheckpointError
from textvae.evaluation.disentangling import ContentRuler, probe_accuracy, probe_r2, transfer_figures
from textvae.evaluation.judge import Judge
from textvae.text.codec import Codec
from textvae.text.model import TextConfig, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.words import Words
from textvae.training.device import choose_device
from textvae.training.recipe import load_recipe

TEXT = "the food was good bad waiter _num_ cold soup"


@pytest.fixture
def ruler() -> ContentRuler:
    words = Words.train([TEXT], 100)
    torch.manual_seed(0)
    model = TextVAE(TextConfig(len(words), embedding=2, decoder=3, affect=0, content=0, adversary=0)).eval()
    with torch.no_grad():
        model.embedding.weight[words.encode("food")] = torch.tensor([3.0, 4.0])
        model.embedding.weight[words.encode("soup")] = torch.tensor([4.0, -3.0])
        model.embedding.weight[words.encode("waiter")] = torch.tensor([1.0, 0.0])
    codec = Codec("lm", model, words, Orthography("given"), {}, choose_device("cpu", "fp32"), 20, 40)
    return ContentRuler(codec, frozenset({"good", "bad"}))


def test_cosine_by_hand(ruler: ContentRuler) -> None:
    assert ruler.cosine("good food", "bad food") == pytest.approx(1.0)
    assert ruler.cosine("food", "soup") == pytest.approx(0.0, abs=1e-7)
    both = ruler.embed("good waiter food")
    assert both is not None
    assert both.tolist() == pytest.approx([1, 0, 2, 2, 3, 4])  # least, mean, greatest
    by_hand = (1 * 3 + 0 * 4 + 2 * 3 + 2 * 4 + 3 * 3 + 4 * 4) / math.sqrt(1 + 4 + 4 + 9 + 16) / math.sqrt(75)
    assert ruler.cosine("waiter food", "food") == pytest.approx(by_hand)
    assert ruler.cosine("food", "good bad unknown") == 0.0
    assert math.isnan(ruler.cosine("good", "food"))


def test_overlap_by_hand(ruler: ContentRuler) -> None:
    assert ruler.overlap("the good food was cold", "bad cold soup , cold") == pytest.approx(1 / 3)
    assert ruler.overlap("good food", "the food was bad") == 1.0
    assert ruler.overlap("good food", "") == 0.0
    assert math.isnan(ruler.overlap("it was good", "it was bad"))


def test_a_ruler_needs_a_language_model(ruler: ContentRuler) -> None:
    codec = ruler.language_model
    latent = TextVAE(TextConfig(len(codec.tokenizer), embedding=2, encoder=2, heads=1, decoder=3, content=2))
    other = Codec("vae", latent, codec.tokenizer, codec.orthography, {}, codec.device, 20, 40)
    with pytest.raises(CheckpointError, match="language model"):
        ContentRuler(other, frozenset())


class Says:
    """A judge that goes by one word."""

    def accuracy(self, texts: list[str], labels: list[str]) -> float:
        given = ["positive" if "good" in text else "negative" for text in texts]
        return 100.0 * float(np.mean([a == b for a, b in zip(given, labels, strict=True)]))


def test_the_figures_of_a_transfer(ruler: ContentRuler) -> None:
    sources = ["the food was bad", "the waiter was good"]
    outputs = ["the food was good", "the soup was good"]
    rows = transfer_figures(sources, outputs, ["positive", "negative"], cast(Judge, Says()), ruler)
    found = {row.name: row.value for row in rows}
    assert found["ACC"] == 50.0
    assert found["overlap"] == 0.5
    cosine = ruler.cosine("the waiter was", "the soup was")
    assert found["cosine"] == pytest.approx((1 + cosine) / 2)
    assert found["GM"] == pytest.approx((0.5 * 0.5 / found["PPL"]) ** (1 / 3))
    assert 1 < found["PPL"] < 100


def test_probes_find_what_is_there_and_nothing_else() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=(600, 3))
    label = (x @ [2.0, -1.0, 0.0] > 0).astype(int)
    told = probe_accuracy(x[:400], label[:400].tolist(), x[400:], label[400:].tolist())
    assert told > 95
    blind = probe_accuracy(x[:400, 2:], label[:400].tolist(), x[400:, 2:], label[400:].tolist())
    assert blind == pytest.approx(50, abs=10)
    value = x @ [1.0, 1.0, 0.0] + random.normal(size=600)  # two thirds of its variance
    assert probe_r2(x[:400], value[:400], x[400:], value[400:]) == pytest.approx(2 / 3, abs=0.08)
    assert abs(probe_r2(x[:400, 2:], value[:400], x[400:, 2:], value[400:])) < 0.05


@pytest.fixture
def bench(benchmarks: Callable[[str], ModuleType]) -> Any:
    return benchmarks("disentangling")


def test_every_row_is_a_recipe_with_one_budget(bench: Any) -> None:
    from disentangling_table import DRAWN, ROWS, SHOWN

    assert set(SHOWN) == set(ROWS) >= set(DRAWN)
    budgets = {
        json.dumps([recipe["training"], recipe["batches"]])
        for folder in bench.FOLDERS.values()
        for recipe in (load_recipe("text", f"{folder}/{row}") for row in ROWS)
    }
    assert len(budgets) == 1


def test_the_table_by_hand(bench: Any) -> None:
    rows = {"copy": {"ACC": 3.14, "PPL": 30.0}, "all": {"ACC": 80.0, "PPL": 41.26, "label from c": 55.0}}
    assert bench.table(rows).splitlines() == [
        "| system | ACC | PPL | label from c |",
        "|---|---|---|---|",
        "| copy | 3.1 | 30.0 | – |",
        "| all | 80.0 | 41.3 | 55.0 |",
    ]


def test_groups_of_valence_are_the_outer_fifths(bench: Any) -> None:
    found = bench.Bench.__new__(bench.Bench)
    found.form = "affect"
    found.drawn = [SimpleNamespace(text=str(i), label="positive") for i in range(10)]
    valence = np.array([3, 9, 1, 5, 6, 2, 7, 0, 4, 8], dtype=float)
    found.affect = (np.stack([valence, valence * 0], 1), np.zeros((0, 2)))
    assert found.groups == {"negative": ["2", "7"], "positive": ["1", "9"]}
    found = bench.Bench.__new__(bench.Bench)
    found.form, found.drawn = "polarity", [
        SimpleNamespace(text="a", label="negative"), SimpleNamespace(text="b", label="positive"),
    ]  # fmt: skip
    assert found.groups == {"negative": ["a"], "positive": ["b"]}


def test_a_stranger_is_a_sentence_of_the_other_style(bench: Any) -> None:
    heard: list[list[str]] = []
    test = [
        SimpleNamespace(text=text, label=label, references=(text.upper(),))
        for text, label in (("a", "negative"), ("x", "positive"), ("b", "negative"), ("y", "positive"))
    ]

    def figures(texts: list[str]) -> dict[str, float]:
        heard.append(texts)
        return {"ACC": 1.0}

    asked = SimpleNamespace(test=test, figures=figures)
    found = bench.references(asked)
    assert list(found) == ["copy of the input", "human rewrite", "another sentence of the other style"]
    assert heard[:2] == [["a", "x", "b", "y"], ["A", "X", "B", "Y"]]
    assert heard[2] == ["y", "b", "x", "a"]


def test_what_was_measured_is_not_measured_again(bench: Any, tmp_path: Path) -> None:
    measured = {"figures": {"ACC": 1.0}, "arithmetic": {"1.0": {}}, "written": [], "points": {}}
    (tmp_path / "f.json").write_text(json.dumps(measured), encoding="utf-8")
    asked = SimpleNamespace(file="f.json")
    assert bench.measure("all", tmp_path, asked, [1.0, 2.0]) == measured
    assert bench.measure("vae", tmp_path, asked, [1.0]) == measured
    with pytest.raises(Exception, match="last"):  # another k: the model is needed
        bench.measure("vae", tmp_path, asked, [2.0])


def test_the_figure_is_drawn(bench: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    points = {"style": [[0.0, 1.0], [1.0, 0.0]], "content": [[0.0, 0.0], [1.0, 1.0]]}
    for told in (["positive", "negative"], np.array([1.0, 2.0])):
        path = tmp_path / f"{type(told).__name__}.png"
        bench.draw(path, {"vae": points, "all": points}, told)
        assert path.read_bytes().startswith(b"\x89PNG")
    bench.draw(tmp_path / "none.png", {"mul-s": points}, ["positive", "negative"])
    assert not (tmp_path / "none.png").exists()
