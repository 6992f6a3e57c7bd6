"""log p(x|z) without ever holding the logits of a whole batch."""

from typing import Any

import torch
from torch import Tensor

ROWS = {"cpu": 384}  # logits of so many tokens are held at a time: they stay in the processor's cache
ROWS_ELSEWHERE = 32768
LEAST = 1e-37  # what a probability that bf16 and fp32 cannot hold counts as


class _SummedNLL(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor
    ) -> tuple[Tensor, Tensor]:
        total = torch.zeros((), device=hidden.device)
        each = torch.zeros(len(hidden), device=hidden.device)
        hidden_grad = torch.empty_like(hidden)
        weight_grad = torch.zeros(weight.shape, device=weight.device)
        bias_grad = torch.zeros(bias.shape, device=bias.device)
        narrow, shift = weight.to(hidden.dtype), bias.to(hidden.dtype)
        size = ROWS.get(hidden.device.type, ROWS_ELSEWHERE)
        for at in range(0, len(hidden), size):
            rows, wanted = hidden[at : at + size], targets[at : at + size, None]
            error = torch.softmax(torch.addmm(shift, rows, narrow.t()), dim=1)
            nll = -error.gather(1, wanted).float().clamp_min_(LEAST).log_()
            total += nll.sum()
            each[at : at + size] = nll[:, 0]
            error.scatter_add_(1, wanted, torch.full_like(wanted, -1, dtype=error.dtype))
            hidden_grad[at : at + size] = error @ narrow
            weight_grad += error.t() @ rows
            bias_grad += error.sum(dim=0, dtype=torch.float32)
        ctx.save_for_backward(hidden_grad, weight_grad, bias_grad)
        ctx.mark_non_differentiable(each)
        return total, each

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden, weight, bias = ctx.saved_tensors
        return hidden * gradient.to(hidden.dtype), weight * gradient, bias * gradient, None


def summed_nll(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """-sum over n of log softmax(hidden_n W^T + b)[target_n], in nats; a scalar in fp32.

    `hidden` (N, E), `weight` (V, E), `bias` (V,), `targets` (N,). The products run in the type of
    `hidden`. The gradient is softmax - onehot, worked out in the same sweep as the loss, some rows
    at a time: neither the logits nor their gradient (N, V) is ever held.
    """
    return summed_and_each_nll(hidden, weight, bias, targets)[0]


def summed_and_each_nll(
    hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor]:
    """`summed_nll`, and beside it what each target cost, (N,), which has no gradient."""
    if not torch.is_grad_enabled():
        each = token_nll(hidden, weight, bias, targets)
        return each.sum(), each
    pair: tuple[Tensor, Tensor] = _SummedNLL.apply(hidden, weight, bias, targets)  # type: ignore[no-untyped-call]
    return pair


@torch.no_grad()
def token_nll(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """-log softmax(hidden_n W^T + b)[target_n] of each n, (N,) in fp32, without a gradient."""
    narrow, shift = weight.to(hidden.dtype), bias.to(hidden.dtype)
    found = torch.empty(len(hidden), device=hidden.device)
    size = ROWS.get(hidden.device.type, ROWS_ELSEWHERE)
    for at in range(0, len(hidden), size):
        logits = torch.addmm(shift, hidden[at : at + size], narrow.t())
        right = logits.gather(1, targets[at : at + size, None])[:, 0].float()
        found[at : at + size] = torch.logsumexp(logits.float(), dim=1) - right
    return found
