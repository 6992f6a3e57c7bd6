"""`textvae latent`: look into the latent of a text model."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import figures, latent_rows, reading, render
from textvae.cli.measured import chosen
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ColumnOption,
    CorporaOption,
    DeviceOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PlotOption,
    PrecisionOption,
    given,
)
from textvae.cli.output import Row, Target, write
from textvae.errors import InputError

if TYPE_CHECKING:
    from textvae.cli.latent_rows import Look
    from textvae.text.writer import TextWriter

CORPUS = "The corpus"
OF_CORPUS = ("corpus", "split", "corpora", "column", "sentences", "seed")
HALVES = (0.0, 0.5, 1.0, 1.5, 2.0)


class Colour(StrEnum):
    """What the points of the figure are coloured by."""

    valence = "valence"
    arousal = "arousal"
    label = "label"


class Projected(StrEnum):
    """How the latent is brought to the plane."""

    pca = "pca"
    umap = "umap"
    tsne = "tsne"


def latent(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A shipped text model or a folder.")],
    corpus: Annotated[
        str | None,
        typer.Option(help="Sentences to encode: a corpus's name or a file.", rich_help_panel=CORPUS),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Which part of the corpus, or all. Default: test, or all where there is none.",
            rich_help_panel=CORPUS,
        ),
    ] = None,
    corpora: CorporaOption = None,
    column: ColumnOption = None,
    sentences: Annotated[
        int,
        typer.Option(min=2, metavar="N", help="At most so many, drawn by --seed.", rich_help_panel=CORPUS),
    ] = 5000,
    points: Annotated[bool, typer.Option("--points", help="List the sentences instead.")] = False,
    traverse: Annotated[
        str | None,
        typer.Option(
            metavar="DIM",
            help="Write the sentences along one dimension instead: a number, valence or arousal.",
        ),
    ] = None,
    sentence: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="With --traverse: start from it. Default: the mean. With --add: what is changed.",
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=2, max=1000, help="With --traverse: sentences.")] = 7,
    add: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="FROM TO",
            help="Write --sentence with the difference of two labels' mean latents added instead.",
        ),
    ] = None,
    k: Annotated[
        list[float] | None,
        typer.Option(
            "--k", metavar="K", help="With --add: how many times. May be repeated. Default: 0, 0.5, ... 2."
        ),
    ] = None,
    nearest: Annotated[
        str | None, typer.Option(metavar="TEXT", help="List the sentences nearest to TEXT instead.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, metavar="N", help="With --nearest: how many.")] = 5,
    plot: PlotOption = None,
    colour: Annotated[
        Colour, typer.Option("--colour", "--color", help="With --plot: what the points' colour is.")
    ] = Colour.valence,
    projection: Annotated[
        Projected,
        typer.Option(help="To the plane: pca, or umap or tsne (pip install umap-learn, scikit-learn)."),
    ] = Projected.pca,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same sentences and figure.")] = 1,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Look into the latent of a text model: what its dimensions hold, where the sentences of a corpus lie.

    A row of jsonl, csv or parquet is a dimension: its KL (nats), the variance of the posterior's mean,
    whether it is active (variance over 0.01), its correlation with valence and arousal; with --points, a
    sentence and where it lies in the plane. --plot draws both.
    """
    from textvae.text.projection import check_projection

    target = Target.chosen(format, output, force)
    written = {"--traverse": traverse, "--nearest": nearest, "--add": add}
    _one_of({"--points": points} | {name: value is not None for name, value in written.items()})
    if plot is not None:
        if any(value is not None for value in written.values()):
            raise InputError("--plot draws the corpus: leave out --traverse, --nearest and --add.")
        figures.check_figure(plot, force)
        target.keep_apart(plot, "--plot")
    _all_used(given(context), plot is not None or points)
    check_projection(projection)
    if sentence is not None and traverse is None and add is None:
        raise InputError(
            "--sentence is where a traversal starts: add --traverse DIM or --add FROM TO, or use --nearest."
        )
    if add is not None and sentence is None:
        raise InputError("--add changes a sentence: give it with --sentence.")
    if k and add is None:
        raise InputError("--k is how many times a difference is added: say which with --add FROM TO.")
    asked = sentence if nearest is None else nearest
    text = None if asked is None else next(reading.from_arguments([asked])).text
    if traverse is not None:
        writer = open_writer(model, device, precision)
        write(_stops(writer, traverse, text, steps), latent_rows.STOPS, target)
        return
    if corpus is None:
        raise InputError("latent encodes the sentences of a corpus: add --corpus yelp, or --corpus FILE.")
    writer = open_writer(model, device, precision)
    found, name = chosen(corpus, split, corpora, column, model=writer)
    with render.waiting(f"reading {name}"):
        drawn = latent_rows.draw(found, sentences, seed)
    with render.counting("encoding", len(drawn)) as progress:
        look = latent_rows.encode(writer, drawn, name, progress)
    if look.skipped:
        render.note(
            f"{look.skipped:,} of {len(drawn):,} sentences left out: blank, or too long for {writer.name}."
        )
    if nearest is not None and text is not None:
        write(_neighbours(writer, look, text, n), latent_rows.NEIGHBOURS, target)
        return
    if add is not None and text is not None:
        write(_added(writer, look, add, text, k or HALVES), latent_rows.STOPS, target)
        return
    with render.waiting("reading the affect of the sentences"):
        look.read(writer.reader)
    if plot is not None or points:
        with render.waiting("projecting"):
            look.project(projection, seed)
    if plot is not None:
        from textvae.cli.latent_figure import chart, draw

        draw(chart(look, colour, seed), plot, force)
    if points:
        write(latent_rows.point_rows(look), latent_rows.POINTS, target)
    else:
        write(latent_rows.dimension_rows(look), latent_rows.dimensions_view(look, seed), target)


