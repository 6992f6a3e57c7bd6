"""Beam search: sentences a second, batched and one by one, and how unlike the sentences of a beam are.

    python benchmarks/beam_speed.py
    python benchmarks/beam_speed.py --model text-yelp --corpus yelp

Sentences are encoded once and decoded from the means of their posteriors. Batched decoding and decoding one
sentence at a time must find the same sentences, or the benchmark stops. Then 16 sentences are written from
each of some latents by beam search, by diverse beam search (Vijayakumar et al. 2016) with 4 groups, and by
nucleus sampling (Holtzman et al. 2020). Said of these lists is, as a mean over them: how many different
sentences they hold; distinct-n, the different n-grams in percent of all, also of the first 4 different
sentences, since some lists are shorter; repeated phrases, the percent of
3-grams that stood in the list before; the sentences within which a phrase of 3 words comes twice; and the
mean log-probability of a piece.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from measuring import RESULTS, publish
from textvae.corpora import card_names, read_corpus
from textvae.evaluation.diversity import distinct, repeating
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.decoding import Hypothesis
from textvae.text.model import Latent
from textvae.text.sampling import SampleOptions
from textvae.text.writer import TextWriter

Lists = list[list[Hypothesis]]
GROUPS = 4
FIRST = 4
"""Sentences of a list that are looked at alone: lists of fewer different ones tend to be more distinct."""


def encoded(codec: Codec, corpus: str, count: int) -> tuple[Latent, Tensor]:
    """The posterior means of `count` sentences that the model takes, and their room."""
    split = "test" if corpus in card_names() and corpus != "tatoeba" else None
    found: list[list[int]] = []
    for sentence in read_corpus(corpus, split=split):
        if 3 <= len(sentence.text.split()) <= codec.max_words - 2:
            found.append(codec.pieces(sentence.text))
    pieces = [found[place * len(found) // count] for place in range(count)]
    latents = [codec.encode([row]).mean for row in pieces]
    affect, content = (torch.cat([getattr(z, part) for z in latents]) for part in ("affect", "content"))
    return Latent(affect, content), codec.room([len(row) for row in pieces])


def seconds(act: Callable[[], Lists], rounds: int) -> tuple[float, Lists]:
    """The median time of `act`, and what it found."""
    times, found = [], act()
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return statistics.median(times), found


def one_by_one(codec: Codec, latent: Latent, room: Tensor, options: BeamOptions) -> Lists:
    """The same search with a single sentence at a time."""
    return [
        codec.search(Latent(latent.affect[i : i + 1], latent.content[i : i + 1]), room[i : i + 1], options)[0]
        for i in range(len(room))
    ]


def tokens(lists: Lists) -> list[list[tuple[int, ...]]]:
    return [[hypothesis.tokens for hypothesis in found] for found in lists]


def speeds(codec: Codec, latent: Latent, room: Tensor, widths: Sequence[int], rounds: int) -> list[Any]:
    """Sentences a second at each width, both ways."""
    rows = []
    for width in widths:
        options = BeamOptions(width=width, min_length=1)

        def batched(options: BeamOptions = options) -> Lists:
            return codec.search(latent, room, options)

        def alone(options: BeamOptions = options) -> Lists:
            return one_by_one(codec, latent, room, options)

        (together, ours), (apart, theirs) = seconds(batched, rounds), seconds(alone, max(1, rounds - 1))
        if tokens(ours) != tokens(theirs):
            differ = sum(a != b for a, b in zip(tokens(ours), tokens(theirs), strict=True))
            raise SystemExit(f"width {width}: {differ} of {len(room)} sentences differ when decoded alone.")
        rows.append({"width": width, "batched": len(room) / together, "one by one": len(room) / apart})
        print(rows[-1], flush=True)
    return rows


def nucleus(codec: Codec, latent: Latent, room: Tensor, n: int, top_p: float, seed: int) -> Lists:
    """`n` draws from each latent."""
    rows = torch.arange(len(room)).repeat_interleave(n)
    noise = torch.rand(len(rows), int(room.max()) + 1, generator=torch.Generator().manual_seed(seed))
    some = Latent(latent.affect[rows], latent.content[rows])
    found = codec.draw(some, room[rows], SampleOptions(1.0, top_p), noise.to(room.device))
    return [list(islice(found, i, i + n)) for i in range(0, len(found), n)]


def described(codec: Codec, lists: Lists) -> dict[str, float]:
    """How unlike each other the sentences of the lists are."""
    texts = [[codec.tokenizer.decode(h.tokens) for h in found] for found in lists]

    def mean(figure: Callable[[list[str]], float]) -> float:
        values = [value for row in texts if not math.isnan(value := figure(row))]
        return statistics.fmean(values) if values else math.nan

    def first(row: list[str]) -> float:
        different = list(dict.fromkeys(row))[:FIRST]
        return distinct(different, 2) if len(different) == FIRST else math.nan

    return {
        "sentences a list": mean(len),
        "different sentences": mean(lambda row: len(set(row))),
        "distinct-1": mean(lambda row: distinct(row, 1)),
        "distinct-2": mean(lambda row: distinct(row, 2)),
        "distinct-3": mean(lambda row: distinct(row, 3)),
        f"distinct-2 of the first {FIRST} different": mean(first),
        "repeated phrases, %": mean(lambda row: 100.0 - distinct(row, 3)),
        "phrases twice in a sentence, %": mean(repeating),
        "log p a piece": statistics.fmean(h.log_prob_per_token for found in lists for h in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="text-en")
    parser.add_argument("--corpus", default="tatoeba")
    parser.add_argument("--sentences", type=int, default=128, help="for the speed")
    parser.add_argument("--widths", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lists", type=int, default=200, help="for the diversity; 0 leaves it out")
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.2, 0.5, 1.0, 2.0])
    parser.add_argument("--top-p", type=float, default=0.9)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    codec = TextWriter.load(asked.model, asked.device).codec
    latent, room = encoded(codec, asked.corpus, asked.sentences)
    rows = speeds(codec, latent, room, asked.widths, asked.rounds)
    figures = {
        f"beam search, width {row['width']}": (
            f"{row['batched']:,.0f} sentences a second batched, {row['one by one']:,.1f} one by one; ratio "
            f"{row['batched'] / row['one by one']:.1f}"
        )
        for row in rows
    }
    found: dict[str, dict[str, float]] = {}
    if asked.lists:
        latent, room = encoded(codec, asked.corpus, asked.lists)
        plain = BeamOptions(width=16, keep=16, min_length=1)
        found["beam 16"] = described(codec, codec.search(latent, room, plain))
        for strength in asked.strengths:
            diverse = BeamOptions(width=16, keep=16, min_length=1, groups=GROUPS, diversity=strength)
            name = f"diverse beam, {GROUPS} groups, {strength:g}"
            found[name] = described(codec, codec.search(latent, room, diverse))
        drawn = nucleus(codec, latent, room, 16, asked.top_p, asked.seed)
        found[f"nucleus {asked.top_p:g}"] = described(codec, drawn)
        for name, values in found.items():
            figures[f"16 sentences of a latent, {name}"] = ", ".join(
                f"{what} {value:.4g}" for what, value in values.items()
            )
    settings = {key: value for key, value in vars(asked).items() if key != "results"}
    publish("beam_speed", figures, {"settings": settings, "speeds": rows, "lists": found}, asked.results)


if __name__ == "__main__":
    main()
