"""How smooth the way is that `interpolate` takes, beside the likeliest sentence of each step (`--plain`).

Pairs of held-out sentences of at most ten words that no model was trained on, drawn with a fixed seed. Of the
seven sentences of a way: how many are distinct, how much of the wording changes in its largest step (1: all
of it), and how much less fluent than the more fluent end its least fluent sentence is for the decoder that is
told nothing, in nats a piece.
"""

import argparse
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from measuring import RESULTS, publish
from textvae.evaluation.reconstruction import held_out
from textvae.text.similarity import content_kept
from textvae.text.writer import TextWriter

SEED, WORDS, STEPS = 20261128, 10, 7


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="text-en")
    parser.add_argument("--split", default="test")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    writer = TextWriter.load(options.model)
    texts = sorted(
        {
            one.text
            for one in held_out(writer, options.split)
            if 3 <= len(one.text.split()) <= WORDS and "\n" not in one.text
        }
    )
    chosen = random.Random(SEED).sample(texts, 2 * options.pairs)
    figures, ways = {}, {}
    for name, plain in (("smoothest", False), ("plain", True)):
        found = [
            [point.text for point in writer.interpolate(a, b, STEPS, plain=plain)]
            for a, b in zip(chosen[::2], chosen[1::2], strict=True)
        ]
        figures[f"{name}: distinct sentences of {STEPS}"] = f"{np.mean([len(set(way)) for way in found]):.1f}"
        figures[f"{name}: largest step"] = f"{np.mean([largest(way) for way in found]):.2f}"
        figures[f"{name}: least fluent"] = f"{np.mean([awkward(writer, way) for way in found]):.2f} nats"
        ways[name] = found
    publish("interpolation", figures, {"split": options.split, "ways": ways}, options.results)


def largest(way: Sequence[str]) -> float:
    """The share of the wording that changes in the largest step of a way."""
    return max(1.0 - content_kept(a, b) for a, b in pairwise(way))


def awkward(writer: TextWriter, way: Sequence[str]) -> float:
    """By how many nats a piece the least fluent sentence of a way is less fluent than its more fluent end."""
    fluency = writer.codec.fluency([writer.codec.pieces(text) for text in way])
    return max(fluency[0], fluency[-1]) - min(fluency)


if __name__ == "__main__":
    main()
