"""The topics of 2,000 film reviews: ones that a person would name, none that gathers what is general."""

import os
from pathlib import Path

import numpy as np
import pytest

from textvae.evaluation.topics import dead, duplicates
from textvae.topics.coherence import diversity, npmi, top_words
from textvae.topics.preparation import prepare_texts
from textvae.topics.reader import fit
from textvae.topics.summary import telling

GENRES = (
    {"horror", "scream", "killer", "slasher", "scary"},
    {"disney", "animated", "animation", "voice", "kids"},
    {"hong", "kong", "martial", "arts", "chan", "action", "fight"},
    {"alien", "aliens", "planet", "space", "earth", "mars", "trek", "star"},
    {"war", "soldiers", "battle", "army", "men", "private"},
    {"family", "mother", "father", "daughter", "husband", "marriage"},
)
"""Subjects that are there: each has a topic with three of these among its ten first words."""


@pytest.mark.slow
@pytest.mark.corpora
def test_topics_of_film_reviews(tmp_path: Path) -> None:
    places = [
        Path(place, "reviews", "movie_reviews") for place in os.environ["TEXTVAE_CORPORA"].split(os.pathsep)
    ]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        pytest.skip("the film reviews are not in TEXTVAE_CORPORA")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]
    assert len(texts) == 2000
    prepared = prepare_texts(texts)
    assert {"film", "movie"} <= set(prepared.account.frequent)
    assert {"plays", "screen", "cast", "acting", "director"} & set(prepared.account.even)
    reader = fit(prepared.bags, "dirichlet", 20, run=tmp_path / "run")
    proportions = reader.proportions(prepared.bags)
    shares = proportions.mean(0)
    assert shares.max() < 0.15
    assert shares.min() > 0.02
    top = top_words(telling(reader.pure, shares), reader.words)
    found = [any(len(genre & set(words)) >= 3 for words in top) for genre in GENRES]
    assert sum(found) >= 5
    assert diversity(top) > 0.8
    assert duplicates(top) <= 1
    assert npmi(top, prepared.bags).mean() > 0.1
    frequencies = np.bincount(prepared.bags.indices, prepared.bags.counts, len(reader.words))
    assert dead(reader.topics, proportions, prepared.bags.lengths, frequencies) == 0
