"""Sentence embeddings of a pretrained encoder: computed once, then taken from the user's cache."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import torch

from textvae.affect.encoder import SentenceEncoder, sentence_vectors
from textvae.affect.lessons import pad
from textvae.caching import kept_array
from textvae.training.device import Device

ROWS = 64  # sentences at once


def sentence_embeddings(
    encoder: SentenceEncoder,
    pieces: Sequence[np.ndarray],
    fill: int,
    device: Device,
    told: Callable[[int], None] = lambda done: None,
) -> np.ndarray:
    """The encoder's vector of each row of pieces, (N, H) float32; `told` hears how many are done.

    They are kept in the user's cache under the encoder's weights and the pieces.
    """
    digest = hashlib.sha256(f"1 {device.name} {fill}\n".encode())
    for name, value in encoder.state_dict().items():
        digest.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    for row in pieces:
        digest.update(len(row).to_bytes(4, "little") + row.tobytes())

    def compute() -> np.ndarray:
        return _computed(encoder, pieces, fill, device, told)

    return kept_array("embeddings", digest.hexdigest()[:24], len(pieces), compute)


@torch.inference_mode()
def _computed(
    encoder: SentenceEncoder,
    pieces: Sequence[np.ndarray],
    fill: int,
    device: Device,
    told: Callable[[int], None],
) -> np.ndarray:
    """The vectors, sentences of like length together."""
    encoder.to(device.device).eval()
    vectors = np.empty((len(pieces), encoder.width), np.float32)
    order = np.argsort([len(row) for row in pieces], kind="stable")
    for start in range(0, len(order), ROWS):
        rows = order[start : start + ROWS]
        matrix, mask = pad([pieces[row] for row in rows], fill)
        with device.autocast():
            read = sentence_vectors(encoder, matrix.to(device.device), mask.to(device.device))
        vectors[rows] = read.float().cpu().numpy()
        told(min(start + ROWS, len(order)))
    return vectors
