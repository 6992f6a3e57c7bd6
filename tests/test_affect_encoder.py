"""Sentence encoders: ours against transformers', pooling by hand, freezing."""

from pathlib import Path

import pytest
import torch

from textvae.affect.encoder import (
    BertEncoder,
    BertSize,
    HubEncoder,
    SentenceEncoder,
    build_encoder,
    freeze,
    pool,
    pretrained_encoder,
)
from textvae.affect.model import AffectModel, Scale
from textvae.errors import CheckpointError, RecipeError

SIZE = BertSize(vocabulary=30, hidden=12, layers=3, heads=3, intermediate=20, positions=16)
SCALES = (Scale(3.0, 0.5), Scale(3.1, 0.25), Scale(2.9, 0.2))


def saved_transformer(folder: Path, kind: str) -> Path:
    """A tiny random transformer in the form in which transformers keeps them."""
    from tokenizers import Tokenizer, models, processors
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad"]
    backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]")
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        kind,
        vocab_size=30,
        hidden_size=12,
        num_hidden_layers=3,
        num_attention_heads=3,
        intermediate_size=20,
        max_position_embeddings=16,
        pad_token_id=0,
    )
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_pretrained_transformer_gives_what_transformers_gives(kind: str, tmp_path: Path) -> None:
    from transformers import AutoModel

    folder = saved_transformer(tmp_path / kind, kind)
    encoder, tokenizer = pretrained_encoder(str(folder))
    assert isinstance(encoder, BertEncoder if kind == "bert" else HubEncoder)
    assert b"[CLS]" in tokenizer
    pieces = torch.tensor([[2, 4, 5, 3], [2, 4, 3, 0]])
    mask = torch.tensor([[True] * 4, [True, True, True, False]])
    theirs = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        wanted = theirs(input_ids=pieces, attention_mask=mask.long()).last_hidden_state
        got = encoder.eval()(pieces, mask)
    torch.testing.assert_close(got[mask], wanted[mask], atol=1e-5, rtol=1e-5)

    # The description and the weights give the same encoder back.
    again = build_encoder(encoder.describe()).eval()
    again.load_state_dict(encoder.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(again(pieces, mask), got)

    # So do those of an affect model around it.
    model = AffectModel(encoder, 12, SCALES).eval()
    built = AffectModel.build(model.describe(), model.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(built.read(pieces, mask), model.read(pieces, mask))


def test_an_encoder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be loaded"):
        pretrained_encoder(str(tmp_path))


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(CheckpointError, match="tree"):
        build_encoder({"architecture": "tree"})


def test_pooling_is_the_mean_of_the_real_pieces() -> None:
    vectors = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [100.0, 100.0]]])
    assert pool(vectors, torch.tensor([[True, True, False]])).tolist() == [[2.0, 3.0]]


def trained_parts(encoder: SentenceEncoder) -> set[str]:
    names = (name for name, value in encoder.named_parameters() if value.requires_grad)
    return {".".join(name.split(".")[:2]) if name.startswith("layers") else "below" for name in names}


@pytest.mark.parametrize(
    ("what", "trained"),
    [
        ("none", {"below", "layers.0", "layers.1", "layers.2"}),
        ("all", set()),
        ("embeddings", {"layers.0", "layers.1", "layers.2"}),
        ("first:2", {"layers.2"}),
        ("last:1", {"below", "layers.0", "layers.1"}),
        ("middle:1", {"below", "layers.0", "layers.2"}),
        ("but-first:2", {"layers.0", "layers.1"}),
    ],
)
def test_freezing(what: str, trained: set[str]) -> None:
    encoder = BertEncoder(SIZE)
    freeze(encoder, what)
    assert trained_parts(encoder) == trained


@pytest.mark.parametrize("what", ["some", "first", "first:x", "all:2", "last:-1", "first:9", "middle:4"])
def test_a_freeze_that_is_not_known_is_refused(what: str) -> None:
    with pytest.raises(RecipeError, match="freeze"):
        freeze(BertEncoder(SIZE), what)


def test_a_built_model_reads_on_the_scale() -> None:
    model = AffectModel(BertEncoder(SIZE), 12, SCALES)
    for head in (model.mean, model.log_spread):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    built = AffectModel.build(model.describe(), model.state_dict())
    mean, spread = built.read(torch.tensor([[2, 4, 3]]), torch.ones(1, 3, dtype=torch.bool))
    assert mean[0].tolist() == pytest.approx([3.0, 3.1, 2.9])
    assert spread[0].tolist() == pytest.approx([0.5, 0.25, 0.2])  # exp(0) widths
