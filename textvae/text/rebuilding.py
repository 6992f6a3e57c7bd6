"""Sentences encoded and decoded again: what their latents hold."""

from collections.abc import Sequence

from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.orthography import put_names_back


def rebuild(texts: Sequence[str], codec: Codec, search: BeamOptions, restored: bool) -> list[str]:
    """The likeliest sentence of each text's latent, as its writer would write it or, not `restored`, in the
    model's form; a blank one stays blank, and one of emoji alone as it is. A name that the decoder spells
    wrong is written as in the text."""

    def known(word: str) -> bool:
        return codec.count(word) == 1

    pieces = [codec.pieces(text) for text in texts]
    filled = [i for i, found in enumerate(pieces) if found]
    results = [codec.orthography.restore("", text) if restored else "" for text in texts]
    if filled:
        latent = codec.latents([pieces[i] for i in filled])
        room = codec.room([len(pieces[i]) for i in filled])
        for i, found in zip(filled, codec.search(latent, room, search), strict=True):
            tokens = found[0].tokens
            if restored:
                results[i] = put_names_back(codec.text(tokens, texts[i]), texts[i], known)
            else:
                results[i] = codec.tokenizer.decode(tokens)
    return results
