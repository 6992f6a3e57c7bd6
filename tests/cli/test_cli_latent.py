"""`textvae latent` and the plot of `textvae interpolate`: rows, tables, figures, bad requests."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from textvae.affect.reader import AffectReader
from textvae.cli import latent_rows
from textvae.cli.interpolate_figure import stays
from textvae.cli.latent_figure import OTHER, PALETTE, by_label, by_value
from textvae.cli.latent_rows import Look, draw
from textvae.corpora import Sentence
from textvae.errors import InputError
from textvae.text.codec import Codec
from textvae.text.inspection import Posteriors
from textvae.text.model import TextConfig, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.tokenizer import Tokenizer
from textvae.text.values import Waypoint
from textvae.text.writer import TextWriter
from textvae.training.device import choose_device

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
EVIL = "</script><script>alert(1)</script>"
TEXTS = ["The soup was cold.", "What a lovely day!", "My train was late again.", f"We sang {EVIL}.", "No."]
LABELS = ["bad", "good", "bad", "good", "bad"]


class WordReader:
    """Valence is the number of words, arousal 3."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[min(5, len(text.split())), 3, 3] for text in texts], dtype=np.float32)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of sentences with labels, and a small model in place of text-en."""
    torch.manual_seed(0)
    tokenizer = Tokenizer.train([text.lower() for text in TEXTS] * 4, 60)
    config = TextConfig(len(tokenizer), embedding=12, encoder=12, heads=2, content=4, decoder=16, adversary=0)
    model = TextVAE(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.mul_(2.0)
    codec = Codec("toy", model, tokenizer, Orthography("plain", {}), {}, choose_device("cpu", "fp32"), 8, 99)
    settings = {"affect_mean": [3.0, 3.0], "affect_sd": [0.5, 0.5]}
    writer = TextWriter(codec, lambda: cast(AffectReader, WordReader()), settings)
    monkeypatch.setattr("textvae.cli.latent.open_writer", lambda name, device, precision: writer)
    path = tmp_path / "corpus.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *zip(TEXTS, LABELS, strict=True)])
    return path


def test_dimensions_as_rows(run: Run, corpus: Path) -> None:
    outcome = run("latent", "toy", "--corpus", corpus, "--format", "jsonl")
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert sorted(row["dimension"] for row in rows) == [0, 1, 2, 3, 4, 5]
    assert [row["part"] for row in sorted(rows, key=lambda row: row["dimension"])] == ["affect"] * 2 + [
        "content"
    ] * 4
    assert [row["kl"] for row in rows] == sorted((row["kl"] for row in rows), reverse=True)
    text = run("latent", "toy", "--corpus", corpus).out.splitlines()
    assert text[0].split("\t")[0] == str(rows[0]["dimension"])
    assert outcome.err == ""


def test_the_table(run: Run, corpus: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    mean = np.array([[1.0, 0.0, 0.3], [-1.0, 0.0, 0.2], [1.0, 0.01, 0.1], [-1.0, 0.0, 0.4]])
    posteriors = Posteriors((0, 1, 2, 4), mean, np.full((4, 3), 0.8))
    monkeypatch.setattr(
        latent_rows, "encode", lambda w, drawn, name, told: Look("toy", name, 2, drawn, posteriors)
    )
    monkeypatch.chdir(corpus.parent)
    golden("latent_table", run("latent", "toy", "--corpus", "corpus.csv", terminal=True).out)


def test_points_as_rows(run: Run, corpus: Path) -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(run("latent", "toy", "--corpus", corpus, "--points", "--format", "csv").out)
        )
    )
    assert [(row["text"], row["label"]) for row in rows] == list(zip(TEXTS, LABELS, strict=True))
    assert abs(sum(float(row["x"]) for row in rows)) < 1e-4  # components are centred
    assert rows[4]["valence"] == "1.0"


def test_the_nearest_sentence_is_the_sentence_itself(run: Run, corpus: Path) -> None:
    outcome = run("latent", "toy", "--corpus", corpus, "--nearest", TEXTS[2], "-n", "2", "--format", "jsonl")
    first, second = (json.loads(line) for line in outcome.out.splitlines())
    assert (first["text"], first["rank"], first["label"]) == (TEXTS[2], 1, "bad")
    assert first["distance"] < 1e-4 < second["distance"]


def test_a_traversal_needs_no_corpus(run: Run, corpus: Path) -> None:
    outcome = run(
        "latent", "toy", "--traverse", "arousal", "--sentence", TEXTS[0], "--steps", "3", "--format", "jsonl"
    )
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert [row["value"] for row in rows] == [-3.0, 0.0, 3.0]
    assert run("latent", "toy", "--traverse", "9").code == 2


def test_the_difference_of_two_labels_is_added(run: Run, corpus: Path) -> None:
    def rows(*more: str) -> list[dict[str, Any]]:
        asked = ("latent", "toy", "--corpus", corpus, "--sentence", TEXTS[0], "--format", "jsonl", "--add")
        return [json.loads(line) for line in run(*asked, *more).out.splitlines()]

    assert [row["value"] for row in rows("bad", "good")] == [0.0, 0.5, 1.0, 1.5, 2.0]
    far = rows("bad", "good", "--k", "0", "--k", "-40", "--k", "40")
    assert [row["value"] for row in far] == [0.0, -40.0, 40.0]
    assert [row["text"] for row in rows("good", "bad", "--k", "0", "--k", "40", "--k", "-40")] == [
        row["text"] for row in far
    ]
    assert len({row["text"] for row in far}) > 1
    wrong = run("latent", "toy", "--corpus", corpus, "--add", "bad", "goood", "--sentence", TEXTS[0])
    assert (wrong.code, "did you mean 'good'?" in wrong.err) == (2, True)


