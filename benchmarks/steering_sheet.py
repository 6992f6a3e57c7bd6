"""Two hundred sentences that no model was trained on, each steered four ways, on one sheet.

The sentences (5 to 20 words, `text-en`'s longest) are drawn with a fixed seed: forty each of news and
letters and of fiction and essays from EmoBank's test rows, of chat (GoEmotions), of reviews, and of
everyday and read-aloud sentences, the last three from the 1% that `text-en` holds out for test. The kinds
take turns, so that the first hundred rows, those that are read, are five sentences of each. Each is steered
to high and low valence and to high and low arousal. What comes is what `transfer --format text` prints: the
best candidate that passed, or the sentence itself.

Judges, none of which chose the sentence, but for the affect model that all of textvae stands on: `same`, at
least 60% of the wording without affect words is kept; `English`, the decoder that is told nothing (a
language model) finds the sentence at most 0.5 nats a piece less likely than its source; `moved`, half of
the way to the target or nearer than 0.2.

`--read FILE` takes verdicts by reading, a JSON object of row numbers and three letters such as "yny" (same,
English, moved), and puts them beside.
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from measuring import RESULTS, keep
from textvae.corpora import read_corpus
from textvae.evaluation.reconstruction import held_out, source_of
from textvae.text.similarity import content_kept
from textvae.text.writer import TextWriter

WAYS = (("valence", "high"), ("valence", "low"), ("arousal", "high"), ("arousal", "low"))
NAMES = tuple(f"{axis} {word}" for axis, word in WAYS)
JUDGES = ("same", "English", "moved")
SOURCES = {
    "news and letters": ("emobank", ("newspaper", "SemEval", "letters", "blog")),
    "fiction and essays": ("emobank", ("fiction", "essays", "travel-guides")),
    "chat": ("held out", ("goemotions",)),
    "reviews": ("held out", ("reviews", "vader")),
    "everyday": ("held out", ("tatoeba", "common_voice")),
}
SEED, EACH = 20261120, 40
KEPT, FLUENT, MOVED, NEAR = 0.6, -0.5, 0.5, 0.2


def sentences(writer: TextWriter, split: str = "test", each: int = EACH) -> list[tuple[str, str]]:
    """The kind and the text of each, the kinds in turn."""
    kept = held_out(writer, split)
    rows = list(read_corpus("emobank", split=split))
    chosen = []
    for kind, (place, names) in SOURCES.items():
        texts = (
            [one.text for one in rows if one.category in names]
            if place == "emobank"
            else [one.text for one in kept if source_of(one) in names]
        )
        fitting = sorted({text for text in texts if 5 <= len(text.split()) <= 20 and fits(writer, text)})
        chosen.append([(kind, text) for text in random.Random(SEED).sample(fitting, each)])
    return [one for turn in zip(*chosen, strict=True) for one in turn]


def fits(writer: TextWriter, text: str) -> bool:
    """Whether the model takes the sentence: not too many pieces, and on one line."""
    return (
        "\n" not in text
        and len(writer.codec.tokenizer.encode(writer.normalise(text))) <= writer.codec.max_pieces
    )


def steer(writer: TextWriter, chosen: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """A row for each sentence and way, with the judges' verdicts."""
    texts = [text for _, text in chosen]
    rows: list[dict[str, Any]] = []
    for axis, word in WAYS:
        valence, arousal = (word if axis == name else None for name in ("valence", "arousal"))
        moves = writer.transfer_stream(texts, valence, arousal)
        for (kind, text), moved in zip(chosen, moves, strict=True):
            passed = moved.passed
            to = getattr(moved, f"target_{axis}")
            source, said = getattr(moved, f"source_{axis}"), text
            reached = source
            if passed:
                said, reached = passed[0].text, getattr(passed[0], axis)
            way = to - source
            there = way <= 0 if word == "high" else way >= 0
            rows.append(
                {"kind": kind, "source": text, "axis": axis, "to": word, "text": said,
                 "from": round(source, 2), "reached": round(reached, 2), "target": to, "there": there}
            )  # fmt: skip
    order = {text: i for i, text in enumerate(texts)}
    rows.sort(key=lambda row: (order[row["source"]], WAYS.index((row["axis"], row["to"]))))
    judge(writer, rows)
    return rows


