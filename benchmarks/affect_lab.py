"""The table of the affect laboratory: every system trained on real ratings, one row each.

    python benchmarks/affect_lab.py --encoder FOLDER_OF_ALL_MINILM_L6_V2

Finished trainings stay in --work, and what the results hold of earlier ones is put there, so that a run
that was stopped goes on when the command is repeated; --only NAME,NAME trains those rows alone. On EmoBank's
official split the weights are those that were best on the dev rows, and the test rows are read once; on CVAT
every text is held out once, in its own five folds, and the weights are the last ones. The table is written
after every row.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from measuring import RESULTS, machine
from textvae.affect.figures import mean_and_sd
from textvae.affect.lab.folds import folds, official, rated_sentences
from textvae.affect.lab.laboratory import Laboratory
from textvae.affect.lab.trials import MEASURED, measured, trial
from textvae.training.grid import write_result
from textvae.training.loop import TrainingOptions
from textvae.training.recipe import load_recipe, read_table

VECTORS = "recurrent.vectors"
LINEAR = {"model.freeze": "all", "training.learning_rate": "2e-3", "training.epochs": "8"}
THREE = (1, 2, 3)

# (row, system, recipe, corpus, changes to the recipe, seeds)
ROWS: tuple[tuple[str, str, str, str, dict[str, str], tuple[int, ...]], ...] = (
    ("vae", "affect VAE over embeddings", "vae", "emobank", {}, THREE),
    ("vae-unet", "affect VAE, U-Net decoder", "vae-unet", "emobank", {}, THREE),
    ("vae-category", "affect VAE + genre", "vae-category", "emobank", {}, THREE),
    ("vae-mixture", "affect VAE + mixture prior", "vae-mixture", "emobank", {}, THREE),
    ("vae-info", "affect VAE + InfoVAE (MMD)", "vae-info", "emobank", {}, THREE),
    ("vae-clean", "affect VAE + down-weighting", "vae-clean", "emobank", {}, THREE),
    ("vae-drop", "affect VAE + dropping a tenth", "vae-clean", "emobank", {"cleaning.how": "drop"}, THREE),
    ("bert-all", "BERT regressor, frozen: all", "bert", "emobank", LINEAR, THREE),
    ("characters", "BiLSTM over characters", "bilstm-characters", "cvat", {}, (1,)),
    (
        "characters-category", "BiLSTM over characters + category", "bilstm-characters", "cvat",
        {"latent.trunk": "[256]", "latent.category": "true"}, (1,),
    ),
    ("lstm", "LSTM, 1 layer of 500", "lstm", "emobank", {}, (1,)),
    ("bilstm", "BiLSTM, 1 layer of 500", "bilstm", "emobank", {}, (1,)),
    ("bert", "BERT regressor, frozen: nothing", "bert", "emobank", {}, (1,)),
    ("vae-tuned", "affect VAE + fine-tuned encoder", "vae-tuned", "emobank", {}, (1,)),
    ("bilstm-vectors", "BiLSTM, from MiniLM's word embeddings", "bilstm", "emobank", {VECTORS: ""}, (1,)),
    ("bert-last", "BERT regressor, frozen: the last two", "bert", "emobank",
     {"model.freeze": "last:2"}, (1,)),
    ("bert-middle", "BERT regressor, frozen: the middle two", "bert", "emobank",
     {"model.freeze": "middle:2"}, (1,)),
    ("bert-but-first", "BERT regressor, frozen: all but the first two", "bert", "emobank",
     {"model.freeze": "but-first:2"}, (1,)),
    ("lstm-2", "LSTM, 2 layers of 500", "lstm", "emobank", {"recurrent.layers": "2"}, (1,)),
    ("lstm-3", "LSTM, 3 layers of 500", "lstm", "emobank", {"recurrent.layers": "3"}, (1,)),
    ("bilstm-800", "BiLSTM, 1 layer of 800", "bilstm", "emobank", {"recurrent.hidden": "800"}, (1,)),
)  # fmt: skip


def word_vectors(encoder: str, place: Path) -> Path:
    """The encoder's embeddings of whole words, as a .npz that `recurrent.vectors` reads."""
    from textvae.affect.encoder import pretrained_encoder

    path = place / "word_vectors.npz"
    if not path.is_file():
        model, pieces = pretrained_encoder(encoder)
        vocabulary = json.loads(pieces)["model"]["vocab"]
        table = model.pieces.weight.detach().numpy()  # type: ignore[union-attr, operator]
        words = [word for word in vocabulary if not re.match(r"##|\[", word)]
        place.mkdir(parents=True, exist_ok=True)
        np.savez(path, words=np.array(words), vectors=table[[vocabulary[word] for word in words]])
    return path


