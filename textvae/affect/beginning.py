"""What a training begins with: a pretrained transformer, or an affect model that goes on learning."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer
from torch import Tensor, nn

from textvae.affect.calibration import SCORES
from textvae.affect.encoder import SentenceEncoder, freeze, pretrained_encoder
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.corpora.sentence import Sentence
from textvae.errors import CheckpointError, RecipeError
from textvae.training.checkpoint import Checkpoint, load_checkpoint


@dataclass(frozen=True, slots=True)
class Beginning:
    """An encoder with its word pieces and, where it was an affect model's, that one's weights and scales."""

    encoder: SentenceEncoder
    tokenizer: Tokenizer
    weights: Mapping[str, Tensor] | None = None
    scales: tuple[Scale, ...] | None = None
    checkpoint: Checkpoint | None = None


def begin(encoder: str, start: str, frozen: str, dropout: float) -> Beginning:
    """The pretrained `encoder`, or the affect model `start`, with its `frozen` part and its dropout set.

    Raises `RecipeError` where neither or both are given, or there is no such encoder; `UnknownNameError` or
    `CheckpointError` for a start that is no affect model of one encoder and two heads.
    """
    if bool(encoder) == bool(start):
        ways = "name a transformers folder or a hub model with --encoder, or an affect model as model.start"
        raise RecipeError(f"{'two beginnings: choose one' if start else 'no encoder'}: {ways}.")
    if start:
        begun = _trained(load_checkpoint(start))
    else:
        network, pieces = pretrained_encoder(encoder)
        begun = Beginning(network, Tokenizer.from_buffer(pieces))
    begun.encoder.requires_grad_(True)
    freeze(begun.encoder, frozen)
    for module in begun.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return begun


def _trained(checkpoint: Checkpoint) -> Beginning:
    described = checkpoint.config.get("model", {})
    whole = set(described.get("scales", ())) == set(DIMENSIONS)
    if checkpoint.kind != "affect" or described.get("parts") or not whole:
        raise CheckpointError(
            f"{checkpoint.folder} is no affect model of an encoder and two heads: start from one, such as "
            "affect-en."
        )
    weights = {name: value for name, value in checkpoint.tensors.items() if not name.startswith(SCORES)}
    model = AffectModel.build(described, weights)
    tokenizer = Tokenizer.from_buffer(checkpoint.files["tokenizer.json"])
    return Beginning(model.encoder, tokenizer, weights, model.scales, checkpoint)


def taught(sentences: Sequence[Sentence], fold: str) -> list[Sentence]:
    """The sentences that are not in `fold`; "" leaves none out."""
    return [s for s in sentences if not in_fold(s, fold)]


def in_fold(sentence: Sentence, fold: str) -> bool:
    """Whether a sentence falls into `fold`, such as "2/5": the second of five parts.

    A sentence's part goes by the checksum of its id, so that it does not hang on which others there are.
    Raises `RecipeError` for anything else than a number, a stroke and a number that is not below it.
    """
    if not fold:
        return False
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", fold)
    if not found or int(found[1]) > int(found[2]) or int(found[2]) < 2:
        raise RecipeError(f"[data] fold = {fold!r}: write 2/5, say, for the second of five parts.")
    return zlib.crc32(sentence.id.encode()) % int(found[2]) == int(found[1]) - 1
