"""Looking into a latent: what each dimension holds, who is near to whom, what moving along one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.distributions import Normal

from textvae.errors import InputError, TextError, TooLongError
from textvae.text.codec import Codec
from textvae.text.model import AFFECT, Latent
from textvae.text.writer import TextWriter
from textvae.variational.statistics import active_units, mutual_information
from textvae.variational.terms import kl_standard

Floats = NDArray[np.float64]

TOGETHER = 256
"""Sentences that are encoded together."""
REACH = 3.0
"""Standard deviations that a traversal goes to each side."""
NAMES = ("valence", "arousal")
"""What the first dimensions of a model with an affect latent are called."""


@dataclass(frozen=True, slots=True)
class Posteriors:
    """q(z|x) of N sentences. `places` says which of the texts given they are: those that were not blank and
    not too long. `mean` and `sd` are (N, Z), affect first; an autoencoder has no `sd`."""

    places: tuple[int, ...]
    mean: Floats
    sd: Floats | None

    @property
    def normal(self) -> Normal | None:
        """As a distribution of batch shape (N, Z)."""
        if self.sd is None:
            return None
        return Normal(torch.from_numpy(self.mean), torch.from_numpy(self.sd), validate_args=False)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a dimension of z holds, over a set of sentences.

    `kl` is the mean of KL(q(z_j|x) || N(0, 1)) in nats, None for an autoencoder; `variance` is that of the
    posterior's mean, and above 0.01 the dimension is `active` (Burda et al. 2016); `valence` and `arousal`
    are Pearson's r of the posterior's mean with what the affect model reads, 0 where either is constant.
    """

    dimension: int
    part: str  # affect or content
    kl: float | None
    variance: float
    active: bool
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence near to another: its place among the texts, and the distance of the posterior means."""

    place: int
    distance: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A sentence on the way along a dimension; `value` is that of the dimension."""

    step: int
    value: float
    text: str
    valence: float
    arousal: float


def encode_texts(
    codec: Codec, texts: Sequence[str], progress: Callable[[int], None] | None = None
) -> Posteriors:
    """q(z|x) of the texts that are neither blank nor too long for the model, each as if it were alone.

    `progress` is told how many are done. Raises `TextError` if none is left, `CheckpointError` for a
    language model.
    """
    found: list[tuple[int, list[int]]] = []
    for place, text in enumerate(texts):
        try:
            pieces = codec.pieces(text)
        except TooLongError:
            continue
        if pieces:
            found.append((place, pieces))
    if not found:
        raise TextError(
            f"there is no sentence that {codec.name} takes, of {len(texts):,}: it reads sentences of at most "
            f"{codec.max_words} words."
        )
    order = sorted(range(len(found)), key=lambda i: len(found[i][1]))
    size = codec.model.config.latent
    mean, sd = np.zeros((2, len(found), size))
    for start in range(0, len(order), TOGETHER):
        rows = order[start : start + TOGETHER]
        q = codec.encode([found[i][1] for i in rows]).z
        mean[rows], sd[rows] = q.mean.float().cpu().numpy(), q.stddev.float().cpu().numpy()
        if progress:
            progress(start + len(rows))
    point = codec.model.config.posterior == "point"
    return Posteriors(tuple(place for place, _ in found), mean, None if point else sd)


def describe_dimensions(posteriors: Posteriors, affect: int, readings: Floats) -> list[Dimension]:
    """Each dimension of z, in order. `affect` is the number of affect dimensions, `readings` (N, 2) are
    valence and arousal. Raises `TextError` for fewer than two sentences."""
    mean = posteriors.mean
    if len(mean) < 2:
        raise TextError("one sentence says nothing of how a latent varies: give at least two.")
    q = posteriors.normal
    kl = None if q is None else kl_standard(q).mean(0).tolist()
    active = active_units(torch.from_numpy(mean)).tolist()
    variance = mean.var(0, ddof=1)
    related = _correlations(mean, readings)
    return [
        Dimension(
            j,
            "affect" if j < affect else "content",
            None if kl is None else kl[j],
            float(variance[j]),
            active[j],
            *related[j].tolist(),
        )
        for j in range(mean.shape[1])
    ]


