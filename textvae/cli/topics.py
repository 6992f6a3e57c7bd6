"""`textvae topics`: what texts are about, in topics learnt from them; and how much of each a new text has."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import render
from textvae.cli.columns import text_column
from textvae.cli.documents import Document, Passed, read_documents
from textvae.cli.options import (
    MODEL,
    RESULTS,
    DeviceOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
    TextColumnOption,
    given,
)
from textvae.cli.output import Target, check_model_place, write
from textvae.errors import InputError, OutputError, TextError

if TYPE_CHECKING:
    from textvae.topics.preparation import Cleaning

WORDS = "Which words count"
TOPICS = 20
"""How many topics are learnt unless another number is asked for."""

WITH_MODEL = {"texts", "column", "lines", "model", "format", "output", "force"}
"""What may be said of texts that are read with a model."""


def topics(
    context: typer.Context,
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TEXTS",
            help="A folder (each .txt in it and below is a document), a .csv, .tsv, .jsonl or .parquet table "
            "(each row), a .txt (each line), several .txt (each file), or - for lines of standard input.",
        ),
    ] = None,
    k: Annotated[
        int | None, typer.Option("-k", "--topics", min=2, metavar="N", help="How many topics. Default: 20.")
    ] = None,
    column: TextColumnOption = None,
    lines: Annotated[
        bool | None,
        typer.Option("--lines/--whole", help="Each line of a .txt is a document, or each .txt is one."),
    ] = None,
    words: Annotated[int, typer.Option(min=1, help="Words shown of a topic.")] = 10,
    sentences: Annotated[int, typer.Option(min=0, help="Typical sentences shown of a topic.")] = 3,
    affect: Annotated[
        bool, typer.Option("--affect/--no-affect", help="Read valence and arousal of the topics' sentences.")
    ] = True,
    stop_words: Annotated[
        str,
        typer.Option(
            metavar="FILE", rich_help_panel=WORDS,
            help="A word a line; or english, or none. auto: English words if the texts are English.",
        ),
    ] = "auto",
    rare: Annotated[
        int | None,
        typer.Option(
            min=1, rich_help_panel=WORDS,
            help="Leave out words in fewer documents. Default: 1 in 200, at least 2, at most 20; fewer of "
            "short texts.",
        ),
    ] = None,
    frequent: Annotated[
        float,
        typer.Option(
            min=0.0, max=1.0, rich_help_panel=WORDS,
            help="Leave out words in more than this share of the documents.",
        ),
    ] = 0.3,
    even: Annotated[
        float,
        typer.Option(
            min=0.0, rich_help_panel=WORDS, metavar="RATIO",
            help="Leave out words that go with any subject: chance would have put them in fewer than so many "
            "times the documents that they are in. 0: none.",
        ),
    ] = 1.15,
    vocabulary: Annotated[
        int | None,
        typer.Option(
            min=2, rich_help_panel=WORDS, metavar="N",
            help="Use at most so many words. Default: half as many as documents, 1000 to 2000.",
        ),
    ] = None,
    people: Annotated[
        bool,
        typer.Option(
            "--people", rich_help_panel=WORDS,
            help="Keep names of people, which are left out of English texts.",
        ),
    ] = False,
    as_written: Annotated[
        bool,
        typer.Option(
            "--as-written", rich_help_panel=WORDS,
            help="Count each word as it is written, each time alike. Else, in English, words that belong "
            "together (new york) are one and plurals are counted as singulars; and in texts of "
            "some length words count less the more often they stand in one and the more texts hold them.",
        ),
    ] = False,
    recipe: Annotated[
        str, typer.Option(rich_help_panel=MODEL, help="A recipe that ships, or a .toml file.")
    ] = "dirichlet-factors",
    minutes: Annotated[
        float | None, typer.Option(min=0.01, rich_help_panel=MODEL, help="Train no longer than this.")
    ] = None,
    tries: Annotated[
        int | None,
        typer.Option(
            min=1, rich_help_panel=MODEL, metavar="N",
            help="Learn so often, and keep the topics whose words belong together best. Default: 3, fewer of "
            "more than 2,666 documents.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, rich_help_panel=MODEL, help="Same seed and texts, same topics.")
    ] = 1,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", rich_help_panel=MODEL,
            help="Train nothing: how much of the topics of this model each of the TEXTS has.",
        ),
    ] = None,
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    save: Annotated[
        Path | None,
        typer.Option(metavar="DIR", rich_help_panel=RESULTS, help="Keep the model, for --model later."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=RESULTS,
            help="Draw the topics: word clouds, and their valence and arousal. .html, .png or .svg.",
        ),
    ] = None,
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:  # fmt: skip
    """Find the topics of many texts: their words, their share, typical sentences, valence and arousal.

    A row of jsonl holds topic, share, documents (in how many it is the largest), valence, arousal, words (a
    list of word and weight), sentences. With --model a row is a document: file, line, index, topic (its
    largest), proportions. What was left out of the texts is said on standard error.
    """
    target = Target.chosen(format, output, force)
    if not texts:
        raise TextError("topics needs texts: a folder, a table, a .txt file, or - for standard input.")
    if model is not None:
        refuse_with_model(context)
        from textvae.cli.topic_rows import proportion_rows, proportion_view

        held = documents(texts, column, lines)
        with render.waiting(f"loading {model}"):
            from textvae.topics.reader import TopicReader

            known = TopicReader.load(model)
        write(proportion_rows(held, known), proportion_view(known), target)
        return
    check_places(save, plot, force, target)
    cleaning = chosen_words(stop_words, rare, frequent, even, vocabulary, people, as_written)
    if precision != "auto" and not affect:
        raise InputError("--precision is for reading the topics' affect: leave it out with --no-affect.")
    held = documents(texts, column, lines)
    from textvae.cli.topic_learning import Wanted, check_number, describe, learn, prepare_documents
    from textvae.cli.topic_rows import topic_rows, topic_view

    wanted = Wanted(k or TOPICS, words, sentences, recipe, seed, tries, minutes, device, precision)
    wanted.check()
    prepared = prepare_documents(held, cleaning)
    check_number(wanted.topics, len(prepared.bags))
    found = describe(held, prepared, learn(prepared, wanted, save), wanted, affect)
    write(topic_rows(found), topic_view(found), target)
    if plot is not None:
        from textvae.cli.topic_figures import draw

        draw(found, len(prepared.bags), plot, force)


def refuse_with_model(context: typer.Context) -> None:
    """Complain about options that belong to a training."""
    for name, written in given(context).items():
        if name not in WITH_MODEL:
            raise InputError(f"{written} is for topics that are to be learnt: leave it out with --model.")


def check_places(save: Path | None, plot: Path | None, force: bool, target: Target) -> None:
    """Complain about places that cannot be written to before any work is done for them."""
    if plot is not None:
        from textvae.cli.figures import check_figure

        check_figure(plot, force)
        target.keep_apart(plot, "--plot")
    if save is not None and (save.is_file() or (save.is_dir() and any(save.iterdir()))):
        raise OutputError(f"{save} exists and is not an empty folder: name another one.")
    if save is not None:
        check_model_place(save)


def documents(texts: Sequence[str], column: str | None, lines: bool | None) -> list[Document]:
    """The documents, and a word about what was passed over."""
    passed = Passed()
    with render.waiting("reading the texts"):
        held = read_documents(texts, text_column(column), lines, passed)
    for note in passed.notes():
        render.note(note)
    return held


def chosen_words(
    stop_words: str,
    rare: int | None,
    frequent: float,
    even: float,
    vocabulary: int | None,
    people: bool,
    as_written: bool,
) -> "Cleaning":
    """The options as a `Cleaning`. Raises `TextError` for a list of stop words that cannot be read."""
    from textvae.topics.pieces import tokens
    from textvae.topics.preparation import Cleaning
    from textvae.topics.stop_words import STOP_WORDS

    if stop_words == "auto":
        listed = None
    elif stop_words in ("english", "none"):
        listed = STOP_WORDS if stop_words == "english" else frozenset()
    else:
        from textvae.corpora.streams import read_lines

        if not Path(stop_words).is_file():
            raise TextError(
                f"--stop-words {stop_words}: there is no such file; give one, or auto, english or none."
            )
        listed = frozenset(token for line in read_lines(stop_words) for token in tokens(line))
    cleaning = Cleaning(listed, rare, frequent, even, vocabulary, people)
    return replace(cleaning, pairs=None, plurals=True, weighted=False) if as_written else cleaning
