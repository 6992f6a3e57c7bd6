"""Non-negative factors of documents, and models that begin at them."""

import numpy as np
import pytest

from textvae.errors import UnknownNameError
from textvae.topics.bags import Bags
from textvae.topics.factors import factorise, first_topics
from textvae.topics.reader import prepare

WORDS = ("bread", "crew", "moon", "rocket", "salt", "soup")
KINDS = (["rocket", "moon", "crew"], ["soup", "bread", "salt"])


def bags(count: int = 40) -> Bags:
    rng = np.random.default_rng(0)
    return Bags.count([rng.choice(KINDS[n % 2], 6).tolist() for n in range(count)], WORDS)


def test_the_error_never_grows_and_vanishes_for_a_product() -> None:
    rng = np.random.default_rng(1)
    matrix = (rng.random((12, 2)) @ rng.random((2, 9))).astype(np.float32)
    errors = []
    for rounds in (1, 2, 5, 20, 400):
        left, right = factorise(matrix, 2, 3, rounds)
        assert (left >= 0).all()
        assert (right >= 0).all()
        errors.append(float(((matrix - left @ right) ** 2).sum()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-3 * errors[0]


def test_factors_part_two_kinds() -> None:
    found = first_topics(bags(), 2, 1)
    assert found.std() == pytest.approx(1, abs=1e-5)
    first = {frozenset(WORDS[i] for i in np.argsort(-row)[:3]) for row in found}
    assert first == {frozenset(kind) for kind in KINDS}


def test_a_recipe_says_where_the_decoder_begins() -> None:
    task, _ = prepare(bags(), "dirichlet-factors", 2, 1)
    weight = task.topic_model.decoder.weight.detach().numpy()
    assert weight == pytest.approx(first_topics(task.train_set, 2, 1))
    other, _ = prepare(bags(), "dirichlet", 2, 1)
    assert not np.allclose(other.topic_model.decoder.weight.detach().numpy(), weight)
    with pytest.raises(UnknownNameError, match="factors"):
        prepare(bags(), {"data": {"start": "factor"}}, 2, 1)
