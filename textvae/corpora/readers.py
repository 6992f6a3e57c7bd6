"""How each corpus is read: one function a form, found by the name in the card's `[reader]` table."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from textvae.corpora.card import Card
from textvae.corpora.emobank import read_chinese_emobank, read_emobank
from textvae.corpora.sentence import Rating, Sentence
from textvae.corpora.splitting import split_sentences
from textvae.corpora.streams import read_lines

Located = Mapping[str, Path]
Reader = Callable[[Card, Located], Iterator[Sentence]]


def read_vader(card: Card, files: Located) -> Iterator[Sentence]:
    """VADER's snippets (Hutto & Gilbert 2014), labelled with the file they come from; all are "train".

    A snippet's deviation is None where the two files of a set disagree about its mean (199 tweets).
    """
    for label, stem in card.reader["sets"].items():
        means_and_sds = {}
        for line in read_lines(files[f"{stem}_anonDataRatings.txt"]):
            name, mean, deviation, _ = line.split("\t", 3)
            means_and_sds[name.strip()] = float(mean), float(deviation)
        for line in read_lines(files[f"{stem}_GroundTruth.txt"]):
            name, mean, text = line.split("\t", 2)
            other, sd = means_and_sds.get(name.strip(), (math.nan, math.nan))
            agreed = abs(other - float(mean)) < 1e-3
            valence = Rating.rescaled(float(mean), sd if agreed else None, *card.scale)
            yield Sentence(
                _squeezed(html.unescape(text)), f"{label}/{name.strip()}", "train", valence, label=label
            )


def read_goemotions(card: Card, files: Located) -> Iterator[Sentence]:
    """GoEmotions (Demszky et al. 2020): the emotions' names, joined by commas, are the label."""
    names = list(read_lines(files["labels.txt"]))
    for split in ("train", "dev", "test"):
        for line in read_lines(files[f"{split}.tsv"]):
            text, numbers, comment = line.split("\t")
            label = ",".join(names[int(number)] for number in numbers.split(","))
            yield Sentence(text.strip(), comment, split, label=label)


def read_yelp(card: Card, files: Located) -> Iterator[Sentence]:
    """Yelp: the distinct training sentences without those of the benchmark, then its dev and test sentences.

    Every test sentence of the benchmark (Li et al. 2018) occurs in the files of Shen et al. (2017), so a line
    that equals a source or a reference, whitespace aside, is dropped from "train". A sentence that occurs
    with both labels (40 do) keeps the first.
    """
    labels = {"0": "negative", "1": "positive"}
    benchmark = []
    for split in ("dev", "test"):
        for digit, label in labels.items():
            sources = list(read_lines(files[f"drg/sentiment.{split}.{digit}"]))
            pairs = (
                read_lines(files[f"drg/reference.{digit}"]) if split == "test" else iter([""] * len(sources))
            )
            for number, (text, pair) in enumerate(zip(sources, pairs, strict=True), 1):
                references = tuple(pair.split("\t")[1:])
                name = f"drg/{split}.{digit}/{number}"
                benchmark.append(Sentence(text.strip(), name, split, label=label, references=references))
    seen = {_squeezed(text) for s in benchmark for text in (s.text, *s.references)} | {""}
    for part in ("train_part/train_part", "shen_dev_test/sentiment.dev", "shen_dev_test/sentiment.test"):
        for digit, label in labels.items():
            path = files.get(f"{part}.{digit}")  # the training part cannot be fetched, so it may be missing
            for number, line in enumerate(read_lines(path) if path else (), 1):
                if (text := _squeezed(line)) not in seen:
                    seen.add(text)
                    yield Sentence(text, f"{part}.{digit}/{number}", "train", label=label)
    yield from benchmark


def read_distinct_lines(card: Card, files: Located) -> Iterator[Sentence]:
    """One sentence a line; the card's `splits` table gives each file its split. Blank lines are passed over.

    With `distinct = true` each text comes once, from the first file that has it.
    """
    seen: set[str] = set()
    for path, split in card.reader["splits"].items():
        for number, line in enumerate(read_lines(files[path]), 1):
            text = line.strip()
            if text and text not in seen:
                yield Sentence(text, f"{path}/{number}", split)
                if card.reader.get("distinct"):
                    seen.add(text)