def train_row(row: tuple[Any, ...], seed: int, encoder: str, work: Path, corpora: dict[str, Any]) -> None:
    """The trainings of a row with this seed that are not finished yet."""
    name, _, recipe, corpus, changes, _ = row
    if VECTORS in changes:
        changes = {VECTORS: json.dumps(str(word_vectors(encoder, work)))}
    values = load_recipe("affect", recipe, changes)
    sentences = corpora.setdefault(corpus, rated_sentences(corpus))
    options = read_table({**values.get("training", {}), "seed": seed}, TrainingOptions, "training")
    own = corpus != "emobank"
    lab = Laboratory(values, sentences, encoder=encoder)
    for number, division in enumerate(
        folds(sentences, folds_of(corpus), seed) if own else [official(sentences)], 1
    ):
        place = work / name / f"seed{seed}-fold{number}"
        if measured(place) is None:
            for step in trial(lab, division, options, place, best=not own):
                if step.validation:
                    said = ", ".join(f"{k} {v:.3f}" for k, v in step.validation.items())
                    print(f"{name} {place.name} step {step.step}/{step.steps}: {said}", flush=True)


def restore(work: Path, folder: Path = RESULTS) -> None:
    """Put what the results hold of trainings into the work folder, where there is nothing of them."""
    path = folder / "affect_lab.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.is_file() else {}
    for name, _, _, corpus, _, seeds in ROWS:
        for number, figures in enumerate(rows.get(name, {}).get("trainings", ())):
            seed, fold = divmod(number, folds_of(corpus))
            place = work / name / f"seed{seeds[seed]}-fold{fold + 1}"
            if measured(place) is None:
                write_result(place / MEASURED, figures)


def folds_of(corpus: str) -> int:
    """How many trainings a seed takes."""
    return 1 if corpus == "emobank" else 5


def finished(row: tuple[Any, ...], seed: int, work: Path) -> list[dict[str, Any]]:
    """What the row's trainings with this seed measured; empty where not all are finished."""
    name, _, _, corpus, *_ = row
    found = [measured(work / name / f"seed{seed}-fold{n + 1}") for n in range(folds_of(corpus))]
    return [] if None in found else found  # type: ignore[return-value]


def everything(row: tuple[Any, ...], work: Path) -> list[dict[str, Any]]:
    """What the row's finished trainings measured, of all seeds."""
    return [figures for seed in row[5] for figures in finished(row, seed, work)]


def shown(values: list[float | None]) -> str:
    """A figure, or the mean and the deviation of several."""
    known = [0.0 if value is None else value for value in values]
    mean, sd = mean_and_sd(known)
    if all(value is None for value in values):
        return "–"
    return f"{mean:.3f}" if len(values) == 1 else f"{mean:.3f} ± {sd:.3f}"


def lines(corpus: str, work: Path) -> Iterator[str]:
    """The Markdown table of a corpus."""
    dimensions = ("valence", "arousal", "dominance") if corpus == "emobank" else ("valence", "arousal")
    heads = [f"r {d}" for d in dimensions] + [f"MAE {d}" for d in dimensions]
    heads += ["MSE", "embedding unexplained", "seconds", "trainings"]
    yield "| system | recipe | " + " | ".join(heads) + " |"
    yield "|---" * (len(heads) + 2) + "|"
    done = [(row, found) for row in ROWS if row[3] == corpus and (found := everything(row, work))]
    for baseline in ("always 3", "training mean") if done else ():
        yield table_line(baseline, "–", [f[baseline] for f in widest(done)], dimensions)
    for row, found in done:
        changes = " ".join(f"{key}={value}" for key, value in row[4].items() if value)
        yield table_line(row[1], f"`{row[2]}` {changes}".strip(), found, dimensions)


