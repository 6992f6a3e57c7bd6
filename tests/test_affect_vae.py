"""The parts of the affect VAE by hand: shapes, conditions, priors, terms; checkpoints as before."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from textvae.affect.decoder import Decoder, Parts, Standard
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.lab.latent import (
    LatentOptions,
    LatentTerms,
    k_means,
    mixture_prior,
    standard_prior,
    unexplained,
)
from textvae.affect.lab.plane import decoded_at, neighbours_kept, walk
from textvae.affect.lab.study import squared_error
from textvae.affect.model import AffectModel, Posterior, Scale
from textvae.errors import RecipeError

SIZE = BertSize(vocabulary=12, hidden=6, layers=1, heads=2, intermediate=8, positions=8)
SCALES = (Scale(3.0, 0.5), Scale(3.1, 0.25))
PIECES, MASK = torch.tensor([[2, 4, 3], [2, 5, 3]]), torch.ones(2, 3, dtype=torch.bool)


def model(parts: Parts, scales: tuple[Scale, ...] = SCALES) -> AffectModel:
    torch.manual_seed(0)
    return AffectModel(BertEncoder(SIZE, 0.0), 6, scales, parts).eval()


def test_a_model_without_parts_is_what_it_was() -> None:
    plain = model(Parts(), (*SCALES, Scale(2.9, 0.2)))
    others = {name for name in plain.state_dict() if not name.startswith("encoder.")}
    assert others == {"mean.weight", "mean.bias", "log_spread.weight", "log_spread.bias"}
    assert plain.describe().keys() == {"encoder", "hidden", "scales"}


def shapes(decoder: Decoder) -> list[tuple[int, ...]]:
    """(inputs, outputs) of every layer."""
    return [tuple(reversed(layer.weight.shape)) for layer in decoder.layers]  # type: ignore[union-attr, arg-type]


def test_the_unet_sees_the_trunk_as_the_paper_has_it() -> None:
    parts = Parts((512, 512, 512), "unet")
    decoder = Decoder(2, 384, parts)
    assert shapes(decoder) == [(2, 512), (1024, 512), (1024, 512), (1024, 384)]
    plain = Decoder(2, 384, Parts((512, 512, 512), "plain"))
    assert shapes(plain) == [(2, 512), (512, 512), (512, 512), (512, 384)]
    with pytest.raises(ValueError, match="3 layers of the trunk, got 0"):
        decoder(torch.zeros(1, 2), (), None)


def test_a_unet_layer_takes_the_trunks_layer_of_its_height() -> None:
    decoder = Decoder(1, 2, Parts((3, 4), "unet"))  # z -> 4 beside 4 -> 3 beside 3 -> 2
    assert shapes(decoder) == [(1, 4), (8, 3), (6, 2)]
    for layer in decoder.layers:
        torch.nn.init.zeros_(layer.weight)  # type: ignore[arg-type]
        torch.nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    with torch.no_grad():
        decoder.layers[2].weight[0, 3] = 1.0  # type: ignore[index, operator]  # the first of the trunk's low layer
    low, high = torch.tensor([[7.0, 0.0, 0.0]]), torch.tensor([[9.0, 0.0, 0.0, 0.0]])
    assert decoder(torch.zeros(1, 1), (low, high), None).tolist() == [[7.0, 0.0]]


@pytest.mark.parametrize("decoder", ["plain", "unet"])
def test_shapes_and_checkpoints_of_a_conditional_vae(decoder: str) -> None:
    vae = model(Parts((5, 4), decoder, extra=3, categories=("blog", "fiction")))
    read = vae(PIECES, MASK, torch.tensor([1, 2]))
    assert read.mean.shape == read.spread.shape == (2, 5)
    assert [layer.shape for layer in read.layers] == [(2, 5), (2, 4)]
    assert vae.decode(read.mean, read.layers, torch.tensor([1, 2])).shape == (2, 6)
    built = AffectModel.build(vae.describe(), vae.state_dict())
    assert built.parts == vae.parts
    again = built(PIECES, MASK, torch.tensor([1, 2]))
    torch.testing.assert_close(again.mean, read.mean)
    # A category that is not told is number 0.
    torch.testing.assert_close(vae(PIECES, MASK).mean, vae(PIECES, MASK, torch.tensor([0, 0])).mean)
    assert not torch.equal(vae(PIECES, MASK).mean, read.mean)
    assert not torch.equal(
        vae.decode(read.mean, read.layers), vae.decode(read.mean, read.layers, torch.tensor([1, 2]))
    )


def test_a_dimension_that_is_not_rated_is_not_read() -> None:
    mean, spread = model(Parts((4,), "plain", extra=1)).read(PIECES, MASK)
    assert mean.shape == spread.shape == (2, 3)
    assert mean[:, :2].isfinite().all()
    assert mean[:, 2].isnan().all()
    assert spread[:, 2].isnan().all()


@pytest.mark.parametrize(
    "parts", [{"decoder": "unnet", "trunk": (4,)}, {"decoder": "plain"}, {"categories": ("a",)}]
)
def test_parts_that_do_not_fit(parts: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        Parts(**parts)


def test_standard_vectors_by_hand() -> None:
    standard = Standard(2)
    standard.fit(torch.tensor([[0.0, 1.0], [4.0, 1.0]]))  # means 2 and 1; squares 4, 4, 0, 0: mean 2
    assert standard(torch.tensor([[4.0, 1.0]]))[0].tolist() == pytest.approx([math.sqrt(2), 0.0])
    assert standard.restore(standard(torch.tensor([[3.0, 5.0]])))[0].tolist() == pytest.approx([3.0, 5.0])


def terms(
    wanted: set[str], options: LatentOptions, vae: AffectModel, read: Posterior, observed: Tensor
) -> Any:
    prior = standard_prior(read.mean.shape[1])
    return LatentTerms(wanted, prior, options)(vae, read, observed, None)


def test_terms_by_hand() -> None:
    vae = model(Parts((4,), "plain"))
    mean, spread = torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.ones(2, 2)
    read = Posterior(mean, spread, torch.zeros(2, 6))
    found = terms({"kl", "mmd", "reconstruction"}, LatentOptions(dimensions=2), vae, read, torch.zeros(2, 6))
    assert float(found["kl"].detach()) == pytest.approx(
        0.25
    )  # KL(N(1, 1) || N(0, 1)) = 1/2, of two sentences
    assert found["mmd"].ndim == found["reconstruction"].ndim == 0
    assert terms({"kl"}, LatentOptions(dimensions=2), vae, read, torch.zeros(2, 6)).keys() == {"kl"}
    # What is always the mean vector leaves all of the variance.
    assert vae.standard is not None
    vectors = torch.randn(500, 6) * 3 + 2
    vae.standard.fit(vectors)
    assert float(unexplained(vae, torch.zeros(500, 6), vectors).mean()) == pytest.approx(1.0, abs=1e-4)


def test_errors_are_weighted_and_absent_targets_cost_nothing() -> None:
    predicted = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    target = torch.tensor([[0.0, torch.nan], [1.0, 2.0]])
    assert float(squared_error(predicted, target, torch.tensor([1.0, 0.5]))) == 2.5  # (1 + (4 + 4) / 2) / 2


def test_a_mixture_comes_from_the_rated_sentences() -> None:
    mean = np.array([[-2.0, 0.0], [-4.0, 0.0], [5.0, 1.0], [5.0, 3.0], [5.0, 2.0], [5.0, 2.0]])
    spread = np.array([[1.0, 2.0], [1.0, np.nan], *[[0.5, 0.5]] * 4])
    prior = mixture_prior(mean, spread, components=2, extra=1, seed=0)
    weights, parts = prior.mixture_distribution.probs, prior.component_distribution.base_dist  # type: ignore[attr-defined]
    order = parts.loc[:, 0].argsort()
    assert weights[order].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert parts.loc[order].tolist() == [[-3.0, 0.0, 0.0], [5.0, 2.0, 0.0]]
    # Variance of the means (1, 0; 0, 1/2) plus the mean of the raters' variances (1, 2; 1/4, 1/4).
    low, high = parts.scale[order].square().tolist()
    assert low == pytest.approx([2.0, 2.0, 1.0], rel=1e-5)
    assert high == pytest.approx([0.25, 0.75, 1.0], rel=1e-5)
    with pytest.raises(RecipeError, match="6 rated"):
        mixture_prior(mean, spread, components=7, extra=0, seed=0)


def test_the_kl_to_a_mixture_is_by_monte_carlo() -> None:
    vae = model(Parts((4,), "plain"))
    mean = np.array([[-20.0, 0.0]] * 3 + [[20.0, 0.0]])
    prior = mixture_prior(mean, np.ones((4, 2)), components=2, extra=0, seed=0)
    read = Posterior(torch.tensor([[-20.0, 0.0]] * 400), torch.ones(400, 2), torch.zeros(400, 6))
    options = LatentOptions(dimensions=2, prior="mixture")
    found = LatentTerms({"kl"}, prior, options)(vae, read, torch.zeros(400, 6), None)
    assert float(found["kl"]) == pytest.approx(
        -math.log(0.75), abs=1e-3
    )  # q is the component that 3 of 4 make


def test_k_means_finds_groups_that_lie_apart() -> None:
    points = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0, 0], [50, 0], [0, 50]], 20, axis=0)
    groups = k_means(points, 3, seed=1)
    assert [len(set(groups[i : i + 20])) for i in (0, 20, 40)] == [1, 1, 1]
    assert len(set(groups)) == 3
    assert len(set(k_means(np.zeros((5, 2)), 2, seed=1))) == 1  # equal points are one group


def test_neighbours_kept_by_hand() -> None:
    line = np.array([[0.0], [1.0], [3.0], [7.0]])
    assert neighbours_kept(line, line * 5 + 2, k=1) == 1.0
    # Nearest before: 1, 0, 1, 2. Swap the ends: 7 1 3 0 has nearest 2, 3, 1, 1.
    assert neighbours_kept(line, np.array([[7.0], [1.0], [3.0], [0.0]]), k=1) == 0.25


def test_a_walk_names_the_nearest_sentence() -> None:
    vae = model(Parts((4,), "plain"))
    decoded = decoded_at(vae, np.array([2.0, 4.0]), np.array([3.0, 3.0]))
    assert not np.allclose(decoded[0], decoded[1])
    vectors = np.concatenate([np.ones((1, 6)), decoded * 3]).astype(np.float32)
    places = walk(vae, vectors, (4.0, 2.0), (3.0,))
    assert [(p.valence, p.arousal, p.row) for p in places] == [(2.0, 3.0, 1), (4.0, 3.0, 2)]
    assert places[0].similarity == pytest.approx(1.0, abs=1e-5)
