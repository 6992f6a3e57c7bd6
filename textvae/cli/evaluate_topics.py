"""`textvae evaluate topics`: the recipes of topic models side by side, over several seeds."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from textvae.cli import render
from textvae.cli.options import CorporaOption, ForceOption, FormatOption, OutputOption
from textvae.cli.output import Row, Target, View, write
from textvae.cli.train import SetOption, resolved
from textvae.errors import OutputError, RecipeError

if TYPE_CHECKING:
    from textvae.evaluation.topic_figures import TopicCorpus
    from textvae.evaluation.topic_table import Run
    from textvae.training.loop import Step

SHOWN: dict[str, dict[str, tuple[str, int]]] = {
    "the topics": {
        "npmi": ("NPMI", 3),
        "npmi_reference": ("ref NPMI", 3),
        "c_v": ("C_v", 3),
        "diversity": ("diversity", 3),
        "i_rbo": ("I-RBO", 3),
        "duplicates": ("twins", 1),
        "dead": ("dead", 1),
    },
    "the documents": {
        "purity": ("purity", 3),
        "nmi": ("NMI", 3),
        "topics_90": ("topics", 1),
        "perplexity_bound": ("PPL bound", 0),
        "perplexity": ("PPL", 0),
        "documents_per_second": ("docs/s", 0),
    },
}
"""What a table for people shows of the figures, in two parts: heading and decimals."""

LEGEND = (
    "ref: in the reference documents; twins, dead: topics that repeat one before them, that say nothing",
    "topics: that hold 90% of a test document; PPL: its perplexity, by the bound and by importance sampling",
)


def topics(
    corpus: Annotated[str, typer.Option(help="A corpus of topics, by its name.")] = "20newsgroups",
    recipes: Annotated[
        str, typer.Option(metavar="all|NAME,...", help="Recipes that ship, or .toml files.")
    ] = "all",
    k: Annotated[int, typer.Option("-k", "--topics", min=2, help="How many topics.")] = 50,
    seeds: Annotated[int, typer.Option(min=1, help="Train each with the seeds 1 to so many.")] = 3,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", help="Where runs are kept: one that is finished is not trained again."
        ),
    ] = Path("runs/topics"),
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Also show what else ran in --out: benchmarks/topic_peers.py trains other libraries.",
        ),
    ] = False,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="CORPUS[/SPLIT]", help="Where coherence is measured again. Default: the test documents."
        ),
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Importance samples a document for perplexity.")] = 20,
    set: SetOption = None,  # noqa: A002
    corpora: CorporaOption = None,
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Train topic models from recipes and compare them: coherence, diversity, perplexity, labels, speed.

    Each figure is the mean over the seeds and ± their standard deviation. Ctrl-C loses nothing: the same
    command goes on.
    """
    target = Target.chosen(format, output, force)
    make_folder(out)
    chosen = [(system, resolved("topics", name, set, None)[0]) for system, name in named(recipes)]
    with render.waiting(f"reading {corpus}"):
        from textvae.evaluation.topic_figures import FIGURES, TopicCorpus
        from textvae.evaluation.topic_table import kept_runs, summary

        documents = TopicCorpus.load(corpus, reference, corpora)
    runs = list(trained(chosen, documents, k, seeds, out, samples))
    if peers:
        ours = {system for system, _ in chosen}
        runs += [run for run in kept_runs(out, documents, k, samples) if run.system not in ours]
    columns: dict[str, type] = {"corpus": str, "k": int, "system": str, "seeds": int}
    for name in FIGURES:
        columns |= {name: float, f"{name}_sd": float}
    write(summary(runs), View(columns | {"signature": str}, line, table), target)


def make_folder(out: Path) -> None:
    """The folder of the runs, made if it is not there; raises `OutputError` if it cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be a folder ({error.strerror}): name another with --out.") from error


def named(recipes: str) -> Iterator[tuple[str, str]]:
    """What `--recipes` names: each recipe as it is called in the table, and its name or file."""
    from textvae.training.recipe import recipe_names

    asked = recipe_names("topics") if recipes == "all" else [name.strip() for name in recipes.split(",")]
    systems = [Path(name).stem if name.endswith(".toml") else name for name in asked if name]
    if not systems or len(set(systems)) < len(systems):
        fault = "names a recipe twice" if systems else "names no recipe"
        raise RecipeError(f"--recipes {recipes!r} {fault}: give all, or names with commas between.")
    yield from zip(systems, [name for name in asked if name], strict=True)


def trained(
    chosen: list[tuple[str, dict[str, Any]]],
    documents: "TopicCorpus",
    k: int,
    seeds: int,
    out: Path,
    samples: int,
) -> "Iterator[Run]":
    """Every recipe with every seed, drawn on standard error if that is a terminal."""
    from textvae.evaluation.topic_table import run_recipe

    for system, recipe in chosen:
        for seed in range(1, seeds + 1):
            with render.counting(f"{system}, seed {seed}") as told:
                progress = partial(_tell, told)
                yield run_recipe(system, recipe, documents, k, seed, out, samples, progress)


def _tell(told: Callable[[int], None], step: "Step") -> None:
    told(step.step)


def line(row: Row) -> str:
    """The system, NPMI, diversity and perplexity, tabs between."""
    shown = [figure(row, name, 4) for name in ("npmi", "diversity", "perplexity")]
    return "\t".join([render.visible(str(row["system"])), *shown])


def figure(row: Row, name: str, decimals: int) -> str:
    """`mean ±deviation` of a figure; a dash where a system has none."""
    mean, deviation = row[name], row[f"{name}_sd"]
    if not isinstance(mean, int | float):
        return "-"
    spread = "" if not isinstance(deviation, float) else f" ±{deviation:.{decimals}f}"
    return f"{mean:.{decimals}f}{spread.replace('±0.', '±.')}"


def table(rows: Iterable[Row], stream: TextIO) -> None:
    """The systems with what their topics are, then with what they make of documents; the signature below."""
    from rich.table import Table
    from rich.text import Text

    screen = render.console(stream)
    held = list(rows)
    for part, columns in SHOWN.items():
        drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
        drawn.add_column(part, no_wrap=True)
        for heading, _ in columns.values():
            drawn.add_column(heading, justify="right")
        for row in held:
            cells = (figure(row, name, decimals) for name, (_, decimals) in columns.items())
            drawn.add_row(render.visible(str(row["system"])), *cells)
        screen.print(drawn)
        screen.print()
    seeds = sorted({int(str(row["seeds"])) for row in held})
    for note in (f"mean ± standard deviation of {' or '.join(map(str, seeds))} seeds", *LEGEND):
        screen.print(Text(note, "dim"), soft_wrap=True)
    screen.print(Text(render.visible(str(held[0]["signature"])), "dim"), soft_wrap=True)
