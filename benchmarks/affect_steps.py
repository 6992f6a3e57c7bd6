"""The steps of the ladders to affect-en: `STEPS`, as trained on two cores, `LARGE_TEACHER`, which goes on
from there with a larger encoder as a teacher, and `WIDE`, the same over many more sentences, for a GPU."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """A row: trainings of one recipe that differ in seed and fold, or what is made of another step's.

    `start` is "" for the pretrained encoder, the small one or the `large` one, or a step. `of` names the
    steps that teach, or whose trainings are averaged: their readings (`made` is "mean") or their weights
    ("soup"). What is neither trained nor averaged is a copy in the work folder ("as it is").
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
    "shipped": Step("the first affect-en, weights b858d0e28084", made="as it is"),
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
        "the same, by `ensemble-more`: shipped", "distilled", {}, "shipped", ((2, ""),), of=FIVE
    ),
    "distilled-soup": Step("mean of two students' weights", made="soup", of=("distilled", "distilled-more")),
}  # fmt: skip

TEACHERS = ("plain", "rated", "before")
SLOW = {"training.learning_rate": 2e-4}

WIDE: dict[str, Step] = {
    "before": Step("affect-en as it was, weights c4a194db28eb", made="as it is"),
    "groundwork": Step(
        "a larger encoder (all-mpnet-base-v2), other corpora alone", "groundwork",
        {"data.batch": 128, "training.learning_rate": 7e-5, "training.minutes": 2.0}, large=True,
    ),
    "plain": Step("the larger encoder, EmoBank alone", "large", large=True, runs=by_fold(1, 2, 3)),
    "rated": Step("`groundwork`, then EmoBank", "large", start="groundwork", runs=by_fold(3, 4, 5)),
    "ensemble-plain": Step("mean of the readings of `plain`", made="mean", of=("plain",)),
    "ensemble-rated": Step("of `rated`", made="mean", of=("rated",)),
    "ensemble": Step("of both and `before`", made="mean", of=TEACHERS),
    "student-upper": Step(
        "`before`, upper layers taught by `ensemble`", "distilled-wide", UPPER, "before", of=TEACHERS
    ),
    "student": Step("all of it taught by `ensemble`: ships", "distilled-wide", {}, "before", of=TEACHERS),
    "student-slow": Step(
        "the same at half the learning rate", "distilled-wide", SLOW, "before", of=TEACHERS
    ),
    "student-rated": Step(
        "the same, ratings count three times as much", "distilled-wide",
        SLOW | {"objective.affect": 0.3}, "before", of=TEACHERS,
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
    "before": Step("affect-en as it was, weights c4a194db28eb", made="as it is"),
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
