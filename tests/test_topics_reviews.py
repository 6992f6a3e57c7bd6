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
    {"horror", "scream", "killer", "slasher", "scary", "urban legend", "haunted", "scare"},
    {"disney", "animated", "animation", "voice", "voiced", "toy", "kids"},
    {"hong kong", "martial arts", "kung fu", "chinese", "stunts", "fight", "jet"},
    {"alien", "planet", "space", "earth", "mars", "star trek", "star wars", "science fiction"},
    {"war", "soldiers", "battle", "army", "military", "colonel", "combat"},
    {"family", "mother", "father", "daughter", "husband", "marriage", "son", "children"},
    {"lawyer", "court", "courtroom", "judge", "trial", "prison", "attorney"},
    {"crime", "gangster", "mob", "criminal", "cop", "police", "detective", "murder"},
    {"high school", "football", "coach", "teacher", "student", "teen"},
    {"musical", "song", "band", "music", "singer", "sing"},
    {"romantic comedy", "wedding", "romantic", "married", "marriage", "romance"},
    {"ship", "titanic", "boat", "ocean", "crew"},
)
"""Subjects that are there: each has a topic with three of these among its ten first words."""

NAMES = {"john", "robert", "carrey", "spielberg", "jackie", "willis", "tarantino", "ryan", "chan", "affleck"}


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
    assert {"screen", "acting", "minutes"} <= set(prepared.account.even)
    assert len(prepared.account.people) > 500
    assert {"special effects", "star wars", "hong kong", "science fiction"} <= set(prepared.account.pairs)
    reader = fit(prepared.bags, "dirichlet-factors", 20, seed=101, run=tmp_path / "run")
    proportions = reader.proportions(prepared.bags)
    shares = proportions.mean(0)
    assert shares.max() < 0.15
    assert shares.min() > 0.02
    top = top_words(telling(reader.pure, shares), reader.words)
    found = [any(len(genre & set(words)) >= 3 for words in top) for genre in GENRES]
    assert sum(found) >= 10
    assert not NAMES & {word for words in top for word in words}
    assert diversity(top) > 0.9
    assert duplicates(top) <= 1
    assert npmi(top, prepared.bags).mean() > 0.18
    frequencies = np.bincount(prepared.bags.indices, prepared.bags.counts, len(reader.words))
    assert dead(reader.topics, proportions, prepared.bags.lengths, frequencies) == 0
