"""A training that starts from a text model takes over its weights, its tokenizer and its scale of affect."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from textvae.errors import RecipeError
from textvae.text.codec import Codec
from textvae.text.data import DataOptions
from textvae.text.gathering import gather
from textvae.text.noise import NoiseOptions, told
from textvae.text.orthography import Orthography
from textvae.text.task import TextTask
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe

CPU = choose_device("cpu", "fp32")
SUBJECTS = ("the food", "the room", "our waiter", "the soup", "my bed", "this place")


def score(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = [[4.0 if "good" in text else 2.0, 3.0 + text.endswith("!"), 3.0] for text in texts]
    return np.array(rows, np.float32)


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A text model after a few steps."""
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path / "cache"))
    lines = [f"{s} was {w}{e}" for s in SUBJECTS for w in ("good", "bad") for e in (".", "!", " again.")]
    own = tmp_path / "own.csv"
    own.write_text("text\n" + "\n".join(lines), encoding="utf-8")
    recipe = load_recipe("text", "en")
    recipe["data"] |= {"corpora": [str(own)], "held_out": 0.2, "pieces": 60}
    recipe["model"] |= {"embedding": 16, "encoder": 16, "content": 8, "decoder": 24}
    recipe["batches"] = {"pieces": 60}
    task = TextTask(recipe, CPU, score, "affect-en", "0123", seed=1)
    list(train(task, TrainingOptions(epochs=1, validate_every=50), tmp_path / "run"))
    return tmp_path / "run" / "last"


def test_weights_tokenizer_and_scale_are_taken_over(trained: Path, tmp_path: Path) -> None:
    start = load_checkpoint(trained)
    recipe = start.config["recipe"]
    own = tmp_path / "own.csv"
    own.write_text(own.read_text(encoding="utf-8").replace("was", "is"), encoding="utf-8")
    task = TextTask(recipe, CPU, score, "affect-en", "0123", seed=2, start=start)
    for name, value in task.model.state_dict().items():
        if not name.startswith("adversary."):
            assert torch.equal(value, start.tensors[name]), name
    task.export(tmp_path / "again", {})
    again = load_checkpoint(tmp_path / "again")
    assert again.files["tokenizer.model"] == start.files["tokenizer.model"]
    assert again.config["affect_sd"] == start.config["affect_sd"]


def test_dimensions_that_contradict_are_refused(trained: Path) -> None:
    start = load_checkpoint(trained)
    recipe = start.config["recipe"]
    with pytest.raises(RecipeError, match="content = 9"):
        other = recipe | {"model": recipe["model"] | {"content": 9}}
        TextTask(other, CPU, score, "affect-en", "0123", seed=2, start=start)


def test_parts_of_a_corpus_are_left_out(tmp_path: Path) -> None:
    for name in ("a", "ab"):
        (tmp_path / f"{name}.csv").write_text(f"text\nthis is a line of {name}\n", encoding="utf-8")
    corpora = (str(tmp_path / "a.csv"), str(tmp_path / "ab.csv"))
    plain = Orthography("plain")
    kept = gather(DataOptions(corpora, leave_out=(str(tmp_path / "a.csv"),)), ("train",), plain)["train"]
    assert [item.text for item in kept] == ["this is a line of ab"]
    assert (
        len(gather(DataOptions(corpora, leave_out=(str(tmp_path / "a"),)), ("train",), plain)["train"]) == 2
    )


def test_some_sentences_go_untold() -> None:
    torch.manual_seed(0)
    affect, content = told(20_000, NoiseOptions(untold=0.2), torch.device("cpu"))
    assert affect.shape == content.shape == (20_000, 1)
    assert float(content.mean()) == pytest.approx(0.8, abs=0.01)  # a fifth hears no content
    assert float(affect.mean()) == pytest.approx(0.9, abs=0.01)  # and half of these no affect
    assert not (content.bool() & ~affect.bool()).any()
    assert all(part.all() for part in told(50, NoiseOptions(), torch.device("cpu")))


def test_a_sentence_reads_the_same_in_company(trained: Path) -> None:
    codec = Codec.from_checkpoint(load_checkpoint(trained), CPU)
    alone, together = codec.fluency([[5, 6]]), codec.fluency([[5, 6], [7, 8, 9]])
    assert alone[0] == pytest.approx(together[0], abs=1e-5)
    assert together[0] < 0
