"""`textvae analyze`: valence, arousal and dominance of sentences and of whole texts, with intervals."""

from pathlib import Path
from typing import Annotated

import typer

from textvae.cli import blocks, columns, explaining, folders, reading, render, sentences, summary
from textvae.cli.contents import Layout, is_table
from textvae.cli.explaining import Dimension, Way
from textvae.cli.models import open_reader
from textvae.cli.options import (
    AffectModelOption,
    DeviceOption,
    FastOption,
    ForceOption,
    Format,
    FormatOption,
    OutputOption,
    PlotOption,
    ReadingPrecisionOption,
    TextColumnOption,
    WithAllOption,
    WithOption,
    affect_model,
)
from textvae.cli.output import Target, View, write
from textvae.cli.summary import By
from textvae.cli.tracks import Tracks
from textvae.errors import InputError, TextError


def analyze(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Files of running text, or .csv, .tsv, .jsonl, .parquet tables, or folders of them; - reads "
            "standard input.",
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text", metavar="SENTENCE", help="A sentence to read instead of files; may be repeated."
        ),
    ] = None,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines",
            help="Each line is one item, as it comes; an empty line keeps its row. Default: sentences are "
            "found in running text.",
        ),
    ] = False,
    column: TextColumnOption = None,
    split: Annotated[
        bool,
        typer.Option(
            "--split",
            help="Split the texts of a table into sentences, a row each. Default: a row of the table is one "
            "item.",
        ),
    ] = False,
    with_: WithOption = None,
    with_all: WithAllOption = False,
    by: Annotated[
        By | None,
        typer.Option(
            "--by",
            help="What a row stands for. Default: sentence; in a table of several files, file. A paragraph "
            "of a table is one of its rows.",
        ),
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Smooth the arc of a text: running means over N sentences."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Colour the words that carry the score. What one adds: the reading, less the reading when "
            "it is left out, in points of the 1-5 scale.",
        ),
    ] = False,
    explain_dimension: Annotated[
        Dimension | None, typer.Option("--explain-dimension", help="What is explained. Default: valence.")
    ] = None,
    explain_by: Annotated[
        Way | None,
        typer.Option(
            "--explain-by",
            help="removal leaves each word out (default); gradient shares the score out among the words, by "
            "integrated gradients from a masked text.",
        ),
    ] = None,
    level: Annotated[
        float, typer.Option(min=0.01, max=0.999, help="How often the interval should hold the raters' mean.")
    ] = 0.9,
    model: AffectModelOption = "affect-en",
    fast: FastOption = False,
    device: DeviceOption = "auto",
    precision: ReadingPrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    plot: PlotOption = None,
    force: ForceOption = False,
) -> None:
    """Read valence, arousal and dominance (1 to 5) off sentences, each with an interval.

    A row of jsonl, csv or parquet holds file, line (where the sentence starts, or the row of a table, from
    1), index (in the run, from 0), text, and for each dimension NAME, NAME_sd, NAME_low, NAME_high. Format
    text prints valence, arousal, dominance and the sentence, tabs between. A file of any length will do.
    --window adds the running means of a file's sentences and of their intervals: NAME_arc, NAME_arc_low,
    NAME_arc_high; format text has the three means before the sentence. Of --by file and paragraph it smooths
    the arc that the table (of files) and --plot draw; their rows have none.

    A row of --by file or paragraph holds file, line, index, text (how it begins), sentences, pleasant (the
    share of them above 3), for each dimension NAME (the mean of the sentences), NAME_spread (their standard
    deviation), NAME_low, NAME_high, and highest, highest_line, highest_text of the most pleasant sentence,
    lowest... of the least pleasant one. The interval is as wide as that of the sentences on average: it holds
    even if all errors in a text point the same way.

    A row of a table is one item, with --split its sentences are; --by paragraph sums these up, a row for each
    of the table. Where the text is empty there is a row too, without numbers. The columns of --with stand
    before all others, with the values of the table: jsonl keeps numbers, lists and so on, csv has them as
    text (lists as JSON), and in parquet what is not numbers throughout is text. One that is called as a
    column of the results needs another name: --with rated=valence. Formats table and text have none of them.

    --plot draws valence and arousal along each text (the first 8) and its sentences in the plane. --explain
    adds words, a list of word, start, end (characters of the text) and its points; a sentence of n words
    is read n + 1 times, and of a long one the first 100 words are explained. Format text ends with the words
    that add or take away most.

    Folders are walked for .txt files and tables; a file named twice is read once. A file that cannot be read
    does not stop the others: it is told of at the end, with exit code 2.
    """
    target = Target.chosen(format, output, force)
    if plot is not None:
        from textvae.cli.figures import check_figure

        check_figure(plot, force)
        target.keep_apart(plot, "--plot")
    if text and files:
        raise TextError("give analyze files or --text, not both.")
    if text and (lines or column or split or with_ or with_all):
        raise InputError("--lines, --column, --split and --with are for files: leave them out with --text.")
    if not (text or files):
        raise TextError('analyze needs a file, - for standard input, or --text "a sentence".')
    failures: folders.Failures = []
    names = folders.find_files(files or (), target.path, failures)
    known = len(names) + len(failures)
    explained = bool(explain or explain_dimension or explain_by)
    if by is None:
        whole = target.format is Format.table and len(names) > 1 and not explained
        by = By.file if whole else By.sentence
    elif by is By.file and (with_ or with_all):
        raise InputError(
            f"{columns.option_of(with_all)} is for rows of a table, not --by file: leave one out, or add "
            "--by paragraph."
        )
    elif explained and by is not By.sentence and plot is None:
        raise InputError(
            f"--explain is about sentences, not --by {by}: leave one out, or add --plot FILE.html."
        )
    elif window and by is not By.sentence and plot is None and (by, target.format) != (By.file, Format.table):
        raise InputError(
            f"--window smooths an arc, and rows of --by {by} have none: leave one out, or add --plot FILE."
        )
    if split and (lines or not any(is_table(Path(name)) for name in names)):
        raise InputError("--split is for tables: running text is split already, and with --lines nothing is.")
    held = sentences.columns(window, explained) if by is By.sentence else summary.COLUMNS
    where = columns.text_column(column)
    carried = columns.carry(with_, with_all, names, where, held, target.format)
    if text:
        items = reading.from_arguments(text)
    else:
        layout = Layout(lines, where, split or by is By.paragraph, carried)
        items = reading.from_files(names, layout, failures if len(names) > 1 else None)
    reader = open_reader(affect_model(model, fast), device, precision, level)
    items = render.progress(items, "reading")
    if by is By.sentence and not (window or explained or plot) and blocks.suit(target):
        blocks.write(items, reader, target, carried)
        folders.complain(failures, known)
        return
    found = sentences.readings(items, reader)
    if explained:
        way = explain_by or Way.removal
        found = explaining.explained(found, reader, explain_dimension or Dimension.valence, way)
    tracks = Tracks()
    if plot is not None:
        found = tracks.gather(found)
    others = columns.kinds(carried)
    if by is By.sentence:
        view = View(
            others | held,
            sentences.line,
            lambda _, stream: sentences.table(found, stream, window or 1),
            sentences.record,
            exact=others,
        )
        write(sentences.rows(found, window, explained, carried), view, target)
    else:
        kind, wholes = by, summary.wholes(found, by, window or 1)
        view = View(
            others | held,
            summary.line,
            lambda _, stream: summary.table(wholes, stream, kind),
            exact=others,
        )
        write((columns.beside(carried, whole.beside) | summary.row(whole) for whole in wholes), view, target)
    if plot is not None:
        tracks.draw(plot, level, window, force)
    folders.complain(failures, known)
