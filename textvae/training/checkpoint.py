"""Checkpoints: a folder with `config.json`, `model.safetensors` and what else the model needs.

`config.json` carries the model's own dimensions and the sha256 of every other file, so that a folder
says by itself what it is and whether it is whole. Weights are safetensors only; nothing is unpickled.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as serialise_tensors
from torch import Tensor

from textvae import resources
from textvae.errors import CheckpointError, UnknownNameError
from textvae.training.quantisation import SCALE, dequantise, quantise
from textvae.training.whole import write_whole

FORMAT = 1
KINDS = ("affect", "infill", "text", "topics")
CONFIG, WEIGHTS = "config.json", "model.safetensors"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint's folder holds; `tensors` are fp32, `files` maps a name to its bytes.

    `quantised` says that matrices lie there in int8.
    """

    folder: Path
    config: dict[str, Any]
    tensors: dict[str, Tensor]
    files: dict[str, bytes]
    quantised: bool = False

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return str(self.config["kind"])

    @property
    def checksum(self) -> str:
        """The first 12 hex digits of the weights' sha256: names these weights in a report."""
        return str(self.config["files"][WEIGHTS])[:12]


def save_checkpoint(
    folder: Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    files: Mapping[str, bytes] | None = None,
    *,
    quantised: bool = False,
    weights: bytes | None = None,
) -> None:
    """Write a checkpoint: all of it or nothing. `config` must carry `kind`.

    `weights`, the content of another checkpoint's weights file, is written as it is instead of tensors.
    """
    ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    contents = dict(files or {})
    contents[WEIGHTS] = weights or serialise_tensors(quantise(ready) if quantised else ready)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    described = {"format": FORMAT, **config, "files": sums}
    contents[CONFIG] = (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()
    write_whole(folder, contents)


def shipped_checkpoints() -> list[str]:
    """Names of the models that ship."""
    folder = resources.checkpoint_folder()
    return sorted(path.parent.name for path in folder.glob(f"*/{CONFIG}")) if folder.is_dir() else []


def find_checkpoint(name_or_path: str | Path) -> Path:
    """The folder of a shipped model, or the folder itself.

    Raises `UnknownNameError` when there is neither, `CheckpointError` for a folder without a config.
    """
    path = Path(name_or_path)
    names = shipped_checkpoints()
    if str(name_or_path) in names:
        return resources.checkpoint_folder() / str(name_or_path)
    if (path / CONFIG).is_file():
        return path
    for best in (path / "best", path / "last"):
        if (best / CONFIG).is_file():
            return best
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder but holds no {CONFIG}: name a checkpoint's folder.")
    hint = "Or give the folder of a checkpoint that you trained."
    raise UnknownNameError("model", str(name_or_path), names, hint)


def load_checkpoint(name_or_path: str | Path) -> Checkpoint:
    """Read a checkpoint, checksums verified and int8 weights back in fp32.

    Raises `CheckpointError` naming the file that is missing, truncated or altered.
    """
    folder = find_checkpoint(name_or_path)
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        sums = dict(config["files"])
        kind, version = config["kind"], config["format"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise CheckpointError(f"{folder / CONFIG} cannot be read ({error}): {_AGAIN}") from error
    if version != FORMAT or kind not in KINDS:
        raise CheckpointError(
            f"{folder} is a checkpoint of kind {kind!r}, format {version}; this textvae reads "
            f"{', '.join(KINDS)}, format {FORMAT}: use the version that wrote it."
        )
    files = {name: _verified(folder / Path(name).name, digest) for name, digest in sums.items()}
    try:
        stored = parse_tensors(files.pop(WEIGHTS))
        tensors = dequantise(stored)
    except (KeyError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder / WEIGHTS} holds no weights ({error}): {_AGAIN}") from error
    quantised = any(name + SCALE in stored for name in stored)
    return Checkpoint(folder, config, tensors, files, quantised)


_AGAIN = "install textvae again, or train the model again."


def _verified(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} is missing ({error.strerror}): {_AGAIN}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise CheckpointError(
            f"{path} is truncated or altered ({len(content):,} bytes, checksum differs): {_AGAIN}"
        )
    return content
