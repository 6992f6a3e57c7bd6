"""Draw what a likelihood and a direction of KL do, on data that can be looked at.

Above, two VAEs learn two moons: one with a Gaussian likelihood, whose decoder gives a mean and one spread,
and one with a categorical likelihood over 48 bins a coordinate. Below, one Gaussian is fitted to two: by the
forward KL(p || q), which covers all that p has, and by the reverse KL(q || p), which keeps to one mode of p.

    python benchmarks/likelihoods_2d.py      (needs the extra `plots`; writes results/likelihoods_2d.png)
"""

import argparse
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal, Normal

from measuring import RESULTS, publish
from textvae.variational.divergences import kl_monte_carlo
from textvae.variational.posterior import GaussianPosterior
from textvae.variational.terms import gaussian_nll, kl_standard

BINS, EDGE, HIDDEN = 48, 2.4, 96  # cells of a coordinate from -EDGE to EDGE


def moons(count: int) -> Tensor:
    """Two half circles, one within the other, with a little noise: (count, 2)."""
    angle = math.pi * torch.rand(count)
    side = torch.rand(count) < 0.5
    x = torch.where(side, torch.cos(angle), 1 - torch.cos(angle)) - 0.5
    y = torch.where(side, torch.sin(angle), 0.5 - torch.sin(angle)) - 0.25
    return 1.3 * torch.stack([x, y], 1) + 0.07 * torch.randn(count, 2)


