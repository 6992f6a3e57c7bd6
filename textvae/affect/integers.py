"""Linear layers whose products are done in int8: faster where the processor does not multiply bf16.

Weights ship in int8 with a scale for each row (`textvae.training.quantisation`), so that only the rounding of
what goes in is new. Each row that goes in gets a scale of its own as well:

    y = b + s W q,  s = max |x| / n,  q = round(x / s) in -n ... n,

with n = 127, or 63 where the processor adds pairs of products in 16 bits, which would overflow. A row comes
out the same whatever the others are.
"""

from functools import cache

import torch
from torch import Tensor, nn

from textvae.errors import InputError

LEAST = 1e-6  # of the largest value of a row; a row of zeros stays one


class IntegerLinear(nn.Module):
    """`linear` with its product in int8; it has no gradient and nothing to be saved.

    Raises `InputError` where this machine's torch does not multiply int8.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.steps = most_steps()
        weight = linear.weight.detach().float()
        self.scale = weight.abs().amax(1).clamp_min(LEAST) / 127
        self.packed = _packed((weight / self.scale[:, None]).round().to(torch.int8))
        self.bias = torch.zeros(len(weight)) if linear.bias is None else linear.bias.detach().float()

    def forward(self, x: Tensor) -> Tensor:
        """`x` (..., I) in fp32 gives (..., O)."""
        rows = x.reshape(-1, x.shape[-1])
        scale = torch.maximum(rows.amax(1, True), -rows.amin(1, True)).clamp_min_(LEAST) / self.steps
        rounded = rows.mul(1.0 / scale).round_().to(torch.int8).view(torch.uint8).add_(self.steps + 1)
        product = _product(rounded, self.packed, self.scale, self.steps)
        return torch.addcmul(self.bias, product, scale).view(*x.shape[:-1], len(self.bias))


def use_integers(encoder: nn.Module) -> None:
    """Put an `IntegerLinear` in the place of every linear layer of `encoder`.

    Raises `InputError` where this machine's torch does not multiply int8.
    """
    for module in list(encoder.modules()):
        for name, child in list(module.named_children()):
            if type(child) is nn.Linear:
                setattr(module, name, IntegerLinear(child))


@cache
def most_steps() -> int:
    """127 or 63: how far q may reach to each side, found by multiplying the largest values.

    Raises `InputError` where neither comes out right.
    """
    largest = torch.full((1, 64), 127, dtype=torch.int8)
    for steps in (127, 63):
        rows = torch.full((1, 64), 2 * steps + 1, dtype=torch.uint8)
        try:
            found = _product(rows, _packed(largest), torch.ones(1), steps)
        except (AttributeError, RuntimeError):
            break
        if found.item() == 64 * 127 * steps:
            return steps
    raise InputError("this machine's torch does not multiply int8: use --precision auto or fp32.")


def _packed(weight: Tensor) -> Tensor:
    """`weight` (O, I) in int8, laid out for oneDNN."""
    return torch.ops.onednn.qlinear_prepack(weight, None)  # type: ignore[no-any-return]


def _product(rows: Tensor, packed: Tensor, scale: Tensor, steps: int) -> Tensor:
    """q W with W's rows scaled, (B, O) in fp32, of q + steps + 1 (B, I) in uint8."""
    zeros = torch.zeros(len(scale), dtype=torch.int32)
    return torch.ops.onednn.qlinear_pointwise(  # type: ignore[no-any-return]
        rows, 1.0, steps + 1, packed, scale, zeros, None, 1.0, 0, torch.float32, "none", [], ""
    )
