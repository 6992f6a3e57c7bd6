"""What a training needs to go on where it stopped: weights, their average, the optimiser's moments."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as serialise_tensors
from torch import Tensor, nn

from textvae.errors import CheckpointError, InputError
from textvae.training.locking import hold
from textvae.training.whole import write_whole


@dataclass(slots=True)
class Progress:
    """Where a training stands."""

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    stale: int = 0  # validations since the best one
    memory: dict[str, float] = field(default_factory=dict)  # the task's own
    seed: int | None = None  # which the training began with; None: not known
    per_epoch: int | None = None  # batches that an epoch had then

    def begin(self, seed: int, per_epoch: int, run: Path) -> None:
        """Begin in the folder `run`, or go on. Raises `InputError` if another seed or other batches began."""
        for what, asked, begun in (
            ("seed", seed, self.seed),
            ("batches an epoch", per_epoch, self.per_epoch),
        ):
            if begun not in (None, asked):
                raise InputError(
                    f"{run} was begun with {what} {begun}, not {asked}: resume with the same corpus, batches "
                    "and seed, or name another folder."
                )
        self.seed, self.per_epoch = seed, per_epoch


class Weights:
    """The model's weights and, with `decay` > 0, their exponential moving average (Polyak & Juditsky 1992).

    The average starts short and lengthens: at step t its decay is min(decay, (1 + t) / (10 + t)).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.parameters = dict(model.named_parameters())
        self.decay = decay
        self.average = (
            {name: value.detach().clone() for name, value in self.parameters.items()} if decay else {}
        )

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move the average towards the weights as they are after `step`."""
        if self.average:
            decay = min(self.decay, (1 + step) / (10 + step))
            current = [value.detach() for value in self.parameters.values()]
            torch._foreach_lerp_(list(self.average.values()), current, 1 - decay)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within it, the model holds the average."""
        if not self.average:
            yield
            return
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, value in self.parameters.items():
            held = value.detach().clone()
            value.copy_(self.average[name])
            self.average[name].copy_(held)


def save_state(
    folder: Path, model: nn.Module, weights: Weights, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write everything to `folder`, all of it or nothing."""
    tensors: dict[str, Tensor] = {f"model.{name}": value for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in weights.average.items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in moments.items()}
    ready = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    stand = json.dumps(asdict(progress)).encode()
    write_whole(folder, {"state.json": stand, "state.safetensors": serialise_tensors(ready)})


def load_state(
    folder: Path, model: nn.Module, weights: Weights, optimizer: torch.optim.Optimizer
) -> Progress:
    """Put what `save_state` wrote back. Raises `CheckpointError` if it is damaged or of another model."""
    try:
        progress = Progress(**json.loads((folder / "state.json").read_text(encoding="utf-8")))
        tensors = parse_tensors((folder / "state.safetensors").read_bytes())
        model.load_state_dict(_under("model.", tensors))
        for name, value in _under("average.", tensors).items():
            weights.average[name].copy_(value)
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in _under("optimizer.", tensors).items():
            index, moment = name.split(".", 1)
            moments.setdefault(int(index), {})[moment] = value
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": moments, "param_groups": groups})
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(":")
        raise CheckpointError(
            f"{folder} cannot be resumed from ({reason}): go on with the recipe that it was begun with, or "
            "start in another folder."
        ) from error
    return progress


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


@contextmanager
def open_log(path: Path, step: int) -> Iterator[TextIO]:
    """The log of a training that goes on after `step`, without the rows after it: they will be written again.

    Raises `OutputError` if another process has it open, where the system can tell (not on Windows).
    """
    with path.open("a+", encoding="utf-8") as log:
        hold(log, f"a training is at work in {path.parent}: wait until it ends, or name another folder.")
        log.seek(0)
        rows, kept = log.readlines(), []
        for row in rows:
            with suppress(ValueError):
                if json.loads(row)["step"] <= step:
                    kept.append(row.rstrip("\n") + "\n")
        if kept != rows:
            log.truncate(0)
            log.writelines(kept)
            log.flush()
        yield log
