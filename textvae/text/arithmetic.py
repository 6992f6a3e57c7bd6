"""Latent arithmetic: what sentences have in common, added to another's latent or put in its place.

    >>> way = mean_latent(codec, pleasant) - mean_latent(codec, unpleasant)
    >>> shifted(codec, ["the food was cold ."], way, k=1.5)

(Shen et al. 2020, "Educating Text Autoencoders", section 5.3, for a difference of means; John et al. 2018,
section 3.4, for the mean style of the other class.)
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.errors import InputError, TextError, UnknownNameError
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.inspection import Stop, encode_texts
from textvae.text.model import Latent
from textvae.text.writer import PLAIN, TextWriter

Floats = NDArray[np.float64]


def mean_latent(codec: Codec, texts: Sequence[str]) -> Floats:
    """The mean of the posterior means of the texts, (Z,), affect first; those too long or blank are left out.

    Raises `TextError` if none is left, `CheckpointError` for a language model.
    """
    found: Floats = encode_texts(codec, texts).mean.mean(0)
    return found


def difference(mean: Floats, labels: Sequence[str | None], start: str, end: str) -> Floats:
    """(Z,) the mean of the latents (N, Z) that are labelled `end` minus that of those labelled `start`.

    Raises `UnknownNameError` for a label that none has.
    """
    known = sorted({label for label in labels if label})
    for label in (start, end):
        if label not in known:
            raise UnknownNameError("label of the sentences", label, known)
    own = np.array(labels, dtype=object)
    way: Floats = mean[own == end].mean(0) - mean[own == start].mean(0)
    return way


def stops(writer: TextWriter, text: str, way: Floats, ks: Sequence[float]) -> list[Stop]:
    """What becomes of a sentence with each of `ks` times `way` (Z,) added to its latent, with the affect that
    is read in it. Raises `TextError` for a blank text or one too long, `InputError` as `shifted` does."""
    if not text.strip():
        raise TextError("the sentence is blank: give one with words to start from.")
    texts = [shifted(writer.codec, [text], way, k, writer.search)[0] for k in ks]
    readings = writer.reader.score(texts)[:, :2].tolist()
    return [
        Stop(step, float(k), said, *read)
        for step, (k, said, read) in enumerate(zip(ks, texts, readings, strict=True))
    ]


def shifted(
    codec: Codec, texts: Sequence[str], way: Floats, k: float = 1.0, search: BeamOptions = PLAIN
) -> list[str]:
    """The likeliest sentence at each text's posterior mean + k * `way` (Z,); a blank text stays blank.

    Raises `TextError` for a text that is too long, `InputError` for a way of another size.
    """
    _check(codec, way, codec.model.config.latent)
    return rewritten(codec, texts, lambda z: z + k * torch.from_numpy(way).to(z), search)


def restyled(codec: Codec, texts: Sequence[str], style: Floats, search: BeamOptions = PLAIN) -> list[str]:
    """The likeliest sentence with each text's content and, in the place of the first dimensions of z, the
    `style` (S,); a blank text stays blank. Raises as `shifted` does."""
    _check(codec, style, codec.model.config.styled)

    def replaced(z: torch.Tensor) -> torch.Tensor:
        return torch.cat([torch.from_numpy(style).to(z).expand(len(z), -1), z[:, len(style) :]], 1)

    return rewritten(codec, texts, replaced, search)


def rewritten(
    codec: Codec,
    texts: Sequence[str],
    change: Callable[[torch.Tensor], torch.Tensor],
    search: BeamOptions = PLAIN,
) -> list[str]:
    """The likeliest sentence at the changed posterior mean of each text; `change` maps (B, Z) to (B, Z)."""
    pieces = [codec.pieces(text) for text in texts]
    filled = [i for i, found in enumerate(pieces) if found]
    results = [""] * len(texts)
    if filled:
        z, affect = change(codec.encode([pieces[i] for i in filled]).mean.z), codec.model.config.affect
        room = codec.room([len(pieces[i]) for i in filled])
        found = codec.search(Latent(z[:, :affect], z[:, affect:]), room, search)
        for i, hypotheses in zip(filled, found, strict=True):
            results[i] = codec.text(hypotheses[0].tokens, texts[i])
    return results


def _check(codec: Codec, given: Floats, size: int) -> None:
    if given.shape != (size,) or not size:
        raise InputError(
            f"a latent of shape {given.shape}: {codec.name} has {size} dimensions there; take it from the "
            "latents of the same model."
        )
