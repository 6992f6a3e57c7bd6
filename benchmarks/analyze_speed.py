"""How fast `textvae analyze` reads short lines, how much memory that takes, and what a plain pipeline does.

The lines are distinct: `analyze` reads a line that comes twice only once, which would flatter it (of more
lines than the corpus has, one comes again a whole corpus later, further than it remembers). The plain
pipeline is `transformers.pipeline("text-classification")` with a model of BERT-base's size at batch 32, as
one would write it; its weights are random, which changes nothing about its speed. Both read the same lines
in the same run, models loaded, before and after each other. Lines of 5 to 320 words show how cost grows with
length: they are the corpus's words, cut anew, and from 256 pieces on a line is read in windows.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lines import distinct_lines, lines_of_words, spread
from measuring import RESULTS, TEXTVAE, publish, run


def plain_pipeline(model: str) -> Callable[[list[str]], Any]:
    """A text-classification pipeline with a BERT-base-sized model and the affect model's own word pieces."""
    import transformers

    from textvae.training.checkpoint import find_checkpoint

    library: Any = transformers  # its types differ from release to release
    tokenizer = library.PreTrainedTokenizerFast(
        tokenizer_file=str(find_checkpoint(model) / "tokenizer.json"),
        unk_token="[UNK]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        mask_token="[MASK]",
        model_max_length=512,
    )
    network = library.BertForSequenceClassification(library.BertConfig()).eval()
    classify = library.pipeline("text-classification", model=network, tokenizer=tokenizer, device=-1)
    return lambda lines: classify(lines, batch_size=32, truncation=True)


def seconds(act: Callable[[], object]) -> float:
    """How long `act` takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def measure_files(lines: list[str], sizes: list[int], model: str, precision: str) -> list[dict[str, float]]:
    """Time and memory of the command over a file of each size, start included."""
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path, target = Path(folder, f"{size}.txt"), Path(folder, f"{size}.jsonl")
            path.write_text("\n".join(spread(lines, size)) + "\n", encoding="utf-8")
            options = [
                "--lines",
                "--format",
                "jsonl",
                "-o",
                str(target),
                "--model",
                model,
                "--precision",
                precision,
            ]
            one = run([*TEXTVAE, "analyze", *options, str(path)])
            measured.append({"lines": size, "seconds": one.seconds, "peak_mib": one.peak_mib})
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="tatoeba", help="where the lines come from")
    parser.add_argument("--model", default="affect-en")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="lines of each file"
    )
    parser.add_argument("--subset", type=int, default=2_000, help="lines that the plain pipeline reads too")
    parser.add_argument("--words", type=int, nargs="*", default=[5, 20, 80, 320], help="words of a line")
    parser.add_argument("--precision", default="auto", choices=["auto", "fp32", "bf16", "int8"])
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    lines = distinct_lines(options.corpus)
    subset = spread(lines, options.subset)
    files = measure_files(lines, options.sizes, options.model, options.precision)

    from textvae.affect.reader import AffectReader

    reader = AffectReader.load(options.model, precision=options.precision)
    classify = plain_pipeline(options.model)
    reader.analyze(subset[:64])
    classify(subset[:64])
    ours = [seconds(lambda: reader.analyze(subset)) for _ in range(2)]
    plain = seconds(lambda: classify(subset))
    ours += [seconds(lambda: reader.analyze(subset)) for _ in range(2)]
    typical = statistics.median(ours)

    by_words = []
    for words in options.words:
        cut = lines_of_words(lines, words, max(128, 40_000 // words))
        by_words.append({"words": words, "lines": len(cut), "seconds": seconds(lambda: reader.score(cut))})  # noqa: B023

    figures = {
        f"`textvae analyze --lines`, {one['lines']:,} lines, start included": (
            f"{one['lines'] / one['seconds']:,.0f} lines a second, at most {one['peak_mib']:,.0f} MiB"
        )
        for one in files
    }
    count = f"{len(subset):,} lines"
    figures[f"{reader.name} ({reader.device_name}), {count}"] = f"{len(subset) / typical:,.0f} a second"
    figures[f"plain pipeline, BERT-base's size, batch 32, the same {count}"] = (
        f"{len(subset) / plain:,.0f} a second"
    )
    figures["ratio of the two"] = f"{plain / typical:.1f}"
    for one in by_words:
        speed = one["lines"] / one["seconds"]
        figures[f"{reader.name}, lines of {one['words']} words"] = (
            f"{speed:,.0f} lines a second, {speed * one['words']:,.0f} words a second"
        )
    details = {
        "corpus": options.corpus,
        "mean_words": statistics.mean(line.count(" ") + 1 for line in lines),
        "files": files,
        "words": by_words,
        "subset": {"lines": len(subset), "textvae_seconds": ours, "pipeline_seconds": plain},
    }
    publish("analyze_speed", figures, details, options.results)


if __name__ == "__main__":
    main()
