"""Make the ablation of John et al. 2018 on Yelp: style and content apart, term by term.

    python benchmarks/disentangling.py polarity
    python benchmarks/disentangling.py affect

`polarity` has Yelp's labels for the style, `affect` the valence and arousal that affect-en reads; each row is
a recipe of `text/disentangled` or `text/disentangled-affect`. Every row is trained as long, in
RUNS/FOLDER/RECIPE, and measured on the test sentences; what is there already is kept and what was stopped
goes on, so the command can be repeated until the table is whole. The style that a sentence is given is the
mean style latent of training sentences: of the other label, or of the fifth whose valence is farthest the
other way. Below, the plain VAE is steered by latent arithmetic: k times the difference of the mean latents of
the same two groups is added. Written are `results/disentangling_FORM.json`, `.md` and `.png` (needs the extra
`plots`).
"""

import argparse
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from disentangling_table import ROWS, SHOWN, draw, points, table
from measuring import RESULTS, keep
from text_tables import train
from textvae.corpora import Sentence, read_corpus
from textvae.evaluation import metrics
from textvae.evaluation.disentangling import ContentRuler, probe_accuracy, probe_r2, transfer_figures
from textvae.evaluation.judge import Judge, load_judge
from textvae.evaluation.transfer import OTHER
from textvae.text.arithmetic import mean_latent, restyled, rewritten, shifted
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.data import Item, read_affect
from textvae.text.inspection import encode_texts
from textvae.text.lexicon import log_odds
from textvae.text.orthography import Orthography
from textvae.text.preparation import affect_carriers
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.recipe import load_recipe

FOLDERS = {"polarity": "disentangled", "affect": "disentangled-affect"}
Figures = dict[str, dict[str, float]]
"""Of each row of the table, its cells."""
SEARCH = BeamOptions(width=4, min_length=1)
"""What every row writes with."""
POINTS = 2000
"""Dev sentences in the figure, at most."""