def judge(writer: TextWriter, rows: Iterable[dict[str, Any]]) -> None:
    """Put `same`, `English` and `moved` into each row."""
    for number, row in enumerate(rows):
        pieces = [writer.codec.tokenizer.encode(writer.normalise(row[name])) for name in ("text", "source")]
        said, source = writer.codec.fluency(pieces)
        left = abs(row["reached"] - row["target"])
        row["number"] = number
        row["same"] = content_kept(row["source"], row["text"], writer.codec.lexicon) >= KEPT
        row["English"] = said - source >= FLUENT
        row["moved"] = row["there"] or left <= max((1 - MOVED) * abs(row["from"] - row["target"]), NEAR)


def passes(row: dict[str, Any]) -> bool:
    """Whether a row passes all three verdicts of the judges."""
    return all(row[name] for name in JUDGES)


def passing(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """How many rows pass each verdict and all of them."""
    alone = [f"{name} {100 * sum(row[name] for row in rows) / len(rows):.1f}%" for name in names]
    both = sum(all(row[name] for name in names) for row in rows)
    return f"{', '.join(alone)}; all three {100 * both / len(rows):.1f}% of {len(rows)}"


def sheet(rows: Sequence[dict[str, Any]], read: dict[str, str]) -> str:
    """The Markdown: totals, then a line for each row."""
    marks = JUDGES
    for row in rows:
        if verdict := read.get(str(row["number"])):
            row["read"] = verdict
    lines = ["# Two hundred sentences, steered", "", "`python benchmarks/steering_sheet.py`", ""]
    lines += [f"- By the judges: {passing(rows, marks)}."]
    for axis, word in WAYS:
        some = [row for row in rows if (row["axis"], row["to"]) == (axis, word)]
        lines.append(
            f"- {axis} {word}: {passing(some, marks)}; "
            f"{sum(row['text'] == row['source'] for row in some)} unchanged."
        )
    if seen := [row for row in rows if "read" in row]:
        told = [
            {name: letter == "y" for name, letter in zip(marks, row["read"], strict=True)} for row in seen
        ]
        lines.append(f"- By reading, the first {len(seen)}: {passing(told, marks)}.")
    lines += [
        "",
        "Verdicts: same, English, moved; `=` is the sentence as it was, `there`: beyond the target already.",
        "",
    ]
    lines += ["| | to | sentence | judged | read |", "|---|---|---|---|---|"]
    before = None
    for row in rows:
        if row["source"] != before:
            lines.append(f"| | *{row['kind']}* | **{cell(row['source'])}** | | |")
            before = row["source"]
        said = "=" if row["text"] == row["source"] else cell(row["text"])
        judged = "".join("y" if row[name] else "n" for name in marks) + (" there" if row["there"] else "")
        lines.append(
            f"| {row['number']} | {row['axis']} {row['target']:g} | {said} "
            f"({row['from']:.1f} → {row['reached']:.1f}) | {judged} | {row.get('read', '')} |"
        )
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """A text that cannot leave its cell."""
    return (
        text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("*", "\\*")
        .replace("`", "\\`")
        .replace("<", "&lt;")
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="text-en")
    parser.add_argument(
        "--read", type=Path, default=RESULTS / "steering_reading.json", help="verdicts by reading"
    )
    parser.add_argument("--render", action="store_true", help="steer nothing: only put the verdicts in")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    kept = options.results / "steering_sheet.json"
    if options.render:
        rows = json.loads(kept.read_text(encoding="utf-8"))["rows"]
    else:
        writer = TextWriter.load(options.model)
        rows = steer(writer, sentences(writer))
    read = json.loads(options.read.read_text(encoding="utf-8")) if options.read.is_file() else {}
    text = sheet(rows, read)
    keep("steering_sheet", {"model": options.model, "rows": rows}, text, options.results)


if __name__ == "__main__":
    main()
