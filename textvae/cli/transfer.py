"""`textvae transfer`: rewrite sentences with the affect that is asked for."""

import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import cells, columns, reading, render, resuming, revised
from textvae.cli.contents import is_table
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ArousalOption,
    AvoidOption,
    DeviceOption,
    FidelityOption,
    FileOption,
    ForceOption,
    Format,
    FormatOption,
    KeepOption,
    OutputOption,
    PrecisionOption,
    SentencesArgument,
    TextColumnOption,
    TextModelOption,
    ValenceOption,
    WithAllOption,
    WithOption,
    WithoutOption,
)
from textvae.cli.output import Target, View, write
from textvae.cli.reach import tell_beyond
from textvae.cli.revised import Account
from textvae.cli.steered import COLUMNS, Request, line, rewritten, table
from textvae.cli.tally import Tally
from textvae.errors import InputError, TargetError, TextError

if TYPE_CHECKING:
    from textvae.text.wording import Wording

TOLERANCE = 0.3


def transfer(
    sentence: SentencesArgument = None,
    valence: ValenceOption = None,
    arousal: ArousalOption = None,
    keep: KeepOption = None,
    avoid: AvoidOption = None,
    n: Annotated[
        int,
        typer.Option(
            "--candidates",
            "-n",
            min=1,
            max=100,
            metavar="K",
            help="Candidates to show for a sentence, best first.",
        ),
    ] = 1,
    fidelity: FidelityOption = 0.5,
    without: WithoutOption = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Show what did not pass too: copies, what is not fluent, keeps too little or hardly moves.",
        ),
    ] = False,
    running: Annotated[
        bool,
        typer.Option(
            "--running",
            help="What comes is running text: only its sentences off the target are rewritten, the rest "
            "comes back byte for byte. Default: a sentence a line, each rewritten.",
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            metavar="POINTS",
            help=f"With --running: how far from the target a sentence may lie. Default: {TOLERANCE}.",
        ),
    ] = None,
    file: FileOption = None,
    column: TextColumnOption = None,
    with_: WithOption = None,
    with_all: WithAllOption = False,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="With --file and -o: a stopped run keeps what it has done, and the next goes on there.",
        ),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Rewrite sentences with the valence or arousal you ask for.

    A sentence that cannot be moved is not passed off as one that was: what is a copy of its source, not
    fluent, keeps too little, loses a number, a name or a quotation, or hardly moves is shown with --all only.
    One that reads as asked already passes as it is. Exit code 3: nothing passed for any sentence.

    Format text prints exactly one line for each input line: the best candidate, or the sentence itself where
    nothing passed or it is too long for the model, which is said on standard error. A row of jsonl, csv or
    parquet holds source, source_valence, source_arousal, target_valence, target_arousal, rank, text, valence,
    arousal (as read back), similarity, log_prob, fault (what did not pass, and why) and by (what made it:
    decoder, edit, frame, mark for an exclamation mark, several as edit+frame, or source for the sentence as
    it was); with -n K, up to K rows a sentence; where nothing passed, one row without a text.

    --file takes a .csv, .tsv, .jsonl or .parquet table too, a sentence a row. The columns of --with stand
    before all others, in formats jsonl, csv and parquet.

    --running keeps what need not change. With --valence 4.0, a sentence is off target below 3.7: a target
    above neutral (3) is a least one, a target below it a most, and neutral is wanted from both sides; a shift
    moves every sentence. Sentences of one or two words and those too long for the model stay. Rows have line,
    start and end (characters of the text) too. Of a table each cell of the column is such a text and has one
    row: source, text (the whole cell), sentences, off (how many are off target) and rewritten.
    """
    from textvae.text.targets import parse_target
    from textvae.text.ways import turned_off
    from textvae.text.wording import Wording

    target = Target.chosen(format, output, force)
    parse_target(valence, "--valence")  # complain before a model is loaded
    parse_target(arousal, "--arousal")
    if valence is None and arousal is None:
        raise TargetError("transfer needs a target: add --valence 4.0, --arousal low, or both.")
    wording = Wording.asked(keep or (), avoid or ())
    off = turned_off(without or ())
    if tolerance is not None and not running:
        raise InputError("--tolerance is for running text: add --running.")
    request = Request(valence, arousal, n, fidelity, wording, off, everything)
    within = TOLERANCE if tolerance is None else tolerance
    own = cells.COLUMNS if running else COLUMNS
    layout = columns.layout(file, column, with_, with_all, own, target.format)
    if running and (file is None or not is_table(file)):
        if resume:
            raise InputError("--resume is for lines and for rows of a table: leave out --running.")
        reading.sentences(sentence, file, "transfer")  # complains where there is nothing, or too much
        text = revised.running_text(sentence, file)
        check_kept(wording, [text])
        writer = open_writer(model, device, precision)
        finish(revised.rewrite(text, writer, request, within, target))
        return
    if running and n > 1:
        raise InputError("--running gives one row for each row of a table: leave out -n.")
    items = reading.sentences(sentence, file, "transfer", layout)
    if file is None and sentence != [reading.STANDARD_INPUT]:
        check_kept(wording, sentence or [])
    asked = {
        "model": model,
        "column": layout.column,
        "with": {one.name: one.column for one in layout.carried},
        "running": within if running else None,
    }
    unfinished = resuming.Unfinished.of(target, file, request, asked) if resume else None
    writer = open_writer(model, device, precision)
    tally = Account() if running else Tally()
    items = render.progress(items, "rewriting")
    if unfinished is not None:
        items = unfinished.skip(items, tally)
    if isinstance(tally, Account):
        passages = cells.rewritten(items, writer, request, within, tally)
        found, view = cells.rows(passages), cells.view(layout.carried, passages, tally)
    else:
        others = columns.kinds(layout.carried)
        found = rewritten(items, writer, request, tally)
        view = View(others | COLUMNS, line, partial(table, by=n > 1 or everything), exact=others)
    if layout.carried:
        found = columns.beside_rows(found, layout.carried)
    if unfinished is not None:
        unfinished.write(found, view, tally)
    else:
        write((row for _, rows in found for row in rows), view, target)
    tally.tell(request, target.format is not Format.table)
    tell_beyond(tally.targets, writer)
    finish(tally.code)


def finish(code: int) -> None:
    """End with an exit code, everything written."""
    if code:
        sys.stdout.flush()
        raise typer.Exit(code)


def check_kept(wording: "Wording", texts: Iterable[str]) -> None:
    """Raise `TextError` if something is to be kept that is in none of the texts."""
    texts = list(texts)
    for phrase in wording.keep:
        if not any(phrase in wording.of(text) for text in texts):
            shown = texts[0] if len(texts[0]) <= 60 else texts[0][:57] + "..."
            raise TextError(
                f'"{phrase}" is to be kept, but it is not in "{" ".join(shown.split())}": give a word as it '
                "stands there."
            )
