"""A grid over a recipe's values: its configurations, and the results that are there already."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from textvae.errors import OutputError, RecipeError

STAMP = "experiment.json"


def grid_of(given: Sequence[str]) -> list[dict[str, str]]:
    """Every configuration of `TABLE.KEY=a,b,c` entries, the last one varying fastest; [{}] of none.

    Commas within brackets belong to a value: `latent.trunk=[512],[512,512]` has two. Raises `RecipeError`
    for an entry that has no key or no value, or a key that comes twice.
    """
    axes: dict[str, list[str]] = {}
    for entry in given:
        key, equals, values = entry.partition("=")
        choices = [value.strip() for value in _split(values)]
        if not (equals and "." in key and all(choices)):
            raise RecipeError(
                f"--grid {entry!r} is not TABLE.KEY=A,B: write --grid training.seed=1,2,3, say."
            )
        if key in axes:
            raise RecipeError(f"--grid names {key} twice: give all its values in one, separated by commas.")
        axes[key] = list(dict.fromkeys(choices))
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def _split(values: str) -> list[str]:
    """At the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in values:
        depth += (character in "[{") - (character in "]}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def file_name(configuration: Mapping[str, str]) -> str:
    """A configuration as the name of a file, the same for the same values; `run` for one without any.

    >>> file_name({"model.freeze": "all", "training.seed": "1"})
    'freeze=all,seed=1'
    """
    if not configuration:
        return "run"
    name = ",".join(f"{key.rsplit('.', 1)[-1]}={value}" for key, value in configuration.items())
    plain = re.sub(r"[^\w.=,+-]", "_", name)
    keys = [key.rsplit(".", 1)[-1] for key in configuration]
    if plain == name and len(name) <= 80 and len(set(keys)) == len(keys):
        return plain
    exact = json.dumps(dict(configuration), sort_keys=True)
    return f"{plain[:60]}-{hashlib.sha256(exact.encode()).hexdigest()[:8]}"


def open_folder(folder: Path, experiment: Mapping[str, Any], make: bool = True) -> None:
    """Make `folder` the one of this experiment, or go on with it; without `make`, see whether that may be.

    Raises `OutputError` if it holds another experiment or something else.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: name a folder.")
    stamp = folder / STAMP
    ours = json.loads(json.dumps(experiment))
    if stamp.is_file():
        theirs = read_result(stamp)
        differing = [key for key in ours if theirs.get(key) != ours[key]]
        if theirs.keys() != ours.keys() or differing:
            what = ", ".join(differing) or "other settings"
            raise OutputError(
                f"{folder} holds another experiment ({what} differs): name another folder to begin this one."
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{folder} exists and is not empty: name another folder.")
    if make:
        write_result(stamp, experiment)


def read_result(path: Path) -> dict[str, Any]:
    """A result that `write_result` wrote. Raises `OutputError` if it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} cannot be read ({error}): delete it, and it is made again.") from error
    if not isinstance(content, dict):
        raise OutputError(f"{path} holds no result: delete it, and it is made again.")
    return content


def write_result(path: Path, content: Mapping[str, Any]) -> None:
    """Write a result as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=1, ensure_ascii=False)
            stream.write("\n")
        Path(fresh).chmod(0o644)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
