"""EmoBank and Chinese EmoBank: sentences with the mean and spread of their raters, and their kind of text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from textvae.corpora.card import Card
from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.streams import read_rows

Located = Mapping[str, Path]

INDIVIDUAL = ("individual_reader_ratings.csv", "individual_writer_ratings.csv")


def read_emobank(card: Card, files: Located) -> Iterator[Sentence]:
    """EmoBank (Buechel & Hahn 2017): gold means, and the standard deviation over all readers and writers.

    The category is the genre, where `meta.tsv` is there to say it.
    """
    spread = _spread(files)
    about = read_rows(files["meta.tsv"], "\t") if "meta.tsv" in files else ()
    genres = {row["id"]: row["category"].strip() for row in about}
    for row in read_rows(files[card.reader["table"]], ","):
        sds = spread.get(row["id"], (None, None, None))
        valence, arousal, dominance = (Rating(float(row[k]), sd) for k, sd in zip("VAD", sds, strict=True))
        genre = genres.get(row["id"])
        yield Sentence(row["text"], row["id"], row["split"], valence, arousal, dominance, category=genre)


def emobank_ratings(files: Located) -> Iterator[tuple[str, list[float]]]:
    """Sentence id, and valence, arousal, dominance by one rater, without raters who gave 1/1/1."""
    for name in INDIVIDUAL:
        for row in read_rows(files[name], ",") if name in files else ():
            ratings = [float(row[k]) for k in "VAD"]
            if ratings != [1.0, 1.0, 1.0]:
                yield row["id"], ratings


def _spread(files: Located) -> dict[str, tuple[float, ...]]:
    """Sentence id -> population standard deviation of valence, arousal, dominance.

    From the individual ratings, without raters who gave 1/1/1 (they skipped the sentence: what is left
    reproduces the gold means); where those files are missing, from each perspective's mean m, deviation s and
    number n of raters: variance = sum n (s^2 + m^2) / sum n - (sum n m / sum n)^2.
    """
    sums: dict[str, list[float]] = {}  # n, then sum and sum of squares of each dimension
    if files.keys() >= set(INDIVIDUAL):
        for identity, ratings in emobank_ratings(files):
            _add(sums.setdefault(identity, [0.0] * 7), 1.0, ratings, [r * r for r in ratings])
    else:
        for name in ("reader.csv", "writer.csv"):
            for row in read_rows(files[name], ",") if name in files else ():
                n, means = float(row["N"]), [float(row[k]) for k in "VAD"]
                squares = [float(row[f"std{k}"]) ** 2 + m * m for k, m in zip("VAD", means, strict=True)]
                _add(sums.setdefault(row["id"], [0.0] * 7), n, means, squares)
    return {
        name: tuple(math.sqrt(max(0.0, s[i + 1] / s[0] - (s[i] / s[0]) ** 2)) for i in (1, 3, 5))
        for name, s in sums.items()
        if s[0]
    }


def _add(total: list[float], n: float, means: list[float], squares: list[float]) -> None:
    total[0] += n
    for i, (mean, square) in enumerate(zip(means, squares, strict=True)):
        total[2 * i + 1] += n * mean
        total[2 * i + 2] += n * square


def read_chinese_emobank(card: Card, files: Located) -> Iterator[Sentence]:
    """Chinese EmoBank (Lee, Li & Yu 2022): valence and arousal; splits are the five folds.

    The label says whether it is a text (CVAT, which has categories) or a sentence (CVAS).
    """
    for label, pattern in card.reader["sets"].items():
        for fold in "12345":
            for number, row in enumerate(read_rows(files[pattern.format(fold=fold)], "\t"), 1):
                valence, arousal = (
                    Rating.rescaled(float(row[f"{k}_Mean"]), float(row[f"{k}_SD"]), *card.scale)
                    for k in ("Valence", "Arousal")
                )
                name = f"{label}/{fold}/{row.get('No.') or number}"
                text, category = row["Text"].strip(), row.get("Category") or None
                yield Sentence(text, name, f"fold{fold}", valence, arousal, label=label, category=category)
