"""How long a transfer takes: the first, as a command with all that it loads, and the next, from Python."""

import argparse
import statistics
import time
from pathlib import Path

from measuring import RESULTS, TEXTVAE, publish, run

SENTENCES = [
    "the food was cold and the staff was rude",
    "i am sorry to hear about your father",
    "the train was late again",
    "we had a wonderful time at the lake",
    "nobody answered the phone all morning",
    "this is the best coffee in town",
    "he lost his job last week",
    "the children are playing in the garden",
    "my room was small and dirty",
    "thank you for your help yesterday",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="text-en")
    parser.add_argument("--starts", type=int, default=5, help="commands to time")
    parser.add_argument(
        "--rounds", type=int, default=5, help="times that each of the ten sentences is transferred"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()

    command = [*TEXTVAE, "transfer", "--model", options.model, "--valence", "4.0", SENTENCES[0]]
    run(command)  # compiles the bytecode and warms the disk's cache
    runs = [run(command) for _ in range(options.starts)]
    first = [one.seconds for one in runs]

    from textvae.text.writer import TextWriter

    writer = TextWriter.load(options.model)
    writer.transfer(SENTENCES[-1], valence=2.0)  # loads the reader
    single = []
    for number in range(options.rounds):
        for sentence in SENTENCES:
            started = time.perf_counter()
            writer.transfer(sentence, valence=4.0 if number % 2 == 0 else 2.0)
            single.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    writer.transfer(SENTENCES * options.rounds, valence=4.0)
    rate = len(SENTENCES) * options.rounds / (time.perf_counter() - started)

    ordered = sorted(single)
    figures = {
        "first `textvae transfer`": f"{statistics.median(first):.1f} s",
        "the next, from Python": f"{statistics.median(single):.0f} ms",
        "nine in ten are below": f"{ordered[int(0.9 * (len(ordered) - 1))]:.0f} ms",
        "in a list": f"{rate:.0f} sentences a second",
    }
    peak = max(one.peak_mib for one in runs)
    details = {"model": options.model, "first_seconds": first, "next_ms": single, "peak_mib": peak}
    publish("transfer_speed", figures, details, options.results)


if __name__ == "__main__":
    main()
