"""What a table of one's own brings: affect-en as it is, on a line, tuned, and a model from nothing.

    python benchmarks/affect_tuned.py --work runs/tuned

Tables of 100 to 3,000 training rows and an eighth as many dev rows are drawn from two corpora, and 1,000
other rows of each are read: Yelp's sentences with their polarity (rated 2 or 4), which no affect model
that ships has seen, and comments of GoEmotions' dev and test splits with the mean sign of the emotions
that raters chose (rated 1 to 5), whose train split taught affect-en's teachers the emotions. --split
choosing reads rows of where the tables come from: on such rows the recipe's settings were chosen. What is
done stays in --work, so that a run that was stopped goes on when the command is repeated; --only
NAME,NAME makes those alone, --render measures nothing.
"""

import argparse
import csv
import json
import random
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from emoji import sign
from measuring import TEXTVAE, keep, run, table
from textvae.affect.distillation import plain
from textvae.affect.figures import figures_of
from textvae.affect.lab.rated import ratings_of_all
from textvae.affect.model import DIMENSIONS
from textvae.affect.reader import AffectReader
from textvae.affect.recalibration import recalibrate
from textvae.corpora import Rating, Sentence, read_corpus

SIZES = {100: (1, 2), 300: (1, 2), 1000: (1,), 3000: (1,)}
"""Training rows, and the seeds by which they are drawn and taught."""
READ = 1000
TUNED = ("train", "affect", "--recipe", "tuned")
WAYS: dict[str, tuple[str, ...]] = {
    "affect-en": (),
    "calibrate --means": (),
    "tuned": TUNED,
    "tuned (nothing held)": (*TUNED, "--set", "objective.held=0"),
    "tuned (heads alone)": (*TUNED, "--set", "model.freeze=all"),
    "bilstm": ("train", "affect", "--recipe", "bilstm", "--set", "latent.dimensions=1",
               "--set", "training.epochs=12", "--set", "training.validate_every=10"),
}  # fmt: skip
ONCE = {"tuned (nothing held)": (1000,), "tuned (heads alone)": (300, 1000), "bilstm": (100, 300, 1000)}
"""Ways that are tried with one seed, and with which sizes."""


def rated(corpus: str, choosing: bool) -> tuple[list[Sentence], list[Sentence]]:
    """Rows to draw tables from, and rows to read."""
    if corpus == "yelp":
        value = {"negative": 2.0, "positive": 4.0}
        held = {plain(s.text) for part in ("dev", "test") for s in read_corpus("yelp", split=part)}
        pool = [with_rating(s, value[s.label or ""]) for s in read_corpus("yelp", split="train")]
        read = [with_rating(s, value[s.label or ""]) for s in read_corpus("yelp", split="test")]
    else:
        pool, read = (
            [with_rating(s, 3.0 + 2.0 * sign(s.label or "")) for s in read_corpus("goemotions", split=part)]
            for part in ("dev", "test")
        )
        held = {plain(s.text) for s in read}
    pool = list({plain(s.text): s for s in pool if plain(s.text) not in held}.values())
    random.Random(0).shuffle(pool)
    random.Random(0).shuffle(read)
    return pool[READ:], (pool if choosing else read)[:READ]


def with_rating(sentence: Sentence, valence: float) -> Sentence:
    return Sentence(sentence.text, valence=Rating(valence))


def drawn(pool: list[Sentence], size: int, seed: int) -> tuple[list[Sentence], list[Sentence]]:
    """Training rows and an eighth as many dev rows, as a table without splits is dealt out."""
    some = random.Random(seed).sample(pool, size + size // 8)
    return some[:size], some[size:]


def write_table(path: Path, train: list[Sentence], dev: list[Sentence]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "valence", "split"])
        for part, group in (("train", train), ("dev", dev)):
            rows.writerows([s.text, s.valence.mean, part] for s in group if s.valence)


def made(
    way: str, size: int, seed: int, pool: list[Sentence], folder: Path
) -> tuple[str | Path, float | None]:
    """The model of a way, and the seconds that making it took; None where a part was made before."""
    if way == "affect-en":
        return "affect-en", 0.0
    train, dev = drawn(pool, size, seed)
    began = time.perf_counter()
    if way == "calibrate --means":
        recalibrate("affect-en", [*train, *dev], folder, means=True, device="cpu", precision="fp32")
    else:
        write_table(folder / "table.csv", train, dev)
        place = ("--corpus", str(folder / "table.csv"), "--out", str(folder / "run"))
        resume = ("--resume",) if (folder / "run" / "state").is_dir() else ()
        seeded = ("--seed", str(seed), "--device", "cpu", "--precision", "fp32")
        run([*TEXTVAE, *WAYS[way], *place, *seeded, *resume])
        return folder / "run", None if resume else time.perf_counter() - began
    return folder, time.perf_counter() - began


