"""Training in documents a second: recipes and TopMost's ProdLDA, turn about, on one core of an idle machine.

Both see the same documents and words with the same number of topics, in batches of 200, each epoch whole, by
their own trainers. A recipe's time holds its validations on dev, which TopMost does without; its epochs are
given, so that no early stopping shortens them. The ratio is that of wall-clock times, the median over the
rounds; the Python that has TopMost is told with `--python`.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from measuring import RESULTS, keep, table
from textvae.evaluation.topic_figures import TopicCorpus
from textvae.topics.reader import fit_steps
from textvae.training.recipe import load_recipe
from topic_peers import topmost_prodlda

PEER = "topmost-prodlda"


def one_core() -> int | None:
    """Keep this process and its children to one core, where the system can; its number."""
    torch.set_num_threads(1)
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def ours(corpus: TopicCorpus, name: str, k: int, epochs: int, seed: int) -> float:
    """Documents a second of a recipe, from the first step to the last checkpoint."""
    recipe = load_recipe("topics", name)
    recipe["training"] |= {"epochs": float(epochs)}
    recipe["training"].pop("patience", None)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        for _ in fit_steps(corpus.train, recipe, k, seed, Path(folder) / "run", corpus.dev):
            pass
        return epochs * len(corpus.train) / (time.perf_counter() - started)


def theirs(corpus: TopicCorpus, k: int, epochs: int, seed: int, python: str) -> float:
    """Documents a second of TopMost's trainer; its start and what it is measured by do not count."""
    made = topmost_prodlda(corpus, k, seed, 1, {"epochs": epochs}, python)
    return epochs * len(corpus.train) / made.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="20newsgroups")
    parser.add_argument("-k", type=int, default=50)
    parser.add_argument("--recipes", nargs="+", default=["dirichlet", "prodlda"], metavar="NAME")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="the Python that has TopMost")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    core = one_core()
    corpus = TopicCorpus.load(options.corpus)
    rates: dict[str, list[float]] = {name: [] for name in (*options.recipes, PEER)}
    for number in range(1, options.rounds + 1):
        for name in options.recipes:
            rates[name].append(ours(corpus, name, options.k, options.epochs, number))
        rates[PEER].append(theirs(corpus, options.k, options.epochs, number, options.python))
        print(", ".join(f"{name} {each[-1]:,.0f}" for name, each in rates.items()), file=sys.stderr)
    rows: list[dict[str, Any]] = [
        {
            "system": name,
            "rate": statistics.median(each),
            "low": min(each),
            "high": max(each),
            "ratio": statistics.median(a / b for a, b in zip(each, rates[PEER], strict=True)),
        }
        for name, each in rates.items()
    ]
    columns = {
        "system": "{system}", "documents a second": "{rate:,.0f}", "lowest": "{low:,.0f}",
        "highest": "{high:,.0f}", "times the peer": "{ratio:.2f}",
    }  # fmt: skip
    details = {
        "corpus": options.corpus, "k": options.k, "epochs": options.epochs, "rounds": options.rounds,
        "core": core, "rates": rates, "rows": rows,
    }  # fmt: skip
    keep("topic_speed", details, table(columns, rows), options.results)


if __name__ == "__main__":
    main()
