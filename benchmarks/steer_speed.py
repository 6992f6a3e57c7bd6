"""How soon the sentence follows an arrow key in `textvae steer`: from the key until it is on the screen.

Keys are put into the view's own queue: Textual's pilot waits after each until the processor is idle.
"""

import argparse
import asyncio
import copy
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from measuring import RESULTS, publish
from transfer_speed import SENTENCES

KEYS = ("right", "right", "right", "up", "right", "shift+right", "left", "down", "shift+left", "right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="text-en")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()

    from textvae.text.writer import TextWriter

    writer = TextWriter.load(options.model)
    asyncio.run(measure(writer, SENTENCES[0]))  # warms up
    started = time.process_time()
    waits = [wait for sentence in SENTENCES for wait in asyncio.run(measure(writer, sentence))]
    busy = 1000 * (time.process_time() - started) / len(waits)
    ordered = sorted(waits)
    figures = {
        "an arrow key in `textvae steer` until the sentence is there": f"{statistics.median(waits):.0f} ms",
        "nine in ten are below": f"{ordered[int(0.9 * (len(ordered) - 1))]:.0f} ms",
        "processor time a key, the view's start shared out": f"{busy:.0f} ms",
        "within 150 ms": f"{100 * sum(wait <= 150 for wait in waits) / len(waits):.0f}%",
    }
    publish("steer_speed", figures, {"model": options.model, "milliseconds": waits}, options.results)


async def measure(writer: object, sentence: str) -> list[float]:
    """Milliseconds from each key to its first sentence on the screen; each point is looked for anew."""
    from textvae.cli.plane import around
    from textvae.cli.steer import CANDIDATES, hasty
    from textvae.cli.steering_view import SteeringView
    from textvae.text.judging import remembering
    from textvae.text.values import Transfer
    from textvae.text.writer import TextWriter

    assert isinstance(writer, TextWriter)
    writer = copy.copy(writer)
    writer.read = remembering(writer.read)
    start = tuple(writer.read([sentence])[0].tolist())
    quick = hasty(writer)

    def draft(valence: float | None, arousal: float | None) -> Transfer:
        return quick.transfer(sentence, valence, arousal, CANDIDATES)

    def move(valence: float | None, arousal: float | None) -> Transfer:
        return writer.transfer(sentence, valence, arousal, CANDIDATES)

    def save(kept: Sequence[str], path: Path) -> None:
        raise AssertionError("nothing is saved here")

    for asked in around(start):  # as the command does
        draft(*asked)
    view = SteeringView(sentence, start, draft, move, save)
    waits = []
    async with view.run_test(size=(100, 30)):
        for key in KEYS:
            view.found.clear()  # each point is looked for, also one that was there before
            drawn = asyncio.Event()
            started = time.perf_counter()
            view.simulate_key(key)
            while view.point not in view.found:
                await asyncio.sleep(0.001)
            view.call_after_refresh(drawn.set)
            await drawn.wait()
            waits.append(1000 * (time.perf_counter() - started))
    return waits


if __name__ == "__main__":
    main()
