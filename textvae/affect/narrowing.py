"""The word pieces of a small student: the most frequent ones of its teacher, in a smaller width."""

import json
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from textvae.errors import RecipeError

PAD, UNKNOWN = "[PAD]", "[UNK]"


def frequent_pieces(
    tokenizer: Tokenizer, texts: Sequence[str], count: int
) -> tuple[Tokenizer, np.ndarray, np.ndarray]:
    """A tokenizer of the `count` most frequent pieces of `texts` and of all single characters.

    A word whose piece is left out falls into shorter ones. It puts no special pieces around a text. Also
    returns the old numbers of the pieces, and how often each occurs.

    Raises `RecipeError` for a tokenizer that is not WordPiece.
    """
    tokenizer.no_padding()
    tokenizer.no_truncation()
    described = json.loads(tokenizer.to_str())
    if described["model"]["type"] != "WordPiece":
        raise RecipeError(f"the teacher's tokenizer is {described['model']['type']}, not WordPiece.")
    vocabulary: dict[str, int] = described["model"]["vocab"]
    seen = np.zeros(max(vocabulary.values()) + 1, np.int64)
    for start in range(0, len(texts), 10_000):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + 10_000]), add_special_tokens=False)
        for encoding in encodings:
            np.add.at(seen, encoding.ids, 1)
    special = {token["content"] for token in described["added_tokens"]} - {PAD, UNKNOWN}
    usable = [piece for piece in vocabulary if piece not in special]

    def rank(piece: str) -> tuple[bool, bool, int]:
        short = len(piece.removeprefix("##")) == 1
        return piece not in (PAD, UNKNOWN), not short, -int(seen[vocabulary[piece]])

    chosen = sorted(usable, key=rank)[:count]
    kept = np.array([vocabulary[piece] for piece in chosen])
    described["model"]["vocab"] = {piece: i for i, piece in enumerate(chosen)}
    described["added_tokens"] = [
        {**token, "id": chosen.index(token["content"])}
        for token in described["added_tokens"]
        if token["content"] in (PAD, UNKNOWN)
    ]
    described["post_processor"] = None
    return Tokenizer.from_str(json.dumps(described, ensure_ascii=False)), kept, seen[kept]


def narrowed(table: Tensor, counts: np.ndarray, width: int) -> Tensor:
    """Embeddings (V, H) in their first `width` principal components, of variance 1 / width on average.

    A piece weighs in the components as the square root of its count, so that the few most frequent ones do
    not decide them.
    """
    weights = torch.from_numpy(np.sqrt(counts + 1.0)).float()[:, None]
    weights /= weights.sum()
    centred = table.float() - (weights * table.float()).sum(0)
    _, _, axes = torch.linalg.svd(centred.T @ (weights * centred))
    small = centred @ axes[:width].T
    scale = (weights * small.square()).sum().sqrt()
    return torch.nn.functional.pad(small / scale, (0, width - small.shape[1]))
