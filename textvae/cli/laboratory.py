"""`textvae train affect` with a laboratory recipe: one training, folds of a corpus, a grid over a recipe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli import render
from textvae.cli.curves import draw_curves
from textvae.errors import InputError

if TYPE_CHECKING:
    from textvae.affect.lab.laboratory import Laboratory
    from textvae.corpora import Sentence
    from textvae.training.loop import TrainingOptions

BLANK = "–"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked of the laboratory."""

    recipe: str
    corpus: str
    folds: int | None
    grid: Sequence[str]
    overrides: Sequence[str]
    seed: int | None
    encoder: str | None
    corpora: Path | None
    columns: Mapping[str, str]
    device: str
    precision: str

    def experiment(self, values: Mapping[str, Any], sentences: "list[Sentence]") -> dict[str, Any]:
        """What has to be the same for results to stand in one folder."""
        from textvae.affect.lab.folds import CORPORA, digest

        encoder = self.encoder or ""
        own = {} if self.corpus in CORPORA else {"sentences": digest(sentences)}
        return own | {
            "recipe": dict(values), "corpus": self.corpus, "folds": self.folds, "seed": self.seed,
            "encoder": str(Path(encoder).resolve()) if Path(encoder).is_dir() else encoder,
            "grid": [entry.partition("=")[0] for entry in self.grid],
        }  # fmt: skip


def one_corpus(given: Sequence[str] | None) -> str:
    """What `--corpus` names. Raises `InputError` where it is there more than once."""
    if given and len(given) > 1:
        raise InputError(
            f"--corpus is there {len(given)} times ({', '.join(given)}): train affect learns from one. Make "
            "one file of several tables."
        )
    return given[0] if given else "emobank"


def train_once(asked: Asked, out: Path, resume: bool) -> None:
    """Train on the corpus's training rows, with checkpoints chosen by its dev rows, and draw the curves."""
    from textvae.affect.lab.folds import official
    from textvae.affect.lab.trials import curve
    from textvae.cli.following import follow
    from textvae.cli.train import resolved
    from textvae.corpora.corpus import noted

    values, options = resolved("affect", asked.recipe, list(asked.overrides), asked.seed)
    left: list[Sentence] = []
    sentences = _sentences(asked, left)
    lab = _laboratory(asked, values, sentences)
    with render.waiting("preparing the sentences"):
        division = official(sentences)
        about = {"corpora": noted([asked.corpus]), "columns": dict(asked.columns)}
        study = lab.study(division, options.seed, keep=True, about=about)
    try:
        follow(study, options, out, resume, "sentences", division.account(left))
    finally:
        _drawn({"": curve(out)}, out / "curves.png", f"{asked.recipe}, {asked.corpus}")


def experiment(asked: Asked, out: Path) -> None:
    """Train every configuration of the grid on every fold; what `out` holds already is not made again."""
    from textvae.affect.lab.laboratory import check_tables
    from textvae.cli.train import resolved
    from textvae.training.grid import grid_of, open_folder

    configurations = grid_of(asked.grid)
    ready = [
        resolved("affect", asked.recipe, [*asked.overrides, *_pairs(configuration)], asked.seed)
        for configuration in configurations
    ]
    base, _ = resolved("affect", asked.recipe, list(asked.overrides), asked.seed)
    check_tables(base)
    sentences = _sentences(asked)
    stamp = asked.experiment(base, sentences)
    open_folder(out, stamp, make=False)
    _divisions(asked, sentences, 0)
    results = []
    try:
        for configuration, (values, options) in zip(configurations, ready, strict=True):
            results.append(_result(asked, configuration, values, options, sentences, out, stamp))
    except KeyboardInterrupt:
        message = "stopped. What is finished stays: repeat the command to go on."
        raise KeyboardInterrupt(message) from None
    print("\n".join(_grid_table(results) if asked.grid else _fold_table(results[0])))
    print(f"results: {render.visible(str(out))}")


