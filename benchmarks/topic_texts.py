"""What the preparation of texts and the start of the training do for the topics of `textvae topics`.

From the words as they are written to the command's defaults, one step at a time, over several seeds; the
first seed's topics by the defaults are written out, for reading. By default the texts are the 2,000 film
reviews in the corpora's folder.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from measuring import keep, table
from textvae.cli.documents import Passed, read_documents
from textvae.evaluation.topics import duplicates
from textvae.topics.coherence import c_v, diversity, npmi, top_words
from textvae.topics.preparation import Cleaning, prepare_texts
from textvae.topics.reader import fit
from textvae.topics.summary import telling

PLAIN = Cleaning(people=True, pairs=None, plurals=True, weighted=False)
STEPS = {
    "words as written": (PLAIN, "dirichlet"),
    "+ people left out, pairs, plurals": (Cleaning(weighted=False), "dirichlet"),
    "+ weights by rarity": (Cleaning(weighted=True), "dirichlet"),
    "+ a start at factors (the defaults)": (Cleaning(), "dirichlet-factors"),
}
FIGURES = {"NPMI": ".3f", "C_v": ".3f", "diversity": ".3f", "twins": ".1f", "names": ".1%", "CPU s": ".0f"}


def reviews() -> str:
    """Where the film reviews lie."""
    for place in os.environ.get("TEXTVAE_CORPORA", "../shared/corpora").split(os.pathsep):
        if (folder := Path(place, "reviews", "movie_reviews")).is_dir():
            return str(folder)
    raise SystemExit("the film reviews are not in TEXTVAE_CORPORA: name a folder of texts.")


def measure(texts: list[str], k: int, seeds: list[int]) -> list[dict[str, Any]]:
    """A row a step and seed: its figures and the ten first words of its topics, the largest topic first."""
    rows = []
    people = set(prepare_texts(texts).account.people)
    for step, (cleaning, recipe) in STEPS.items():
        prepared = prepare_texts(texts, cleaning)
        for seed in seeds:
            started = time.process_time()
            with tempfile.TemporaryDirectory() as folder:
                reader = fit(prepared.bags, recipe, k, seed, run=Path(folder, "run"))
            spent = time.process_time() - started
            shares = reader.proportions(prepared.bags).mean(axis=0)
            top = top_words(telling(reader.pure, shares), reader.words)
            figures = {
                "NPMI": float(npmi(top, prepared.bags).mean()),
                "C_v": float(c_v(top, prepared.bags).mean()),
                "diversity": diversity(top),
                "twins": duplicates(top),
                "names": float(np.mean([word in people for words in top for word in words])),
                "CPU s": spent,
            }
            order = np.argsort(-shares)
            topics = [{"share": float(shares[i]), "words": top[i]} for i in order]
            rows.append({"step": step, "seed": seed, "figures": figures, "topics": topics})
            print(
                step, seed, {name: format(figures[name], form) for name, form in FIGURES.items()}, flush=True
            )
    return rows


def render(rows: list[dict[str, Any]], documents: int, k: int) -> str:
    """The figures as a table, and the topics of the last step's first seed."""
    lines = []
    for step in STEPS:
        found = [row["figures"] for row in rows if row["step"] == step]
        cells = {name: np.array([figures[name] for figures in found]) for name in FIGURES}
        spread = {
            name: f"{format(cell.mean(), FIGURES[name])} ± {format(cell.std(ddof=1), FIGURES[name])}"
            if len(cell) > 1
            else format(cell.mean(), FIGURES[name])
            for name, cell in cells.items()
        }
        lines.append({"step": step} | spread)
    last = next(row for row in rows if row["step"] == list(STEPS)[-1])
    topics = [
        f"{n}. {each['share']:.1%} {', '.join(each['words'])}" for n, each in enumerate(last["topics"], 1)
    ]
    columns = {"step": "{step}"} | {name: f"{{{name}}}" for name in FIGURES}
    return (
        f"# Topics of {documents:,} texts, k = {k}\n\n"
        "`python benchmarks/topic_texts.py`; mean ± standard deviation over the seeds. NPMI and C_v: of the "
        "ten first words over the texts themselves, each step with its own vocabulary; twins are topics with "
        "five of their ten words from one before them; names: of the ten first words, the share that "
        "`find_people` takes for names of people.\n\n"
        f"{table(columns, lines)}\n"
        f"The topics by the defaults, one training with seed {last['seed']}:\n\n" + "\n".join(topics) + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="*", help="as textvae topics takes them; default: the film reviews")
    parser.add_argument("-k", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102, 103])
    given = parser.parse_args()
    texts = [found.text for found in read_documents(given.texts or [reviews()], None, None, Passed())]
    rows = measure(texts, given.k, given.seeds)
    said = render(rows, len(texts), given.k)
    if given.texts:
        print(said)
    else:
        keep("topic_texts", {"rows": rows}, said)


if __name__ == "__main__":
    main()
