"""Which device and which precision a model runs on."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch

from textvae.errors import InputError

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Device:
    """A torch device and the type that matrix products are done in."""

    device: torch.device
    dtype: torch.dtype

    @property
    def name(self) -> str:
        """For people: `cpu, bf16`."""
        precision = next(name for name, dtype in PRECISIONS.items() if dtype == self.dtype)
        return f"{self.device}, {precision}"

    def autocast(self) -> AbstractContextManager[Any]:
        """A context in which matrix products run in `dtype`."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)


@cache
def cpu_has_bf16() -> bool:
    """Whether this processor multiplies bf16 matrices in hardware (AVX512-BF16 or AMX)."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def choose_device(device: str = "auto", precision: str = "auto") -> Device:
    """The best device there is, or the one asked for, and its precision.

    `device` is `auto` (in a launched process, the one it was given) or anything torch knows (`cpu`, `cuda`,
    `cuda:1`, `mps`); `precision` is `auto`, `fp32` or `bf16`. `auto` takes bf16 where the hardware
    multiplies it, else fp32.

    Raises `InputError` for a device that is not there and a precision that is not known.
    """
    if precision == "int8":
        raise InputError("int8 is for reading affect: use auto, fp32 or bf16 here.")
    if precision not in ("auto", *PRECISIONS):
        raise InputError(f"unknown precision {precision!r}: use auto, fp32 or bf16.")
    if device == "auto":
        device = _own_gpu() if torch.cuda.is_available() else "cpu"
    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"device {device!r} cannot be used ({reason}): use cpu or auto.") from error
    if precision == "auto":
        fast = torch.cuda.is_bf16_supported() if chosen.type == "cuda" else cpu_has_bf16()
        precision = "bf16" if fast and chosen.type in ("cuda", "cpu") else "fp32"
    return Device(chosen, PRECISIONS[precision])


def _own_gpu() -> str:
    """The GPU of this process: of those that a launcher starts on a machine, each has its own."""
    number = os.environ.get("LOCAL_RANK", "")
    return f"cuda:{int(number) % torch.cuda.device_count()}" if number.isdecimal() else "cuda"