def measured(model: str | Path, read: list[Sentence], emobank: list[Sentence]) -> dict[str, Any]:
    """Figures of the rows that are read, and of EmoBank's test rows, which nobody tuned to."""
    reader = AffectReader.load(model, device="cpu", precision="fp32")
    readings = reader.analyze([s.text for s in read])
    said = np.array([[r.valence.mean, r.valence.low, r.valence.high] for r in readings if r])
    gold = ratings_of_all(read)[0]
    found = figures_of(said[:, :1], gold[:, :1]).as_dict()
    inside = (said[:, 1] <= gold[:, 0]) & (gold[:, 0] <= said[:, 2])
    others = figures_of(reader.score([s.text for s in emobank]), ratings_of_all(emobank)[0]).as_dict()
    kept = {d: others["r"][d] for d in DIMENSIONS}
    width = float((said[:, 2] - said[:, 1]).mean())
    return {**found, "inside": float(inside.mean()), "width": width, "emobank": kept}


def jobs(only: str) -> list[tuple[str, str, int, int]]:
    """Corpus, way, size and seed of everything there is to measure, the quick ones first."""
    found = []
    for size, seeds in SIZES.items():
        for way in WAYS:
            if only and way not in only.split(","):
                continue
            for seed in seeds if way not in ONCE else seeds[:1]:
                if size in ONCE.get(way, SIZES) and (way != "affect-en" or (size, seed) == (100, 1)):
                    found += [(corpus, way, size, seed) for corpus in ("yelp", "goemotions")]
    return found


def lines(found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """A row a corpus, way and size: the mean over seeds."""
    groups: dict[tuple[str, str, int], list[Mapping[str, Any]]] = {}
    for figures in found.values():
        groups.setdefault((figures["corpus"], figures["way"], figures["rows"]), []).append(figures)
    rows = []
    for (corpus, way, size), each in sorted(groups.items(), key=lambda item: (item[0][0], item[0][2])):

        def mean(take: Any, digits: int, each: list[Mapping[str, Any]] = each) -> str:
            values = [take(figures) for figures in each]
            return "–" if None in values else f"{np.mean(values):.{digits}f}"

        emobank = [mean(lambda f, d=d: f["emobank"][d], 3) for d in DIMENSIONS]
        rows.append(
            {"corpus": corpus, "way": way, "rows": f"{size:,}" if size else "–", "seeds": str(len(each)),
             "r": mean(lambda f: f["r"]["valence"], 3), "mae": mean(lambda f: f["mae"]["valence"], 3),
             "inside": mean(lambda f: 100 * f["inside"], 1), "width": mean(lambda f: f["width"], 2),
             "emobank": " / ".join(emobank), "seconds": mean(lambda f: f["seconds"], 0) if size else "–"}
        )  # fmt: skip
    return rows


def render(work: Path, name: str) -> None:
    """Write what there is into the results."""
    found = {p.stem: json.loads(p.read_text()) for p in sorted((work / name).glob("*.json"))}
    columns = {
        "corpus": "{corpus}", "training rows": "{rows}", "model": "`{way}`", "r valence": "{r}",
        "MAE": "{mae}", "inside 90%": "{inside}", "width": "{width}",
        "EmoBank's test rows, r V / A / D": "{emobank}",
        "seconds": "{seconds}", "seeds": "{seeds}",
    }  # fmt: skip
    about = (
        f"{READ:,} rows of each corpus are read, none of which is in a table. Seconds are of one core that "
        "did other work as well, start included (– where a training was stopped and resumed). The settings "
        "of `tuned` were chosen on other rows, with tables of 100 to 1,000: learning rates of 1e-4 to 5e-4, "
        "2 to 8 passes, the lower three layers frozen or not; those of `bilstm` are the recipe's, but for 12 "
        "passes. `python benchmarks/affect_tuned.py` makes it."
    )
    keep(name, {"rows": found}, f"# A table of one's own\n\n{about}\n\n{table(columns, lines(found))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("runs/tuned"))
    parser.add_argument("--split", choices=("test", "choosing"), default="test")
    parser.add_argument("--only", default="", help="ways, separated by commas")
    parser.add_argument("--render", action="store_true", help="measure nothing: write what is there")
    given = parser.parse_args()
    name = "affect_tuned" if given.split == "test" else "affect_tuned_choosing"
    corpora = {c: rated(c, given.split == "choosing") for c in ("yelp", "goemotions") if not given.render}
    emobank = list(read_corpus("emobank", split="test"))
    for corpus, way, size, seed in () if given.render else jobs(given.only):
        label = f"{corpus} {way} {size} {seed}".replace(",", "").replace(" ", "-")
        path = given.work / name / f"{label}.json"
        if path.is_file():
            continue
        pool, read = corpora[corpus]
        model, seconds = made(way, size, seed, pool, given.work / label)
        figures = {"corpus": corpus, "way": way, "rows": 0 if way == "affect-en" else size, "seed": seed,
                   "seconds": seconds and round(seconds, 1), **measured(model, read, emobank)}  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(given.work / label, ignore_errors=True)
        print(path.name, figures["r"], figures["mae"], flush=True)
    render(given.work, name)


if __name__ == "__main__":
    main()
