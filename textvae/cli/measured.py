"""What of a corpus is measured: one of its splits, or of a file what the model did not learn from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textvae.cli import render
from textvae.cli.columns import parse_columns
from textvae.errors import CorpusError

if TYPE_CHECKING:
    from textvae.corpora import Sentence
    from textvae.evaluation.judge import Judge

SplitOption = Annotated[
    str | None,
    typer.Option(
        help="Which part of the corpus: train, dev, test, ... or all. A file has the splits that its column "
        "says, or those that the model's training made of it. Default: test, or all where there is none."
    ),
]

HELD_OUT = ("dev", "test")
"""Splits of public corpora that no training learns from."""


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences, what reports call them, and for a user's own file which these are, in words."""

    sentences: Iterable["Sentence"]
    name: str
    said: str = ""


def chosen(
    corpus: str,
    split: str | None,
    corpora: Path | None,
    column: list[str] | None = None,
    usual: str = "test",
    model: Any = None,
) -> tuple[Iterable["Sentence"], str]:
    """The sentences of a corpus and what to call them: of the `usual` split where there is one.

    The part of a user's own file is said on standard error, and so is how many of the sentences `model`, a
    loaded one, was trained on.
    """
    part = part_of(corpus, split, corpora, column, usual, model)
    if part.said:
        render.note(part.said)
    return part.sentences, part.name


def part_of(
    corpus: str,
    split: str | None,
    corpora: Path | None,
    column: list[str] | None = None,
    usual: str = "test",
    model: Any = None,
) -> Part:
    """As `chosen`, and says nothing. Raises `CorpusError` where a split has no sentence."""
    from textvae.corpora import card_names, load_card, read_corpus
    from textvae.corpora.corpus import is_own
    from textvae.corpora.tables import is_table
    from textvae.evaluation.division import columns_in_training, parts, trained_as

    config: Mapping[str, Any] = getattr(model, "config", {})
    known = trained_as(config, corpus)
    columns = parse_columns(column)
    if is_own(corpus):
        if known and is_table(Path(corpus)):
            columns = columns_in_training(config, known) | columns
        rows = list(read_corpus(corpus, columns=columns or None))
        return _part_of_file(corpus, rows, split, usual, config, known)
    if split is None and corpus in card_names():
        split = next((name for name in (usual, "all") if name in load_card(corpus).splits), None)
    whole = split == "all" and corpus in card_names() and split not in load_card(corpus).splits
    found = read_corpus(corpus, split=None if whole else split, directory=corpora, columns=columns or None)
    found = _some(found, corpus, split)
    name = f"{corpus}/{split}" if split else corpus
    if known is None or split in HELD_OUT:
        return Part(found, name)
    rows = list(found)
    taught = parts(config, known, rows).count("train")
    said = f"{name}: the model was trained on {taught:,} of the {len(rows):,} sentences." if taught else ""
    return Part(rows, name + _trained_on(taught, len(rows)), said)


def _part_of_file(
    corpus: str,
    rows: list["Sentence"],
    split: str | None,
    usual: str,
    config: Mapping[str, Any],
    known: str | None,
) -> Part:
    """A split by the file's own column; else the part that it was in the model's training; else all."""
    from textvae.evaluation.division import has_changed, parts

    if not rows:
        raise CorpusError(f"{corpus} is empty: there is no sentence in it.")
    own = [row.split for row in rows]
    divided = parts(config, known, rows) if known else [""] * len(rows)
    by = own if any(own) else divided
    wanted = split or (usual if usual in by else "all")
    places = [i for i, part in enumerate(by) if wanted in ("all", part)]
    if not places and wanted != "all":
        raise _none_of(corpus, wanted, by)
    taught = sum(divided[i] == "train" for i in places)
    if wanted == "all":
        said = f"{corpus}: all {len(rows):,} rows"
    else:
        how = "by its column split" if by is own else "as the model's training divided it"
        said = f"{corpus}: {wanted}, {len(places):,} of {len(rows):,} rows, {how}"
    if taught and wanted != "train":
        said += f"; the model was trained on {taught:,} of them"
    if known and has_changed(config, known, corpus):
        said += "; the file has changed since the training"
    if not any(by):  # nothing to choose from, and nothing to say
        return Part(rows, f"{corpus}/{split}" if split else corpus)
    return Part([rows[i] for i in places], f"{corpus}/{wanted}{_trained_on(taught, len(places))}", f"{said}.")


def _trained_on(taught: int, sentences: int) -> str:
    return f" ({taught} of {sentences} trained on)" if taught else ""


def _some(sentences: Iterable["Sentence"], corpus: str, split: str | None) -> Iterator["Sentence"]:
    """The sentences. Raises `CorpusError` where a split has none."""
    number = 0
    for number, sentence in enumerate(sentences, 1):  # noqa: B007
        yield sentence
    if split is not None and not number:
        raise _none_of(corpus, split)


def _none_of(corpus: str, split: str, known: Iterable[str] = ()) -> CorpusError:
    if there := sorted(filter(None, set(known))):
        ways = f"it has {', '.join(there)}, and all"
    else:
        ways = "say in a column `split` which sentences are in it, or leave out --split"
    return CorpusError(f"{corpus} has no sentence of the split {split!r}: {ways}.")


def fitting(sentences: Iterable["Sentence"], takes: Callable[[str], bool]) -> list["Sentence"]:
    """The sentences that a text model takes; how many are too long is said."""
    held = list(sentences)
    kept = [sentence for sentence in held if takes(sentence.text)]
    if long := len(held) - len(kept):
        what = "sentence" if long == 1 else "sentences"
        render.note(f"{long:,} {what} left out: too long for the model.")
    return kept


def spread(sentences: list["Sentence"], most: int | None) -> list["Sentence"]:
    """`most` of the sentences, as far apart as they can be: a corpus may be ordered by its labels."""
    if most is None or most >= len(sentences):
        return sentences
    return [sentences[number * len(sentences) // most] for number in range(most)]


def judge_of(corpus: str, corpora: Path | None, column: list[str] | None, model: Any) -> "Judge":
    """A classifier of the labels of a corpus's train split.

    Raises `CorpusError` where it has no such split, or not two labels.
    """
    from textvae.evaluation.judge import load_judge

    with render.waiting("training the judge"):
        return load_judge(list(part_of(corpus, "train", corpora, column, model=model).sentences))
