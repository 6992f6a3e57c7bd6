"""Which sentences of a corpus a model was trained on: its checkpoint names its corpora, the rules are its
training's own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textvae.affect.lab import folds
from textvae.affect.task import is_taught
from textvae.corpora.corpus import checksum, is_own
from textvae.corpora.sentence import Sentence
from textvae.text.data import DataOptions
from textvae.text.gathering import Rule
from textvae.training.recipe import read_table

Config = Mapping[str, Any]


def trained_as(config: Config, corpus: str) -> str | None:
    """What the training of the model with this `config` calls a corpus; None where it was not trained on it.

    A user's own file is the same one at the same place or with the same content.
    """
    known = _known(config)
    if not is_own(corpus):
        return next((name for name in known if folds.CORPORA.get(name, (name,))[0] == corpus), None)
    if corpus in known:
        return corpus
    own = {name: noted for name, noted in known.items() if is_own(name)}
    content = checksum(corpus) if own else ""
    for name, noted in own.items():
        if Path(name).resolve() == Path(corpus).resolve() or (noted and noted == content):
            return name
    return None


def has_changed(config: Config, name: str, corpus: str) -> bool:
    """Whether a file, `name` in the training, holds something else now than it did then."""
    noted = _known(config).get(name, "")
    return bool(noted) and noted != checksum(corpus)


def columns_in_training(config: Config, name: str) -> dict[str, str]:
    """By which columns a training read what it calls `name`, where they are not called as the fields are."""
    config = _learning(config, name)
    data = config.get("recipe", {}).get("data", {})
    return dict(config.get("columns") or data.get("columns") or {})


def parts(config: Config, name: str, sentences: Sequence[Sentence]) -> list[str]:
    """Each sentence's part in the training that calls its corpus `name`: train, dev or test, "" for none.

    `sentences` are, of a user's own file, all there are. What a student was not given to read of its corpora
    counts as train, and so does another sentence with the text of one that is.
    """
    config = _learning(config, name)
    recipe = config.get("recipe", {})
    if config.get("kind") == "text":
        data = read_table(recipe["data"], DataOptions, "data")
        return Rule.of(data, name, sentences if is_own(name) else None).parts(sentences)
    if "stage" in recipe:
        fold = recipe.get("data", {}).get("fold", "")
        return ["train" if is_taught(name, s, fold) else s.split.replace("train", "") for s in sentences]
    label = folds.CORPORA.get(name, ("", ""))[1]
    asked = [s for s in sentences if folds.is_rated(s) and (not label or s.label == label)]
    known = iter(folds.parts(asked))
    wanted = set(map(id, asked))
    return [next(known) if id(s) in wanted else "" for s in sentences]


def _learning(config: Config, name: str) -> Config:
    """The training that has the corpus `name`: the last one, or one before that it went on from."""
    while name not in _corpora(config) and "start" in config:
        config = config["start"]
    return config


def _known(config: Config) -> dict[str, str]:
    """The corpora of a training and of those that it went on from, with the checksums of files."""
    before = _known(config["start"]) if "start" in config else {}
    return before | _corpora(config)


def _corpora(config: Config) -> dict[str, str]:
    if "corpora" in config:
        return dict(config["corpora"])
    recipe = config.get("recipe", {})
    stages = [name for stage in recipe.get("stage", ()) for name in stage]
    return dict.fromkeys([*recipe.get("data", {}).get("corpora", ()), *stages], "")
