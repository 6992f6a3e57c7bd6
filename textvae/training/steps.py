"""One step of a training: a batch in parts, worked on by one process or by several, and one update."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from textvae.errors import TrainingError
from textvae.training.processes import Processes

if TYPE_CHECKING:
    from textvae.training.loop import Task, TrainingOptions


def in_parts(batch: Any, count: int) -> list[Any]:
    """A batch in `count` parts, or as many as it has items, whose sizes differ by one at most.

    >>> in_parts([1, 2, 3, 4, 5], 2)
    [[1, 2, 3], [4, 5]]
    """
    if count == 1:
        return [batch]
    count = min(count, len(batch))
    least, more = divmod(len(batch), count)
    ends = [part * least + min(part, more) for part in range(count + 1)]
    return [batch[start:end] for start, end in pairwise(ends)]


def check_alike(model: nn.Module, batches: int, team: Processes) -> None:
    """Raise `TrainingError` unless every process begins with the same weights and as many batches."""
    if team.count == 1:
        return
    mine = [float(batches), *(float(p.detach().double().sum()) for p in model.parameters())]
    main = team.agree(mine)
    alike = len(main) == len(mine) and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6) for a, b in zip(mine, main, strict=True)
    )
    if team.add_up_numbers([float(not alike)])[0]:
        raise TrainingError(
            "the processes do not begin alike: see that all have the same recipe, corpora and textvae and, "
            "if they resume, the same folder."
        )


def take_step(
    task: "Task", options: "TrainingOptions", optimizer: torch.optim.Optimizer, batch: Any, step: int,
    team: Processes,
) -> tuple[float, dict[str, float]]:  # fmt: skip
    """One update of the weights; returns the loss and every term before it. No update if not finite.

    The terms are means over a batch's items, so those of a part count by its share of the batch: the sum of
    the parts' gradients is the batch's, whoever works on them. Each part has noise of its own, drawn from the
    seed, the step and the part's number.
    """
    task.model.train()
    optimizer.zero_grad(set_to_none=True)
    parts = in_parts(batch, max(options.parts, team.count))
    whole = task.size(batch)
    loss, sums = 0.0, dict[str, float]()
    for number in range(team.index, max(len(parts), team.count), team.count):
        idle = number >= len(parts)  # nothing left for this process: it takes part with a share of 0
        part = parts[0 if idle else number]
        share = 0.0 if idle else task.size(part) / whole
        torch.manual_seed((options.seed * 1_000_003 + step + number * 0x9E3779B1) % 2**31)
        with task.device.autocast():
            terms = task.terms(part, step)
        total = share * task.objective.total(terms, step)
        total.backward()  # type: ignore[no-untyped-call]
        loss += float(total.detach())
        for name, term in terms.items():
            sums[name] = sums.get(name, 0.0) + share * float(term.detach())
    loss, *values = team.add_up_numbers([loss, *sums.values()])
    if math.isfinite(loss):
        parameters = [p for p in task.model.parameters() if p.grad is not None]
        _add_up_gradients(parameters, team)
        nn.utils.clip_grad_norm_(parameters, options.clip)
        optimizer.step()
    return loss, dict(zip(sums, values, strict=True))


def _add_up_gradients(parameters: Sequence[nn.Parameter], team: Processes) -> None:
    """Every process's gradients, in one message."""
    if team.count == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = team.add_up(torch.cat([gradient.flatten() for gradient in gradients]))
    for gradient, added in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(added.view_as(gradient))
