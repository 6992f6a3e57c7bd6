"""What `textvae latent` writes: the dimensions of a latent, the sentences of a corpus, and its neighbours."""

import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TextIO

from textvae.cli import render
from textvae.cli.output import Row, View

if TYPE_CHECKING:
    import numpy as np

    from textvae.affect.reader import AffectReader
    from textvae.corpora import Sentence
    from textvae.text.inspection import Dimension, Posteriors
    from textvae.text.projection import Projection
    from textvae.text.writer import TextWriter

SHOWN = 24
"""Dimensions that a table shows."""
CELLS = 16
"""Cells of a bar of KL."""


@dataclass(slots=True)
class Look:
    """A corpus seen by a model. `posteriors` are those of the sentences `drawn` that the model takes;
    `readings` (N, 2) are their valence and arousal."""

    model: str
    corpus: str
    affect: int  # dimensions
    drawn: list["Sentence"]
    posteriors: "Posteriors"
    readings: "np.ndarray | None" = None
    projection: "Projection | None" = None
    dimensions: list["Dimension"] = field(default_factory=list)

    @property
    def kept(self) -> list["Sentence"]:
        """The sentences with a posterior, in order."""
        return [self.drawn[place] for place in self.posteriors.places]

    @property
    def skipped(self) -> int:
        """How many sentences have none."""
        return len(self.drawn) - len(self.posteriors.places)

    def read(self, reader: "AffectReader") -> None:
        """Read the sentences' affect, and describe the dimensions."""
        from textvae.text.inspection import describe_dimensions

        self.readings = reader.score([sentence.text for sentence in self.kept])[:, :2].astype("float64")
        self.dimensions = describe_dimensions(self.posteriors, self.affect, self.readings)

    def project(self, method: str, seed: int) -> None:
        """Bring the posteriors' means to the plane."""
        from textvae.text.projection import project

        self.projection = project(self.posteriors.mean, method, seed)

    def summary(self, seed: int) -> str:
        """How much the latent holds, in words."""
        from textvae.text.inspection import information

        parts = [
            f"{len(self.posteriors.places):,} sentences",
            f"{sum(d.active for d in self.dimensions)} of {len(self.dimensions)} dimensions active",
        ]
        held = information(self.posteriors, seed)
        if held is not None:
            total = sum(d.kl or 0.0 for d in self.dimensions)
            most = math.log(len(self.posteriors.places))
            parts += [f"KL {total:.1f} nats", f"mutual information {held:.2f} nats (log N = {most:.2f})"]
        return ", ".join(parts)


def draw(found: "Iterable[Sentence]", most: int, seed: int) -> "list[Sentence]":
    """At most `most` of the sentences, each text once, in their order; all have the same chance."""
    generator = random.Random(seed)
    seen: set[str] = set()
    held: list[tuple[int, Sentence]] = []
    for sentence in found:
        if sentence.text in seen or not sentence.text.strip():
            continue
        number = len(seen)
        seen.add(sentence.text)
        if number < most:
            held.append((number, sentence))
        elif (place := generator.randrange(number + 1)) < most:
            held[place] = (number, sentence)
    return [sentence for _, sentence in sorted(held, key=lambda pair: pair[0])]


def encode(
    writer: "TextWriter", drawn: "list[Sentence]", corpus: str, progress: Callable[[int], None]
) -> Look:
    """The sentences' posteriors. Raises as `inspection.encode_texts` does."""
    from textvae.text.inspection import encode_texts

    codec = writer.codec
    found = encode_texts(codec, [sentence.text for sentence in drawn], progress)
    return Look(writer.name, corpus, codec.model.config.affect, drawn, found)


def dimension_rows(look: Look) -> Iterator[Row]:
    """A row a dimension, the one that holds most first."""
    for d in sorted(look.dimensions, key=held, reverse=True):
        yield {
            "dimension": d.dimension, "part": d.part, "kl": d.kl, "variance": d.variance,
            "active": int(d.active), "valence": d.valence, "arousal": d.arousal,
        }  # fmt: skip


def held(d: "Dimension") -> float:
    """What dimensions are ordered by: KL, or variance where there is none."""
    return d.variance if d.kl is None else d.kl


def point_rows(look: Look) -> Iterator[Row]:
    """A row a sentence."""
    assert look.readings is not None and look.projection is not None
    rows = zip(look.kept, look.readings.tolist(), look.projection.points.tolist(), strict=True)
    for index, (sentence, (valence, arousal), (x, y)) in enumerate(rows):
        yield {
            "index": index, "text": sentence.text, "label": sentence.label, "valence": valence,
            "arousal": arousal, "x": x, "y": y,
        }  # fmt: skip


def dimension_line(row: Row) -> str:
    """The dimension and its KL (or variance), a tab between."""
    return f"{row['dimension']}\t{row['variance'] if row['kl'] is None else row['kl']:.4g}"


def dimension_table(look: Look, seed: int, rows: Iterable[Row], stream: TextIO) -> None:
    """The summary, and the dimensions that hold most with a bar for what they hold."""
    from rich.text import Text

    screen = render.console(stream)
    listed = list(rows)
    screen.print(Text(render.visible(f"{look.model} over {look.corpus}"), "bold"))
    screen.print(Text(look.summary(seed)), soft_wrap=True)
    full, rest = ("■", "·") if screen.encoding.startswith("utf") else ("#", ".")
    name = "KL" if look.posteriors.sd is not None else "variance"
    values = [float(row["kl"] if row["kl"] is not None else row["variance"] or 0) for row in listed]
    heading = f"dimension           {name:8}{'':{CELLS}}  variance  r valence  r arousal"
    screen.print(Text(heading, "dim"), soft_wrap=True)
    for row, value in zip(listed[:SHOWN], values, strict=False):
        cells = round(CELLS * value / max(values[0], 1e-12))
        line = f"{row['dimension']:>9} {row['part']:8}  {value:<7.3f} {full * cells}{rest * (CELLS - cells)}"
        line += f"  {row['variance']:8.3f}  {row['valence']:+9.2f}  {row['arousal']:+9.2f}"
        screen.print(Text(line, "" if row["active"] else "dim"), soft_wrap=True)
    if len(listed) > SHOWN:
        screen.print(Text(f"and {len(listed) - SHOWN} that hold less: --format csv lists all.", "dim"))


def dimensions_view(look: Look, seed: int) -> View:
    """How the dimensions look."""
    columns: dict[str, type] = {
        "dimension": int, "part": str, "kl": float, "variance": float, "active": int, "valence": float,
        "arousal": float,
    }  # fmt: skip
    return View(columns, dimension_line, partial(dimension_table, look, seed))


def line(row: Row) -> str:
    """The sentence."""
    return render.visible(str(row["text"]))


def _table(note: Callable[[Row], str], rows: Iterable[Row], stream: TextIO) -> None:
    """A line a sentence: a bar for valence, valence, arousal, the sentence, and what `note` says of it."""
    screen = render.console(stream)
    for row in rows:
        render.written(screen, row, note(row))


POINTS = View(
    {"index": int, "text": str, "label": str, "valence": float, "arousal": float, "x": float, "y": float},
    line,
    partial(_table, lambda row: f"({row['x']:.2f}, {row['y']:.2f})"),
)
STOPS = View(
    {"step": int, "value": float, "text": str, "valence": float, "arousal": float},
    line,
    partial(_table, lambda row: f"{row['value']:+.2f}"),
)
NEIGHBOURS = View(
    {"rank": int, "distance": float, "text": str, "label": str, "valence": float, "arousal": float},
    line,
    partial(_table, lambda row: f"{row['distance']:.2f}"),
)
