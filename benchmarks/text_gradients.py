"""Measure how much gradient estimators scatter on a text VAE: reparameterization, score function, baseline.

The gradient of E_q[-log p(x|z)] to the posterior's mean and log-variance is estimated again and again on the
same sentences by each estimator, from one draw of z a sentence. Written down are its variance (summed over
the dimensions, mean over the sentences), the ratio to reparameterization's, the cosine of the estimators'
means (they estimate the same thing), and the time an estimate takes.

    python benchmarks/text_gradients.py --model runs/tables/yelp/vae
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor
from torch.distributions import Normal

from measuring import RESULTS, publish
from textvae.corpora import read_corpus
from textvae.text.likelihood import summed_and_each_nll
from textvae.text.model import Latent, TextVAE
from textvae.text.tokenizer import BOS, EOS
from textvae.text.writer import TextWriter
from textvae.variational.estimators import ESTIMATORS, draw, score_function


def gradients(model: TextVAE, tokens: Tensor, q: Normal, estimator: str) -> Tensor:
    """One estimate of the gradient of each sentence to (mu, log sigma^2), (B, 2 Z)."""
    mu, logvar = q.mean.clone().requires_grad_(), (2 * q.stddev.log()).requires_grad_()
    posterior = Normal(mu, torch.exp(0.5 * logvar))
    z = draw(posterior, estimator)
    edge = torch.full_like(tokens[:, :1], BOS)
    targets = torch.cat([tokens, torch.full_like(edge, EOS)], 1)
    output = model(torch.cat([edge, tokens], 1), Latent(z[:, :0], z)).flatten(0, 1)
    nll, each = summed_and_each_nll(output, model.embedding.weight, model.output_bias, targets.flatten())
    if estimator != "reparameterization":
        cost = each.view(targets.shape).sum(1)
        nll = score_function(posterior, z, cost, estimator == "score-baseline")
    return torch.cat(torch.autograd.grad(nll, (mu, logvar)), 1)


def main() -> None:
    """Estimate, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", required=True, help="a text VAE without an affect latent")
    parser.add_argument("--corpus", default="yelp")
    parser.add_argument("--length", type=int, default=9, help="tokens of the sentences")
    parser.add_argument("--sentences", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=300, help="estimates")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args()
    codec = TextWriter.load(asked.model, precision="fp32").codec
    encoded = (codec.pieces(sentence.text) for sentence in read_corpus(asked.corpus, split="dev"))
    tokens = torch.tensor(list(islice((ids for ids in encoded if len(ids) == asked.length), asked.sentences)))
    q = codec.encode(tokens.tolist()).z
    torch.manual_seed(asked.seed)
    found: dict[str, tuple[Tensor, float]] = {}
    for estimator in ESTIMATORS:
        began = time.perf_counter()
        estimates = torch.stack([gradients(codec.model, tokens, q, estimator) for _ in range(asked.rounds)])
        found[estimator] = estimates, (time.perf_counter() - began) / asked.rounds
    least = scatter(found["reparameterization"][0])
    centre = found["reparameterization"][0].mean(0).flatten()
    rows, figures = [], {}
    for name, (estimates, seconds) in found.items():
        variance = scatter(estimates)
        cosine = float(torch.cosine_similarity(estimates.mean(0).flatten(), centre, dim=0))
        rows.append(
            {
                "estimator": name,
                "variance": variance,
                "ratio": variance / least,
                "cosine of means": cosine,
                "ms": 1000 * seconds,
            }
        )
        figures[f"variance of the gradient, {name}"] = (
            f"{variance:.4g} ({variance / least:,.1f} times; cosine {cosine:.3f}; {1000 * seconds:.1f} ms)"
        )
    settings = {name: value for name, value in vars(asked).items() if name != "results"}
    publish("text_gradients", figures, {**settings, "rows": rows, "draws of z": 1}, asked.results)


def scatter(estimates: Tensor) -> float:
    """(R, B, D) -> the variance over R, summed over D, mean over B."""
    return float(estimates.var(0).sum(1).mean())


if __name__ == "__main__":
    main()
