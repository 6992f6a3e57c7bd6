"""Looking into a latent: dimensions, neighbours, traversals, projections, by hand where they can be."""

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from textvae import TextWriter
from textvae.affect.reader import AffectReader
from textvae.errors import CheckpointError, InputError, TextError, UnknownNameError
from textvae.text import projection
from textvae.text.codec import Codec, Prior
from textvae.text.inspection import (
    Posteriors,
    describe_dimensions,
    encode_texts,
    find_dimension,
    information,
    nearest,
    traverse,
)
from textvae.text.model import Latent, TextConfig, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.projection import project
from textvae.text.tokenizer import Tokenizer
from textvae.training.device import choose_device

SENTENCES = ["the soup was cold", "what a lovely day", "my train was late again", "we sang all night", "no"]


class LengthReader:
    """Valence is the number of words, arousal the share of a's."""

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [[len(text.split()), text.count("a") / max(1, len(text)), 3.0] for text in texts]
        return np.array(rows, dtype=np.float32)


def toy(affect: int = 2, content: int = 6, posterior: str = "gaussian") -> TextWriter:
    torch.manual_seed(0)
    tokenizer = Tokenizer.train(SENTENCES * 4, 50)
    config = TextConfig(
        len(tokenizer), embedding=12, encoder=12, heads=2, content=content, decoder=16, affect=affect,
        posterior=posterior, adversary=0,
    )  # fmt: skip
    model = TextVAE(config).eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.mul_(2.0)
    prior = Prior(tuple(0.5 * j for j in range(content)), (2.0,) * content)
    codec = Codec(
        "toy", model, tokenizer, Orthography("plain", {}), {}, choose_device("cpu", "fp32"), 8, 40, prior
    )
    settings = {"affect_mean": [3.0, 3.0], "affect_sd": [0.5, 0.5]}
    return TextWriter(codec, lambda: cast(AffectReader, LengthReader()), settings)


def test_posteriors_are_each_sentences_own_and_what_cannot_be_read_is_left_out() -> None:
    codec = toy().codec
    long = " ".join(["word"] * 9)
    found = encode_texts(codec, [SENTENCES[0], "", long, *SENTENCES[1:]])
    assert found.places == (0, 3, 4, 5, 6)
    for row, text in zip(found.mean, SENTENCES, strict=True):
        alone = codec.encode([codec.pieces(text)]).z
        np.testing.assert_allclose(row, alone.mean[0], atol=1e-6)
    assert found.sd is not None and found.sd.shape == (5, 8)
    with pytest.raises(TextError, match="no sentence that toy takes.*8 words"):
        encode_texts(codec, ["", long])
    with pytest.raises(CheckpointError, match="language model"):
        encode_texts(toy(affect=0, content=0).codec, SENTENCES)


def test_dimensions_by_hand() -> None:
    mean = np.array([[1.0, 0.0, 5.0], [-1.0, 0.0, 5.1], [1.0, 0.0, 5.0], [-1.0, 0.0, 5.1]])
    sd = np.array([[1.0, 1.0, math.exp(0.5)]] * 4)
    readings = np.array([[3.0, 2.0], [2.0, 2.0], [3.0, 2.0], [2.0, 2.0]])
    first, second, third = describe_dimensions(Posteriors((0, 1, 2, 3), mean, sd), 1, readings)
    assert (first.part, second.part) == ("affect", "content")
    assert first.kl == pytest.approx(0.5)  # mu^2 / 2
    assert second.kl == pytest.approx(0.0)
    assert third.kl == pytest.approx((5.05**2 + 0.05**2 + math.e - 1 - 1) / 2)  # sigma^2 = e, log sigma^2 = 1
    assert first.variance == pytest.approx(4 / 3)
    assert (first.active, second.active, third.active) == (True, False, False)  # 0.0033 is below 0.01
    assert [first.valence, third.valence] == pytest.approx([1.0, -1.0])
    assert (first.arousal, second.valence) == (0.0, 0.0)  # one of the two is constant
    with pytest.raises(TextError, match="at least two"):
        describe_dimensions(Posteriors((0,), mean[:1], sd[:1]), 1, readings[:1])


def test_an_autoencoder_has_variances_but_no_kl() -> None:
    found = encode_texts(toy(posterior="point").codec, SENTENCES)
    assert found.sd is None and information(found) is None
    assert {d.kl for d in describe_dimensions(found, 2, np.ones((5, 2)))} == {None}


def test_information_of_posteriors_that_do_not_overlap_is_log_n() -> None:
    mean = np.array([[float(i * 100), 0.0] for i in range(6)])
    assert information(Posteriors((), mean, np.full((6, 2), 0.01))) == pytest.approx(math.log(6), abs=2.0)
    assert information(Posteriors((), np.zeros((6, 2)), np.ones((6, 2)))) == pytest.approx(0.0, abs=1.5)


