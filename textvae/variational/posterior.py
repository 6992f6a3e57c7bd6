"""Diagonal Gaussian posteriors on torch.distributions, and the layers that give them."""

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.distributions import Normal


class GaussianPosterior(nn.Module):
    """A linear layer to (mu, log sigma^2) of a diagonal Gaussian: Kingma & Welling 2014, appendix C.2."""

    def __init__(self, features: int, size: int, bounds: tuple[float, float] = (-9.0, 3.0)) -> None:
        super().__init__()
        self.to_mu = nn.Linear(features, size)
        self.to_logvar = nn.Linear(features, size)
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
