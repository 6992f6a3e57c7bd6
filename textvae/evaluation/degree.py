"""Steering by degree: is what a sentence is moved to what was asked for, and does the other axis stay?

Every sentence is steered to each of the same places on the 1-5 scale, first in valence, then in arousal. What
was reached is read by the writer's own affect model, by a classifier that steering never sees (its log-odds)
and by VADER (Hutto & Gilbert 2014), a lexicon with rules, on [-1, 1].
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation import metrics
from textvae.evaluation.judge import Judge
from textvae.evaluation.report import Report, Row, identity, signature
from textvae.text.ways import turned_off

AXES = ("valence", "arousal")
PLACES = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5)
POSITIVE = "positive"
CERTAIN = 1e-6
"""Probabilities nearer to 0 and 1 than this give no larger log-odds."""

Floats = NDArray[np.float64]
Polarity = Callable[[str], float]
"""A text -> how positive it is, from -1 to 1."""


@dataclass(frozen=True, slots=True)
class DegreeOptions:
    """Where sentences are sent, along which axes, and how."""

    places: tuple[float, ...] = PLACES
    axes: tuple[str, ...] = AXES
    fidelity: float = 0.5
    without: tuple[str, ...] = ()
    batch: int = 32


@dataclass(frozen=True, slots=True)
class Steered:
    """Outputs of one axis, a row a sentence and a column a place: (N, K) each; `affect` is (N, K, 2). `by`
    says what made them, None where nothing was made."""

    texts: list[list[str]]
    by: list[list[str | None]]
    affect: Floats
    passed: NDArray[np.bool_]


def vader() -> Polarity | None:
    """VADER's compound score; None where vaderSentiment is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ModuleNotFoundError:
        return None
    analyzer = SentimentIntensityAnalyzer()
    return lambda text: float(analyzer.polarity_scores(text)["compound"])


