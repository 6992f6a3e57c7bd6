"""How well an affect model reads sentences that people have rated."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textvae.affect.values import Reading
from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation import metrics
from textvae.evaluation.report import Report, Row, signature

DIMENSIONS = ("valence", "arousal", "dominance")


class Reader(Protocol):
    """What reads sentences: `textvae.affect.reader.AffectReader`."""

    def analyze(self, texts: list[str]) -> list[Reading | None]: ...


def evaluate_affect(
    reader: Reader,
    sentences: Iterable[Sentence],
    corpus: str = "",
    ratings: Mapping[str, Sequence[Sequence[float]]] | None = None,
) -> Report:
    """Correlation with the raters' means, errors, and what the intervals are worth.

    Dimensions that no sentence has a rating for are left out, and those that the model was not taught. Errors
    and widths are in points of the 1-5 scale.
    `ratings` are those of single raters, id -> (R, 3), where the corpus keeps them: how far the raters'
    spread repeats itself is reported beside how well it is foretold.

    Raises `CorpusError` when the sentences carry no ratings, or none that the model could be compared with.
    """
    rated = [sentence for sentence in sentences if any(getattr(sentence, name) for name in DIMENSIONS)]
    if not rated:
        raise CorpusError(
            f"corpus {corpus or 'given'} has no rated sentences: choose one with valence, such as emobank."
        )
    texts = [sentence.text for sentence in rated]
    read = [(s, r) for s, r in zip(rated, reader.analyze(texts), strict=True) if r is not None]
    tables = {name: _table(read, name) for name in DIMENSIONS}
    tables = {name: table for name, table in tables.items() if len(table)}
    if not tables:
        raise CorpusError(
            f"corpus {corpus or 'given'} has no sentence with a rating of what the model was taught: "
            "choose a corpus with valence, such as emobank, or another model."
        )
    rows = [
        Row(f"r {name}", metrics.pearson(table[:, 0], table[:, 4]), f"{len(table)} sentences")
        for name, table in tables.items()
    ]
    rows += _errors(tables)
    rows += _intervals(tables)
    rows += _spread(tables, _reliability(read, ratings or {}))
    shown = f"Affect of {len(read)} sentences" + (f" of {corpus}" if corpus else "")
    fitted, level = getattr(reader, "calibration", None), getattr(reader, "level", None)
    options = {"calibration": getattr(fitted, "digest", None), "level": level}
    return Report(shown, tuple(rows), signature(reader, corpus, texts, **options))


def _table(read: list[tuple[Sentence, Reading]], name: str) -> NDArray[np.float64]:
    """(N, 7): read mean, sd, low, high; rated mean, sd (NaN where the corpus gives none); read valence."""
    lines = []
    for sentence, reading in read:
        rating, affect = getattr(sentence, name), getattr(reading, name)
        if rating is not None and not math.isnan(affect.mean):
            sd = float("nan") if rating.sd is None else rating.sd
            ends = affect.low, affect.high
            lines.append((affect.mean, affect.sd, *ends, rating.mean, sd, reading.valence.mean))
    return np.asarray(lines, np.float64)


def _errors(tables: dict[str, NDArray[np.float64]]) -> Iterator[Row]:
    note = "mean over " + ", ".join(tables)
    yield Row("MSE", _mean(metrics.mean_squared_error(t[:, 0], t[:, 4]) for t in tables.values()), note)
    yield Row("MAE", _mean(metrics.mean_absolute_error(t[:, 0], t[:, 4]) for t in tables.values()), note)


def _intervals(tables: dict[str, NDArray[np.float64]]) -> Iterator[Row]:
    covered = {name: metrics.coverage(t[:, 2], t[:, 3], t[:, 4]) for name, t in tables.items()}
    yield Row("coverage", _mean(covered.values()), "share of the rated means inside the interval")
    for name, share in covered.items():
        yield Row(f"coverage {name}", share)
    for name, table in tables.items():
        order = np.argsort(table[:, 6], kind="stable")
        for third, part in zip(("low", "middle", "high"), np.array_split(table[order], 3), strict=True):
            if len(part):
                shown = f"coverage {third} third" + ("" if name == "valence" else f", {name}")
                share = metrics.coverage(part[:, 2], part[:, 3], part[:, 4])
                yield Row(shown, share, f"{name}, by predicted valence")
    widths = {name: float(np.mean(t[:, 3] - t[:, 2])) for name, t in tables.items()}
    yield Row("width", _mean(widths.values()), "of the interval, in points")
    for name, width in widths.items():
        yield Row(f"width {name}", width)


def _reliability(
    read: list[tuple[Sentence, Reading]], ratings: Mapping[str, Sequence[Sequence[float]]]
) -> dict[str, float]:
    """How far the raters' spread repeats itself, for each dimension; empty without single ratings."""
    known = [np.asarray(ratings[s.id]) for s, _ in read if s.id in ratings]
    return dict(zip(DIMENSIONS, metrics.spread_reliability(known).tolist(), strict=True)) if known else {}


def _spread(tables: dict[str, NDArray[np.float64]], reliability: dict[str, float]) -> Iterator[Row]:
    """How well `sd` foretells the raters' spread: correlation, and the likelihood of single ratings.

    For comparison the likelihood is given of one spread for all sentences, the best that there is, and of the
    raters' spread its split-half reliability.
    """
    known = {name: table[~np.isnan(table[:, 5])] for name, table in tables.items()}
    known = {name: table for name, table in known.items() if len(table) > 1}
    for name, table in known.items():
        r = metrics.pearson(table[:, 1], table[:, 5])
        if not math.isnan(r):  # one spread for all, as a calibration may leave it, goes with nothing
            yield Row(f"r SD {name}", r, "predicted and raters' own spread")
        if name in reliability:
            yield Row(
                f"reliability SD {name}",
                reliability[name],
                "of the raters' own spread, split-half: r SD can reach its root",
            )
    if known:
        yield Row(
            "NLL", _mean(_likelihood(t, t[:, 1]) for t in known.values()), "nats a single rating, Gaussian"
        )
        yield Row(
            "NLL, one SD",
            _mean(_likelihood(t, _one_sd(t)) for t in known.values()),
            "the same with the best constant SD",
        )


def _likelihood(table: NDArray[np.float64], sd: NDArray[np.float64]) -> float:
    return metrics.gaussian_nll(table[:, 0], sd, table[:, 4], table[:, 5])


def _one_sd(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,): the root mean square of (single rating - predicted mean), which maximises the likelihood."""
    return np.full(len(table), np.sqrt(np.mean((table[:, 4] - table[:, 0]) ** 2 + table[:, 5] ** 2)))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