def test_neighbours_by_hand() -> None:
    posteriors = Posteriors((2, 3, 7), np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]), None)
    found = nearest(posteriors, np.array([0.0, 0.0]), 2)
    assert [(n.place, n.distance) for n in found] == [(2, 0.0), (7, 1.0)]
    assert [n.place for n in nearest(posteriors, np.array([3.0, 3.0]), 9)] == [3, 7, 2]


def test_a_dimension_has_a_number_or_a_name() -> None:
    codec = toy().codec
    assert [find_dimension(codec, name) for name in ("valence", "arousal", "0", "7")] == [0, 1, 0, 7]
    for name in ("8", "-1", "dominance", ""):
        with pytest.raises(InputError, match="valence, arousal or the dimensions 0 to 7"):
            find_dimension(codec, name)
    with pytest.raises(InputError, match="has the dimensions 0 to 3"):
        find_dimension(toy(affect=0, content=4).codec, "valence")


@pytest.mark.parametrize("dimension", [0, 4])
def test_a_traversal_moves_one_dimension_and_nothing_else(
    dimension: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = toy()
    heard: list[Latent] = []
    search = Codec.search

    def noting(codec: Codec, latent: Latent, *more: object) -> object:
        heard.append(latent)
        return search(codec, latent, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Codec, "search", noting)
    stops = traverse(writer, dimension, SENTENCES[2], steps=5)
    assert [stop.step for stop in stops] == [0, 1, 2, 3, 4]
    assert all(stop.valence == len(stop.text.split()) for stop in stops)
    z = heard[0].z
    source = writer.codec.encode([writer.codec.pieces(SENTENCES[2])]).mean.z
    others = [j for j in range(8) if j != dimension]
    assert torch.equal(z[:, others], source[:, others].expand(5, 7))
    middle, sd = (0.0, 1.0) if dimension == 0 else (1.0, 2.0)  # the prior's third content dimension
    expected = [middle + sd * k for k in (-3.0, -1.5, 0.0, 1.5, 3.0)]
    assert z[:, dimension].tolist() == pytest.approx(expected)
    assert [stop.value for stop in stops] == pytest.approx(expected)


def test_a_traversal_without_a_sentence_starts_at_the_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Latent] = []

    def noting(codec: Codec, latent: Latent, longest: torch.Tensor, options: object) -> object:
        heard.append(latent)
        raise InterruptedError

    monkeypatch.setattr(Codec, "search", noting)
    with pytest.raises(InterruptedError):
        traverse(toy(), 2, steps=2)
    assert heard[0].z.tolist() == [[0, 0, -6.0, 0.5, 1, 1.5, 2, 2.5], [0, 0, 6.0, 0.5, 1, 1.5, 2, 2.5]]


def test_what_a_traversal_cannot_do() -> None:
    with pytest.raises(InputError, match="at least 2"):
        traverse(toy(), 0, SENTENCES[0], steps=1)
    with pytest.raises(TextError, match="blank"):
        traverse(toy(), 0, "  ")


def test_principal_components_by_hand() -> None:
    points = np.array([[4.0, 0.0, 7.0], [-4.0, 0.0, 7.0], [0.0, 3.0, 7.0], [0.0, -3.0, 7.0]])
    found = project(points)
    np.testing.assert_allclose(found.points, points[:, :2], atol=1e-12)
    assert found.axes[0] == "first component (64.0% of the variance)"  # 32 of 50
    np.testing.assert_allclose(project(points + 5).points, found.points, atol=1e-12)
    one = project(np.array([[1.0], [3.0]]))
    np.testing.assert_allclose(one.points, [[-1.0, 0.0], [1.0, 0.0]], atol=1e-12)
    assert not project(np.ones((3, 2))).points.any()


@pytest.mark.parametrize(("method", "library"), [("umap", "umap"), ("tsne", "sklearn")])
def test_a_projection_whose_library_is_missing_says_so(
    method: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "find_spec", lambda name: None if name == library else object())
    with pytest.raises(InputError, match="not installed: pip install .* or use pca"):
        project(np.ones((9, 3)), method)
    with pytest.raises(UnknownNameError, match="pca"):
        project(np.ones((9, 3)), "pcaa")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["umap", "tsne"])
@pytest.mark.filterwarnings("ignore")
def test_two_clouds_stay_apart(method: str) -> None:
    pytest.importorskip({"umap": "umap", "tsne": "sklearn"}[method])
    generator = np.random.default_rng(0)
    points = generator.normal(size=(60, 10))
    points[30:] += 12
    found = project(points, method).points
    middles = found[:30].mean(0), found[30:].mean(0)
    near = np.linalg.norm(found[:, None] - np.stack(middles)[None], axis=2).argmin(1)
    assert near.tolist() == [0] * 30 + [1] * 30
    np.testing.assert_array_equal(found, project(points, method).points)
    with pytest.raises(TextError, match="at least 5"):
        project(points[:4], method)
