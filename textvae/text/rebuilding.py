"""Sentences encoded and decoded again: what their latents hold."""

from collections.abc import Sequence

from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec


def rebuild(texts: Sequence[str], codec: Codec, search: BeamOptions, restored: bool) -> list[str]:
    """The likeliest sentence of each text's latent, as its writer would write it or, not `restored`, in the
    model's form; a blank one stays blank."""
    pieces = [codec.pieces(text) for text in texts]
    filled = [i for i, found in enumerate(pieces) if found]
    results = [""] * len(texts)
    if filled:
        latent = codec.latents([pieces[i] for i in filled])
        room = codec.room([len(pieces[i]) for i in filled])
        for i, found in zip(filled, codec.search(latent, room, search), strict=True):
            tokens = found[0].tokens
            results[i] = codec.text(tokens, texts[i]) if restored else codec.tokenizer.decode(tokens)
    return results
