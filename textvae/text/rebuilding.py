"""Sentences encoded and decoded again: what their latents hold."""

from collections.abc import Sequence

from textvae.text.asides import BLANKS, set_aside
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.orthography import put_names_back


def rebuild(texts: Sequence[str], codec: Codec, search: BeamOptions, restored: bool) -> list[str]:
    """The likeliest sentence of each text's latent, as its writer would write it or, not `restored`, in the
    model's form; a blank one stays blank, and one of emoji alone as it is. A name that the decoder spells
    wrong is written as in the text; addresses and long numbers are set aside and put back, where the decoder
    says what stands for them."""
    pieces = [codec.pieces(text) for text in texts]
    results = [codec.orthography.restore("", text) if restored else "" for text in texts]
    left = [i for i, found in enumerate(pieces) if found]
    if not restored:
        for i, form in zip(left, decoded([pieces[i] for i in left], codec, search), strict=True):
            results[i] = form
        return results

    def known(word: str) -> bool:
        return codec.count(word) == 1

    for blank in (*BLANKS, ""):
        asides = [set_aside(texts[i], blank, codec.count) for i in left]
        forms = decoded([codec.pieces(aside.text) for aside in asides], codec, search)
        lost = []
        for i, aside, form in zip(left, asides, forms, strict=True):
            if aside.whole or aside.fits(form):
                results[i] = put_names_back(aside.written(form, codec.orthography), texts[i], known)
            else:
                lost.append(i)
        left = lost
    return results


def decoded(sentences: Sequence[Sequence[int]], codec: Codec, search: BeamOptions) -> list[str]:
    """The likeliest sentence of the latent of each, in the model's form."""
    if not sentences:
        return []
    latent, room = codec.latents(sentences), codec.room([len(pieces) for pieces in sentences])
    return [codec.tokenizer.decode(found[0].tokens) for found in codec.search(latent, room, search)]