def _one_of(asked: dict[str, bool]) -> None:
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} list different things: give one of them.")


def _all_used(named: dict[str, str], projected: bool) -> None:
    """Complain about an option that what is asked for has no use for."""
    of_corpus = [named[name] for name in OF_CORPUS if name in named]
    if "traverse" in named and of_corpus:
        raise InputError(f"--traverse needs no corpus: leave out {', '.join(of_corpus)}.")
    for name, other, used in (
        ("steps", "--traverse DIM", "traverse" in named),
        ("n", "--nearest TEXT", "nearest" in named),
        ("colour", "--plot FILE", "plot" in named),
        ("projection", "--plot FILE or --points", projected),
    ):
        if name in named and not used:
            raise InputError(f"{named[name]} goes with {other}: add it, or leave out {named[name]}.")


def _stops(writer: "TextWriter", name: str, text: str | None, steps: int) -> Iterator[Row]:
    from textvae.text.inspection import find_dimension, traverse

    for stop in traverse(writer, find_dimension(writer.codec, name), text, steps):
        yield {column: getattr(stop, column) for column in latent_rows.STOPS.columns}


def _added(
    writer: "TextWriter", look: "Look", labels: tuple[str, str], text: str, ks: Sequence[float]
) -> Iterator[Row]:
    from textvae.text.arithmetic import difference, stops

    way = difference(look.posteriors.mean, [sentence.label for sentence in look.kept], *labels)
    for stop in stops(writer, text, way, ks):
        yield {column: getattr(stop, column) for column in latent_rows.STOPS.columns}


def _neighbours(writer: "TextWriter", look: "Look", text: str, n: int) -> Iterator[Row]:
    from textvae.text.inspection import encode_texts, nearest

    found = nearest(look.posteriors, encode_texts(writer.codec, [text]).mean[0], n)
    texts = [look.drawn[neighbour.place].text for neighbour in found]
    readings = writer.reader.score(texts)[:, :2].tolist()
    for rank, (neighbour, said, read) in enumerate(zip(found, texts, readings, strict=True), 1):
        yield {
            "rank": rank,
            "distance": neighbour.distance,
            "text": said,
            "label": look.drawn[neighbour.place].label,
            "valence": read[0],
            "arousal": read[1],
        }
