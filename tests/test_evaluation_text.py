"""`evaluate text`: what is reported of each kind of model, and that it can be compared."""

import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from textvae.cli import app
from textvae.corpora.sentence import Sentence
from textvae.errors import CheckpointError, CorpusError
from textvae.evaluation.judge import Judge
from textvae.evaluation.report import Report
from textvae.evaluation.samples import (
    draw_texts,
    forward_perplexity,
    reverse_perplexity,
    written_perplexity,
)
from textvae.evaluation.text import TextOptions, evaluate_text
from textvae.evaluation.transfer import evaluate_transfer
from textvae.text.orthography import Orthography
from textvae.text.task import TextTask
from textvae.text.writer import TextWriter
from textvae.training.device import choose_device
from textvae.training.recipe import load_recipe

CPU = choose_device("cpu", "fp32")
TEXTS = ["the food was good .", "our room was cold !", "my bed was _num_ feet .", "the soup was bad ."]
QUICK = TextOptions(draws=2, samples=3, made=30, ways=3, steps=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model, a VAE and an autoencoder as they are before training."""
    root = tmp_path_factory.mktemp("models")
    own = root / "own.csv"
    own.write_text("text\n" + "\n".join(f"{text} {n}" for text in TEXTS for n in "abcdef"), encoding="utf-8")
    for name in ("lm", "vae", "ae"):
        recipe = load_recipe("text", f"yelp/{name}")
        recipe["data"] |= {"corpora": [str(own)], "held_out": 0.2, "coverage": 1.0, "max_pieces": 9}
        recipe["model"] |= {"embedding": 8, "encoder": 6, "decoder": 10}
        if name != "lm":
            recipe["model"]["content"] = 3
        TextTask(recipe, CPU, None, "affect-en", "", 1).export(root / name, {})
    return root


def load(folder: Path, name: str) -> TextWriter:
    return TextWriter.load(str(folder / name), "cpu", "fp32")


def report(folder: Path, name: str, **more: Any) -> Report:
    sentences = [Sentence(text) for text in TEXTS]
    return evaluate_text(load(folder, name), sentences, "own", QUICK, **more)


def names(found: Report) -> set[str]:
    return {row.name for row in found.rows}


def test_a_vae_has_every_row(folder: Path) -> None:
    told: list[int] = []
    found = report(folder, "vae", judge=load(folder, "lm"), progress=told.append)
    assert {
        "bound", "NLL", "KL", "perplexity", "mutual information", "active units", "reconstruction BLEU",
        "self-BLEU of samples", "distinct-1 of samples", "forward perplexity", "reverse perplexity",
    } <= names(found)  # fmt: skip
    assert told[-1] == 4
    words = sum(len(text.split()) + 1 for text in TEXTS)
    assert found["perplexity"] == pytest.approx(math.exp(4 * found["NLL"] / words))
    assert found["bound"] == pytest.approx(found["reconstruction"] + found["KL"])
    assert [row["kind"] for row in found.outputs] == ["sentence"] * 4 + ["sample"] * 30
    assert found.outputs[0]["source"] == TEXTS[0]
    for part in ("corpus:own@", "draws:2", "samples:3", "seed:1", "judge:lm@"):
        assert part in found.signature


def test_same_seed_same_figures(folder: Path) -> None:
    first, again = report(folder, "vae"), report(folder, "vae")
    assert [row.value for row in first.rows] == pytest.approx([row.value for row in again.rows], nan_ok=True)
    assert first.signature == again.signature


def test_a_language_model_has_no_latent_and_an_autoencoder_no_likelihood(folder: Path) -> None:
    plain, points = names(report(folder, "lm")), names(report(folder, "ae"))
    assert {"NLL", "perplexity"} <= plain
    assert not plain & {"bound", "KL", "mutual information", "active units", "reconstruction BLEU"}
    assert {"reconstruction", "active units", "reconstruction BLEU"} <= points
    assert not points & {"bound", "NLL", "KL", "perplexity", "mutual information"}


def test_what_cannot_be_measured_is_said(folder: Path) -> None:
    with pytest.raises(CorpusError, match="no sentences"):
        evaluate_text(load(folder, "vae"), [Sentence("  ")], "own", QUICK)
    with pytest.raises(CheckpointError, match="train a language model"):
        report(folder, "vae", judge=load(folder, "vae"))


def test_samples_come_from_the_seed_and_hold_unk(folder: Path) -> None:
    codec = load(folder, "vae").codec
    texts = draw_texts(codec, 300, seed=4)
    assert texts == draw_texts(codec, 300, seed=4)
    assert texts != draw_texts(codec, 300, seed=5)
    assert any("<unk>" in text for text in texts)
    assert not any("<s>" in text or "<pad>" in text for text in texts)


def test_reverse_perplexity_tells_the_corpus_from_its_opposite(folder: Path) -> None:
    """A model of texts like the corpus is less perplexed by it than one of its words in reverse."""
    judge = load(folder, "lm").codec
    backwards = [" ".join(reversed(text.split())) for text in TEXTS]
    like = reverse_perplexity(judge, TEXTS * 30, TEXTS, seed=1, epochs=100)
    unlike = reverse_perplexity(judge, backwards * 30, TEXTS, seed=1, epochs=100)
    assert like < 0.7 * unlike
    assert math.isnan(reverse_perplexity(judge, TEXTS, TEXTS, seed=1))


def test_what_people_write_is_brought_into_the_form_first(folder: Path) -> None:
    judge = replace(load(folder, "lm").codec, orthography=Orthography("yelp"))
    assert written_perplexity(judge, ["The food was good.", " "]) == forward_perplexity(judge, [TEXTS[0]])
    for perplexity in (written_perplexity, forward_perplexity):
        assert math.isnan(perplexity(judge, ["", " "]))


def test_reverse_perplexity_knows_the_corpus_in_any_capitals(folder: Path) -> None:
    judge = replace(load(folder, "lm").codec, orthography=Orthography("yelp"))
    found = [
        reverse_perplexity(judge, TEXTS * 30, sentences, seed=1, epochs=3)
        for sentences in (TEXTS, [text.upper().replace("_NUM_", "_num_") for text in TEXTS])
    ]
    assert found[0] == found[1]
    glued = reverse_perplexity(judge, TEXTS * 30, [text.replace(" .", ".") for text in TEXTS], 1, epochs=3)
    words = sum(len(text.split()) + 1 for text in TEXTS)
    assert math.log(glued) * (words - 3) == pytest.approx(math.log(found[0]) * words)


class Shouter:
    """A writer whose outputs are its sources and a mark, and its judge."""

    def transfer(
        self, texts: list[str], valence: float, fidelity: float, without: tuple[str, ...]
    ) -> list[SimpleNamespace]:
        return [SimpleNamespace(best=f"{text} !", candidates=[]) for text in texts]

    def reconstruct(self, texts: list[str], restored: bool) -> list[str]:
        return texts

    def accuracy(self, texts: list[str], labels: list[str]) -> float:
        return 50.0

    def label(self, texts: list[str]) -> list[str]:
        return ["positive"] * len(texts)


def test_transfer_tells_how_fluent_outputs_sources_and_rewrites_are(folder: Path) -> None:
    texts = [text for text in TEXTS if "_num_" not in text]
    asked = [Sentence(text, label="negative", references=(text.upper(),)) for text in texts]
    judge, model = cast(Judge, Shouter()), load(folder, "lm")
    model.codec = replace(model.codec, orthography=Orthography("yelp"))
    found = evaluate_transfer(Shouter(), judge, asked, language_model=model)
    assert found["PPL"] == written_perplexity(model.codec, [f"{text} !" for text in texts])
    assert found["PPL of a copy"] == found["PPL of people"] == written_perplexity(model.codec, texts)
    assert "|lm:lm@" in found.signature
    assert "PPL" not in names(evaluate_transfer(Shouter(), judge, asked))
    with pytest.raises(CheckpointError, match="train a language model"):
        evaluate_transfer(Shouter(), judge, asked, language_model=load(folder, "vae"))


def test_from_the_command_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, corpus = tmp_path / "report.jsonl", tmp_path / "sentences.txt"
    corpus.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    arguments = ["evaluate", "text", "--model", str(folder / "vae"), "--corpus", str(corpus), "-n", "3"]
    code = app.run([*arguments, "--samples", "3", "--texts", "12", "--device", "cpu", "-o", str(out)])
    assert (code, capsys.readouterr().err) == (0, "")
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["title"].startswith("vae on 3 sentences")
    assert app.run([*arguments, "--judge", str(folder / "vae")]) == 2
    assert "train a language model" in capsys.readouterr().err