class Bench:
    """What every row is measured with, read when it is first needed."""

    def __init__(self, form: str, judge: Path, sentences: int | None, many: int) -> None:
        self.form, self.place, self.many = form, judge, many
        recipe = load_recipe("text", "disentangled/vae")["data"]
        found = list(read_corpus("yelp"))
        self.train, self.dev, test = (
            [s for s in found if s.split == part] for part in ("train", "dev", "test")
        )
        step = 1 if sentences is None else max(1, len(test) // sentences)
        self.test = test[::step][:sentences]
        self.threshold = float(recipe["affect_words"])
        order = np.random.default_rng(1).permutation(len(self.train))[:many]
        self.drawn = [self.train[i] for i in order]

    @property
    def file(self) -> str:
        """What a row's figures are called, in the folder of its training."""
        return f"figures-{len(self.test)}-{self.many}.json"

    @cached_property
    def judge(self) -> Judge:
        """The classifier that steering never uses."""
        return load_judge(self.train)

    @cached_property
    def ruler(self) -> ContentRuler:
        """Content and fluency by the table's language model."""
        labels = np.array([s.label == "positive" for s in self.train]).astype(int)
        weights = log_odds([s.text for s in self.train], labels)
        carriers = affect_carriers({w: (x, 0.0) for w, x in weights.items()}, self.threshold)
        return ContentRuler(opened(self.place), carriers)

    @cached_property
    def affect(self) -> tuple[np.ndarray, np.ndarray]:
        """Valence and arousal (N, 2) of the sentences drawn from train, and of dev."""
        from textvae.affect.reader import AffectReader

        reader = AffectReader.load("affect-en")
        form = Orthography("yelp")

        def read(sentences: list[Sentence]) -> np.ndarray:
            items = [Item(s.text, form.normalise(s.text), "yelp") for s in sentences]
            return read_affect(items, form, reader.score, reader.checksum).astype(np.float64)

        return read(self.drawn), read(self.dev)

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Training sentences that have either style."""
        if self.form == "polarity":
            return {label: [s.text for s in self.drawn if s.label == label] for label in OTHER}
        valence = self.affect[0][:, 0]
        low, high = np.quantile(valence, [0.2, 0.8])
        chosen = {"negative": valence <= low, "positive": valence >= high}
        return {name: [self.drawn[i].text for i in rows.nonzero()[0]] for name, rows in chosen.items()}

    def figures(self, outputs: list[str]) -> dict[str, float]:
        """The figures of what the test sentences became."""
        sources = [s.text for s in self.test]
        wanted = [OTHER[s.label or ""] for s in self.test]
        rows = transfer_figures(sources, outputs, wanted, self.judge, self.ruler)
        return {row.name: row.value for row in rows}


def opened(run: Path) -> Codec:
    """The model that a training ended with."""
    return Codec.from_checkpoint(load_checkpoint(run / "last"), choose_device("auto", "fp32"))


def measure(row: str, run: Path, bench: Bench, ks: list[float]) -> dict[str, Any]:
    """A row's figures, what it wrote, and where its latents are in the plane; made once."""
    path = run / bench.file
    if path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if row != "vae" or set(map(str, ks)) <= set(kept["arithmetic"]):
            return kept
    codec = opened(run)
    styled = codec.model.config.styled
    texts, labels = [s.text for s in bench.test], [s.label for s in bench.test]
    means = {name: mean_latent(codec, group) for name, group in bench.groups.items()}
    outputs = [""] * len(texts)
    moved = {k: [""] * len(texts) for k in (ks if row == "vae" else [])}
    for label, other in OTHER.items():
        places = [i for i, own in enumerate(labels) if own == label]
        sources = [texts[i] for i in places]
        ways = {k: shifted(codec, sources, means[other] - means[label], k, SEARCH) for k in moved}
        for i, said in zip(places, restyled(codec, sources, means[other][:styled], SEARCH), strict=True):
            outputs[i] = said
        for k, written in ways.items():
            for i, said in zip(places, written, strict=True):
                moved[k][i] = said
    rebuilt = rewritten(codec, texts, lambda z: z, SEARCH)
    figures = bench.figures(outputs) | {"rebuilt": metrics.bleu(rebuilt, texts)}
    first, second = (encode_texts(codec, [s.text for s in some]).mean for some in (bench.drawn, bench.dev))
    figures |= probes(first, second, styled, bench)
    found = {
        "figures": figures,
        "arithmetic": {str(k): bench.figures(said) for k, said in moved.items()},
        "written": [list(row) for row in zip(texts, outputs, *moved.values(), strict=True)],
        "points": points(second[:: max(1, len(second) // POINTS)], styled),
    }  # fmt: skip
    path.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    return found


def probes(first: np.ndarray, second: np.ndarray, styled: int, bench: Bench) -> dict[str, float]:
    """What linear probes, fitted on the training sentences drawn, read off each part of the dev sentences."""
    labels = [[s.label == "positive" for s in some] for some in (bench.drawn, bench.dev)]
    parts = {"s": slice(0, styled), "c": slice(styled, None)}
    found = {
        f"label from {name}": probe_accuracy(first[:, part], labels[0], second[:, part], labels[1])
        for name, part in parts.items()
    }
    if bench.form == "affect":
        for column, what in enumerate(("valence", "arousal")):
            values, gold = (read[:, column] for read in bench.affect)
            for name, part in parts.items():
                found[f"{what} from {name}"] = probe_r2(first[:, part], values, second[:, part], gold)
    return found


def references(bench: Bench) -> Figures:
    """The sources themselves, people's rewrites and other sources: what figures are to be held against."""
    sources = [s.text for s in bench.test]
    halves = [[s.text for s in bench.test if s.label == label] for label in OTHER]
    other = {label: half[1:] + half[:1] for label, half in zip(reversed(OTHER), halves, strict=True)}
    taken = {label: iter(texts) for label, texts in other.items()}
    strangers = [next(taken[s.label or ""], sources[0]) for s in bench.test]
    return {
        "copy of the input": bench.figures(sources),
        "human rewrite": bench.figures([s.references[0] for s in bench.test]),
        "another sentence of the other style": bench.figures(strangers),
    }


def main() -> None:
    """Train and measure what is not there yet, then write the table and the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("form", choices=FOLDERS)
    parser.add_argument("--rows", help="only these recipes, by commas: vae,all")
    parser.add_argument(
        "--epochs", type=float, help="passes over the training sentences; default: the recipes'"
    )
    parser.add_argument("--sentences", type=int, help="so many of the test sentences, evenly; default: all")
    parser.add_argument("--drawn", type=int, default=10000, help="training sentences for means and probes")
    parser.add_argument(
        "--k", type=float, nargs="+", default=[1.0, 1.5, 2.0, 3.0], help="of latent arithmetic"
    )
    parser.add_argument("--render", action="store_true", help="train nothing: write what has been measured")
    parser.add_argument("--runs", type=Path, default=Path("runs/disentangling"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for every training")
    asked = parser.parse_args()
    wanted = asked.rows.split(",") if asked.rows else list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}: there are {', '.join(ROWS)}")
    folder = FOLDERS[asked.form]
    epochs = asked.epochs or load_recipe("text", f"{folder}/vae")["training"]["epochs"]
    judge = asked.runs / "disentangled" / "lm"
    if not asked.render:
        train("disentangled", "lm", epochs, asked.runs, None, asked.set)
    bench = Bench(asked.form, judge, asked.sentences, asked.drawn)
    bounds = references(bench)
    runs = {row: asked.runs / folder / row for row in ROWS}
    found = {
        row: measure(row, run, bench, asked.k) for row, run in runs.items() if (run / bench.file).is_file()
    }
    for row in () if asked.render else wanted:
        train(folder, row, epochs, asked.runs, None, asked.set)
        found[row] = measure(row, runs[row], bench, asked.k)
        publish(asked, epochs, bounds, found, bench)
    if asked.render:
        publish(asked, epochs, bounds, found, bench)


def publish(
    asked: argparse.Namespace, epochs: float, bounds: Figures, found: dict[str, dict[str, Any]], bench: Bench
) -> None:
    """Write the table of the rows that are there, below their `bounds`, and the figure."""
    rows = bounds | {ROWS[row]: found[row]["figures"] for row in SHOWN if row in found}
    arithmetic = found.get("vae", {}).get("arithmetic", {})
    rows |= {f"J_rec, arithmetic, k = {k}": figures for k, figures in arithmetic.items()}
    name = f"disentangling_{asked.form}"
    samples = {ROWS[row]: found[row]["written"][::100] for row in found}
    more = f" ({', '.join(asked.set)})" if asked.set else ""
    details = {"budget": f"{epochs:g} passes over the training sentences for every row{more}",
               "sentences": len(bench.test), "rows": rows, "written": samples}  # fmt: skip
    keep(name, details, table(rows), asked.results)
    step = max(1, len(bench.dev) // POINTS)
    told = (
        bench.affect[1][::step, 0] if bench.form == "affect" else [s.label or "" for s in bench.dev[::step]]
    )
    draw(asked.results / f"{name}.png", {row: found[row]["points"] for row in found}, told)


if __name__ == "__main__":
    main()
