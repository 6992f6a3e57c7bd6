"""What the latent z of the affect VAE is taught: its prior and the terms of the objective that hang on it."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, Independent, MixtureSameFamily, Normal

from textvae.affect.model import AffectModel, Posterior
from textvae.errors import RecipeError
from textvae.variational.divergences import kl_monte_carlo, mmd
from textvae.variational.terms import kl_standard

LATENT_TERMS = frozenset({"reconstruction", "kl", "mmd"})
PRIORS = ("standard", "mixture")


@dataclass(frozen=True, slots=True)
class LatentOptions:
    """A recipe's `[latent]`: the parts around the heads, the prior, and how it is compared with."""

    dimensions: int = 3  # how many of valence, arousal, dominance are rated and read
    extra: int = 0  # latent dimensions besides them
    trunk: tuple[int, ...] = ()  # widths of the hidden layers before the heads
    dropout: float = 0.1  # of those layers
    decoder: str = "none"  # none, plain, unet
    category: bool = False  # whether encoder and decoder are told the kind of text
    unknown: float = 0.1  # share of the training sentences whose category is withheld
    prior: str = "standard"  # standard: N(0, I); mixture: of Gaussians fitted to the rated sentences
    components: int = 8  # of the mixture
    kernel: str = "rbf"  # of mmd: rbf, imq
    bandwidth: float = 0.0  # of the kernel; 0 takes the root of the number of latent dimensions

    def __post_init__(self) -> None:
        if not 1 <= self.dimensions <= 3:
            raise RecipeError(f"[latent] dimensions = {self.dimensions}: use 1, 2 or 3.")
        if self.prior not in PRIORS:
            raise RecipeError(f"[latent] prior = {self.prior!r}: use {', '.join(PRIORS)}.")


def standard_prior(size: int) -> Distribution:
    """N(0, I) over `size` dimensions."""
    return Independent(Normal(torch.zeros(size), torch.ones(size)), 1)


def mixture_prior(
    mean: np.ndarray, spread: np.ndarray, components: int, extra: int, seed: int
) -> Distribution:
    """A mixture of Gaussians over z whose components come from rated sentences.

    `mean` and `spread` (N, D) are standardised ratings and raters' deviations (not a number where a corpus
    gives none: taken as 0). The sentences are parted into groups of like means (k-means); a group gives a
    component its share of the sentences as weight, the mean of its means, and the deviation of all single
    ratings in it: the root of the variance of its means plus the mean of its raters' variances. The `extra`
    dimensions of z are N(0, 1) in every component.

    Raises `RecipeError` when there are fewer sentences than components.
    """
    if not 1 <= components <= len(mean):
        raise RecipeError(f"[latent] components = {components}: there are {len(mean)} rated sentences.")
    groups = k_means(mean, components, seed)
    variance = np.nan_to_num(spread) ** 2
    inside = [groups == k for k in range(components) if (groups == k).any()]
    centres = np.stack([mean[chosen].mean(0) for chosen in inside])
    widths = np.stack([np.sqrt(mean[chosen].var(0) + variance[chosen].mean(0)) for chosen in inside])
    pad = ((0, 0), (0, extra))
    loc = torch.tensor(np.pad(centres, pad), dtype=torch.float32)
    scale = torch.tensor(np.pad(np.maximum(widths, 1e-2), pad, constant_values=1.0), dtype=torch.float32)
    weights = torch.tensor([chosen.mean() for chosen in inside], dtype=torch.float32)
    return MixtureSameFamily(Categorical(weights), Independent(Normal(loc, scale), 1))


def k_means(points: np.ndarray, count: int, seed: int, rounds: int = 100) -> np.ndarray:
    """The group, from 0, of each point (N, D): Lloyd 1982, begun as in Arthur & Vassilvitskii 2007."""
    random = np.random.default_rng(seed)
    centres = points[random.integers(len(points))][None]
    while len(centres) < count:
        nearest = _squared(points, centres).min(1)
        total = nearest.sum()
        chosen = random.choice(len(points), p=nearest / total if total > 0 else None)
        centres = np.concatenate([centres, points[chosen][None]])
    groups = _squared(points, centres).argmin(1)
    for _ in range(rounds):
        for k in range(count):
            if (groups == k).any():
                centres[k] = points[groups == k].mean(0)
        fresh = _squared(points, centres).argmin(1)
        if (fresh == groups).all():
            break
        groups = fresh
    return groups


def _squared(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((points[:, None] - centres[None]) ** 2).sum(-1)


@dataclass(frozen=True, slots=True)
class LatentTerms:
    """The terms that hang on z, computed where the objective `wanted` names them."""

    wanted: Collection[str]
    prior: Distribution
    options: LatentOptions

    def __call__(
        self, model: AffectModel, read: Posterior, observed: Tensor, category: Tensor | None
    ) -> dict[str, Tensor]:
        """Scalars, means over the B sentences, with one draw of z a sentence.

        `reconstruction` is the squared error of the sentence vector `observed` (B, H), in parts of its
        variance: 1 for a decoder that always gives the mean vector. `kl` is KL(q(z|x) || p(z)) in nats, in
        closed form for N(0, I) (Kingma & Welling 2014, equation 10), by Monte Carlo for a mixture. `mmd`
        compares the draws of the batch with as many of the prior (Zhao et al. 2019).
        """
        posterior = Normal(read.mean, read.spread, validate_args=False)
        terms: dict[str, Tensor] = {}
        z = posterior.rsample()
        if "reconstruction" in self.wanted:
            terms["reconstruction"] = unexplained(
                model, model.decode(z, read.layers, category), observed
            ).mean()
        if "kl" in self.wanted:
            kl = kl_standard(posterior).sum(-1) if self.options.prior == "standard" else None
            terms["kl"] = (kl_monte_carlo(posterior, z, self.prior) if kl is None else kl).mean()
        if "mmd" in self.wanted:
            drawn = self.prior.sample(torch.Size([len(z)])).to(z.device)
            terms["mmd"] = mmd(z, drawn, self.options.kernel, self.options.bandwidth or None)
        return terms


def unexplained(model: AffectModel, decoded: Tensor, observed: Tensor) -> Tensor:
    """Squared error of decoded standardised vectors (B, H) in parts of the variance, (B,)."""
    if model.standard is None:
        raise ValueError("a model without a trunk has no standardised vectors")
    return (decoded - model.standard(observed)).square().mean(-1)
