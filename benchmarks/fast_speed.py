"""How fast affect-fast reads, beside vaderSentiment on the same lines in the same run, and how cost grows.

Three comparisons. From Python on one core: `reader.score(lines)` against `polarity_scores(line)` for each
line, turn by turn, both held to one core. From Python on all cores: vaderSentiment still uses one. As
commands, start included: `textvae analyze --fast --lines FILE -o TABLE.csv`, which writes twelve numbers a
line, against a script that reads the file and writes vaderSentiment's four (`vader_file.py`).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lines import distinct_lines, lines_of_words, spread
from measuring import RESULTS, TEXTVAE, publish, run

HERE = Path(__file__).parent


def seconds(act: Callable[[], object]) -> float:
    """How long `act` takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def compare(path: Path, model: str, rounds: int) -> dict[str, Any]:
    """Lines a second of both over the file's lines, in this process, turn by turn."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    from textvae.affect.reader import AffectReader

    lines = path.read_text(encoding="utf-8").splitlines()
    reader, analyzer = AffectReader.load(model), SentimentIntensityAnalyzer()
    reader.score(lines[:1000])
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(seconds(lambda: [analyzer.polarity_scores(line) for line in lines]))
        ours.append(seconds(lambda: reader.score(lines)))
    return {"lines": len(lines), "device": reader.device_name, "vader_seconds": theirs, "fast_seconds": ours}


def compare_apart(path: Path, model: str, rounds: int, cores: int) -> dict[str, Any]:
    """`compare` in a process of its own that is held to `cores` cores."""
    mine = [sys.executable, __file__, "--compare", str(path), "--model", model, "--rounds", str(rounds)]
    environment = os.environ | {"OMP_NUM_THREADS": str(cores), "MKL_NUM_THREADS": str(cores)}
    free = sorted(os.sched_getaffinity(0))[-cores:]
    child = subprocess.run(
        mine,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, free),
    )
    return json.loads(child.stdout)  # type: ignore[no-any-return]


def rate(lines: int, times: list[float]) -> float:
    """Lines a second, from the median time."""
    return lines / statistics.median(times)


def written(folder: Path, name: str, lines: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="tatoeba", help="where the lines come from")
    parser.add_argument("--model", default="affect-fast")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--words", type=int, nargs="+", default=[5, 20, 80, 320], help="words of a line")
    parser.add_argument("--lines", type=int, default=100_000, help="lines of the comparison from Python")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.compare:
        print(json.dumps(compare(options.compare, options.model, options.rounds)))
        return

    lines = distinct_lines(options.corpus)
    cores = len(os.sched_getaffinity(0))
    figures: dict[str, str] = {}
    details: dict[str, Any] = {"corpus": options.corpus, "commands": [], "python": [], "words": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = written(folder, "lines.txt", spread(lines, options.lines))
        for count in sorted({1, cores}):
            found = compare_apart(path, options.model, options.rounds, count)
            details["python"].append({"cores": count, **found})
            fast, vader = (rate(found["lines"], found[f"{who}_seconds"]) for who in ("fast", "vader"))
            place = f"from Python, {found['lines']:,} lines, {count} core{'s' if count > 1 else ''}"
            figures[f"affect-fast ({found['device']}) {place}"] = f"{fast:,.0f} lines a second"
            figures[f"vaderSentiment {place}"] = f"{vader:,.0f} lines a second; ratio {fast / vader:.2f}"
        for words in options.words:
            count = max(200, 400_000 // words)
            path = written(folder, f"words{words}.txt", lines_of_words(lines, words, count))
            found = compare_apart(path, options.model, options.rounds, cores)
            details["words"].append({"words": words, "cores": cores, **found})
            fast, vader = (rate(count, found[f"{who}_seconds"]) for who in ("fast", "vader"))
            figures[f"lines of {words} words, {cores} cores"] = (
                f"affect-fast {fast:,.0f} a second, vaderSentiment {vader:,.0f}; ratio {fast / vader:.2f}"
            )
        for size in options.sizes:
            path, table = written(folder, f"{size}.txt", spread(lines, size)), folder / "out.csv"
            vader_run = run([sys.executable, str(HERE / "vader_file.py"), str(path), str(table)])
            command = [*TEXTVAE, "analyze", "--model", options.model, "--lines", "--force"]
            fast_run = run([*command, "-o", str(table), str(path)])
            details["commands"].append(
                {"lines": size, "fast_seconds": fast_run.seconds, "vader_seconds": vader_run.seconds,
                 "fast_peak_mib": fast_run.peak_mib}
            )  # fmt: skip
            figures[f"`textvae analyze --fast --lines`, {size:,} lines, start included"] = (
                f"{fast_run.seconds:.1f} s: {size / fast_run.seconds:,.0f} lines a second, at most "
                f"{fast_run.peak_mib:,.0f} MiB; vaderSentiment to CSV {vader_run.seconds:.1f} s"
            )
    publish("fast_speed", figures, details, options.results)


if __name__ == "__main__":
    main()