def test_a_sentence_too_long_is_left_out_and_said(run: Run, corpus: Path) -> None:
    file = corpus.with_name("long.txt")
    file.write_text("\n".join([*TEXTS, "word " * 12]) + "\n")
    outcome = run("latent", "toy", "--corpus", file)
    assert outcome.code == 0
    assert "1 of 6 sentences" in outcome.err


def test_the_page_holds_every_sentence_and_nothing_of_it_acts(run: Run, corpus: Path) -> None:
    page = corpus.with_name("page.html")
    assert run("latent", "toy", "--corpus", corpus, "--plot", page, "--colour", "label").code == 0
    text = page.read_text()
    assert EVIL not in text
    assert text.count("<script>") == 1
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {"http://www.w3.org/2000/svg"}
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert [tip[0] for tip in data["tips"][:5]] == TEXTS
    assert data["tips"][5][0].startswith("dimension ")
    assert len(data["plots"]["plane"]["x"]) == 5
    assert len(data["plots"]["bars"]["x"]) == 6
    assert run("latent", "toy", "--corpus", corpus, "--plot", page).code == 2  # exists
    assert PALETTE[0] in text


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_drawn_figures(run: Run, corpus: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    for number, colour in enumerate(("valence", "arousal", "label")):
        figure = corpus.with_name(f"{number}.{ending}")
        assert run("latent", "toy", "--corpus", corpus, "--plot", figure, "--colour", colour).code == 0
        assert figure.stat().st_size > 5000
    path = corpus.with_name(f"way.{ending}")
    assert run("interpolate", "bad food", "good food", "--plot", path).code == 0
    assert path.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "add --corpus"),
        (["--points", "--nearest", "x"], "--points and --nearest"),
        (["--nearest", "x", "--plot", "a.html"], "leave out --traverse"),
        (["--sentence", "x"], "add --traverse"),
        (["--add", "bad", "good"], "give it with --sentence"),
        (["--k", "2"], "--add FROM TO"),
        (["--add", "bad", "good", "--traverse", "1"], "--traverse and --add"),
        (["--plot", "a.pdf"], "ends in '.pdf'"),
        (["--traverse", "1", "--split", "dev", "--column", "text=x"], "leave out --split, --column"),
        (["--traverse", "1", "--seed", "2"], "leave out --seed"),
        (["--traverse", "1", "--colour", "label"], "--colour goes with --plot FILE"),
        (["--traverse", "1", "-n", "3"], "-n goes with --nearest TEXT"),
        (["--nearest", "x", "--projection", "pca"], "--projection goes with --plot FILE or --points"),
        (["--points", "--steps", "3"], "--steps goes with --traverse DIM"),
        (["--plot", "a.png", "-o", "a.png"], "both name a.png"),
        (["--nearest", " "], "is empty"),
    ],
)
def test_what_cannot_be_asked_for(run: Run, corpus: Path, arguments: list[str], said: str) -> None:
    outcome = run("latent", "toy", *arguments)
    assert (outcome.code, said in outcome.err) == (2, True), outcome.err


def test_a_corpus_without_labels_cannot_be_coloured_by_them(run: Run, corpus: Path) -> None:
    file = corpus.with_name("plain.txt")
    file.write_text("\n".join(TEXTS[:3]) + "\n")
    outcome = run("latent", "toy", "--corpus", file, "--plot", file.with_name("a.html"), "--colour", "label")
    assert outcome.code == 2
    assert "have no labels" in outcome.err


def test_sentences_are_drawn_fairly_once_each_and_in_order() -> None:
    texts = [str(i % 40) for i in range(80)]
    found = [draw((Sentence(text) for text in texts), 10, seed) for seed in range(400)]
    numbers = [[int(s.text) for s in some] for some in found]
    assert all(some == sorted(set(some)) and len(some) == 10 for some in numbers)
    counts = np.bincount([n for some in numbers for n in some], minlength=40)
    assert counts.sum() == 4000
    assert abs(counts - 100).max() < 40  # 100 each; the standard deviation is under 9
    assert len(draw(map(Sentence, ["a", " ", "b"]), 10, 1)) == 2


def test_colours() -> None:
    hues, key = by_label(["b", "a", "b", None], "x")
    assert hues == [PALETTE[0], PALETTE[1], PALETTE[0], OTHER]
    assert [name for _, name in key] == ["b", "a", "other"]
    many = [str(i) for i in range(20)]
    assert by_label(many, "x")[0].count(OTHER) == 20 - len(PALETTE)
    with pytest.raises(InputError):
        by_label([None], "x")
    hues, key = by_value([2.0, 3.0, 4.0], "valence")
    assert [name for _, name in key] == ["2.0", "2.5", "3.0", "3.5", "4.0"]
    assert hues == [key[0][0], key[2][0], key[4][0]]


def test_the_way_is_drawn_with_steps_that_stay_together(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "way.html"
    outcome = run("interpolate", f"bad {EVIL}", "good food", "--steps", "5", "--plot", path)
    text = path.read_text()
    assert len(outcome.out.splitlines()) == 5
    assert EVIL not in text
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    assert [tip[1].split(":")[0] for tip in data["tips"]] == ["step 1-3", "step 4-5"]
    points = [Waypoint(i, i / 3, said, 3.0, 3.0) for i, said in enumerate("aaba")]
    assert [(name, point.text) for name, point in stays(points)] == [("1-2", "a"), ("3", "b"), ("4", "a")]
