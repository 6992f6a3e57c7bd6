"""The steps of the ladders to affect-en: `STEPS`, as trained on two cores, `LARGE_TEACHER`, which goes on
from there with a larger encoder as a teacher, and `WIDE`, for a GPU."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """A row: trainings of one recipe that differ in seed and fold, or what is made of another step's.

    `start` is "" for the pretrained encoder, the small one or the `large` one, or a step. `of` names the
    steps that teach, or whose trainings are averaged: their readings (`made` is "mean") or their weights
    ("soup"). What is neither trained nor averaged is a copy in the work folder ("as it is") or a model that
    ships ("ships").
    """

    what: str
    recipe: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    runs: Sequence[tuple[int, str]] = ((1, ""),)  # seed and fold
    made: str = ""
    of: tuple[str, ...] = ()
    large: bool = False


def by_fold(*folds: int) -> tuple[tuple[int, str], ...]:
    """Trainings without the first fold, the second, ...; each with its number for a seed."""
    return tuple((fold, f"{fold}/5") for fold in folds)


UPPER, LAYERS = {"model.freeze": "first:3"}, {"model.freeze": "embeddings"}
ALIKE, THREE = ("rated", "rated-layers"), ("rated", "plain", "shipped")
FIVE = (*THREE, "plain-again", "distilled")

STEPS: dict[str, Step] = {
    "shipped": Step("affect-en as it was, weights b858d0e28084", made="as it is"),
    "groundwork": Step("other corpora alone, EmoBank never taught", "groundwork"),
    "plain": Step("EmoBank alone, from the pretrained encoder", "rated", runs=by_fold(3)),
    "rated": Step("groundwork, then EmoBank", "rated", start="groundwork", runs=by_fold(2)),
    "rated-upper": Step(
        "the same, only the upper three layers learn", "rated", UPPER, "groundwork", by_fold(1)
    ),
    "rated-layers": Step(
        "the same, all but the word pieces learn", "rated", LAYERS, "groundwork", by_fold(1, 4)
    ),
    "soup": Step("mean of these three's weights", made="soup", of=ALIKE),
    "ensemble-alike": Step("mean of their readings", made="mean", of=ALIKE),
    "ensemble-five": Step("and of `plain`'s and `shipped`'s", made="mean", of=(*ALIKE, "plain", "shipped")),
    "ensemble": Step("mean of the readings of three unlike models", made="mean", of=THREE),
    "plain-again": Step("`plain` once more", "rated", runs=by_fold(5)),
    "upper": Step("`shipped`, upper layers, three passes of EmoBank more", "rated", UPPER, "shipped"),
    "distilled": Step("`shipped`, upper layers taught by `ensemble`", "distilled", {}, "shipped", of=THREE),
    "distilled-again": Step("the same with another seed", "distilled", {}, "shipped", ((3, ""),), of=THREE),
    "ensemble-more": Step("`ensemble`, `plain-again`, `distilled`", made="mean", of=FIVE),
    "distilled-more": Step(
        "the same, by `ensemble-more`: ships", "distilled", {}, "shipped", ((2, ""),), of=FIVE
    ),
    "distilled-soup": Step("mean of two students' weights", made="soup", of=("distilled", "distilled-more")),
}  # fmt: skip

VIEWS = {"objective.reader": 0.2, "objective.writer": 0.2}
LARGE = {"data.batch": 128, "training.learning_rate": 1.7e-4, "training.minutes": 2.0}
PLAIN = ("plain", "plain-views", "plain-correlation", "plain-hidden")
RATED = ("rated", "rated-all", "rated-emotions", "rated-valence")
TEACHERS = ("joint", *RATED, *PLAIN, "affect-en")

WIDE: dict[str, Step] = {
    "affect-en": Step("affect-en as it ships", made="ships"),
    "groundwork": Step("other corpora alone, EmoBank never taught", "groundwork", LARGE),
    "groundwork-emotions": Step("the same, GoEmotions alone", "groundwork-emotions", LARGE),
    "groundwork-valence": Step("the same, VADER and reviews alone", "groundwork-valence", LARGE),
    "joint": Step("all corpora at once, then mostly EmoBank", "en", LARGE, runs=by_fold(1, 2, 4)),
    "rated": Step("groundwork, then EmoBank", "rated", start="groundwork", runs=by_fold(2, 3, 5)),
    "rated-all": Step(
        "and readers and writers apart, correlation, hidden pieces", "perspectives", {}, "groundwork",
        by_fold(2, 3, 5),
    ),
    "rated-emotions": Step(
        "groundwork by emotions alone, then EmoBank", "rated", {}, "groundwork-emotions", by_fold(1, 4)
    ),
    "rated-valence": Step(
        "groundwork by valence alone, then EmoBank", "rated", {}, "groundwork-valence", by_fold(1, 4)
    ),
    "plain": Step("EmoBank alone, from the pretrained encoder", "rated", runs=by_fold(1, 2, 3, 4, 5)),
    "plain-views": Step("and readers and writers apart", "rated", VIEWS, runs=by_fold(2, 3)),
    "plain-correlation": Step("and correlation", "rated", {"objective.correlation": 0.5}, runs=by_fold(4, 5)),
    "plain-hidden": Step("and a tenth of pieces hidden", "rated", {"data.hidden": 0.1}, runs=by_fold(1, 2)),
    "ensemble-plain": Step("mean of the readings of those from the encoder", made="mean", of=PLAIN),
    "ensemble-rated": Step("of those from a groundwork", made="mean", of=RATED),
    "ensemble-joint": Step("of `joint`", made="mean", of=("joint",)),
    "ensemble-new": Step("of all these", made="mean", of=TEACHERS[:-1]),
    "ensemble": Step("and of affect-en", made="mean", of=TEACHERS),
    "student": Step(
        "affect-en, upper layers taught by `ensemble`", "distilled-wide", UPPER, "affect-en", of=TEACHERS
    ),
    "student-again": Step(
        "the same with another seed", "distilled-wide", UPPER, "affect-en", ((2, ""),), of=TEACHERS
    ),
    "student-soup": Step("mean of these two's weights", made="soup", of=("student", "student-again")),
    "student-free": Step(
        "`joint`'s first, all of it taught by `ensemble`", "distilled-wide", {"model.freeze": "none"},
        "joint", of=TEACHERS,
    ),
}  # fmt: skip

UNRATED = ("vader", "goemotions", "gutenberg", "reviews", "common_voice", "tatoeba")


def passes(emobank: float, others: float) -> dict[str, Any]:
    """Changes to `distilled`: 8,000 sentences of each of the others, and so many passes over them all."""
    stage = ", ".join([f"emobank={emobank}", *(f"{name}={others}" for name in UNRATED)])
    return {"student.most": 8000, "stage": f"[{{{stage}}}]"}


FASTER = {
    "model.dropout": 0.0, "objective.affect": 0.1, "training.learning_rate": 4e-4,
    "training.validate_every": 400,
}  # fmt: skip

LARGE_TEACHER: dict[str, Step] = {
    "before": Step("affect-en as it ships, weights c4a194db28eb", made="as it is"),
    "mpnet": Step(
        "a larger encoder (all-mpnet-base-v2), EmoBank alone", "large", large=True, runs=by_fold(2)
    ),
    "ensemble": Step("mean of the readings of these two", made="mean", of=("mpnet", "before")),
    "both": Step(
        "`before`, upper layers taught by `ensemble`", "distilled", passes(4.0, 1.5), "before",
        of=("mpnet", "before"),
    ),
    "student": Step(
        "the same by `mpnet` alone, no dropout, four times the learning rate", "distilled",
        passes(2.0, 2.0) | FASTER, "before", of=("mpnet",),
    ),
    "ensemble-student": Step("mean of the readings of `before` and `student`", made="mean",
                             of=("before", "student")),
    "soup": Step("mean of their weights", made="soup", of=("before", "student")),
}  # fmt: skip

LADDERS = {"affect_ladder": STEPS, "affect_ladder_wide": WIDE, "affect_ladder_large": LARGE_TEACHER}
