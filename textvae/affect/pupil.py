"""The terms that the affect model is taught by, and the heads that only training needs."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textvae.affect.lessons import Batch
from textvae.affect.model import DIMENSIONS, AffectModel

TERMS = frozenset(
    {
        "affect", "spread", "valence", "polarity", "emotions", "distillation", "reader", "writer",
        "correlation",
    }
)  # fmt: skip
FEWEST = 8  # rated sentences of a batch whose correlation says something


class Pupil(nn.Module):
    """The affect model and the heads that only training needs.

    Each corpus of valence or polarity reads the one valence output v through its own scale:
    slope v + offset. With `views`, EmoBank's readers and writers have a head of their own each.
    """

    def __init__(self, model: AffectModel, scales: int, emotions: int, views: bool = False) -> None:
        super().__init__()
        self.model = model
        self.slope = nn.Parameter(torch.ones(max(1, scales)))
        self.offset = nn.Parameter(torch.zeros(max(1, scales)))
        width = model.mean.in_features
        self.emotions = nn.Linear(width, emotions) if emotions else None
        self.views = nn.Linear(width, 2 * len(DIMENSIONS)) if views else None

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The terms, each summed over the sentences that have the target and divided by all B.

        `correlation` is of the batch as a whole.
        """
        read = self.model(batch.pieces, batch.mask)
        valence = self.slope[batch.scale] * read.mean[:, 0] + self.offset[batch.scale]
        losses = {
            "affect": _known(F.mse_loss, read.mean, batch.affect),
            "spread": _known(F.mse_loss, read.spread, batch.spread),
            "valence": _known(F.mse_loss, valence, batch.valence),
            "distillation": _known(F.mse_loss, torch.cat([read.mean, read.spread], 1), batch.teacher),
            "polarity": _known(F.binary_cross_entropy_with_logits, valence, batch.polarity),
        }
        with torch.autocast(read.vectors.device.type, enabled=False):
            if self.emotions is not None:
                logits = self.emotions(read.vectors)
                losses["emotions"] = _known(F.binary_cross_entropy_with_logits, logits, batch.emotions)
            if self.views is not None:
                reader, writer = self.views(read.vectors).chunk(2, dim=1)
                losses["reader"] = _known(F.mse_loss, reader, batch.reader)
                losses["writer"] = _known(F.mse_loss, writer, batch.writer)
        terms = {name: loss.sum() / len(batch.pieces) for name, loss in losses.items()}
        return {**terms, "correlation": uncorrelated(read.mean, batch.affect)}


def uncorrelated(predicted: Tensor, target: Tensor) -> Tensor:
    """One less Pearson's r over the rows whose target (B, D) is known, a scalar: the mean over dimensions.

    r is what the model is judged by, and no sum over sentences. A dimension with fewer than `FEWEST` known
    rows counts 0; one that does not vary has r = 0.
    """
    known = ~target.isnan()
    count = known.sum(0).clamp_min(1)

    def centred(values: Tensor) -> Tensor:
        kept = torch.where(known, values, torch.zeros_like(values)).float()
        return torch.where(known, kept - kept.sum(0) / count, torch.zeros_like(kept))

    x, y = centred(predicted), centred(target)
    r = (x * y).sum(0) / (x.square().sum(0) * y.square().sum(0) + 1e-8).sqrt()
    return torch.where(known.sum(0) >= FEWEST, 1 - r, torch.zeros_like(r)).mean()


def _known(loss: Any, predicted: Tensor, target: Tensor) -> Tensor:
    """The elementwise loss, 0 where the target is not known."""
    known = ~target.isnan()
    filled = torch.where(known, target, torch.zeros_like(target))
    return loss(predicted, filled, reduction="none") * known  # type: ignore[no-any-return]
