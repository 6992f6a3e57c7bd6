"""Reading the affect of text with a trained model: one text, a list, or a stream of any length."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from textvae.affect.calibration import Calibration
from textvae.affect.model import DIMENSIONS, AffectModel
from textvae.affect.values import Affect, Reading
from textvae.affect.windows import PieceReader, Pieces
from textvae.errors import CheckpointError
from textvae.training.checkpoint import Checkpoint, load_checkpoint
from textvae.training.device import Device, choose_device

GROUP_LINES, GROUP_CHARACTERS = 4096, 1_000_000  # how far a stream reads ahead
BATCH_ROWS, BATCH_PIECES = 128, 4096  # bounds of one batch; its rows are padded to the longest


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
    ) -> None:
        self.model = model.to(device.device).eval()
        self.pieces, self.device, self.level = pieces, device, level
        self.factors = calibration.factors(level)
        self.name, self.checksum = "", ""
        if device.dtype != torch.float32:
            for module in self.model.encoder.modules():
                if isinstance(module, torch.nn.Linear):
                    module.to(device.dtype)

    @classmethod
    def load(
        cls, name: str | Path = "affect-en", device: str = "auto", precision: str = "auto", level: float = 0.9
    ) -> "AffectReader":
        """The reader of a model that ships or of a checkpoint's folder.

        Raises `UnknownNameError` for a name that is not known, `CheckpointError` for a folder that is
        damaged or holds another kind of model, `InputError` for a `level` off (0, 1).
        """
        checkpoint = load_checkpoint(name)
        return cls.from_checkpoint(checkpoint, choose_device(device, precision), level)

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, device: Device, level: float = 0.9) -> "AffectReader":
        """The reader of a checkpoint that is already read."""
        if checkpoint.kind != "affect":
            raise CheckpointError(
                f"{checkpoint.folder} holds a {checkpoint.kind} model: give an affect one, such as affect-en."
            )
        try:
            weights = dict(checkpoint.tensors)
            residuals = np.stack([weights.pop(f"residuals.{d}").numpy() for d in DIMENSIONS])
            model = AffectModel.build(checkpoint.config["model"], weights)
            tokenizer = Tokenizer.from_buffer(checkpoint.files["tokenizer.json"])
            window = int(checkpoint.config["window"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise CheckpointError(
                f"{checkpoint.folder} does not fit this textvae ({reason}): use the version that wrote it."
            ) from error
        reader = cls(model, PieceReader(tokenizer, window), Calibration(residuals), device, level)
        reader.name, reader.checksum = checkpoint.folder.name, checkpoint.checksum
        return reader

    @property
    def device_name(self) -> str:
        """For people: `cpu, bf16`."""
        return self.device.name

    def analyze(self, texts: Iterable[str | None]) -> list[Reading | None]:
        """A reading of each text, None for a blank one.

        A text longer than the model's window is read in overlapping windows, whose readings are averaged
        by their lengths; `Reading.windows` says how many there were.
        """
        if isinstance(texts, str):
            texts = [texts]
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str | None]) -> Iterator[Reading | None]:
        """Readings in the order of `texts`, in memory that does not grow with their number."""
        groups = _groups(texts)
        first = next(groups, None)
        if first is None:
            return
        second = next(groups, None)
        if second is None:
            yield from self._readings(first, self.pieces.read(_distinct(first)))
            return
        with ThreadPoolExecutor(1, thread_name_prefix="pieces") as background:
            waiting: tuple[list[str | None], Future[Pieces]] | None = None
            for group in chain((first, second), groups):
                ahead = group, background.submit(self.pieces.read, _distinct(group))
                if waiting:
                    yield from self._readings(waiting[0], waiting[1].result())
                waiting = ahead
            if waiting:
                yield from self._readings(waiting[0], waiting[1].result())

    def score(self, texts: Sequence[str]) -> np.ndarray:
        """Means of valence, arousal and dominance, (N, 3) float32 on the 1-5 scale; NaN for a blank text."""
        scores = np.full((len(texts), len(DIMENSIONS)), np.nan, np.float32)
        start = 0
        for group in _groups(texts):
            distinct = _distinct(group)
            if distinct:
                mean, _ = self._read(self.pieces.read(distinct))
                place = {text: i for i, text in enumerate(distinct)}
                for row, text in enumerate(group, start):
                    if (i := place.get(text or "")) is not None:
                        scores[row] = mean[i]
            start += len(group)
        return scores

    def _readings(self, group: list[str | None], pieces: Pieces) -> Iterator[Reading | None]:
        distinct = _distinct(group)
        mean, spread = self._read(pieces)
        reach = spread * self.factors
        low, high = (mean - reach).clip(1.0, 5.0), (mean + reach).clip(1.0, 5.0)
        table = np.stack([mean, spread, low, high], axis=-1)
        rows = dict(zip(distinct, zip(table.tolist(), pieces.windows.tolist(), strict=True), strict=True))
        for text in group:
            if text is None or (found := rows.get(text)) is None:
                yield None
            else:
                values, windows = found
                valence, arousal, dominance = (Affect(*four) for four in values)
                yield Reading(text, valence, arousal, dominance, windows)

    @torch.inference_mode()
    def _read(self, pieces: Pieces) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of each text, (N, 3) float32: over its windows, weighted by their lengths."""
        count = len(pieces.rows)
        values = np.empty((count, 2 * len(DIMENSIONS)), np.float64)
        for rows in _batches(pieces.lengths):
            matrix, mask = pieces.matrix(rows)
            inputs = (torch.from_numpy(array).to(self.device.device) for array in (matrix, mask))
            with self.device.autocast():
                read = self.model.read(*inputs)
            values[rows] = torch.cat(read, 1).float().cpu().numpy()
        weights = pieces.lengths.astype(np.float64)
        total = np.zeros((len(pieces.windows), values.shape[1]))
        np.add.at(total, pieces.owner, values * weights[:, None])
        total /= np.maximum(np.bincount(pieces.owner, weights, len(total)), 1.0)[:, None]
        mean, spread = np.split(total.astype(np.float32), 2, axis=1)
        return mean, spread


def _groups(texts: Iterable[str | None]) -> Iterator[list[str | None]]:
    """Runs of texts, bounded in number and in characters."""
    group: list[str | None] = []
    characters = 0
    for text in texts:
        group.append(text)
        characters += len(text or "")
        if len(group) >= GROUP_LINES or characters >= GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def _distinct(group: list[str | None]) -> list[str]:
    """The texts that are not blank, each once."""
    return list(dict.fromkeys(text for text in group if text is not None and text.strip()))


def _batches(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Rows by falling length, in batches bounded in rows and in padded pieces."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, min(BATCH_ROWS, BATCH_PIECES // int(lengths[order[start]])))
        yield order[start : start + rows]
        start += rows
