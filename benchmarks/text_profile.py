"""Where the time of a training step of a text VAE goes, and how near it comes to the machine's matrix rate.

    python benchmarks/text_profile.py
    python benchmarks/text_profile.py --recipe yelp/vae

The steps are those of `textvae train` (`textvae.training.steps.take_step`), with a clock around each part; a
part's time is without that of the parts within it. Without `--recipe`, the model and the sentences are those
of `text_training_speed.py`. The loss works out its own gradient in the same sweep, so its backward pass is in
it. The operations are torch's profiler's, over further steps.

A weight matrix costs two operations a weight and row that is multiplied by it, and four more in the backward
pass; everything else counts for nothing. The machine's rate is the best that `torch.mm` reaches here on large
matrices, in the precision of the training and with as many threads.
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from measuring import RESULTS, publish
from text_training_speed import add_sizes, read_sentences, recipe
from textvae.text import task as text_task
from textvae.text.task import TextTask, reads_affect
from textvae.training.device import Device, choose_device
from textvae.training.loop import TrainingOptions
from textvae.training.processes import Processes
from textvae.training.recipe import load_recipe
from textvae.training.steps import take_step


class Clock:
    """Seconds in each part of a step, without those of the parts within it."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: dict[str, float] = defaultdict(float)
        self.within = [0.0]

    def now(self) -> float:
        """The time, once everything asked for is done."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()

    def around(self, owner: object, name: str, part: str) -> None:
        """Measure every call of `owner.name` as `part`."""
        act: Callable[..., Any] = getattr(owner, name)

        def measured(*given: Any, **named: Any) -> Any:
            began = self.now()
            self.within.append(0.0)
            try:
                return act(*given, **named)
            finally:
                took = self.now() - began
                self.seconds[part] += took - self.within.pop()
                self.within[-1] += took

        setattr(owner, name, measured)


def operations(task: TextTask, sentences: int, tokens: int) -> float:
    """Of the matrix products of a step, forwards and backwards; `tokens` count each sentence's end."""
    model = task.model
    rows = {
        "encoder.": tokens - sentences,
        **dict.fromkeys(("decoder.gru.", "decoder.project.", "decoder.to_query."), tokens),
        "decoder.to_parts.": sentences * model.decoder.parts,
    }
    total = tokens * model.embedding.weight.numel()  # the output: its weights are the embeddings
    for name, parameter in model.named_parameters():
        if parameter.dim() >= 2 and name != "embedding.weight":
            times = next((count for start, count in rows.items() if name.startswith(start)), sentences)
            total += times * parameter.numel()
    return 6.0 * total


def matrix_rate(device: Device, size: int = 2048, rounds: int = 10) -> float:
    """Operations a second of the best product of square matrices."""
    a, b = (torch.randn(size, size, device=device.device).to(device.dtype) for _ in range(2))
    clock = Clock(device.device)
    times = []
    for _ in range(rounds):
        began = clock.now()
        torch.mm(a, b)
        times.append(clock.now() - began)
    return float(2 * size**3 / min(times))


def made(asked: argparse.Namespace, device: Device) -> TextTask:
    """The task of the recipe, or that of the speed benchmark."""
    if asked.recipe is None:
        with tempfile.TemporaryDirectory() as folder:
            asked.file = Path(folder) / "sentences.txt"
            lines = read_sentences(asked.corpus, asked.sentences)
            asked.file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return TextTask(recipe(asked), device, None, "", "", asked.seed)
    values = load_recipe("text", asked.recipe)
    if not reads_affect(values):
        return TextTask(values, device, None, "", "", asked.seed)
    from textvae.affect.reader import AffectReader

    reader = AffectReader.load("affect-en")
    return TextTask(values, device, reader.score, "affect-en", reader.checksum, asked.seed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_sizes(parser)
    parser.add_argument("--recipe", help="a recipe that ships, instead of the sizes")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--listed", type=int, default=12, help="operations shown")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    device = choose_device(asked.device, asked.precision)
    task = made(asked, device)
    options = TrainingOptions(seed=asked.seed)
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=1e-3, fused=True)
    batches = [
        batch for epoch in range(1 + 2 * asked.steps // len(task.epoch(0))) for batch in task.epoch(epoch)
    ]
    team = Processes()

    def step(number: int) -> None:
        take_step(task, options, optimizer, batches[number], number, team)

    for number in range(3):
        step(number)
    with torch.profiler.profile() as profiler:
        for number in range(3, 8):
            step(number)
    clock = Clock(device.device)
    clock.around(task, "terms", "noise and the other terms")
    clock.around(task.train_set, "take", "loading")
    clock.around(task.model, "encode", "encoder")
    clock.around(task.model, "forward", "decoder")
    clock.around(text_task, "summed_and_each_nll", "loss with its gradient")
    clock.around(torch.Tensor, "backward", "backward")
    clock.around(nn.utils, "clip_grad_norm_", "clipping")
    clock.around(optimizer, "step", "optimiser")
    shares, tokens, work = [], 0, 0.0
    places = range(8, min(len(batches), 8 + asked.steps))
    for number in places:
        began = clock.now()
        step(number)
        took = clock.now() - began
        clock.seconds["the rest"] += took - clock.within[0]
        clock.within[0] = 0.0
        size = task.size(batches[number])
        needed = operations(task, len(batches[number]), size)
        shares.append(needed / took)
        tokens, work = tokens + size, work + needed
    whole = sum(clock.seconds.values())
    rate, best = statistics.median(shares), matrix_rate(device)
    figures = {
        f"a training step ({device.name}, {torch.get_num_threads()} threads)": (
            f"{1000 * whole / len(places):.0f} ms; {tokens / whole:,.0f} tokens a second"
        ),
        "matrix products of a step": (
            f"{work / tokens / 1e6:.1f} million operations a token; {rate / 1e9:,.0f} GFLOP/s, "
            f"{rate / best:.0%} of the {best / 1e9:,.0f} that torch.mm reaches"
        ),
    }
    for part, seconds in sorted(clock.seconds.items(), key=lambda pair: -pair[1]):
        figures[f"of a step: {part}"] = f"{seconds / whole:.1%}"
    averages = sorted(profiler.key_averages(), key=lambda event: -event.self_cpu_time_total)
    spent = sum(event.self_cpu_time_total for event in averages)
    events = {event.key: event.self_cpu_time_total / spent for event in averages[: asked.listed]}
    for name, share in events.items():
        figures[f"operation {name}"] = f"{share:.1%}"
    settings = {key: str(value) for key, value in vars(asked).items() if key not in ("results", "file")}
    details = {
        "settings": settings,
        "seconds": dict(clock.seconds),
        "operations a second": rate,
        "torch.mm": best,
    }
    publish("text_profile", figures, details, asked.results)


if __name__ == "__main__":
    main()
