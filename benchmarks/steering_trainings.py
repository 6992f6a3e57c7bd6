"""What steering gains from other trainings: what a model writes as a loss, cycles, a content in parts.

    python benchmarks/steering_trainings.py

Each row is a recipe of `text/steering`, over a model of a third of text-yelp's size: first the plain VAE and
one whose decoder attends over the parts of its content, with as many passes over the training sentences;
then half a pass more from the plain one, as it was and with the terms on written sentences. Every row is
steered as text-yelp is, on dev sentences, as in `steering_ladder.py`; and dev sentences are rebuilt, all and
the long ones, of twelve words and more. A row is trained in RUNS/steering; what is there already is kept and
what was stopped goes on. Written are `results/steering_trainings.json` and `.md`.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from measuring import RESULTS, keep, table
from steering_ladder import polar, turned
from text_tables import train
from textvae.corpora import Sentence, read_corpus
from textvae.evaluation import metrics
from textvae.evaluation.judge import Judge
from textvae.text.beam import BeamOptions
from textvae.text.rebuilding import rebuild
from textvae.text.writer import TextWriter
from textvae.training.recipe import load_recipe

FIRST = {
    "vae": "one content, heard whole",
    "attends": "in four parts, over which the decoder attends",
}
THEN = {
    "more": "the first, for half a pass more",
    "written": "and the affect and content of what it writes",
    "cycle": "and back from what it writes to the source",
    "written-cycle": "and both",
}
LONG = 12
COLUMNS = {
    "": "{what}",
    "ACC": "{ACC:.1f}",
    "self-BLEU": "{self-BLEU:.1f}",
    "arousal": "{arousal:.2f}",
    "rebuilt": "{rebuilt:.1f}",
    "rebuilt, long": "{long:.1f}",
    "hours": "{hours:.2f}",
}


def measure(what: str, run: Path, dev: list[Sentence], many: list[Sentence], judge: Judge) -> dict[str, Any]:
    """A row's figures; made once."""
    path = run / f"steered-{len(dev)}-{len(many)}.json"
    if not path.is_file():
        writer = TextWriter.load(str(run / "last"))
        sources = [one.text for one in many]
        again = rebuild(sources, writer.codec, BeamOptions(width=4, min_length=1), restored=False)
        pairs = [pair for pair in zip(again, sources, strict=True) if len(pair[1].split()) >= LONG]
        log = (run / "log.jsonl").read_text(encoding="utf-8").splitlines()
        figures = {
            "rebuilt": metrics.bleu(again, sources),
            "long": metrics.bleu(*([list(side) for side in zip(*pairs, strict=True)])),
            "hours": json.loads(log[-1])["seconds"] / 3600,
        }
        path.write_text(json.dumps(turned(writer, dev, judge) | figures) + "\n", encoding="utf-8")
    found: dict[str, Any] = {"what": what} | json.loads(path.read_text(encoding="utf-8"))
    print(found, flush=True)
    return found


def main() -> None:
    """Train and measure what is not there yet, then write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=float, help="of the first two rows; default: the recipes'")
    parser.add_argument("--sentences", type=int, default=400, help="dev sentences that are steered")
    parser.add_argument("--rebuilt", type=int, default=1000, help="dev sentences that are rebuilt")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for every training")
    asked = parser.parse_args()
    first, then = (load_recipe("text", f"steering/{name}")["training"]["epochs"] for name in ("vae", "more"))
    first = asked.epochs or first
    dev, judge = polar(asked.sentences)
    many = list(read_corpus("yelp", split="dev"))
    many = many[:: max(len(many) // asked.rebuilt, 1)][: asked.rebuilt]
    rows = []
    for name, what in (FIRST | THEN).items():
        start = asked.runs / "steering" / "vae" / "last" if name in THEN else None
        run = train("steering", name, then if start else first, asked.runs, start, asked.set)
        rows.append(measure(what, run, dev, many, judge))
    text = (
        "# What steering gains from other trainings\n\n`python benchmarks/steering_trainings.py`\n\n"
        f"{first:g} passes over Yelp's training sentences, then {then:g}; {len(dev)} dev sentences with\n"
        f"their polarity turned, and {len(many)} rebuilt:\n\n" + table(COLUMNS, rows)
    )
    details = {"budget": {"first": first, "then": then}, "rows": rows, "settings": asked.set}
    keep("steering_trainings", details, text, asked.results)


if __name__ == "__main__":
    main()