def evaluate_degree(
    writer: Any,
    sentences: Iterable[Sentence],
    corpus: str,
    judge: Judge | None = None,
    polarity: Polarity | None = None,
    options: DegreeOptions | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Steer each sentence to each place; `progress` is told how many outputs are done.

    `writer` is a `TextWriter`; without `judge` (its labels hold `positive`) or `polarity` their rows are left
    out, and a note says so. MAE and r are over all pairs of what was asked and what was reached: on the 1-5
    scale for the affect model, on [-1, 1], where 3 is 0, for VADER; log-odds have no such scale, and their
    error is that of the straight line fitted to them. Movement is in standard deviations of the axis in the
    writer's corpus. The report's `outputs` hold a row for each output.

    Raises `CorpusError` when there are no sentences.
    """
    options = options or DegreeOptions()
    asked = list(sentences)
    if not asked:
        raise CorpusError(f"corpus {corpus} has no sentences to steer.")
    texts = [sentence.text for sentence in asked]
    sources = np.asarray(writer.reader.score(texts), np.float64)[:, :2]
    rows: list[Row] = []
    outputs: list[dict[str, Any]] = []
    for number, axis in enumerate(options.axes):
        done = number * len(texts) * len(options.places)
        found = _steer(writer, texts, axis, options, done, progress)
        scores = _scores(found, axis, judge, polarity)
        rows += _axis_rows(axis, found, texts, sources, scores, options.places, writer.scale.sd)
        outputs += _outputs(asked, axis, found, scores, options.places)
    named = signature(
        writer,
        corpus,
        texts,
        places=",".join(f"{place:g}" for place in options.places),
        fidelity=options.fidelity,
        without=",".join(turned_off(options.without)) or None,
        reader=identity(getattr(writer, "reader", None)) or None,
    )
    title = f"Steering {len(asked)} sentences of {corpus} by degree"
    left_out = [
        name
        for name, judges in (
            ("a judge (no labels to train it on)", judge),
            ("VADER (not installed)", polarity),
        )
        if judges is None
    ]
    if left_out:
        title += f", without {' and '.join(left_out)}"
    return Report(title, tuple(rows), named, tuple(outputs))


def _steer(
    writer: Any,
    texts: Sequence[str],
    axis: str,
    options: DegreeOptions,
    done: int,
    progress: Callable[[int], None] | None,
) -> Steered:
    shape = (len(texts), len(options.places))
    written: list[list[str]] = [[] for _ in texts]
    by: list[list[str | None]] = [[] for _ in texts]
    affect, passed = np.full((*shape, 2), np.nan), np.zeros(shape, np.bool_)
    for column, place in enumerate(options.places):
        for start in range(0, len(texts), options.batch):
            chunk = list(texts[start : start + options.batch])
            asked = {axis: place, "fidelity": options.fidelity, "without": options.without}
            found = writer.transfer(chunk, **asked)
            for row, moved in enumerate(found, start):
                written[row].append(moved.best)
                by[row].append(moved.candidates[0].by if moved.candidates else None)
                passed[row, column] = bool(moved.passed)
                if moved.candidates:
                    affect[row, column] = moved.candidates[0].valence, moved.candidates[0].arousal
            done += len(chunk)
            if progress:
                progress(done)
    return Steered(written, by, affect, passed)


def _scores(found: Steered, axis: str, judge: Judge | None, polarity: Polarity | None) -> dict[str, Floats]:
    """What others make of outputs that valence was asked of, (N, K) each."""
    scores: dict[str, Floats] = {}
    if axis != "valence":
        return scores
    flat = [text for row in found.texts for text in row]
    if judge is not None:
        p = judge.probabilities(flat)[:, judge.labels.index(POSITIVE)].astype(np.float64)
        p = p.clip(CERTAIN, 1 - CERTAIN)
        scores["judge"] = np.log(p / (1 - p)).reshape(found.passed.shape)
    if polarity is not None:
        scores["VADER"] = np.array([polarity(text) for text in flat]).reshape(found.passed.shape)
    return scores


def _axis_rows(
    axis: str,
    found: Steered,
    texts: Sequence[str],
    sources: Floats,
    scores: dict[str, Floats],
    places: Sequence[float],
    sd: Sequence[float],
) -> list[Row]:
    here = AXES.index(axis)
    there = 1 - here
    goals = np.broadcast_to(np.array(places), found.passed.shape)
    reached = found.affect[..., here]
    kept = metrics.bleu([text for row in found.texts for text in row], [t for t in texts for _ in places])
    rows = [
        *_pair(f"{axis}", goals, reached, "as the writer's reader reads it"),
        Row(f"{axis}: self-BLEU", kept, "of all outputs with their sources"),
        Row(f"{axis}: passed", 100.0 * float(found.passed.mean()), "% of outputs without a fault"),
    ]
    if (judged := scores.get("judge")) is not None:
        note = "by the judge's log-odds, brought to the scale by a straight line"
        rows += _pair(f"{axis}, judge", goals, _fitted(judged, goals), note, judged)
    if (polar := scores.get("VADER")) is not None:
        rows += _pair(f"{axis}, VADER", (goals - 3) / 2, polar, "on [-1, 1]")
    moved = (found.affect[..., there] - sources[:, None, there]) / sd[there]
    drift = float(np.nanmean(moved[:, -1]) - np.nanmean(moved[:, 0]))
    rows += [
        Row(
            f"{axis}: {AXES[there]} moves",
            float(np.nanmean(np.abs(moved))),
            "SDs, up or down, from the source; the mean of all outputs",
        ),
        Row(
            f"{axis}: {AXES[there]} drifts",
            drift,
            f"SDs, on average, from what is sent to {places[0]:g} to what is sent to {places[-1]:g}",
        ),
    ]
    for column, place in enumerate(places):
        at = metrics.bleu([row[column] for row in found.texts], texts)
        note = f"reached on average; self-BLEU {at:.1f}"
        rows.append(Row(f"{axis} to {place:g}", float(np.nanmean(reached[:, column])), note))
    return rows


def _fitted(values: Floats, goals: Floats) -> Floats:
    """`values` on the straight line through them that comes nearest to `goals`."""
    centred = values - values.mean()
    spread = float((centred**2).mean())
    slope = float((centred * goals).mean()) / spread if spread > 0 else 0.0
    line: Floats = goals.mean() + slope * centred
    return line


def _pair(
    name: str, goals: Floats, reached: Floats, note: str, correlated: Floats | None = None
) -> list[Row]:
    """MAE and r; where a scale was fitted, r is that of what it was fitted to."""
    known = ~np.isnan(reached)
    related = (reached if correlated is None else correlated)[known]
    return [
        Row(f"{name}: MAE", metrics.mean_absolute_error(reached[known], goals[known]), note),
        Row(f"{name}: r", metrics.pearson(related, goals[known]), "of asked and reached"),
    ]


def _outputs(
    asked: Sequence[Sentence],
    axis: str,
    found: Steered,
    scores: dict[str, Floats],
    places: Sequence[float],
) -> list[dict[str, Any]]:
    rows = []
    for row, sentence in enumerate(asked):
        for column, place in enumerate(places):
            valence, arousal = found.affect[row, column].tolist()
            rows.append(
                {
                    "id": sentence.id,
                    "source": sentence.text,
                    "axis": axis,
                    "asked": place,
                    "output": found.texts[row][column],
                    "by": found.by[row][column],
                    "valence": valence,
                    "arousal": arousal,
                    "passed": bool(found.passed[row, column]),
                    **{name.lower(): float(values[row, column]) for name, values in scores.items()},
                }
            )
    return rows
