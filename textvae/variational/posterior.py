"""Diagonal Gaussian posteriors on torch.distributions, and what gradient comes back from them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.distributions import Normal


class Parted(nn.Module):
    """A linear layer in `parts` of one size, none of which hears another's features."""

    def __init__(self, features: int, size: int, parts: int) -> None:
        super().__init__()
        bound = (parts / features) ** 0.5
        self.weight = nn.Parameter(torch.empty(parts, size // parts, features // parts))
        self.bias = nn.Parameter(torch.empty(size))
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """(B, features) -> (B, size)."""
        heard = x.unflatten(-1, (len(self.weight), -1))
        return torch.einsum("bpf,psf->bps", heard, self.weight).flatten(1) + self.bias


class GaussianPosterior(nn.Module):
    """A linear layer to (mu, log sigma^2) of a diagonal Gaussian: Kingma & Welling 2014, appendix C.2.

    With several `parts`, each part of z is read off its own part of the features.
    """

    def __init__(
        self, features: int, size: int, bounds: tuple[float, float] = (-9.0, 3.0), parts: int = 1
    ) -> None:
        super().__init__()
        self.to_mu, self.to_logvar = (
            nn.Linear(features, size) if parts == 1 else Parted(features, size, parts) for _ in range(2)
        )
        self.bounds = bounds
        nn.init.normal_(self.to_logvar.weight, std=1e-3)
        nn.init.constant_(self.to_logvar.bias, -2.0)

    def forward(self, summary: Tensor) -> Normal:
        """(B, features) -> Normal with batch shape (B, size), in fp32."""
        mu = self.to_mu(summary).float()
        logvar = self.to_logvar(summary).float().clamp(*self.bounds)
        return Normal(mu, torch.exp(0.5 * logvar), validate_args=False)


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, strength: float) -> Tensor:
        ctx.strength = strength  # type: ignore[attr-defined]
        return x.view_as(x)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradient, None  # type: ignore[attr-defined]


def reverse_gradient(x: Tensor, strength: float = 1.0) -> Tensor:
    """x itself; its gradient comes back times -`strength` (Ganin & Lempitsky 2015, equation 10)."""
    reversed_: Tensor = _Reversal.apply(x, strength)  # type: ignore[no-untyped-call]
    return reversed_


@contextmanager
def held_still(*modules: nn.Module | None) -> Iterator[None]:
    """What is worked out inside gives the modules' parameters no gradient."""
    learning = [p for module in modules if module for p in module.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
