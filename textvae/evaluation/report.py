"""What an evaluation returns: named figures and a signature, so that two numbers can be compared."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: its name, its value and, where the name does not say it, its unit or meaning."""

    name: str
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one evaluation.

    `outputs` holds what was judged, a row for each sentence, in the corpus's order, where there is such a
    thing.
    """

    title: str
    rows: tuple[Row, ...]
    signature: str
    outputs: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    def __getitem__(self, name: str) -> float:
        """The value of the row called `name`; raises `KeyError`."""
        for row in self.rows:
            if row.name == name:
                return row.value
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """`title`, `rows` and `signature` as JSON would have them, without the outputs."""
        rows = [{"name": row.name, "value": row.value, "note": row.note} for row in self.rows]
        return {"title": self.title, "rows": rows, "signature": self.signature}


def digest(texts: Iterable[str]) -> str:
    """The first 12 hex digits of the sha256 of `texts`, each closed by a line feed."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(text.encode("utf-8", "surrogatepass") + b"\n")
    return whole.hexdigest()[:12]


def signature(model: object, corpus: str, texts: Iterable[str], **options: object) -> str:
    """Everything that two figures must share to be comparable, on one line.

    `model` is a loaded reader or writer: it is named by its checkpoint, the checksum of its weights and,
    where it says so, its device and precision. `corpus` is `NAME/SPLIT`; the sentences themselves are named
    by their digest.

    >>> signature(None, "emobank/test", ["a", "b"], level=0.9)
    'textvae:0.1.0|corpus:emobank/test@911169ddd524|level:0.9'
    """
    from textvae import __version__

    parts = [f"textvae:{__version__}"]
    if known := identity(model):
        parts.append(f"model:{known}")
    if device := getattr(model, "device_name", ""):
        parts.append(f"device:{device.replace(', ', '/')}")
    parts.append(f"corpus:{corpus}@{digest(texts)}")
    parts += [f"{name}:{value}" for name, value in options.items() if value is not None]
    return "|".join(parts)


def identity(model: object) -> str:
    """`NAME@CHECKSUM` of a loaded model's weights; empty for one that was not loaded from a checkpoint."""
    files = getattr(model, "config", {}).get("files", {})
    checksum = getattr(model, "checksum", "") or str(files.get("model.safetensors", ""))[:12]
    return f"{getattr(model, 'name', '') or 'checkpoint'}@{checksum}" if checksum else ""
