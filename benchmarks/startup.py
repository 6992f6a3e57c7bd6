"""How long `textvae --help` takes, from the shell's point of view: the median of many starts."""

import argparse
import statistics
from pathlib import Path

from measuring import RESULTS, TEXTVAE, publish, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    run([*TEXTVAE, "--help"])  # compiles the bytecode and warms the disk's cache
    times = [run([*TEXTVAE, "--help"]).seconds for _ in range(options.starts)]
    figures = {"`textvae --help`": f"{statistics.median(times):.2f} s"}
    publish("startup", figures, {"seconds": times}, options.results)


if __name__ == "__main__":
    main()
