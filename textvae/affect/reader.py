"""Reading the affect of text with a trained model: one text, a list, or a stream of any length."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import numpy as np
import torch
from tokenizers import Tokenizer

from textvae.affect.attribution import integrated_gradients
from textvae.affect.calibration import SCORES, Calibration
from textvae.affect.explanation import leave_one_out
from textvae.affect.folded import FoldedGru
from textvae.affect.grouping import Group, batches, each_text, groups_ahead
from textvae.affect.integers import use_integers
from textvae.affect.model import DIMENSIONS, AffectModel
from textvae.affect.recurrent import RecurrentEncoder
from textvae.affect.tables import Table
from textvae.affect.threads import one_core_threads
from textvae.affect.values import Explanation, Reading
from textvae.affect.windows import PieceReader, Pieces
from textvae.affect.words import WordReader
from textvae.errors import CheckpointError, InputError, UnknownNameError
from textvae.training.checkpoint import Checkpoint, load_checkpoint
from textvae.training.device import Device, choose_device

T = TypeVar("T")

GROUP_LINES = 4096  # how far a stream reads ahead
BATCH_ROWS, BATCH_PIECES = 64, 2048  # bounds of one batch, whose rows are padded to the longest
FAST_LINES, FAST_ROWS, FAST_PIECES = 16_384, 1024, 32_768  # the same for a folded model
EXPLAINED_BY = ("removal", "gradient")


class AffectReader:
    """Reads valence, arousal and dominance off texts, on the 1-5 scale, with calibrated intervals.

    >>> reader = AffectReader.load()
    >>> reader.analyze(["what a lovely day"])[0].valence.mean > 3.5
    True
    """

    def __init__(
        self,
        model: AffectModel,
        pieces: PieceReader,
        calibration: Calibration,
        device: Device,
        level: float = 0.9,
        integers: bool = False,
    ) -> None:
        self.model = model.to(device.device).eval()
        self.pieces, self.device, self.level = pieces, device, level
        self.calibration, self.factors = calibration, calibration.factors(level)
        self.name, self.checksum = "", ""
        self.config: dict[str, Any] = {}  # of its checkpoint
        self.folded = FoldedGru(self.model, device.dtype) if FoldedGru.suits(self.model) else None
        self.integers = integers
        if integers and (isinstance(model.encoder, RecurrentEncoder) or device.device.type != "cpu"):
            raise InputError("int8 is for transformers on a CPU, such as affect-en: use --precision auto.")
        if integers:
            use_integers(self.model.encoder)
        # A recurrent encoder's only matrices of this kind pool its states, in fp32.
        elif device.dtype != torch.float32 and not isinstance(self.model.encoder, RecurrentEncoder):
            for module in self.model.encoder.modules():
                if isinstance(module, torch.nn.Linear):
                    module.to(device.dtype)

    @classmethod
    def load(
        cls, name: str | Path = "affect-en", device: str = "auto", precision: str = "auto", level: float = 0.9
    ) -> "AffectReader":
        """The reader of a model that ships or of a checkpoint's folder.

        `precision` is `auto`, `fp32`, `bf16` or, for a transformer on a CPU, `int8`.

        Raises `UnknownNameError` for a name that is not known, `CheckpointError` for a folder that is
        damaged or holds another kind of model, `InputError` for a `level` off (0, 1), a device or a precision
        that cannot be had.
        """
        checkpoint = load_checkpoint(name)
        integers = precision == "int8"
        chosen = choose_device(device, "fp32" if integers else precision)
        return cls.from_checkpoint(checkpoint, chosen, level, integers)

    @classmethod
    def from_checkpoint(
        cls, checkpoint: Checkpoint, device: Device, level: float = 0.9, integers: bool = False
    ) -> "AffectReader":
        """The reader of a checkpoint that is already read; `integers`: its products are done in int8."""
        if checkpoint.kind != "affect":
            raise CheckpointError(
                f"{checkpoint.folder} holds a {checkpoint.kind} model: give an affect one, such as affect-en."
            )
        try:
            calibration = Calibration.of_checkpoint(checkpoint)
            weights = {name: t for name, t in checkpoint.tensors.items() if not name.startswith(SCORES)}
            model = AffectModel.build(checkpoint.config["model"], weights)
            tokenizer = Tokenizer.from_buffer(checkpoint.files["tokenizer.json"])
            window = int(checkpoint.config["window"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise CheckpointError(
                f"{checkpoint.folder} does not fit this textvae ({reason}): use the version that wrote it."
            ) from error
        pieces = WordReader if WordReader.suits(tokenizer) else PieceReader
        reader = cls(model, pieces(tokenizer, window), calibration, device, level, integers)
        reader.name, reader.checksum = checkpoint.folder.name, checkpoint.checksum
        reader.config = checkpoint.config
        return reader

    @property
    def device_name(self) -> str:
        """For people: `cpu, bf16`."""
        return f"{self.device.device}, int8" if self.integers else self.device.name

    def analyze(self, texts: Iterable[str | None]) -> list[Reading | None]:
        """A reading of each text, None for a blank one. A string alone is one text, here and below.

        A text longer than the model's window is read in overlapping windows, whose readings are averaged
        by their lengths; `Reading.windows` says how many there were.

        Raises `TextError` for what is no text, such as a number or NaN.
        """
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str | None]) -> Iterator[Reading | None]:
        """Readings in the order of `texts`, in memory that does not grow with their number."""
        for table in self.tables(texts):
            yield from table.readings()

    def tables(self, texts: Iterable[str | None]) -> Iterator[Table]:
        """What `stream` gives as arrays of some thousand texts at a time: for a million of them."""

        def table(group: Group, left: Event) -> Table:
            mean, spread = self._read(group.pieces, left)
            sd = self.calibration.sd(spread)
            values = np.stack([mean, sd, *self.calibration.interval(mean, sd, self.factors)], axis=-1)
            return Table(group.texts, group.rows, values, group.pieces.windows)

        return self._groups(texts, table)

    def score(self, texts: Iterable[str | None]) -> np.ndarray:
        """Means of valence, arousal and dominance, (N, 3) float32 on the 1-5 scale; NaN for a blank text."""
        return self.read(texts)[0]

    def read(self, texts: Iterable[str | None]) -> tuple[np.ndarray, np.ndarray]:
        """Means and spreads as the model says them, not calibrated: (N, 3) float32 each, on the 1-5 scale.

        NaN for a blank text.
        """
        blank = np.full((1, 2 * len(DIMENSIONS)), np.nan, np.float32)

        def read(group: Group, left: Event) -> np.ndarray:
            found = np.concatenate([*self._read(group.pieces, left)], axis=1)
            return np.concatenate([found, blank])[group.rows]  # row -1 is the last one

        mean, spread = np.split(np.concatenate([blank[:0], *self._groups(texts, read)]), 2, axis=1)
        return mean, spread

    def explain(
        self, texts: Iterable[str | None], dimension: str = "valence", by: str = "removal"
    ) -> list[Explanation | None]:
        """Which words carry the reading of each text in a dimension; None for a blank text.

        By `removal` a word's contribution is what is read, less what is read when the word is left out; by
        `gradient` its share of what is read less what is read of the masked text (integrated gradients).
        Both are in points of the 1-5 scale. Of a long text the beginning is explained (100 words at most).

        Raises `UnknownNameError` for a dimension or a way that is not known, `InputError` for a dimension
        that the model was not taught.
        """
        return list(self.explain_stream(texts, dimension, by))

    def explain_stream(
        self, texts: Iterable[str | None], dimension: str = "valence", by: str = "removal"
    ) -> Iterator[Explanation | None]:
        """As `explain`, in the order of `texts`, in memory that does not grow with their number."""
        if dimension not in DIMENSIONS:
            raise UnknownNameError("dimension", dimension, DIMENSIONS)
        if dimension not in (taught := self.model.dimensions):
            raise InputError(f"the model was not taught {dimension}: explain {' or '.join(taught)}.")
        if by not in EXPLAINED_BY:
            raise UnknownNameError("way to explain", by, EXPLAINED_BY)
        if by == "gradient":
            if self.integers:
                raise InputError("int8 has no gradient: explain by removal, or use --precision fp32.")
            return integrated_gradients(each_text(texts), self.model, self.pieces, self.device, dimension)
        column = DIMENSIONS.index(dimension)
        return leave_one_out(
            each_text(texts), lambda many: self._read(self.pieces.read(many))[0][:, column], dimension
        )

    def _groups(self, texts: Iterable[str | None], act: Callable[[Group, Event], T]) -> Iterator[T]:
        return groups_ahead(each_text(texts), self.pieces, FAST_LINES if self.folded else GROUP_LINES, act)

    def _read(self, pieces: Pieces, left: Event | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of each text, (N, 3) float32: over its windows, weighted by their lengths.

        Once `left` is set they are wanted no longer, and some are NaN.
        """
        values = self._read_windows(pieces, left or Event())
        if len(values) > len(pieces.windows):
            weights = pieces.lengths.astype(np.float64)
            total = np.zeros((len(pieces.windows), values.shape[1]))
            np.add.at(total, pieces.owner, values * weights[:, None])
            total /= np.maximum(np.bincount(pieces.owner, weights, len(total)), 1.0)[:, None]
            values = total.astype(np.float32)
        mean, spread = np.split(values, 2, axis=1)
        return mean, spread

    def _read_windows(self, pieces: Pieces, left: Event) -> np.ndarray:
        """Mean and spread of each window, (W, 6) float32; on a CPU with batches side by side."""
        values = np.full((len(pieces.lengths), 2 * len(DIMENSIONS)), np.nan, np.float32)
        folded, device = self.folded, self.device.device

        @torch.inference_mode()
        def read(rows: np.ndarray) -> None:
            if left.is_set():
                return
            matrix, mask = (torch.from_numpy(part).to(device) for part in pieces.matrix(rows))
            if folded:
                found = folded.read(matrix, pieces.lengths[rows])
            else:
                with self.device.autocast():
                    found = self.model.read(matrix, mask)
            values[rows] = torch.cat(found, 1).float().cpu().numpy()

        bounds = (FAST_ROWS, FAST_PIECES) if folded else (BATCH_ROWS, BATCH_PIECES)
        found = list(batches(pieces.lengths, *bounds))
        with one_core_threads(len(found) if device.type == "cpu" else 0) as pool:
            list((pool.map if pool else map)(read, found))
        return values