class PointVAE(nn.Module):
    """A VAE of points in the plane with two latent dimensions."""

    def __init__(self, categorical: bool) -> None:
        super().__init__()
        self.categorical = categorical
        size = 2 * BINS if categorical else 2
        self.encoder = nn.Sequential(nn.Linear(2, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh())
        self.posterior = GaussianPosterior(HIDDEN, 2)
        self.decoder = nn.Sequential(
            nn.Linear(2, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, size)
        )
        self.spread = nn.Parameter(torch.tensor(-1.0))

    def nll(self, z: Tensor, x: Tensor) -> Tensor:
        """-log p(x|z) as a density, (...): a bin's probability is spread evenly over it."""
        output = self.decoder(z)
        if not self.categorical:
            return gaussian_nll(Normal(output, self.spread.exp()), x)
        cells = ((x + EDGE) / (2 * EDGE) * BINS).long().clamp(0, BINS - 1)
        logits = output.unflatten(-1, (2, BINS))
        density: Tensor = Categorical(logits=logits).log_prob(cells) - math.log(2 * EDGE / BINS)
        return -density.sum(-1)

    def sample(self, count: int) -> Tensor:
        """Points drawn from the model, (count, 2)."""
        output = self.decoder(torch.randn(count, 2))
        if not self.categorical:
            return output + self.spread.exp() * torch.randn(count, 2)
        cells: Tensor = Categorical(logits=output.unflatten(-1, (2, BINS))).sample()
        return (cells + torch.rand(count, 2)) / BINS * 2 * EDGE - EDGE

    def importance_nll(self, x: Tensor, samples: int = 500) -> float:
        """-log p(x) in nats, importance-weighted, mean over (N, 2) points."""
        q = self.posterior(self.encoder(x))
        z = q.sample((samples,))
        weight = -self.nll(z, x) - kl_monte_carlo(q, z, MultivariateNormal(torch.zeros(2), torch.eye(2)))
        return float((math.log(samples) - torch.logsumexp(weight, 0)).mean())


def learn(parameters: list[Tensor], loss: Callable[[], Tensor], steps: int, rate: float = 3e-3) -> None:
    """Adam on `loss`, its rate falling to 0."""
    optimizer = torch.optim.Adam(parameters, lr=rate)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
        optimizer.zero_grad()
        loss().backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def trained(categorical: bool, steps: int, seed: int) -> PointVAE:
    """A VAE of the two moons."""
    torch.manual_seed(seed)
    model = PointVAE(categorical)

    def loss() -> Tensor:
        x = moons(256)
        q = model.posterior(model.encoder(x))
        return (model.nll(q.rsample(), x) + kl_standard(q).sum(1)).mean()

    learn(list(model.parameters()), loss, steps)
    return model.eval().requires_grad_(False)


def two_modes() -> MixtureSameFamily:
    """The target of the fits below: two Gaussians of unequal weight."""
    means = torch.tensor([[-1.2, -0.6], [1.2, 0.6]])
    spreads = torch.diag_embed(torch.tensor([[0.10, 0.20], [0.15, 0.10]]))
    return MixtureSameFamily(Categorical(torch.tensor([0.4, 0.6])), MultivariateNormal(means, spreads))


def fitted(forward: bool, steps: int, seed: int) -> MultivariateNormal:
    """One Gaussian with a full covariance, by the forward or the reverse KL to `two_modes`."""
    torch.manual_seed(seed)
    p = two_modes()
    mean, factor = torch.zeros(2, requires_grad=True), torch.eye(2).requires_grad_()

    def q() -> MultivariateNormal:
        lower = torch.tril(factor, -1) + torch.diag(factor.diagonal().abs() + 1e-3)
        return MultivariateNormal(mean, scale_tril=lower)

    def loss() -> Tensor:
        if forward:  # E_p[log p - log q], of which only the second part learns
            return -q().log_prob(p.sample((256,))).mean()  # type: ignore[no-any-return]
        z = q().rsample((256,))
        return (q().log_prob(z) - p.log_prob(z)).mean()  # type: ignore[no-any-return]

    learn([mean, factor], loss, steps, rate=2e-2)
    return MultivariateNormal(mean.detach(), scale_tril=q().scale_tril.detach())


def divergences(q: MultivariateNormal) -> tuple[float, float]:
    """KL(p || q) and KL(q || p) to `two_modes`, by 100,000 draws each."""
    torch.manual_seed(0)
    p = two_modes()
    x, z = p.sample((100_000,)), q.sample((100_000,))
    return float((p.log_prob(x) - q.log_prob(x)).mean()), float((q.log_prob(z) - p.log_prob(z)).mean())


def main() -> None:
    """Train, draw, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 3, figsize=(9, 6), layout="constrained", sharex=True, sharey=True)
    torch.manual_seed(asked.seed + 1)
    held_out = moons(2000)
    figures: dict[str, str] = {}
    axes[0, 0].set_title("data: two moons")
    axes[0, 0].scatter(*held_out[:1200].T, s=2, color="0.3")
    for axis, categorical in zip(axes[0, 1:], (False, True), strict=True):
        model = trained(categorical, asked.steps, asked.seed)
        kind = "categorical" if categorical else "Gaussian"
        nll = model.importance_nll(held_out)
        figures[f"NLL of held-out points, {kind} likelihood"] = f"{nll:.3f} nats"
        axis.set_title(f"{kind} likelihood, NLL {nll:.2f}")
        axis.scatter(*model.sample(1200).T, s=2, color="tab:blue")
    grid = torch.linspace(-EDGE, EDGE, 120)
    points = torch.stack(torch.meshgrid(grid, grid, indexing="xy"), -1)
    axes[1, 0].set_title("p: two modes")
    for axis, forward in zip(axes[1, 1:], (True, False), strict=True):
        q = fitted(forward, asked.steps // 2, asked.seed)
        there, back = divergences(q)
        name = "forward KL(p‖q)" if forward else "reverse KL(q‖p)"
        figures[f"fit by the {name}"] = f"KL(p‖q) {there:.2f}, KL(q‖p) {back:.2f} nats"
        axis.set_title(f"{name}: {there:.2f} / {back:.2f}")
        axis.contour(grid, grid, q.log_prob(points).exp(), 6, colors="tab:red", linewidths=1)
    for axis in axes[1]:
        axis.contour(grid, grid, two_modes().log_prob(points).exp(), 6, colors="0.6", linewidths=0.7)
    RESULTS.mkdir(parents=True, exist_ok=True)
    figure.savefig(RESULTS / "likelihoods_2d.png", dpi=80)
    publish("likelihoods_2d", figures, vars(asked))


if __name__ == "__main__":
    main()
