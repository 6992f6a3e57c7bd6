"""Dropout whose masks cost little on a processor."""

import torch
from torch import Tensor, nn

LEVELS = 256


class Dropout(nn.Dropout):
    """`torch.nn.Dropout`; on a processor eight decisions are taken from one random number, several times
    faster, with p rounded to 1/256. What is kept is scaled by what the rounded p asks for, so that the
    expectation is the input's.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same, some of it 0."""
        keep = round(LEVELS * (1 - self.p))
        if not self.training or x.device.type != "cpu" or keep in (0, LEVELS):
            return super().forward(x)
        drawn = torch.empty(-(-x.numel() // 8), dtype=torch.int64).random_(-(2**63), None)
        kept = drawn.view(torch.uint8)[: x.numel()].view(x.shape) < keep
        return x * kept.to(x.dtype).mul_(LEVELS / keep)
