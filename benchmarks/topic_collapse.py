"""Component collapsing, made on purpose by two recipes, beside the cure: KL, dead and duplicate topics.

`collapse` lets a few topics take everything, `collapse-extreme` lets all of them fall back to the prior;
`collapse-cured` is the same model with batch normalisation and a warm-up of the KL.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from measuring import RESULTS, keep, table
from textvae.evaluation.topics import dead, duplicates
from textvae.topics.coherence import diversity, npmi, top_words
from textvae.topics.data import load_bags
from textvae.topics.reader import TopicReader, fit_steps
from textvae.training.recipe import load_recipe

RECIPES = ("collapse-extreme", "collapse", "collapse-cured")
ALIVE = 0.01
"""Nats: a topic whose mean KL is below has collapsed onto its prior."""


def measure(name: str, epochs: float, k: int) -> dict[str, Any]:
    """Train a recipe on 20 Newsgroups and look at every topic as the last step left it."""
    train, dev = (load_bags("20newsgroups", split)[0] for split in ("train", "dev"))
    recipe = load_recipe("topics", name)
    recipe["training"]["epochs"] = epochs
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        course = [
            (s.step, s.terms["kl"], s.terms["reconstruction"])
            for s in fit_steps(train, recipe, k, 1, run, dev)
        ]
        reader = TopicReader.load(run / "last")
    topics = reader.topics
    top = top_words(topics, reader.words)
    frequencies = np.bincount(train.indices, train.counts, len(train.words))
    kl = reader.kl_topics(dev)
    found = reader.likelihood(dev, samples=1)
    return {
        "recipe": name,
        "kl of each topic": [round(float(x), 4) for x in sorted(kl, reverse=True)],
        "collapsed": int((kl < ALIVE).sum()),
        "dead": dead(topics, reader.proportions(dev), dev.lengths, frequencies),
        "duplicates": duplicates(top),
        "diversity": diversity(top),
        "npmi": float(npmi(top, train, unseen=-1.0).mean()),
        "bound": float(found.bound.mean()),
        "kl": [(step, round(value, 3)) for step, value, _ in course[::10]],
        "first topics": [" ".join(row[:8]) for row in top[:5]],
    }


def draw_figure(rows: list[dict[str, Any]], path: Path) -> None:
    """KL of each topic, sorted, and the KL of a document over the training."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8.4, 3.2), layout="constrained")
    for number, row in enumerate(rows):
        kl = row["kl of each topic"]
        axes[0].plot(range(1, len(kl) + 1), np.maximum(kl, 1e-4), label=row["recipe"], color=f"C{number}")
        axes[1].plot(*zip(*row["kl"], strict=True), color=f"C{number}", linewidth=1)
    axes[0].axhline(ALIVE, color="0.6", linestyle=":", linewidth=1)
    axes[0].set(yscale="log", xlabel="topics, sorted", title="KL of a topic, nats a document")
    axes[1].set(yscale="symlog", xlabel="step", title="KL of a document, nats")
    axes[0].legend(fontsize=8, frameon=False)
    figure.savefig(path)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=float, default=15.0)
    parser.add_argument("-k", type=int, default=50)
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where the JSON, the table and the figure go"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [measure(name, options.epochs, options.k) for name in RECIPES]
    columns = {
        "recipe": "{recipe}", "KL, nats": "{sum:.2f}", "collapsed topics": "{collapsed}", "dead": "{dead}",
        "duplicates": "{duplicates}", "diversity": "{diversity:.2f}", "NPMI": "{npmi:.3f}",
        "bound, nats": "{bound:.1f}",
    }  # fmt: skip
    cells = [row | {"sum": sum(row["kl of each topic"])} for row in rows]
    details = {"epochs": options.epochs, "k": options.k, "rows": rows}
    keep("topic_collapse", details, table(columns, cells), options.results)
    draw_figure(rows, options.results / "topic_collapse.svg")


if __name__ == "__main__":
    main()
