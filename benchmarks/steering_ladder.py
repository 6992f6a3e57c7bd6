"""What each part of steering brings, one more a row, on dev sentences.

`text-en`: a hundred sentences that it was not trained on (dev rows of the same sources as the sheet's), each
sent to high and low valence and arousal, judged as on the sheet (`steering_sheet.py`). `text-yelp`: dev
sentences of Li et al. 2018 with their polarity turned, judged by the classifier of `textvae evaluate
transfer`. The last row of either table is what ships. A third table has changes of that which do not ship.
`--only` measures some of the tables, or none; the others stay as they were measured last.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import steering_sheet as sheet
from measuring import RESULTS, keep
from textvae.corpora import Sentence, read_corpus
from textvae.evaluation import metrics
from textvae.evaluation.judge import Judge, load_judge
from textvae.evaluation.transfer import OTHER, TransferOptions
from textvae.text.settings import Editing, Steering
from textvae.text.writer import TextWriter


def english(edits: Editing, steering: Steering) -> Iterator[tuple[str, Editing, Steering]]:
    """The rungs of `text-en`, up to how it is."""
    free = replace(steering, loose=True)
    plain = replace(free, strip=False)
    yield "the decoder, told another affect", replace(edits, model=""), plain
    yield "also without the words in the way", replace(edits, model=""), free
    every = replace(edits, strange=0.0, kindred=1.0)
    edited = replace(every, together=0, marks=0, frames=0, nested=0)
    yield "and edits of a word", edited, free
    yield "of several that stand in the way", replace(edited, together=edits.together), free
    yield "and exclamation marks", replace(every, frames=0, nested=0), free
    yield "and frames", replace(every, nested=0), free
    yield "and edits in frames", every, free
    yield "edits near in meaning, and contraries", edits, free
    yield "nobody else, no denial, the same kind of sentence", edits, steering


def yelp(steering: Steering) -> Iterator[tuple[str, Steering]]:
    """The rungs of `text-yelp`, up to how it is."""
    rung = replace(steering, strip=False, sides=(), refine=0, words=0.0, other=0.0, content=0.0, fluency=0.0)
    yield "chosen by the affect read", rung
    for what, change in (
        ("and by the wording kept", {"content": steering.content}),
        ("and by fluency", {"fluency": steering.fluency}),
        ("and by the affect of the words by themselves", {"words": steering.words}),
        ("and by arousal, which is to stay", {"other": steering.other}),
        ("candidates also without the words in the way", {"strip": steering.strip}),
        ("and with more or less arousal", {"sides": steering.sides}),
        ("contents refined", {"refine": steering.refine}),
    ):
        rung = replace(rung, **change)
        yield what, rung


def tried(steering: Steering) -> Iterator[tuple[str, Steering]]:
    """What ships with `text-yelp`, and one change of it each."""
    yield "what ships", steering
    yield "beams in three groups, which differ", replace(steering, groups=3)
    yield "beams of 16, 8 kept", replace(steering, beam=16, keep=8)
    yield "contents refined in 5 steps", replace(steering, refine=5)
    yield "contents refined in 20 steps", replace(steering, refine=20)
    yield "contents refined in 30 steps", replace(steering, refine=30)


def english_rows(each: int) -> list[dict[str, Any]]:
    """Shares in % of the sentences and ways that pass, a row a rung."""
    writer = TextWriter.load("text-en")
    chosen = sheet.sentences(writer, "dev", each)
    rows = []
    for what, edits, steering in english(writer.editing, writer.steering):
        rung = TextWriter.load("text-en")
        rung.editing, rung.steering = edits, steering
        outputs = sheet.steer(rung, chosen)
        row: dict[str, Any] = {"what": what}
        for name in ("same", "English", "moved"):
            row[name] = 100 * np.mean([one[name] for one in outputs])
        passed: dict[str, list[bool]] = {way: [] for way in sheet.NAMES}
        for one in outputs:
            passed[f"{one['axis']} {one['to']}"].append(sheet.passes(one))
        row |= {way: 100 * np.mean(found) for way, found in passed.items()}
        row["all"] = 100 * np.mean([one for found in passed.values() for one in found])
        rows.append(row)
        print(row, flush=True)
    return rows


def turned(writer: TextWriter, dev: Sequence[Sentence], judge: Judge) -> dict[str, float]:
    """ACC, self-BLEU and how far arousal moves, in SDs, when the polarity of `dev` is turned."""
    options = TransferOptions()
    said: list[Any] = []
    for label in OTHER:
        texts = [one.text for one in dev if one.label == label]
        said += [
            (label, moved)
            for moved in writer.transfer(texts, options.high if label == "negative" else options.low)
        ]
    outputs, sources = [moved.text for _, moved in said], [moved.source for _, moved in said]
    right = [judged == OTHER[label] for judged, (label, _) in zip(judge.label(outputs), said, strict=True)]
    read = writer.reader.score([*sources, *outputs])[:, 1]
    way = np.abs(read[len(sources) :] - read[: len(sources)]).mean() / writer.scale.sd[1]
    return {
        "ACC": 100 * float(np.mean(right)),
        "self-BLEU": metrics.bleu(outputs, sources),
        "arousal": float(way),
    }


def polar(sentences: int) -> tuple[list[Sentence], Judge]:
    """So many of Yelp's dev sentences with a polarity, evenly, and who tells it."""
    dev = [one for one in read_corpus("yelp", split="dev") if one.label in OTHER]
    judge = load_judge(list(read_corpus("yelp", split="train")))
    return dev[:: max(len(dev) // sentences, 1)][:sentences], judge


def yelp_rows(
    sentences: int, rungs: Callable[[Steering], Iterator[tuple[str, Steering]]]
) -> list[dict[str, Any]]:
    """What `turned` measures, a row a rung."""
    writer = TextWriter.load("text-yelp")
    dev, judge = polar(sentences)
    rows = []
    for what, steering in rungs(writer.steering):
        writer.steering = steering
        rows.append({"what": what} | turned(writer, dev, judge))
        print(rows[-1], flush=True)
    return rows


def table(rows: list[dict[str, Any]], digits: dict[str, int]) -> str:
    """The rows in Markdown, with so many digits a column."""
    lines = [f"| | {' | '.join(digits)} |", "|---|" + "---|" * len(digits)]
    lines += [
        f"| {row['what']} | "
        + " | ".join(f"{row[name]:.{places}f}" for name, places in digits.items())
        + " |"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=20, help="sentences of each of the five kinds")
    parser.add_argument("--sentences", type=int, default=400, help="of Yelp's dev split")
    parser.add_argument("--only", nargs="*", choices=("text-en", "text-yelp", "tried"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    measured: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "text-en": lambda: english_rows(options.each),
        "text-yelp": lambda: yelp_rows(options.sentences, yelp),
        "tried": lambda: yelp_rows(options.sentences, tried),
    }
    kept = options.results / "steering_ladder.json"
    wanted = measured if options.only is None else options.only
    rows: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if wanted is not measured else {}
    rows |= {name: act() for name, act in measured.items() if name in wanted}
    shares = dict.fromkeys(("same", "English", "moved", *sheet.NAMES, "all"), 1)
    text = "\n".join(
        (
            "# What steering gains, part by part",
            "",
            "`python benchmarks/steering_ladder.py`",
            "",
            f"`text-en`, {5 * options.each} dev sentences sent four ways, % that pass the sheet's judges; a",
            "way's column, and `all`, count what passes all three:",
            "",
            table(rows["text-en"], shares),
            "",
            f"`text-yelp`, {options.sentences} dev sentences with their polarity turned; `arousal` is how",
            "far that moves, in SDs:",
            "",
            table(rows["text-yelp"], {"ACC": 1, "self-BLEU": 1, "arousal": 2}),
            "",
            "The same, with one change of what ships that does not ship:",
            "",
            table(rows["tried"], {"ACC": 1, "self-BLEU": 1, "arousal": 2}),
            "",
        )
    )
    keep("steering_ladder", {name: rows[name] for name in measured}, text, options.results)


if __name__ == "__main__":
    main()