def widest(done: list[tuple[Any, list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Trainings that measured the most dimensions, of one seed: the baselines are the same for all rows."""
    first = max(done, key=lambda pair: len(pair[1][0]["r"]))
    return first[1][:1] if first[0][3] == "emobank" else first[1][:5]


def table_line(system: str, recipe: str, found: list[dict[str, Any]], dimensions: tuple[str, ...]) -> str:
    """One row. The squared error is the mean over the dimensions that the system reads."""
    cells = [shown([f[t].get(d) for f in found]) for t in ("r", "mae") for d in dimensions]
    squared = [sum(f["mse"].values()) / len(f["mse"]) for f in found]
    cells.append(f"{shown([*squared])}" + ("" if len(found[0]["mse"]) == 3 else " (two)"))
    cells.append(shown([f["unexplained"] for f in found]) if "unexplained" in found[0] else "–")
    cells.append(f"{np.mean([f['seconds'] for f in found]):.0f}" if "seconds" in found[0] else "–")
    cells.append(str(len(found)) if "seconds" in found[0] else "–")
    return f"| {system} | {recipe} | " + " | ".join(cells) + " |"


def write(work: Path, encoder: str, folder: Path = RESULTS) -> list[str]:
    """`affect_lab.json` and `affect_lab.md`; returns the rows that are still missing."""
    missing = [f"{row[0]} (seed {seed})" for row in ROWS for seed in row[5] if not finished(row, seed, work)]
    titles = {
        "emobank": "EmoBank, official test split (1,000 sentences)",
        "cvat": "CVAT, its own five folds (2,954 texts, scale mapped to 1–5)",
    }
    text = "# The affect laboratory\n\nMean ± SD over seeds or (CVAT) folds; errors in points of 1–5.\n"
    for corpus, title in titles.items():
        text += f"\n## {title}\n\n" + "\n".join(lines(corpus, work)) + "\n"
    if missing:
        text += f"\nNot trained yet: {', '.join(missing)}.\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "affect_lab.md").write_text(text, encoding="utf-8")
    rows = {row[0]: {"system": row[1], "recipe": row[2], "corpus": row[3], "trainings": everything(row, work)}
            for row in ROWS}  # fmt: skip
    content = {
        "date": date.today().isoformat(), "machine": machine(), "encoder": Path(encoder).parent.name,
        "missing": missing, "rows": rows,
    }  # fmt: skip
    (folder / "affect_lab.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, default=Path("runs/affect_lab"))
    parser.add_argument("--only", default="", help="rows, separated by commas")
    parser.add_argument(
        "--table", action="store_true", help="train nothing: write the table of what is there"
    )
    given = parser.parse_args()
    wanted = [name for name in given.only.split(",") if name]
    if unknown := set(wanted) - {row[0] for row in ROWS}:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; known: {', '.join(row[0] for row in ROWS)}")
    restore(given.work)
    corpora: dict[str, Any] = {}
    todo = [
        (row, seed) for seed in THREE for row in ROWS if seed in row[5]
    ]  # the first seed of all, then ...
    for row, seed in todo if not given.table else ():
        if (not wanted or row[0] in wanted) and not finished(row, seed, given.work):
            begun = time.perf_counter()
            train_row(row, seed, given.encoder, given.work, corpora)
            print(f"{row[0]}, seed {seed}: {time.perf_counter() - begun:.0f} s", flush=True)
            write(given.work, given.encoder)
    missing = write(given.work, given.encoder)
    print((RESULTS / "affect_lab.md").read_text(encoding="utf-8"))
    print("missing: " + (", ".join(missing) or "nothing"))


if __name__ == "__main__":
    main()