def _result(
    asked: Asked, configuration: Mapping[str, str], values: Mapping[str, Any], options: "TrainingOptions",
    sentences: "list[Sentence]", out: Path, stamp: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """A configuration's figures: those in `out`, or else trained for and written there."""
    from textvae.affect.lab.trials import curve, summary
    from textvae.training.grid import file_name, open_folder, read_result, write_result

    name = file_name(configuration)
    path = out / f"{name}.json"
    if path.is_file():
        render.note(f"{name}: done before, in {path}")
        return read_result(path)
    lab = _laboratory(asked, values, sentences)
    open_folder(out, stamp)
    folds = _run(asked, lab, options, sentences, out / name)
    result = {
        "configuration": configuration, "corpus": asked.corpus, "seed": options.seed, "recipe": values,
        "measured on": "the fold held out" if asked.folds else "dev", "folds": folds,
        "summary": summary(folds),
    }  # fmt: skip
    runs = {f"fold {i}": curve(out / name / f"fold{i}") for i in range(1, len(folds) + 1)}
    figure = out / (f"{name}.png" if asked.grid else "curves.png")
    _drawn(runs, figure, f"{asked.recipe}, {asked.corpus}" + (f", {name}" if asked.grid else ""))
    write_result(path, result)
    return result


def _pairs(configuration: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in configuration.items()]


def _sentences(asked: Asked, left: "list[Sentence] | None" = None) -> "list[Sentence]":
    with render.waiting("reading the corpus"):
        from textvae.affect.lab.folds import rated_sentences

        return rated_sentences(asked.corpus, asked.corpora, asked.columns, left)


def _laboratory(asked: Asked, values: Mapping[str, Any], sentences: "list[Sentence]") -> "Laboratory":
    from textvae.affect.lab.laboratory import Laboratory

    with render.counting("reading the sentences", len(sentences)) as told:
        return Laboratory(
            values,
            sentences,
            encoder=asked.encoder,
            device=asked.device,
            precision=asked.precision,
            told=told,
        )


def _divisions(asked: Asked, sentences: "list[Sentence]", seed: int) -> list[Any]:
    """The folds, or the official training and dev rows: the test rows are not looked at here."""
    from dataclasses import replace

    from textvae.affect.lab import folds

    if asked.folds is not None:
        return folds.folds(sentences, asked.folds, seed)
    official = folds.official(sentences)
    return [replace(official, test=official.dev)]


def _run(
    asked: Asked, lab: "Laboratory", options: "TrainingOptions", sentences: "list[Sentence]", folder: Path
) -> list[dict[str, Any]]:
    """The figures of every fold; those that are in `folder` are not made again."""
    from textvae.affect.lab.trials import measured, trial
    from textvae.cli.following import drawn
    from textvae.training.processes import processes

    found = []
    divisions = _divisions(asked, sentences, options.seed)
    for number, division in enumerate(divisions, 1):
        place = folder / f"fold{number}"
        if (figures := measured(place)) is None:
            for _ in drawn(trial(lab, division, options, place, team=processes()), "sentences"):
                pass
            figures = measured(place)
        assert figures is not None  # the trial has just written them
        shown = ", ".join(f"r {d} {_short(r)}" for d, r in figures["r"].items())
        name = folder.name if folder.name != "run" else asked.recipe
        render.note(f"{name}, {number} of {len(divisions)}: {shown} ({figures['seconds']:.0f} s)")
        found.append(figures)
    return found


def _drawn(runs: Mapping[str, Any], path: Path, title: str) -> None:
    if draw_curves(runs, path, title):
        print(f"curves: {render.visible(str(path))}")


def _fold_table(result: Mapping[str, Any]) -> list[str]:
    """A line a fold, their mean and deviation, and what needs no model."""
    folds, names = result["folds"], list(result["summary"]["r"])
    head = [f"fold ({result['measured on']})", "sentences", *_columns(names)]
    rows = [[str(i), f"{f['sentences']:,}", *_cells(f, names)] for i, f in enumerate(folds, 1)]
    rows.append(["mean ± SD", "", *_spread(result["summary"], names)])
    for baseline in ("training mean", "always 3"):
        errors = [sum(f[baseline]["mae"][d] for f in folds) / len(folds) for d in names]
        rows.append([baseline, "", *[BLANK] * len(names), *[_short(error) for error in errors]])
    return aligned([head, *rows])


def _grid_table(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line a configuration, and which of them is best by the mean of the r."""
    names = list(results[0]["summary"]["r"])
    rows = [
        [", ".join(_pairs(result["configuration"])), *_spread(result["summary"], names)] for result in results
    ]
    scores = [_score(result) for result in results]
    best = scores.index(max(scores))
    table = aligned([[f"configuration ({results[0]['measured on']})", *_columns(names)], *rows])
    return [*table, f"best mean r {scores[best]:.3f}: {rows[best][0]}"]


def _score(result: Mapping[str, Any]) -> float:
    means = [mean for mean, _ in result["summary"]["r"].values()]
    return sum(means) / len(means)


def _columns(names: Sequence[str]) -> list[str]:
    return [*(f"r {d}" for d in names), *(f"MAE {d}" for d in names)]


def _cells(figures: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return [*(_short(figures["r"][d]) for d in names), *(_short(figures["mae"][d]) for d in names)]


def _spread(summary: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    many = summary["folds"] > 1
    cells = [summary[table][d] for table in ("r", "mae") for d in names]
    return [f"{mean:.3f} ± {sd:.3f}" if many else _short(mean) for mean, sd in cells]


def _short(value: float | None) -> str:
    return BLANK if value is None else f"{value:.3f}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right, two spaces between.

    >>> aligned([["a", "bb"], ["ccc", "d"]])
    ['a    bb', 'ccc   d']
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
