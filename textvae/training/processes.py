"""The processes that train together: one as a rule, or those of a launcher.

Those of `accelerate launch` (or torchrun) find each other through Hugging Face Accelerate, the extra
`distributed`: over NCCL on GPUs, over gloo on processors. Accelerate is imported by them alone.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from textvae.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

PATIENCE = timedelta(hours=12)
"""How long the others wait while the main process reads a corpus or validates."""


class Processes:
    """One process: it is the main one, and there is nobody to talk to.

    `count` processes work, this is number `index` of them, and number 0 is `main`: it alone writes.
    """

    count, index = 1, 0

    @property
    def main(self) -> bool:
        """Whether this process writes the log, the state and the checkpoints."""
        return self.index == 0

    def add_up(self, tensor: "Tensor") -> "Tensor":
        """The sum of every process's `tensor`, the same on all of them."""
        return tensor

    def add_up_numbers(self, values: Sequence[float]) -> list[float]:
        """The sums of every process's `values`, in double precision."""
        return list(values)

    def agree(self, value: T) -> T:
        """What the main process gives, on all of them."""
        return value

    def wait(self) -> None:
        """Until all have come here."""

    @contextmanager
    def main_first(self) -> Iterator[None]:
        """The main process of each machine goes through the block alone, and then the others do."""
        yield


class Launched(Processes):
    """Those of a launcher, through Accelerate."""

    def __init__(self) -> None:
        import torch
        from accelerate import PartialState

        cpu = os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true")
        self.state = PartialState(cpu=cpu or not torch.cuda.is_available(), timeout=PATIENCE)
        self.count, self.index = self.state.num_processes, self.state.process_index

    def add_up(self, tensor: "Tensor") -> "Tensor":
        from accelerate.utils import reduce

        return reduce(tensor.to(self.state.device), reduction="sum").to(tensor.device)

    def add_up_numbers(self, values: Sequence[float]) -> list[float]:
        import torch

        return self.add_up(torch.tensor(list(values), dtype=torch.float64)).tolist()

    def agree(self, value: T) -> T:
        from accelerate.utils import broadcast_object_list

        return broadcast_object_list([value])[0]

    def wait(self) -> None:
        self.state.wait_for_everyone()

    @contextmanager
    def main_first(self) -> Iterator[None]:
        with self.state.local_main_process_first():
            yield


@cache
def processes() -> Processes:
    """The processes that this one trains with. The first call in a launched process joins the others, and
    waits for them: only `textvae train` asks.

    Raises `InputError` in a launched process without Accelerate, and where nothing tells of the others.
    """
    if int(os.environ.get("WORLD_SIZE") or 1) < 2:
        return Processes()
    try:
        import accelerate  # noqa: F401
    except ImportError as error:
        raise InputError(
            "training in several processes goes through Hugging Face Accelerate, which is not installed: "
            "pip install 'accelerate>=1.0'."
        ) from error
    try:
        return Launched()
    except ValueError as error:
        raise InputError(
            f"WORLD_SIZE={os.environ['WORLD_SIZE']} says that several processes train together, but nothing "
            "tells where the others are: begin with accelerate launch or torchrun, or unset WORLD_SIZE."
        ) from error
