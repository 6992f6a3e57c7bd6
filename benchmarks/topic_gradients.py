"""The four estimators of a Dirichlet's gradient at equal cost: variance, cost and bias, a table and a figure.

What is differentiated is the expected log-likelihood of a document under topics that are mixed, with respect
to the concentrations a of its posterior Dirichlet(a). The Weibull that stands for a gamma has its mean and
its variance, so that its gradient, too, is one with respect to a.
"""

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from measuring import RESULTS, keep, table
from textvae.variational.dirichlet import ESTIMATORS, RejectionDirichlet
from textvae.variational.weibull import NormalisedWeibull

TOPICS, WORDS, LENGTH = 20, 500, 100
LEVELS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
Loss = Callable[[Tensor], Tensor]
Draw = Callable[[Tensor, Loss], Tensor]


def document() -> Loss:
    """-log p(x|theta) of a document of 100 words with three of twenty topics, a function of theta (N, K)."""
    random = np.random.default_rng(3)
    topics = random.dirichlet(np.full(WORDS, 0.05), TOPICS)
    theta = np.zeros(TOPICS)
    theta[:3] = 0.6, 0.3, 0.1
    x = torch.from_numpy(random.multinomial(LENGTH, theta @ topics)).float()
    beta = torch.from_numpy(topics).float()
    return lambda theta: -(torch.log(theta @ beta + 1e-10) @ x)


def concentrations(level: float) -> Tensor:
    """Those of a posterior that has seen something: `level`, and ten times as much for the first three."""
    a = torch.full((TOPICS,), level)
    a[:3] *= 10
    return a


def _pathwise(kind: str) -> Draw:
    return lambda a, loss: loss(ESTIMATORS[kind](a, validate_args=False).rsample())


def _corrected(a: Tensor, loss: Loss) -> Tensor:
    theta, ratio = RejectionDirichlet(a, validate_args=False).rsample_with_ratio()
    nll = loss(theta)
    return nll + (nll.detach() - nll.detach().mean()) * ratio


def matched_shapes() -> tuple[Tensor, Tensor]:
    """log a and log k: the Weibull of shape k has the coefficient of variation of Gamma(a), 1 / sqrt(a)."""
    k = torch.exp(torch.linspace(math.log(0.03), math.log(60.0), 20_000, dtype=torch.double))
    log_ratio = torch.lgamma(1 + 2 / k) - 2 * torch.lgamma(1 + 1 / k)
    return -torch.log(torch.expm1(log_ratio)), k.log()


LOG_A, LOG_K = matched_shapes()


def _weibull(a: Tensor, loss: Loss) -> Tensor:
    log_a = a.log()
    place = torch.searchsorted(LOG_A, log_a.detach().double().contiguous()).clamp(1, len(LOG_A) - 1)
    slope = (LOG_K[place] - LOG_K[place - 1]) / (LOG_A[place] - LOG_A[place - 1])
    k = torch.exp(LOG_K[place - 1].float() + slope.float() * (log_a - LOG_A[place - 1].float()))
    scale = a * torch.exp(-torch.lgamma(1 + 1 / k))
    return loss(NormalisedWeibull(scale, k, validate_args=False).proportions())


ESTIMATES: dict[str, Draw] = {
    "implicit": _pathwise("implicit"),
    "rejection": _pathwise("rejection"),
    "rejection, corrected": _corrected,
    "inverse CDF": _pathwise("inverse-cdf"),
    "Weibull": _weibull,
}


def gradients(draw: Draw, level: float, loss: Loss, count: int, seed: int) -> tuple[Tensor, float]:
    """`count` gradients of one draw each, (N, K), and the seconds that a draw with its gradient takes."""
    torch.manual_seed(seed)
    found, seconds = [], 0.0
    for _ in range(0, count, 1000):
        a = concentrations(level).expand(1000, -1).clone().requires_grad_()
        started = time.process_time()
        draw(a, loss).sum().backward()  # type: ignore[no-untyped-call]
        seconds += time.process_time() - started
        assert a.grad is not None
        found.append(a.grad)
    return torch.cat(found).double(), seconds / len(found) / 1000


def measure(count: int) -> list[dict[str, Any]]:
    """A row for each estimator at each level."""
    loss, rows = document(), []
    for level in LEVELS:
        truth, _ = gradients(ESTIMATES["implicit"], level, loss, 4 * count, seed=99)
        mean, noise = truth.mean(0), truth.var(0).sum() / len(truth)
        at_level: list[dict[str, Any]] = []
        for name, draw in ESTIMATES.items():
            gradients(draw, level, loss, 1000, seed=0)  # warm
            found, seconds = gradients(draw, level, loss, count, seed=1)
            variance = float(found.var(0).sum())
            square = float((found.mean(0) - mean).square().sum() - noise) - variance / len(found)
            at_level.append(
                {
                    "estimator": name, "a": level, "microseconds": seconds * 1e6, "variance": variance,
                    "bias": math.sqrt(max(0.0, square)) / float(mean.norm()),
                }
            )  # fmt: skip
        base = at_level[0]["variance"] * at_level[0]["microseconds"]
        for row in at_level:
            row["at equal cost"] = row["variance"] * row["microseconds"] / base
        rows += at_level
    return rows


def draw_figure(rows: list[dict[str, Any]], path: Path) -> None:
    """Variance at equal cost, and bias, over the concentration."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(8.4, 3.3), layout="constrained")
    for number, name in enumerate(ESTIMATES):
        mine = [row for row in rows if row["estimator"] == name]
        levels = [row["a"] for row in mine]
        look: dict[str, Any] = {"label": name, "color": f"C{number}", "marker": "o", "markersize": 3}
        if name.endswith("corrected"):
            look |= {"linestyle": "--", "color": f"C{number - 1}"}
        axes[0].plot(levels, [row["at equal cost"] for row in mine], **look)
        axes[1].plot(levels, [max(row["bias"], 1e-3) for row in mine], **look)
    axes[0].set(xscale="log", yscale="log", xlabel="concentration a", title="variance × time, implicit = 1")
    axes[1].set(xscale="log", yscale="log", xlabel="concentration a", title="bias / length of the gradient")
    axes[0].legend(fontsize=7, frameon=False)
    figure.savefig(path)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20_000, help="of each estimator at each concentration")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where the JSON, the table and the figure go"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = measure(options.draws)
    columns = {
        "estimator": "{estimator}", "a": "{a:g}", "µs a draw": "{microseconds:.2f}",
        "variance of one draw": "{variance:.3g}", "variance × time, implicit = 1": "{at equal cost:.2f}",
        "bias": "{bias:.1%}",
    }  # fmt: skip
    shown = [row for row in rows if row["a"] in (0.02, 0.1, 1.0, 10.0)]
    details = {"draws": options.draws, "rows": rows}
    keep("topic_gradients", details, table(columns, shown), options.results)
    draw_figure(rows, options.results / "topic_gradients.svg")


if __name__ == "__main__":
    main()
