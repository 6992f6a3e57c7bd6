"""Many sentences in one `textvae transfer --file`: how many a second, in how much memory?
And does a run that is killed end as one that was not?

At each strength the beam is 16 wide, wider than the shipped models' own (`--beam 0`); reranking is theirs.
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from lines import distinct_lines, spread
from measuring import RESULTS, publish, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument(
        "--corpus", default="tatoeba", help="where the sentences come from, 3 to 20 words each"
    )
    parser.add_argument("--model", default="text-en")
    parser.add_argument("--beam", type=int, default=16, help="0: the model's own")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    parser.add_argument("--worker", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is not None:
        transfer(options.beam, options.worker)

    lines = [line for line in distinct_lines(options.corpus) if 3 <= len(line.split()) <= 20]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = max(options.sentences // 10, 1), options.sentences

        def command(count: int, output: str) -> list[str]:
            file = folder / f"{count}.txt"
            file.write_text("".join(line + "\n" for line in spread(lines, count)), encoding="utf-8")
            steer = ["--model", options.model, "--valence", "4.0", "--file", str(file)]
            return [
                *(sys.executable, __file__, "--beam", str(options.beam), "--worker"),
                *("transfer", *steer, "-o", str(folder / output), "--resume"),
            ]

        start, short, long = (
            run(command(count, f"{place}.jsonl")) for place, count in enumerate((1, few, many))
        )
        same = killed_and_resumed(command(few, "again.jsonl"), 0.5 * (start.seconds + short.seconds))
        same = same and (folder / "again.jsonl").read_bytes() == (folder / "1.jsonl").read_bytes()
    rate = (many - 1) / (long.seconds - start.seconds)
    figures = {
        f"`textvae transfer --file` over {many:,} sentences, beam {options.beam or 'as shipped'}, reranked": (
            f"{rate:.1f} sentences a second, {long.peak_mib:.0f} MiB at most"
        ),
        f"the same over {few:,}": f"{short.peak_mib:.0f} MiB at most",
        f"{few:,} sentences, killed on the way and gone on with --resume": (
            "the same file" if same else "ANOTHER FILE"
        ),
    }
    details = {
        "model": options.model,
        "corpus": options.corpus,
        "beam": options.beam,
        "seconds": {"1": start.seconds, str(few): short.seconds, str(many): long.seconds},
        "peak_mib": {"1": start.peak_mib, str(few): short.peak_mib, str(many): long.peak_mib},
    }
    publish("transfer_batch", figures, details, options.results)


def killed_and_resumed(command: list[str], after: float) -> bool:
    """Whether the command was killed before its end, and then ended well."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        time.sleep(after)
        child.send_signal(signal.SIGKILL)
        killed = child.wait() == -signal.SIGKILL
    run(command)
    return killed


def transfer(beam: int, arguments: list[str]) -> None:
    """The command line with another beam; does not return."""
    from textvae.cli import app, models

    def open_writer(name: str, device: str, precision: str) -> object:
        writer = models.open_writer(name, device, precision)
        if beam:
            writer.steering = replace(writer.steering, beam=beam)
        return writer

    sys.modules["textvae.cli.transfer"].open_writer = open_writer  # type: ignore[attr-defined]
    app.main(arguments)


if __name__ == "__main__":
    main()
