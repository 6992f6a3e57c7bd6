"""From documents to topics: preparing them, training, and reading the sentences that speak of each topic."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from textvae.cli import render
from textvae.cli.documents import Document
from textvae.cli.following import drawn
from textvae.cli.models import open_reader
from textvae.errors import InputError
from textvae.topics.preparation import Account, Cleaning, Prepared, prepare_texts
from textvae.topics.summary import Topic, summarise

if TYPE_CHECKING:
    from textvae.topics.reader import TopicReader

READ = 200
"""Sentences of a topic whose affect is read, at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the topics, how they are shown, and how they are learnt."""

    topics: int
    words: int
    sentences: int
    recipe: str
    seed: int
    minutes: float | None
    device: str
    precision: str


def prepare_documents(held: Sequence[Document], cleaning: Cleaning) -> Prepared:
    """Bags of words, and a word about what was left out of them."""
    with render.counting("counting words", len(held)) as told:
        prepared = prepare_texts(seen(held, told), cleaning)
    for note in account(held, prepared.account):
        render.note(note)
    return prepared


def check_number(k: int, count: int) -> None:
    """Raise `InputError` for more topics than documents, and say so if the documents are few."""
    if k > count:
        raise InputError(
            f"{k} topics are more than the {count:,} documents: ask for fewer (-k {max(2, count // 10)}), or "
            "give more texts."
        )
    if count < 10 * k:
        render.note(
            f"{count:,} documents are few for {k} topics: some will mean little. Ask for fewer with -k."
        )


def seen(held: Sequence[Document], told: Callable[[int], None]) -> Iterator[str]:
    """The texts; `told` hears how many have gone by."""
    for number, document in enumerate(held, 1):
        yield document.text
        told(number)


def account(held: Sequence[Document], found: Account) -> Iterator[str]:
    """What was counted and what was left out, in words."""
    share = f"{found.english:.0%} of the words are English stop words"
    if found.listed:
        used = f"{found.stopped:,} stop words were left out ({share})"
    else:
        used = f"no list of stop words was used ({share})"
    yield f"{found.documents:,} documents, {found.tokens:,} words: {used}."
    parts = [f"{found.rare:,} stand in fewer than {found.fewest} documents"] if found.rare else []
    if found.frequent:
        parts.append(
            f"{len(found.frequent):,} in more than {found.most:.0%} of them ({some(found.frequent)})"
        )
    if found.even:
        parts.append(
            f"{len(found.even):,} are spread over them as chance would spread them, whatever a text is about "
            f"({some(found.even)})"
        )
    if found.beyond:
        parts.append(f"{found.beyond:,} are beyond the {found.vocabulary:,} most widespread")
    others = f"; of the others {', '.join(parts)}" if parts else ""
    yield f"{found.vocabulary:,} distinct words are used{others}."
    if found.empty:
        first = held[found.empty[0]].place
        count = len(found.empty)
        holds, counts = ("document holds", "counts") if count == 1 else ("documents hold", "count")
        yield f"{count:,} {holds} none of these words and {counts} for nothing (the first: {first})."


def some(words: Sequence[str]) -> str:
    """The first eight of `words`, and a sign if there are more."""
    return ", ".join(words[:8]) + (", ..." if len(words) > 8 else "")


def learn(prepared: Prepared, wanted: Wanted, save: Path | None) -> "TopicReader":
    """A model of the bags, trained to the recipe's end or for `wanted.minutes`, and kept in `save`."""
    with render.waiting("loading torch"):
        from textvae.topics import reader
        from textvae.training.checkpoint import load_checkpoint, write_whole
        from textvae.training.device import choose_device
        from textvae.training.loop import train

        device = choose_device(wanted.device, "fp32")
    with tempfile.TemporaryDirectory(prefix="textvae-") as name:
        run = Path(name)
        task, options = reader.prepare(
            prepared.bags, wanted.recipe, wanted.topics, wanted.seed, device=device
        )
        if wanted.minutes is not None:
            options = replace(options, minutes=wanted.minutes)
        for _ in drawn(train(task, options, run), "documents"):
            pass
        model = reader.TopicReader.load(run)
        if save is not None:
            folder = load_checkpoint(run).folder
            write_whole(save, {file.name: file.read_bytes() for file in folder.iterdir()})
            render.note(f"the model is in {save}: textvae topics NEW.txt --model {save}")
    return model


def describe(
    held: Sequence[Document], prepared: Prepared, model: "TopicReader", wanted: Wanted, affect: bool
) -> list[Topic]:
    """The topics, the largest first, with the affect of their sentences if that is wanted."""
    score = open_reader("affect-en", wanted.device, wanted.precision).score if affect else None
    texts = [held[place].text for place in prepared.kept.tolist()]
    with render.waiting("reading sentences" if affect else "choosing sentences"):
        found = summarise(
            texts, prepared.bags, model.pure, model.proportions(prepared.bags), score,
            words=wanted.words, sentences=wanted.sentences, read=READ, seed=wanted.seed,
        )  # fmt: skip
    spreads = sorted(topic.spread for topic in found if topic.spread is not None)
    if spreads:
        render.note(
            f"valence and arousal are means over at most {READ} sentences a topic, drawn by how many of "
            "their words speak of it; the standard error of valence is about "
            f"{spreads[len(spreads) // 2]:.2f}."
        )
    if idle := sum(topic.documents == 0 for topic in found):
        noun = "topic is" if idle == 1 else "topics are"
        render.note(f"{idle:,} {noun} the largest in no document: perhaps ask for fewer (-k).")
    return found
