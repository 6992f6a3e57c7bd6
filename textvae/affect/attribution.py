"""Which words carry a reading, by the gradient: integrated gradients over the pieces' embeddings.

Sundararajan et al. 2017, equation 1: the gradient, averaged along the straight line from a text whose
pieces are all masked to the text itself, times the way. The pieces' shares add up to what is read less what
is read of the masked text. The gradient at the text itself, times the way, is no explanation of this model:
over 60 sentences of EmoBank's dev split it runs against Shapley values (r -0.26 within a sentence, where
this has 0.61; benchmarks/explanations.py).
"""

from collections.abc import Iterable, Iterator
from threading import get_ident

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from textvae.affect.encoder import piece_table
from textvae.affect.explanation import Span, beginning
from textvae.affect.model import DIMENSIONS, AffectModel
from textvae.affect.values import Explanation, Word
from textvae.affect.windows import MASKED, UNKNOWN, PieceReader, encodable, first_known
from textvae.training.device import Device

LINE = tuple((i + 0.5) / 16 for i in range(16))
"""Points of the line, 0 at the masked text; on the dev sentences the sum is off by 0.01 of a point."""


def integrated_gradients(
    texts: Iterable[str | None], model: AffectModel, pieces: PieceReader, device: Device, dimension: str
) -> Iterator[Explanation | None]:
    """The explanation of each text, in order; None for a blank one.

    A word's contribution is the sum of its pieces'. Words beyond the model's window are left out.
    """
    for text in texts:
        spans, left_out = beginning(text) if text else ([], 0)
        if not text or not spans:
            yield None
            continue
        ids, offsets = _pieces(text[: spans[-1][1]], pieces)
        mean, shares = _shares(ids, model, pieces, device, DIMENSIONS.index(dimension))
        seen = offsets[-1][1] if offsets else 0
        kept = [span for span in spans if span[1] <= seen] or spans[:1]
        contributions = np.zeros(len(kept))
        for (start, end), share in zip(offsets, shares, strict=True):
            if (owner := _owner(start, end, kept)) is not None:
                contributions[owner] += share
        found = tuple(
            Word(text[a:b], a, b, c) for (a, b), c in zip(kept, contributions.tolist(), strict=True)
        )
        yield Explanation(text, dimension, mean, found, left_out + len(spans) - len(kept))


def _pieces(text: str, pieces: PieceReader) -> tuple[np.ndarray, list[Span]]:
    """The first window of `text`, special pieces included, and where each piece between those lies."""
    encoding = pieces.tokenizer.encode(encodable(text), add_special_tokens=False)
    room = pieces.window - len(pieces.first) - len(pieces.last)
    ids = np.concatenate([pieces.first, np.asarray(encoding.ids[:room], np.int64), pieces.last])
    if not len(ids):  # nothing but control characters, say: what is read of it is read of an unknown piece
        return np.array([pieces.unknown]), [(0, 0)]
    return ids, encoding.offsets[:room]


def _owner(start: int, end: int, spans: list[Span]) -> int | None:
    """The word that most of a piece lies in, if any."""
    shared = [min(end, b) - max(start, a) for a, b in spans]
    best = int(np.argmax(shared))
    return best if shared[best] > 0 else None


def _shares(
    ids: np.ndarray, model: AffectModel, pieces: PieceReader, device: Device, dimension: int
) -> tuple[float, list[float]]:
    """What is read (1-5), and the part of it that each piece between the special ones carries."""
    table = piece_table(model.encoder)
    row = torch.from_numpy(ids).to(device.device)
    here = table(row).detach()
    away = here.clone()
    inner = slice(len(pieces.first), len(ids) - len(pieces.last))
    away[inner] = _masked(table, pieces.tokenizer)
    steps = torch.tensor(LINE, device=here.device)
    points = torch.cat([away + (here - away) * steps[:, None, None], here[None]]).requires_grad_()
    mine = get_ident()  # other threads read other texts with the same table meanwhile
    hook = table.register_forward_hook(lambda module, given, result: points if get_ident() == mine else None)
    try:
        # cuDNN's recurrent layers give no gradient while a model reads.
        with device.autocast(), torch.backends.cudnn.flags(enabled=False):
            batch = row.expand(len(points), -1)
            mean = model.read(batch, torch.ones_like(batch, dtype=torch.bool))[0][:, dimension]
    finally:
        hook.remove()
    (slope,) = torch.autograd.grad(mean[:-1].sum() / len(LINE), points)
    shares = (slope[:-1].sum(0) * (here - away)).sum(-1)
    return mean[-1].item(), shares[inner].float().cpu().tolist()


def _masked(table: nn.Embedding, tokenizer: Tokenizer) -> Tensor:
    """The vector of a masked piece; where there is no such piece, of an unknown one; else zero."""
    number = first_known(tokenizer, MASKED + UNKNOWN)
    return torch.zeros(()) if number is None else table.weight[number].detach()
