"""All topic models on all corpora of topics: every recipe and every peer, at several k, over several seeds.

A run that is finished is not trained again, so the table may be stopped and gone on with at any time; two
processes may share the work (`--part 1/2` and `--part 2/2`). `--render` only writes what there is.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from measuring import RESULTS, keep, machine
from textvae.evaluation.topic_figures import FIGURES, TopicCorpus
from textvae.evaluation.topic_table import Run, kept_runs, run_recipe, summary
from textvae.training.recipe import load_recipe, recipe_names
from topic_peers import SYSTEMS, run_peer

CORPORA = ("20newsgroups", "bbc_news", "m10", "dblp")
TOPICS = (50, 20, 100)
COLUMNS = {
    "npmi": ("NPMI", 3),
    "npmi_reference": ("NPMI, test", 3),
    "c_v": ("C_v", 3),
    "diversity": ("diversity", 3),
    "diversity_25": ("of 25", 3),
    "i_rbo": ("I-RBO", 3),
    "duplicates": ("twins", 1),
    "dead": ("dead", 1),
    "collapsed": ("collapsed", 1),
    "purity": ("purity", 3),
    "nmi": ("NMI", 3),
    "topics_90": ("topics for 90%", 1),
    "perplexity_bound": ("PPL, bound", 0),
    "perplexity": ("PPL", 0),
    "documents_per_second": ("docs/s", 0),
    "documents_per_cpu_second": ("docs/CPU s", 0),
    "seconds": ("s", 0),
}
"""What the Markdown shows: heading and decimals."""


@lru_cache(maxsize=1)
def documents(name: str) -> TopicCorpus:
    """The corpus that is being worked on."""
    return TopicCorpus.load(name)


def plan(
    corpora: Sequence[str], topics: Sequence[int], systems: Sequence[str], seeds: int
) -> Iterator[tuple[str, int, str, int]]:
    """The runs, the most wanted first: of each corpus and k, all systems with a seed before the next."""
    for corpus, k in product(corpora, topics):
        for seed, system in product(range(1, seeds + 1), systems):
            yield corpus, k, system, seed


def run(corpus: str, k: int, system: str, seed: int, options: argparse.Namespace) -> Run:
    """One run, from its file or trained now."""
    if system in SYSTEMS:
        return run_peer(system, documents(corpus), k, seed, options.out, options.samples, options.python)
    recipe = load_recipe("topics", system, dict(pair.split("=", 1) for pair in options.set))
    return run_recipe(system, recipe, documents(corpus), k, seed, options.out, options.samples)


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """One table, a system a row: mean ± standard deviation over the seeds."""
    lines = [
        "| system | " + " | ".join(heading for heading, _ in COLUMNS.values()) + " | seeds |",
        "|---|" + "---|" * (len(COLUMNS) + 1),
    ]
    for row in rows:
        cells = [_cell(row[name], row[f"{name}_sd"], decimals) for name, (_, decimals) in COLUMNS.items()]
        lines.append(f"| {row['system']} | " + " | ".join(cells) + f" | {row['seeds']} |")
    return "\n".join(lines)


def _cell(mean: float | None, deviation: float | None, decimals: int) -> str:
    if mean is None:
        return "–"
    return f"{mean:.{decimals}f}" + ("" if deviation is None else f" ± {deviation:.{decimals}f}")


def render(options: argparse.Namespace) -> None:
    """`topics.md` and `topics.json` in the results, of all runs that are finished and asked for."""
    where = machine()
    text = [
        "# Topic models side by side",
        "",
        f"`python benchmarks/topic_tables.py`; {where['cpu']}, a core a run, torch {where['torch']}. "
        "Mean ± standard deviation over the seeds. The machine did other work, too: compare docs/CPU s, not "
        "docs/s; `python benchmarks/topic_speed.py` compares training times on an idle one.",
        "",
        *(f"- {heading}: {FIGURES[name]}" for name, (heading, _) in COLUMNS.items()),
        "",
        "What the peers are told, all else being their defaults: "
        + "; ".join(f"{name} {_told(told)}" for name, told in SYSTEMS.items()) + ".",
        "",
    ]  # fmt: skip
    kept = []
    for corpus, k in product(options.corpora, sorted(options.k)):
        if not (options.out / corpus / f"k{k}").is_dir():
            continue
        order = {system: place for place, system in enumerate(options.systems)}
        runs = [
            one
            for one in kept_runs(options.out, documents(corpus), k, options.samples)
            if one.system in order
        ]
        rows = list(summary(sorted(runs, key=lambda one: (order[one.system], one.seed))))
        if rows:
            text += [f"## {corpus}, k = {k}", "", markdown(rows), "", f"`{rows[0]['signature']}`", ""]
            kept += rows
    keep("topics", {"rows": kept}, "\n".join(text), options.results)


def _told(settings: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", nargs="+", default=list(CORPORA), metavar="NAME")
    parser.add_argument("-k", nargs="+", type=int, default=list(TOPICS), metavar="K")
    parser.add_argument("--systems", nargs="+", default=[*recipe_names("topics"), *SYSTEMS], metavar="NAME")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=20, help="importance samples a document")
    parser.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="for all recipes")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="every N-th run only, from the I-th")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no run after so long")
    parser.add_argument("--python", default=sys.executable, help="the Python that has TopMost")
    parser.add_argument("--out", type=Path, default=Path("runs/topics"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--render", action="store_true", help="train nothing")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    began = time.monotonic()
    planned = [] if options.render else plan(options.corpora, options.k, options.systems, options.seeds)
    for number, one in enumerate(planned):
        if number % parts != part - 1:
            continue
        if time.monotonic() - began > 60 * options.minutes:
            break
        started = time.monotonic()
        corpus, k, system, seed = one
        figures = run(corpus, k, system, seed, options).figures
        shown = ", ".join(f"{name} {value:.3f}" for name in COLUMNS if (value := figures[name]) is not None)
        print(f"{corpus} {k} {system} {seed} ({time.monotonic() - started:.0f} s): {shown}", flush=True)
    render(options)


if __name__ == "__main__":
    main()
