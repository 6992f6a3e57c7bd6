"""Topic models side by side: each run is trained, measured and kept as one file, and a table is made of them.

A run is a system, a corpus, k and a seed. Its file holds its figures, its topics and a signature; a run whose
file carries the signature asked for is not trained again.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textvae.evaluation.report import digest
from textvae.evaluation.topic_figures import FIGURES, Outcome, TopicCorpus, measure
from textvae.topics.coherence import top_words
from textvae.topics.reader import TopicReader, fit_steps
from textvae.training.grid import write_result
from textvae.training.loop import Step

SHOWN = 25
"""Words of each topic that a run's file keeps."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as its file has it; `recipe` is a digest of the system's settings."""

    system: str
    corpus: str
    k: int
    seed: int
    recipe: str
    signature: str
    figures: Mapping[str, float | None]
    topics: Sequence[Sequence[str]]


def finished(
    system: str, settings: object, corpus: TopicCorpus, k: int, seed: int, samples: int, folder: Path,
    train: Callable[[Path], Outcome],
) -> Run:  # fmt: skip
    """The run as its file in `folder` has it, or trained by `train` and written there.

    `train` gets a folder of its own to work in, the same when it is called again. The file appears whole or
    not at all; one of another signature or other settings is replaced.
    """
    recipe = digest([json.dumps(settings, sort_keys=True, default=str)])
    named, path = corpus.signature(k, samples), run_path(folder, corpus.name, k, system, seed)
    kept = read_run(path)
    if kept is not None and (kept.signature, kept.recipe) == (named, recipe):
        return kept
    outcome = train(path.with_name(f"{path.stem}-{recipe}"))
    words = top_words(outcome.topics, corpus.train.words, SHOWN)
    run = Run(system, corpus.name, k, seed, recipe, named, measure(outcome, corpus), words)
    write_result(path, asdict(run))
    return run


def run_path(folder: Path, corpus: str, k: int, system: str, seed: int) -> Path:
    """Where the file of a run lies."""
    return folder / corpus / f"k{k}" / f"{system.replace('/', '-')}-s{seed}.json"


def read_run(path: Path) -> Run | None:
    """The run that a file holds; None if there is none, or it is not whole."""
    try:
        return Run(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def kept_runs(folder: Path, corpus: TopicCorpus, k: int, samples: int) -> list[Run]:
    """All runs in `folder` that carry the signature of `corpus`, `k` and `samples`, whoever trained them."""
    paths = sorted((folder / corpus.name / f"k{k}").glob("*.json"))
    named = corpus.signature(k, samples)
    return [run for path in paths if (run := read_run(path)) is not None and run.signature == named]


def summary(runs: Iterable[Run]) -> Iterator[dict[str, Any]]:
    """A row a system: `system`, `seeds`, and each figure's mean and, as `NAME_sd`, standard deviation.

    The deviation is that of a sample (N - 1), None for a single seed. Systems come in the order of `runs`.
    """
    groups: dict[tuple[str, str, int], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.corpus, run.system, run.k), []).append(run)
    for (corpus, system, k), group in groups.items():
        row: dict[str, Any] = {"corpus": corpus, "k": k, "system": system, "seeds": len(group)}
        for name in FIGURES:
            values = [value for run in group if (value := run.figures.get(name)) is not None]
            row[name] = float(np.mean(values)) if values else None
            row[f"{name}_sd"] = float(np.std(values, ddof=1)) if len(values) > 1 else None
        yield row | {"signature": group[0].signature}


def run_recipe(
    system: str,
    recipe: Mapping[str, Any],
    corpus: TopicCorpus,
    k: int,
    seed: int,
    folder: Path,
    samples: int = 20,
    progress: Callable[[Step], None] | None = None,
) -> Run:
    """A recipe (its tables) as one run; `progress` sees each step. A training that was stopped goes on.

    Raises what the training raises.
    """

    def train(work: Path) -> Outcome:
        cpu = None
        if not (work / "last").is_dir():  # `last` is written when a training is over
            begun, began = (work / "state").is_dir(), time.process_time()
            for step in fit_steps(corpus.train, recipe, k, seed, work, corpus.dev, resume=begun):
                if progress:
                    progress(step)
            cpu = None if begun else time.process_time() - began
        last = json.loads((work / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        reader = TopicReader.load(work)
        likelihood = reader.likelihood(corpus.test, samples)
        found = reader.proportions(corpus.test)
        shutil.rmtree(work / "state", ignore_errors=True)  # what a resume needs, larger than the model
        collapse = reader.kl_topics(corpus.test)
        return Outcome(reader.topics, found, likelihood, last["seconds"], last["epoch"], cpu, kl=collapse)

    return finished(system, recipe, corpus, k, seed, samples, folder, train)
