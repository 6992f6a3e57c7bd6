"""Make the two tables of text VAEs: every system trained with the same budget, measured alike.

    python benchmarks/text_tables.py yelp
    python benchmarks/text_tables.py ptb

Each row is a recipe. It is trained in RUNS/TABLE/RECIPE and measured with `textvae evaluate text`, with the
table's language model as judge; what is there already is kept and what was stopped goes on, so the command
can be repeated until the table is whole. The budget is a number of passes over the training sentences, the
same for every row: a row that begins as an autoencoder splits its passes in halves, and an encoder's steps of
its own count like any other. Written are `results/text_TABLE.json` and `.md` and the curves
`results/text_TABLE.png` (needs the extra `plots`).
"""

import argparse
import json
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import RESULTS, TEXTVAE, publish


@dataclass(frozen=True, slots=True)
class System:
    """A row: its title, its recipe, and the recipe that it starts from, if any."""

    title: str
    recipe: str
    start: str | None = None


TABLES = {
    "yelp": [
        System("language model", "lm"),
        System("VAE, last states", "vae"),
        System("VAE, mean", "mean"),
        System("VAE, attention", "attention"),
        System("KL annealing, logistic", "annealing"),
        System("word dropout, annealed", "word-dropout-annealing"),
        System("mutual information, λ = 1", "mutual-information-1"),
        System("mutual information, λ = 5", "mutual-information-5"),
        System("mutual information, λ = 10", "mutual-information-10"),
        System("β-VAE, β = 0.2", "beta"),
        System("InfoVAE (MMD)", "mmd"),
    ],
    "ptb": [
        System("language model", "lm"),
        System("monotonic annealing", "vae"),
        System("cyclical annealing", "cyclical"),
        System("free bits", "free-bits"),
        System("autoencoder pretraining + free bits", "pretrained", "ae"),
        System("lagging encoder", "lagging"),
    ],
}
COLUMNS = {
    "bound": "bound",
    "NLL": "NLL",
    "KL": "KL",
    "perplexity": "PPL",
    "conditional perplexity": "PPL given z",
    "mutual information": "MI",
    "active units": "AU",
    "reconstruction BLEU": "BLEU",
    "self-BLEU of samples": "self-BLEU",
    "distinct-2 of samples": "distinct-2",
    "forward perplexity": "forward PPL",
    "reverse perplexity": "reverse PPL",
    "interpolation: directness": "directness",
}
CURVES = ("conditional perplexity", "KL, nats a token", "bound, nats a token")


def textvae(*arguments: str) -> None:
    """One command of textvae; what it says is shown."""
    print("+ textvae", *arguments, flush=True)
    subprocess.run([*TEXTVAE, *arguments], check=True)


def train(table: str, recipe: str, epochs: float, runs: Path, start: Path | None, more: list[str]) -> Path:
    """The folder of the recipe's training, which is begun, gone on with, or found to be done."""
    run = runs / table / recipe
    if not (run / "last" / "config.json").is_file():
        if run.is_dir() and not (run / "state").is_dir():  # killed before anything was saved
            shutil.rmtree(run)
        settings = [word for value in (f"training.epochs={epochs:g}", *more) for word in ("--set", value)]
        begun = ["--from", str(start)] if start else []
        resumed = ["--resume"] if (run / "state").is_dir() else []
        textvae(
            "train", "text", "--recipe", f"{table}/{recipe}", "--out", str(run), *settings, *begun, *resumed
        )
    return run


