"""How sparse documents are: topics that hold 90% of one, Dirichlet against Gaussian, as alpha grows.

Two systems that differ in the posterior alone, with the same prior concentration alpha (the Gaussian's prior
is its Laplace approximation), are trained on 20 Newsgroups with 50 topics, and on BBC News with three, whose
proportions are drawn on the simplex. A Gaussian with a standard prior, which has no alpha, stands beside.
"""

import argparse
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from measuring import RESULTS, keep, table
from textvae.evaluation.topics import topics_to_cover
from textvae.topics.bags import Bags
from textvae.topics.data import load_bags
from textvae.topics.reader import TopicReader, fit
from textvae.training.recipe import load_recipe

ALPHAS = (0.01, 0.1, 1.0, 10.0)
POSTERIORS = ("dirichlet", "gaussian")


def trained(bags: Bags, dev: Bags, posterior: str, alpha: float | None, k: int, epochs: float) -> TopicReader:
    """A model of the default recipe with another posterior and prior, as it is after `epochs`."""
    recipe = load_recipe("topics", "dirichlet")
    recipe["model"] |= {"posterior": posterior, "prior": "dirichlet" if alpha else "standard"}
    recipe["model"] |= {"alpha": alpha} if alpha else {}
    recipe["training"] |= {"epochs": epochs, "learning_rate": 0.01, "validate_every": 10_000}
    recipe["training"].pop("patience", None)
    with tempfile.TemporaryDirectory() as folder:
        return fit(bags, recipe, k, 1, run=Path(folder) / "run", dev=dev)


def drawn(reader: TopicReader, bags: Bags, seed: int = 0) -> torch.Tensor:
    """One draw of the proportions of each document from its posterior, (N, K)."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        theta, _ = reader.model.latent.weigh(reader.model.encode(bags.dense()), 1)
    return torch.as_tensor(theta[0])


def prior_draws(reader: TopicReader, count: int) -> torch.Tensor:
    """Draws of proportions from the model's own prior, (count, K)."""
    latent = reader.model.latent
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if hasattr(latent, "log_alpha"):
            return torch.distributions.Dirichlet(latent.log_alpha.exp().clamp_min(1e-3)).sample((count,))
        return torch.softmax(latent.prior.sample((count,)), -1)


def measure(epochs: float) -> list[dict[str, Any]]:
    """Topics for 90% on 20 Newsgroups: of dev documents' means and draws, and of the prior's draws."""
    train, dev = (load_bags("20newsgroups", split)[0] for split in ("train", "dev"))
    rows = []
    for posterior in POSTERIORS:
        for alpha in ALPHAS if posterior == "dirichlet" else (*ALPHAS, None):
            reader = trained(train, dev, posterior, alpha, 50, epochs)
            theta = reader.proportions(dev)
            rows.append(
                {
                    "posterior": posterior,
                    "alpha": alpha,
                    "mean": topics_to_cover(theta),
                    "draw": topics_to_cover(drawn(reader, dev).numpy()),
                    "prior": topics_to_cover(prior_draws(reader, 5000).numpy()),
                    "largest": float(theta.max(-1).mean()),
                }
            )
    return rows


def corners(theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Proportions of three topics (N, 3) -> points of an equilateral triangle (N, 2)."""
    return theta @ np.array([[0.0, 0.0], [1.0, 0.0], [0.5, math.sqrt(3) / 2]])


def draw_figure(rows: list[dict[str, Any]], path: Path, epochs: float) -> None:
    """The bars for 50 topics, and the simplex of three topics for each posterior and alpha."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    train, dev = (load_bags("bbc_news", split)[0] for split in ("train", "dev"))
    figure, axes = pyplot.subplots(
        2, 5, figsize=(10, 4.2), layout="constrained", width_ratios=[1.3, 1, 1, 1, 1]
    )
    edge = corners(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], np.float64))
    for line, posterior in zip(axes, POSTERIORS, strict=True):
        mine = [row for row in rows if row["posterior"] == posterior and row["alpha"]]
        for offset, key in ((-0.2, "mean"), (0.2, "draw")):
            line[0].bar(np.arange(len(ALPHAS)) + offset, [row[key] for row in mine], 0.38, label=key)
        line[0].set_xticks(range(len(ALPHAS)), [f"{alpha:g}" for alpha in ALPHAS])
        line[0].set(ylim=(0, 50), xlabel="alpha", title=f"{posterior}: topics for 90%", ylabel="of 50 topics")
        for axis, alpha in zip(line[1:], ALPHAS, strict=True):
            reader = trained(train, dev, posterior, alpha, 3, epochs)
            prior = corners(prior_draws(reader, 1500).double().numpy())
            points = corners(reader.proportions(train).astype(np.float64))
            axis.plot(*edge.T, color="0.4", linewidth=0.8)
            axis.scatter(*prior.T, s=2, color="0.8", linewidths=0, label="prior")
            axis.scatter(*points.T, s=3, color="C3", alpha=0.5, linewidths=0, label="documents")
            axis.set_aspect("equal")
            axis.set_axis_off()
            axis.set_title(f"alpha = {alpha:g}", fontsize=9)
    axes[0, 0].legend(fontsize=7, frameon=False)
    axes[0, 4].legend(fontsize=7, frameon=False, loc="upper right", markerscale=3)
    figure.savefig(path, dpi=85)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=float, default=30.0)
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where the JSON, the table and the figure go"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = measure(options.epochs)
    columns = {
        "posterior": "{posterior}", "alpha": "{alpha}", "topics for 90%, of the mean": "{mean:.1f}",
        "of a draw": "{draw:.1f}", "of the prior": "{prior:.1f}", "largest topic": "{largest:.0%}",
    }  # fmt: skip
    shown = [row | {"alpha": row["alpha"] or "standard prior"} for row in rows]
    keep("topic_sparsity", {"epochs": options.epochs, "rows": rows}, table(columns, shown), options.results)
    draw_figure(rows, options.results / "topic_sparsity.png", options.epochs)


if __name__ == "__main__":
    main()
