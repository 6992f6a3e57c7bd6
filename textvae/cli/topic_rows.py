"""How topics, and documents as shares of topics, look as rows, lines and tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import numpy as np

from textvae.cli import render
from textvae.cli.documents import Document
from textvae.cli.output import Row, View

if TYPE_CHECKING:
    from rich.text import Text

    from textvae.topics.reader import TopicReader
    from textvae.topics.summary import Topic

TOPIC_COLUMNS: dict[str, type] = {
    "topic": int, "share": float, "documents": int, "valence": float, "arousal": float, "words": str,
    "sentences": str,
}  # fmt: skip
SHOWN = 3
"""Topics of a document that the table names."""
NAMING = 4
"""Words that name a topic there."""


def topic_rows(found: "Sequence[Topic]") -> Iterator[Row]:
    """A row a topic; words as `word:weight` with `, ` between, sentences with ` | ` between."""
    for topic in found:
        yield {
            "topic": topic.number,
            "share": topic.share,
            "documents": topic.documents,
            "valence": topic.valence,
            "arousal": topic.arousal,
            "words": ", ".join(f"{word.word}:{word.weight:.4f}" for word in topic.words),
            "sentences": " | ".join(topic.sentences),
        }


def topic_view(found: "Sequence[Topic]") -> View:
    """How the rows of `found` look."""
    topics = {topic.number: topic for topic in found}

    def of(row: Row) -> "Topic":
        return topics[int(row["topic"] or 0)]

    def record(row: Row) -> Mapping[str, object]:
        topic = of(row)
        words = [{"word": word.word, "weight": word.weight} for word in topic.words]
        return row | {"words": words, "sentences": list(topic.sentences)}

    def line(row: Row) -> str:
        topic = of(row)
        numbers = [f"{topic.share:.3f}"]
        if topic.valence is not None:
            numbers += [render.number(topic.valence), render.number(topic.arousal)]
        return "\t".join([str(topic.number), *numbers, ", ".join(word.word for word in topic.words)])

    def table(rows: Iterable[Row], stream: TextIO) -> None:
        draw_topics([of(row) for row in rows], stream)

    return View(TOPIC_COLUMNS, line, table, record)


def draw_topics(found: "Sequence[Topic]", stream: TextIO) -> None:
    """Number, share, valence and arousal beside the words with their weights; the sentences below."""
    from rich.text import Text

    screen = render.console(stream)
    read = any(topic.valence is not None for topic in found)
    header = "topic  share" + (f"  {'valence':{render.BAR + 6}}arousal" if read else "")
    screen.print(Text(header + "  words, and how much they stand for it (%)", "dim"))
    for topic in found:
        lead = Text.assemble((f"{topic.number:5d}", "bold"), f"  {topic.share:5.1%}")
        if read:
            numbers = f" {render.number(topic.valence):>4}  {render.number(topic.arousal):>7}"
            lead.append_text(Text.assemble("  ", render.bar(topic.valence, screen), numbers))
        render.beside(screen, lead, weighed(topic))
        for sentence in topic.sentences:
            render.beside(screen, Text(" " * 7 + "-", "dim"), Text(render.visible(sentence), "dim"))


def weighed(topic: "Topic") -> "Text":
    """`alien 2.1, space 1.9`."""
    from rich.text import Text

    parts = Text()
    for place, word in enumerate(topic.words):
        parts.append(("" if place == 0 else ", ") + render.visible(word.word))
        parts.append(f" {100 * word.weight:.1f}", "dim")
    return parts


def proportion_rows(held: Sequence[Document], model: "TopicReader") -> Iterator[Row]:
    """A row a document: its largest topic and the share of each; None where it holds no word of the model."""
    bags = model.count(document.text for document in held)
    shares, lengths = model.proportions(bags), bags.lengths
    unknown = int((lengths == 0).sum())
    for n, document in enumerate(held):
        row: Row = {"file": document.file, "line": document.line, "index": document.index}
        known = bool(lengths[n] > 0)
        row["topic"] = int(shares[n].argmax()) + 1 if known else None
        yield row | {f"topic_{k}": float(share) if known else None for k, share in enumerate(shares[n], 1)}
    if unknown:
        noun = "document holds" if unknown == 1 else "documents hold"
        render.note(f"{unknown:,} {noun} no word that the model knows: no topic is given.")


def proportion_view(model: "TopicReader") -> View:
    """How the rows of `proportion_rows` look; a topic is named by its words, as if all had equal shares."""
    from textvae.topics.summary import telling

    weights = telling(model.pure, np.full(len(model.pure), 1 / len(model.pure)))
    names = [f"topic_{k}" for k in range(1, len(weights) + 1)]
    columns: dict[str, type] = {"file": str, "line": int, "index": int, "topic": int}
    heads = [", ".join(model.words[i] for i in np.argsort(-row, kind="stable")[:NAMING]) for row in weights]

    def record(row: Row) -> Mapping[str, object]:
        known = row["topic"] is not None
        plain = {name: value for name, value in row.items() if name not in names}
        return plain | {"proportions": [row[name] for name in names] if known else None}

    def line(row: Row) -> str:
        if row["topic"] is None:
            return f"\t\t{render.visible(where(row))}"
        k = int(row["topic"])
        return f"{k}\t{row[f'topic_{k}']:.3f}\t{render.visible(where(row))}"

    def table(rows: Iterable[Row], stream: TextIO) -> None:
        from rich.text import Text

        screen = render.console(stream)
        for row in rows:
            screen.print(Text(render.visible(where(row)), "bold"))
            if row["topic"] is None:
                screen.print(Text("         no word that the model knows", "dim"))
                continue
            shares = np.array([row[name] for name in names], np.float64)
            for k in np.argsort(-shares, kind="stable")[:SHOWN].tolist():
                lead = Text.assemble((f"{k + 1:5d}", "bold"), f"  {shares[k]:5.1%}")
                render.beside(screen, lead, Text(render.visible(heads[k])))

    return View(columns | dict.fromkeys(names, float), line, table, record)


def where(row: Row) -> str:
    """`reviews.csv, line 3`."""
    return str(row["file"]) if row["line"] is None else f"{row['file']}, line {row['line']}"
