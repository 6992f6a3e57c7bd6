"""Tokens a second in training a text VAE, ours and that of shentianxiao/text-autoencoders, in the same run.

    git clone https://github.com/shentianxiao/text-autoencoders
    python benchmarks/text_training_speed.py --peer text-autoencoders

Both train a VAE with an LSTM of 512 units a direction as encoder, one of 512 as decoder, 512-dimensional
embeddings and 128 latent dimensions on the same sentences, with the same vocabulary size, about 256 sentences
a batch and dropout 0.5. The peer runs in a process of its own through its own modules (`model.py`,
`batchify.py`, `vocab.py`), in the step of its `train.py`; ours through `textvae.training`, as `textvae train`
does. They take turns, `--rounds` times; the first steps of each are not counted, the rates are medians.

A token is a word or a sentence's end; padding counts for neither. The two differ in what their authors chose:
the peer calculates in fp32, pads batches of neighbouring lengths and has an output matrix of its own; ours
calculates in bf16 where the hardware does (`--precision fp32` for the same), has batches of one length, ties
the output to the embeddings, and z also reaches the decoder's first state and its output. With `--cell gru`
ours has GRUs, as the shipped models do, whose three gates take a quarter less than an LSTM's four.

The peer's code is of 2020; its modules that are used here run unaltered under current releases of torch. (Its
`noise.py` lacks an `import numpy as np` that only `--noise` with word dropping needs, which is not used.)
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lines import spread
from measuring import RESULTS, publish

HERE = Path(__file__).parent


def read_sentences(corpus: str, count: int) -> list[str]:
    """`count` distinct sentences of a corpus's train split, spread evenly, of 2 to 20 words."""
    from textvae.corpora import card_names, read_corpus

    split = "train" if corpus in card_names() else None
    texts = dict.fromkeys(" ".join(s.text.split()) for s in read_corpus(corpus, split=split))
    kept = [text for text in texts if 2 <= len(text.split()) <= 20]
    return spread(kept, min(count, len(kept)))


def recipe(asked: argparse.Namespace) -> dict[str, Any]:
    """Our model at the sizes asked for, on the sentences of `asked.file`."""
    lengths = [len(line.split()) + 1 for line in asked.file.read_text(encoding="utf-8").splitlines()]
    return {
        "data": {
            "corpora": [str(asked.file)], "form": "given", "tokens": "words", "pieces": asked.words + 4,
            "min_words": 1, "held_out": 0.005,
        },
        "noise": {"random_share": 0.0, "affect_share": 0.0, "affect_noise": 0.0, "word_dropout": 0.0},
        "batches": {
            "pieces": round(asked.batch * statistics.mean(lengths)), "best": "objective", "quantised": False,
            "dev_sentences": 32,
        },
        "model": {
            "affect": 0, "adversary": 0, "content": asked.latent, "embedding": asked.embedding,
            "encoder": asked.hidden, "decoder": asked.hidden, "summary": "last", "cell": asked.cell,
            "dropout": 0.5,
        },
        "objective": {"reconstruction": 1.0, "kl": 0.1},
    }  # fmt: skip


def ours(asked: argparse.Namespace) -> dict[str, Any]:
    """Train for the warm-up and the steps that count, through the loop that every training goes through."""
    from textvae.text.task import TextTask
    from textvae.training.device import choose_device
    from textvae.training.loop import TrainingOptions, train

    device = choose_device(asked.device, asked.precision)
    task = TextTask(recipe(asked), device, None, "", "", asked.seed)
    steps = asked.warmup + asked.steps + 1  # the last one validates as well
    epochs = steps / len(task.epoch(0))
    options = TrainingOptions(epochs=epochs, validate_every=10**9, save_every=1e9, seed=asked.seed)
    clock, tokens = [(time.perf_counter(), time.process_time())], 0
    for step in train(task, options, asked.file.parent / f"run{time.time_ns()}"):
        clock.append((time.perf_counter(), time.process_time()))
        tokens += step.size if asked.warmup < step.step < steps else 0
    seconds, cpu = (b - a for a, b in zip(clock[asked.warmup], clock[steps - 1], strict=True))
    parameters = sum(p.numel() for p in task.model.parameters())
    return {
        "tokens": tokens, "seconds": seconds, "cpu_seconds": cpu, "vocabulary": len(task.tokenizer),
        "parameters": parameters, "device": device.name,
    }  # fmt: skip


def add_sizes(parser: argparse.ArgumentParser) -> None:
    """What is trained, on what."""
    parser.add_argument("--corpus", default="yelp")
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=9000, help="in the vocabulary, at most")
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--embedding", type=int, default=512)
    parser.add_argument("--latent", type=int, default=128)
    parser.add_argument("--batch", type=int, default=256, help="sentences")
    parser.add_argument("--cell", default="lstm", help="of ours: lstm, as the peer's, or gru")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="auto", help="of ours: auto, bf16 or fp32")
    parser.add_argument("--seed", type=int, default=1)


def apart(command: list[str]) -> dict[str, Any]:
    """What a process of its own measured: the last line that it prints."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peer", type=Path, help="a checkout of shentianxiao/text-autoencoders")
    add_sizes(parser)
    parser.add_argument("--warmup", type=int, default=5, help="steps that are not counted")
    parser.add_argument("--steps", type=int, default=40, help="steps that are")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.file:
        print(json.dumps(ours(asked)))
        return
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "sentences.txt"
        file.write_text("\n".join(read_sentences(asked.corpus, asked.sentences)) + "\n", encoding="utf-8")
        shared = ("words", "hidden", "embedding", "latent", "batch", "warmup", "steps", "device", "seed")
        common = [word for key in shared for word in (f"--{key}", str(getattr(asked, key)))]
        commands = {"ours": [sys.executable, __file__, "--precision", asked.precision, "--cell", asked.cell]}
        commands["ours"] += ["--file", str(file)]
        if asked.peer:
            worker = str(HERE / "text_peer_worker.py")
            commands = {"peer": [sys.executable, worker, str(asked.peer), "--file", str(file)], **commands}
        for _ in range(asked.rounds):
            for who, command in commands.items():
                runs[who].append(apart([*command, *common]))
                last = runs[who][-1]
                print(f"{who}: {last['tokens'] / last['seconds']:,.0f} tokens a second", flush=True)
    rates = {
        who: statistics.median(r["tokens"] / r["seconds"] for r in found)
        for who, found in runs.items()
        if found
    }
    figures = {}
    for who, rate in rates.items():
        last = runs[who][-1]
        told = f"{last['device']}, {last['vocabulary']:,} words, {last['parameters'] / 1e6:.1f}M parameters"
        title = f"textvae, {asked.cell}" if who == "ours" else "shentianxiao/text-autoencoders"
        figures[f"training a VAE, {title} ({told})"] = f"{rate:,.0f} tokens a second"
    if asked.peer:
        cpu = {who: statistics.median(r["tokens"] / r["cpu_seconds"] for r in runs[who]) for who in runs}
        figures["training a VAE, ratio"] = (
            f"{rates['ours'] / rates['peer']:.2f}; {cpu['ours'] / cpu['peer']:.2f} by processor time"
        )
    settings = {key: value for key, value in vars(asked).items() if key not in ("results", "file", "peer")}
    publish("text_training_speed", figures, {"settings": settings, "runs": runs}, asked.results)


if __name__ == "__main__":
    main()