def measure(table: str, run: Path, judge: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """The report on a training's best weights, made once."""
    path = run / f"report-{asked.samples}-{asked.sentences or 'all'}-{asked.texts}.jsonl"
    if not path.is_file():
        limit = ["-n", str(asked.sentences)] if asked.sentences else []
        textvae(
            "evaluate", "text", "--model", str(run / "best"), "--corpus", table,
            "--judge", str(judge / "best"), "--samples", str(asked.samples), "--texts", str(asked.texts),
            *limit, "-o", str(path),
        )  # fmt: skip
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def written(table: str, run: Path, count: int = 8, many: int = 200) -> dict[str, Any]:
    """Sentences by beam search of width 16: reconstructed, from draws of z, and by diverse beams beside."""
    path = run / "sentences.json"
    if path.is_file():
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    import torch

    from textvae.corpora import read_corpus
    from textvae.evaluation.diversity import distinct, repeating
    from textvae.text.beam import BeamOptions
    from textvae.text.model import Latent
    from textvae.text.writer import TextWriter

    codec = TextWriter.load(str(run / "best"), precision="fp32").codec
    z = torch.randn(many, codec.model.config.latent, generator=torch.Generator().manual_seed(1))
    z = z.to(codec.device.device)
    latent, room = Latent(z[:, :0], z), torch.full((many,), min(40, codec.max_pieces), device=z.device)
    found: dict[str, Any] = {}
    for name, options in (
        ("beam", BeamOptions(width=16, keep=16, min_length=1)),
        ("diverse beam", BeamOptions(width=16, keep=16, min_length=1, groups=4)),
    ):
        lists = codec.search(latent, room, options)
        texts = [[codec.tokenizer.decode(h.tokens) for h in hypotheses] for hypotheses in lists]
        best = [found[0] for found in texts]
        within = [share for row in texts if not math.isnan(share := distinct(row, 2))]
        found[name] = {
            "samples": best[:count],
            "distinct-2 of the best": distinct(best, 2),
            "distinct-2 within a beam": sum(within) / len(within),
            "repeat a phrase, %": repeating(best),
        }
    if codec.model.config.latent:
        sources = [
            sentence.text for sentence, _ in zip(read_corpus(table, split="test"), range(count), strict=False)
        ]
        pieces = [codec.pieces(text) for text in sources]
        lists = codec.search(
            codec.encode(pieces).mean,
            codec.room([len(p) for p in pieces]),
            BeamOptions(width=16, min_length=1),
        )
        rebuilt = [codec.tokenizer.decode(hypotheses[0].tokens) for hypotheses in lists]
        found["reconstructions"] = [list(pair) for pair in zip(sources, rebuilt, strict=True)]
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return found


def curve(run: Path) -> list[tuple[float, ...]]:
    """Of each validation: the step, the conditional perplexity, the KL and the bound."""
    found: list[tuple[float, ...]] = []
    for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if dev := row["validation"]:
            cost = dev.get("kl", 0.0)
            found.append((row["step"], math.exp(dev["reconstruction"]), cost, dev["reconstruction"] + cost))
    return found


def draw(path: Path, curves: dict[str, list[tuple[float, ...]]]) -> None:
    """The curves of all rows in one figure: conditional perplexity, KL and bound on dev over the steps."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for place, (axis, name) in enumerate(zip(axes, CURVES, strict=True), 1):
        for number, (title, points) in enumerate(curves.items()):
            style = ("-", "--", ":")[number // 10 % 3]
            axis.plot([p[0] for p in points], [p[place] for p in points], style, label=title, linewidth=1)
        axis.set(title=name, xlabel="step")
    for axis in (axes[0], axes[2]):
        axis.set_yscale("log")
    axes[1].set_yscale("symlog", linthresh=0.01)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", fontsize=7)
    figure.savefig(path, dpi=90)


def markdown(reports: dict[str, dict[str, Any]]) -> str:
    """The table, a system a row."""
    lines = ["| system | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for title, report in reports.items():
        values = {row["name"]: row["value"] for row in report["rows"]}
        cells = [f"{values[name]:.4g}" if name in values else "–" for name in COLUMNS]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train and measure what is not there yet, then write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", choices=TABLES)
    parser.add_argument(
        "--epochs", type=float, help="passes over the training sentences; default: the recipe's"
    )
    parser.add_argument("--rows", help="only these recipes, by commas: lm,vae")
    parser.add_argument("--runs", type=Path, default=Path("runs/tables"))
    parser.add_argument("--samples", type=int, default=500, help="draws of z for the importance-weighted NLL")
    parser.add_argument("--sentences", type=int, help="measure on so many, evenly spread; default: all")
    parser.add_argument("--texts", type=int, default=5000, help="sentences made up")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="for every training")
    asked = parser.parse_args()
    from textvae.training.recipe import load_recipe

    epochs = asked.epochs or load_recipe("text", f"{asked.table}/lm")["training"]["epochs"]
    wanted = asked.rows.split(",") if asked.rows else None
    judge = train(asked.table, "lm", epochs, asked.runs, None, asked.set)
    reports, curves, sentences = {}, {}, {}
    for system in TABLES[asked.table]:
        if wanted and system.recipe not in wanted:
            continue
        start, share = None, 1.0
        if system.start:
            share = 0.5
            start = train(asked.table, system.start, share * epochs, asked.runs, None, asked.set)
        run = train(asked.table, system.recipe, share * epochs, asked.runs, start, asked.set)
        reports[system.title] = measure(asked.table, run, judge, asked)
        sentences[system.title] = written(asked.table, run)
        curves[system.title] = curve(run)
    asked.results.mkdir(parents=True, exist_ok=True)
    table = markdown(reports)
    (asked.results / f"text_{asked.table}.md").write_text(table, encoding="utf-8")
    print(table)
    draw(asked.results / f"text_{asked.table}.png", curves)
    budget = f"{epochs:g} passes over the training sentences for every row" + (
        f", with {', '.join(asked.set)}" if asked.set else ""
    )
    publish(
        f"text_{asked.table}",
        {f"text VAEs on {asked.table}, training budget": budget},
        {"samples": asked.samples, "reports": reports, "sentences": sentences, "curves": curves},
        asked.results,
    )


if __name__ == "__main__":
    main()