def read_reviews(card: Card, files: Located) -> Iterator[Sentence]:
    """Reviews of films and products, a sentence a line; the id begins with the part of the collection."""
    for label, short in (("positive", "pos"), ("negative", "neg")):
        path = f"sentence_polarity/rt-polarity.{short}"
        for number, line in enumerate(read_lines(files[path]), 1):
            yield Sentence(line.strip(), f"{path}/{number}", "train", label=label)
    for label, tag in (("positive", "Pros"), ("negative", "Cons")):
        path = f"pros_cons/Integrated{tag}.txt"
        for number, line in enumerate(read_lines(files[path]), 1):
            found = re.search(rf"<{tag}>(.*?)</{tag}>", line)
            if found and (text := _squeezed(html.unescape(found[1]))):
                yield Sentence(text, f"{path}/{number}", "train", label=label)
    for label, short in (("positive", "pos"), ("negative", "neg")):
        for review in sorted(files[f"movie_reviews/{short}"].glob("*.txt")):
            for number, line in enumerate(read_lines(review), 1):
                if text := line.strip():
                    yield Sentence(
                        text, f"movie_reviews/{short}/{review.name}/{number}", "train", label=label
                    )
    for product in sorted(files["product_reviews_1"].glob("*.txt")):
        for number, line in enumerate(read_lines(product), 1):
            _, marks, text = line.partition("##")  # before it stand the features that the annotators found
            if marks and (text := _squeezed(html.unescape(text))):
                yield Sentence(text, f"product_reviews_1/{product.name}/{number}", "train")


def read_books(card: Card, files: Located) -> Iterator[Sentence]:
    """Books: those under `running` are text with hard line breaks; the others hold a sentence a line."""
    for name, path in files.items():
        if name not in card.reader["running"]:
            for number, line in enumerate(read_lines(path), 1):
                if text := line.strip():
                    yield Sentence(text, f"{name}/{number}", "train")
            continue
        number = 0
        for paragraph in _paragraphs(path):
            for span in split_sentences(paragraph):
                number += 1
                yield Sentence(_squeezed(span.text), f"{name}/{number}", "train")


def _paragraphs(path: Path) -> Iterator[str]:
    """The paragraphs of a book, each on one line, without Project Gutenberg's words around it."""
    lines: list[str] = []
    begun = not any(line.startswith("*** START OF") for line in read_lines(path))
    for line in read_lines(path):
        mark = line.startswith(("*** START OF", "*** END OF"))
        if begun and line.strip() and not mark:
            lines.append(line.strip())
        elif lines:
            yield " ".join(lines)
            lines = []
        if mark:
            begun = line.startswith("*** START OF")
    if lines:
        yield " ".join(lines)


def read_topics(card: Card, files: Located) -> Iterator[Sentence]:
    """Preprocessed documents in the form of OCTIS: text, split and label, separated by tabs."""
    for number, line in enumerate(read_lines(files["corpus.tsv"]), 1):
        text, split, label = line.split("\t")
        yield Sentence(text, str(number), {"val": "dev"}.get(split, split), label=label)


def read_bags(card: Card, files: Located) -> Iterator[Sentence]:
    """Bags of words, `label id:count ...`, ids from 1; the text is each word as often as it is counted."""
    words = [line.split()[0] for line in read_lines(files["vocab.new"])]
    for split in ("train", "test"):
        for number, line in enumerate(read_lines(files[f"{split}.feat"]), 1):
            label, *counts = line.split()
            pairs = (entry.split(":") for entry in counts)
            text = " ".join(" ".join([words[int(i) - 1]] * int(count)) for i, count in pairs)
            yield Sentence(text, f"{split}/{number}", split, label=label)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


READERS: dict[str, Reader] = {
    "emobank": read_emobank,
    "vader": read_vader,
    "goemotions": read_goemotions,
    "chinese_emobank": read_chinese_emobank,
    "yelp": read_yelp,
    "lines": read_distinct_lines,
    "reviews": read_reviews,
    "books": read_books,
    "topics": read_topics,
    "bags": read_bags,
}