def _correlations(mean: Floats, readings: Floats) -> Floats:
    """Pearson's r of each column of (N, Z) with each of (N, 2): (Z, 2)."""
    a, b = (x - x.mean(0) for x in (mean, readings))
    size = np.sqrt(np.outer((a * a).sum(0), (b * b).sum(0)))
    related: Floats = np.divide(a.T @ b, size, out=np.zeros_like(size), where=size > 1e-12)
    return related


def information(posteriors: Posteriors, seed: int = 1) -> float | None:
    """The mutual information of sentence and z, in nats; None for an autoencoder."""
    q = posteriors.normal
    return None if q is None else mutual_information(q, torch.Generator().manual_seed(seed))


def nearest(posteriors: Posteriors, mean: Floats, n: int) -> list[Neighbour]:
    """The `n` sentences whose posterior means are nearest to `mean` (Z,), by Euclidean distance."""
    distance = np.sqrt(np.square(posteriors.mean - mean).sum(1))
    order = np.argsort(distance, kind="stable")[:n]
    return [Neighbour(posteriors.places[i], float(distance[i])) for i in order]


def find_dimension(codec: Codec, name: str) -> int:
    """The dimension that a number, or `valence` or `arousal`, means. Raises `InputError` if there is none."""
    size, affect = codec.model.config.latent, codec.model.config.affect
    if name in NAMES[:affect]:
        return NAMES.index(name)
    if not (name.isdecimal() and int(name) < size):
        named = " valence, arousal or" if affect == AFFECT else ""
        raise InputError(
            f"dimension {name!r}: {codec.name} has{named} the dimensions 0 to {size - 1}."
            if size
            else f"dimension {name!r}: {codec.name} is a language model and has none."
        )
    return int(name)


def traverse(writer: TextWriter, dimension: int, text: str | None = None, steps: int = 7) -> list[Stop]:
    """The sentences along one dimension of z, from `REACH` standard deviations below its mean to as many
    above, all else as it is in `text`; without a text, at the mean.

    Mean and deviation are those of the model's corpus; of an affect dimension, 0 and 1. Neighbours may
    decode to the same sentence. Raises `InputError` for fewer than two steps, `TextError` for a blank text.
    """
    if steps < 2:
        raise InputError(f"steps {steps}: a way has at least 2, its ends.")
    codec = writer.codec
    affect = codec.model.config.affect
    device = codec.device.device
    nothing = codec.untold_content(1)
    mean, sd = codec.prior.at(nothing), codec.prior.at(nothing + 1) - codec.prior.at(nothing)
    z, room = torch.cat([torch.zeros(1, affect, device=device), mean], 1), [codec.max_pieces]
    if text is not None:
        pieces = codec.pieces(text)
        if not pieces:
            raise TextError("the sentence is blank: a traversal needs words to start from.")
        z, room = codec.encode([pieces]).mean.z, [len(pieces)]
    middle, spread = (
        (0.0, 1.0) if dimension < affect else (float(x[0, dimension - affect]) for x in (mean, sd))
    )
    values = middle + spread * torch.linspace(-REACH, REACH, steps, device=device)
    along = z.repeat(steps, 1)
    along[:, dimension] = values
    latent = Latent(along[:, :affect], along[:, affect:])
    found = codec.search(latent, codec.room(room).expand(steps), writer.search)
    texts = [codec.text(hypotheses[0].tokens, text) for hypotheses in found]
    readings = writer.reader.score(texts)[:, :2].tolist()
    return [
        Stop(step, float(value), said, *read)
        for step, (value, said, read) in enumerate(zip(values.tolist(), texts, readings, strict=True))
    ]
