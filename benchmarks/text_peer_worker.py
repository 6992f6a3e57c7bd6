"""Training steps of text-autoencoders through its own modules; `text_training_speed.py` calls it.

python text_peer_worker.py CHECKOUT --file SENTENCES ...
"""

import argparse
import json
import random
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", type=Path)
    parser.add_argument("--file", type=Path, required=True)
    for name in ("words", "hidden", "embedding", "latent", "batch", "warmup", "steps", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--device", required=True)
    asked = parser.parse_args()
    sys.path.insert(0, str(asked.peer.resolve()))
    batchify, model, vocab = map(import_module, ("batchify", "model", "vocab"))
    random.seed(asked.seed)
    torch.manual_seed(asked.seed)
    sentences = [line.split() for line in asked.file.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        listed = str(Path(folder) / "vocab.txt")
        vocab.Vocab.build(sentences, listed, asked.words)
        words = vocab.Vocab(listed)
    settings = SimpleNamespace(
        dim_z=asked.latent, dim_emb=asked.embedding, dim_h=asked.hidden, nlayers=1, dropout=0.5, lr=0.0005,
        lambda_kl=0.1, noise=[0.0, 0.0, 0.0, 0.0],
    )  # fmt: skip
    made: Any = model.VAE(words, settings).to(asked.device)
    batches, _ = batchify.get_batches(sentences, words, asked.batch, asked.device)
    order = random.sample(range(len(batches)), asked.warmup + asked.steps)
    made.train()
    began, cpu, tokens = 0.0, 0.0, 0
    for number, place in enumerate(order):
        if number == asked.warmup:
            began, cpu = time.perf_counter(), time.process_time()
        inputs, targets = batches[place]
        losses = made.autoenc(inputs, targets, is_train=True)
        losses["loss"] = made.loss(losses)
        made.step(losses)
        [value.item() for value in losses.values()]  # as its meters do, which also waits for a GPU
        if number >= asked.warmup:
            tokens += int((targets != words.pad).sum())
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    parameters = sum(p.numel() for p in made.parameters())
    found = {
        "tokens": tokens, "seconds": seconds, "cpu_seconds": cpu, "vocabulary": words.size,
        "parameters": parameters, "device": f"{asked.device}, fp32",
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
