"""Weights in eight bits: each row of a matrix keeps its own scale.

A matrix W of shape (out, in) is stored as q = round(W / s) in int8 with s = max|W| / 127 taken over
each row and kept in fp16, so that the error of a weight is at most s / 2. Vectors stay in fp16.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"


def quantise(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Matrices to int8 with a fp16 scale a row (named `NAME.scale`), everything else to fp16."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.dim() < 2 or not tensor.is_floating_point():
            stored[name] = tensor.half() if tensor.is_floating_point() else tensor.clone()
            continue
        weights = tensor.detach().float()
        scale = weights.abs().amax(dim=-1, keepdim=True).clamp_min(1e-6) / 127
        scale = scale.half().float().clamp_min(6e-8)
        stored[name] = (weights / scale).round().clamp(-127, 127).to(torch.int8)
        stored[name + SCALE] = scale.half()
    return stored


def dequantise(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The fp32 tensors that `quantise` stored, up to its rounding."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if name.endswith(SCALE) and name.removesuffix(SCALE) in stored:
            continue
        if tensor.dtype == torch.int8 and (scale := stored.get(name + SCALE)) is not None:
            tensors[name] = tensor.float() * scale.float()
        else:
            tensors[name] = tensor.float() if tensor.is_floating_point() else tensor
    return tensors
