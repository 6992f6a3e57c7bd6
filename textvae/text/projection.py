"""Points of a latent in the plane: principal components, or UMAP or t-SNE where they are installed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from textvae.errors import InputError, TextError, UnknownNameError

Floats = NDArray[np.float64]

FEWEST = 5
"""Points that UMAP and t-SNE need at least."""


@dataclass(frozen=True, slots=True)
class Projection:
    """N points in the plane, (N, 2); `axes` says what the two coordinates are."""

    points: Floats
    axes: tuple[str, str]


def check_projection(method: str) -> None:
    """Raise `UnknownNameError` for a method that is none, `InputError` where its library is not installed."""
    if method not in METHODS:
        raise UnknownNameError("projection", method, METHODS)
    library, package = LIBRARIES.get(method, ("numpy", "numpy"))
    if find_spec(library) is None:
        raise InputError(
            f"projection {method} is done by {package}, which is not installed: pip install {package}, "
            "or use pca."
        )


def project(mean: Floats, method: str = "pca", seed: int = 1) -> Projection:
    """(N, Z) -> the plane, the same for the same `seed`.

    `pca` takes the two directions of most variance, each with the sign that makes its largest weight
    positive; `umap` is McInnes et al. 2018, `tsne` van der Maaten & Hinton 2008, both with their libraries'
    usual settings. Raises as `check_projection` does, and `TextError` for too few points.
    """
    check_projection(method)
    least = 2 if method == "pca" else FEWEST
    if len(mean) < least:
        raise TextError(f"{len(mean)} sentences: the projection {method} needs at least {least}.")
    return METHODS[method](mean, seed)


def _pca(mean: Floats, seed: int) -> Projection:
    centred = mean - mean.mean(0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    largest = np.abs(directions).argmax(1)
    directions = directions * np.sign(directions[np.arange(len(directions)), largest])[:, None]
    points = np.zeros((len(mean), 2))
    points[:, : min(2, len(directions))] = centred @ directions[:2].T
    shares = np.zeros(2)
    shares[: min(2, len(sizes))] = (sizes**2 / max(float((sizes**2).sum()), 1e-30))[:2]
    first, second = (
        f"{name} component ({share:.1%} of the variance)"
        for name, share in zip(("first", "second"), shares, strict=True)
    )
    return Projection(points, (first, second))


def _umap(mean: Floats, seed: int) -> Projection:
    from umap import UMAP

    near = min(15, len(mean) - 1)
    points = UMAP(n_components=2, n_neighbors=near, random_state=seed, n_jobs=1).fit_transform(mean)
    return Projection(np.asarray(points, dtype=np.float64), ("UMAP 1", "UMAP 2"))


def _tsne(mean: Floats, seed: int) -> Projection:
    from sklearn.manifold import TSNE

    perplexity = min(30.0, (len(mean) - 1) / 3)
    points = TSNE(2, perplexity=perplexity, random_state=seed, init="pca").fit_transform(mean)
    return Projection(np.asarray(points, dtype=np.float64), ("t-SNE 1", "t-SNE 2"))


METHODS: Mapping[str, Callable[[Floats, int], Projection]] = {"pca": _pca, "umap": _umap, "tsne": _tsne}
LIBRARIES = {"umap": ("umap", "umap-learn"), "tsne": ("sklearn", "scikit-learn")}
"""The module that does it and the package that has it."""
