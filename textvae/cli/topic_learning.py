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
from textvae.topics.summary import Topic, quality, summarise

if TYPE_CHECKING:
    from textvae.topics.reader import TopicReader

READ = 200
"""Sentences of a topic whose affect is read, at most."""
TRIES, TRIED = 3, 8_000
"""How often topics are learnt, at most, and documents learnt from over all of these times."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the topics, how they are shown, and how they are learnt."""

    topics: int
    words: int
    sentences: int
    recipe: str
    seed: int
    tries: int | None
    minutes: float | None
    device: str
    precision: str

    def check(self) -> None:
        """Complain about a recipe, a device or a precision that is none before the words are counted."""
        from textvae.training.device import choose_device
        from textvae.training.recipe import load_recipe

        load_recipe("topics", self.recipe)
        choose_device(self.device, self.precision)


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
    parts = []
    if found.rare:
        parts.append(f"{number_of(found.rare, 'stands', 'stand')} in fewer than {found.fewest} documents")
    if found.people:
        said = number_of(len(found.people), "is a name of people", "are names of people")
        parts.append(f"{said} ({some(found.people)})")
    if found.frequent:
        said = number_of(len(found.frequent), "stands", "stand")
        parts.append(f"{said} in more than {found.most:.0%} of the documents ({some(found.frequent)})")
    if found.even:
        said = number_of(len(found.even), "is", "are")
        parts.append(
            f"{said} spread as chance would spread words, whatever a text is about ({some(found.even)})"
        )
    if found.beyond:
        said = number_of(found.beyond, "is", "are")
        parts.append(f"{said} beyond the {found.vocabulary:,} most widespread")
    others = f"; of the others {', '.join(parts)}" if parts else ""
    yield f"{found.vocabulary:,} distinct words are used{others}."
    parts = []
    if found.pairs:
        said = number_of(len(found.pairs), "of these is", "of these are")
        parts.append(f"{said} two or more words in one ({some(found.pairs)})")
    if found.forms:
        said = number_of(found.forms, "more word is counted as its", "more words are counted as their")
        parts.append(f"{said} singular or plural")
    if parts:
        yield f"{'; '.join(parts)}."
    if found.empty:
        first = held[found.empty[0]].place
        count = len(found.empty)
        holds, counts = ("document holds", "counts") if count == 1 else ("documents hold", "count")
        yield f"{count:,} {holds} none of these words and {counts} for nothing (the first: {first})."


def number_of(count: int, one: str, several: str) -> str:
    """`1 stands`, `2,000 stand`."""
    return f"{count:,} {one if count == 1 else several}"


def some(words: Sequence[str]) -> str:
    """The first eight of `words`, and a sign if there are more."""
    return ", ".join(words[:8]) + (", ..." if len(words) > 8 else "")


def learn(prepared: Prepared, wanted: Wanted, save: Path | None) -> "TopicReader":
    """The best of `wanted.tries` models of the bags, each trained to the recipe's end, or for its share of
    `wanted.minutes`; kept in `save`."""
    with render.waiting("loading torch"):
        from textvae.topics import reader
        from textvae.training.checkpoint import load_checkpoint
        from textvae.training.device import choose_device
        from textvae.training.loop import train
        from textvae.training.whole import write_whole

        device = choose_device(wanted.device, "fp32")
    bags, tries = prepared.bags, wanted.tries or tries_of(len(prepared.bags))
    learnt: list[tuple[float, TopicReader]] = []
    with tempfile.TemporaryDirectory(prefix="textvae-") as name:
        for number in range(tries):
            run = Path(name, str(number))
            task, options = reader.prepare(
                bags, wanted.recipe, wanted.topics, wanted.seed + number,
                device=device, counting=prepared.counting,
            )  # fmt: skip
            if wanted.minutes is not None:
                options = replace(options, minutes=wanted.minutes / tries)
            for _ in drawn(train(task, options, run), "documents"):
                pass
            model = reader.TopicReader.load(run)
            learnt.append((quality(bags, model.pure, model.proportions(bags)), model))
        best = max(range(tries), key=lambda number: learnt[number][0])
        if tries > 1:
            found = ", ".join(f"{value:.3f}" for value, _ in learnt)
            render.note(
                f"learnt {tries} times; kept are the topics of seed {wanted.seed + best}, whose words belong "
                f"together best (NPMI times diversity: {found})."
            )
        if save is not None:
            folder = load_checkpoint(Path(name, str(best))).folder
            write_whole(save, {file.name: file.read_bytes() for file in folder.iterdir()})
            render.note(f"the model is in {save}: textvae topics NEW.txt --model {save}")
    return learnt[best][1]


def tries_of(documents: int) -> int:
    """How often topics are learnt, so that it takes about a minute: 3 times, fewer of many documents."""
    return max(1, min(TRIES, TRIED // documents))


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
            counting=prepared.counting,
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
