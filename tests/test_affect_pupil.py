"""Terms that only training knows: readers and writers apart, the correlation of a batch, hidden pieces."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.lessons import Lessons, blank_piece, hide, scales_of
from textvae.affect.model import AffectModel
from textvae.affect.pupil import FEWEST, uncorrelated
from textvae.affect.task import AffectTask, DataOptions, ModelOptions
from textvae.corpora.ratings import read_perspectives
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import CorpusError, RecipeError
from textvae.training.device import Device

CPU = Device(torch.device("cpu"), torch.float32)
RECIPE: dict[str, Any] = {"stage": [{"emobank": 1.0}], "objective": {"affect": 1.0}}


def tokenizer(*names: str) -> Tokenizer:
    words = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", *names]
    made = Tokenizer(models.WordLevel({name: i for i, name in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return made


def rows() -> list[Sentence]:
    return [
        Sentence("good day", f"r{i}", "train", Rating(2.0 + i / 2), Rating(3.0 - i / 4), Rating(1.0 + i))
        for i in range(4)
    ]


def task(recipe: dict[str, Any], data: DataOptions, *names: str) -> AffectTask:
    torch.manual_seed(0)
    words = tokenizer(*names)
    size = BertSize(vocabulary=8, hidden=8, layers=1, heads=2, intermediate=8, positions=16)
    model = AffectModel(BertEncoder(size, dropout=0.0), 8, scales_of(rows()))
    views = {"reader": {"r0": [2.0, 3.0, 3.0], "r1": [4.0, 3.5, 1.0]}, "writer": {"r0": [1.0, 1.0, 1.0]}}
    taught = Lessons({"emobank": rows()}, words, 16, scales_of(rows()), views=views)
    return AffectTask(recipe, model, words, taught, rows(), ModelOptions(window=16), data, 1, CPU)


def test_correlation_by_hand() -> None:
    x = torch.arange(10.0)
    target = torch.stack([x, -2 * x + 1, x.square()], 1)
    # r is 1, -1 and what numpy says.
    wanted = (0 + 2 + 1 - np.corrcoef(np.arange(10.0), np.arange(10.0) ** 2)[0, 1]) / 3
    assert float(uncorrelated(x[:, None].expand(10, 3), target)) == pytest.approx(wanted, abs=1e-5)


def test_correlation_is_of_the_known_rows_if_there_are_enough() -> None:
    x = torch.arange(FEWEST + 2.0)[:, None]
    target = x.clone()
    target[-2:] = torch.nan
    predicted = x.clone()
    predicted[-2:] = -100.0  # would turn the sign
    predicted.requires_grad_()
    assert float(uncorrelated(predicted, target).detach()) == pytest.approx(0.0, abs=1e-5)
    target[-3:] = torch.nan  # one too few
    (slope,) = torch.autograd.grad(uncorrelated(predicted, target), predicted)
    assert float(uncorrelated(predicted, target).detach()) == 0.0
    assert slope.abs().max() == 0.0
    same = torch.ones(FEWEST, 1, requires_grad=True)  # does not vary
    constant = uncorrelated(same, torch.arange(float(FEWEST))[:, None])
    assert float(constant.detach()) == 1.0
    assert torch.autograd.grad(constant, same)[0].isfinite().all()


def test_the_correlation_teaches() -> None:
    target = torch.randn(32, 3, generator=torch.Generator().manual_seed(1))
    predicted = torch.randn(32, 3, generator=torch.Generator().manual_seed(2)).requires_grad_()
    before = float(uncorrelated(predicted, target).detach())
    for _ in range(50):
        (slope,) = torch.autograd.grad(uncorrelated(predicted, target), predicted)
        predicted = (predicted - 5 * slope).detach().requires_grad_()
    assert float(uncorrelated(predicted, target).detach()) < 0.2 < 0.8 < before


def test_readers_and_writers_are_terms_of_their_own() -> None:
    made = task({**RECIPE, "objective": {"reader": 1.0, "writer": 0.5}}, DataOptions(batch=4), "good", "day")
    batch = made.lessons.batch(np.arange(4))
    assert batch.reader[0].tolist() == pytest.approx([-1, -1, 1])
    assert batch.reader[1].tolist() == pytest.approx([1, 1, -1])
    assert batch.reader[2:].isnan().all()
    views = made.pupil.views
    assert views is not None
    torch.nn.init.zeros_(views.weight)
    with torch.no_grad():
        views.bias.copy_(torch.tensor([2.0, 2.0, 2.0, 0.0, 0.0, 0.0]))
        terms = made.terms(np.arange(4), 0)
    # Readers: (2 + 1)^2 or (2 - 1)^2 three times in each of two rows, 30 in all; four rows are in the batch.
    assert float(terms["reader"]) == pytest.approx(30 / 4)


def test_without_such_terms_there_are_no_such_heads() -> None:
    made = task(RECIPE, DataOptions(batch=4), "good")
    assert made.pupil.views is None
    assert not {"reader", "writer"} & set(made.terms(np.arange(4), 0))


def test_a_share_of_the_pieces_is_hidden() -> None:
    pieces = torch.full((400, 12), 7)
    mask = torch.arange(12) < torch.tensor([12, 6] * 200)[:, None]
    torch.manual_seed(1)
    hidden = hide(pieces, mask, 0.25, 3) == 3
    assert not hidden[:, 0].any()  # the first and the last special piece stay
    assert not hidden[::2, 11].any()
    assert not hidden[1::2, 5:].any()  # nor is padding touched
    inner = torch.cat([hidden[::2, 1:11].flatten(), hidden[1::2, 1:5].flatten()])
    assert float(inner.float().mean()) == pytest.approx(0.25, abs=0.03)
    assert torch.equal(hide(pieces, mask, 0.0, 3), pieces)
    assert blank_piece(tokenizer("[MASK]", "day")) == 4
    assert blank_piece(tokenizer("day")) == 3


def test_hiding_is_of_the_training_alone() -> None:
    """The terms of a step go with the draw of what is hidden, the readings of dev do not."""
    made = task(RECIPE, DataOptions(batch=4, hidden=0.5), "good", "day")
    seen = set()
    for seed in range(8):
        torch.manual_seed(seed)
        seen.add(round(float(made.terms(np.arange(4), 0)["affect"].detach()), 6))
    assert len(seen) > 1
    assert made.validate()["mse"] == made.validate()["mse"]
    for wrong in (1.0, -0.1):
        with pytest.raises(RecipeError, match="hidden"):
            task(RECIPE, DataOptions(hidden=wrong), "good")


def test_perspectives_are_read_or_asked_for(tmp_path: Path) -> None:
    table = '"id","V","A","D","stdV","stdA","stdD","N"\n"a","2.5","3","4","0","0","0","5"\n'
    (tmp_path / "emobank.csv").write_text("id,split,V,A,D,text\na,train,3,3,3,day\n")
    (tmp_path / "reader.csv").write_text(table)
    with pytest.raises(CorpusError, match=r"no writer.csv.*reader and writer"):
        read_perspectives(tmp_path)
    (tmp_path / "writer.csv").write_text(table.replace("2.5", "1"))
    found = {"reader": {"a": [2.5, 3.0, 4.0]}, "writer": {"a": [1.0, 3.0, 4.0]}}
    assert read_perspectives(tmp_path) == found
