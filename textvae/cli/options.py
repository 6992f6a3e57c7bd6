"""The options that several verbs share, said once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from textvae.errors import InputError

RESULTS = "Results"
MODEL = "Model"


class Format(StrEnum):
    """How results are written."""

    table = "table"
    text = "text"
    jsonl = "jsonl"
    csv = "csv"
    parquet = "parquet"


FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="How results are written. Default: what the ending of -o FILE says; without it, table on a "
        "terminal and text elsewhere.",
        rich_help_panel=RESULTS,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write results to FILE, whole or not at all. Default: standard output.",
        rich_help_panel=RESULTS,
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace FILE if it exists.", rich_help_panel=RESULTS)
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Draw a figure too, as the ending says: .html (to point at), .png or .svg (pip install "
        "'matplotlib>=3.8').",
        rich_help_panel=RESULTS,
    ),
]
AffectModelOption = Annotated[
    str,
    typer.Option(
        "--model", metavar="NAME", help="A shipped affect model or a folder.", rich_help_panel=MODEL
    ),
]
FastOption = Annotated[
    bool,
    typer.Option(
        "--fast",
        help="Read with affect-fast: less exact, many times faster; for a million lines.",
        rich_help_panel=MODEL,
    ),
]
TextModelOption = Annotated[
    str,
    typer.Option("--model", metavar="NAME", help="A shipped text model or a folder.", rich_help_panel=MODEL),
]
DeviceOption = Annotated[
    str,
    typer.Option(
        "--device", help="cpu, cuda, cuda:1, ...; auto takes a GPU if there is one.", rich_help_panel=MODEL
    ),
]
PrecisionOption = Annotated[
    str,
    typer.Option(
        "--precision",
        help="fp32 or bf16; auto takes bf16 where the hardware multiplies it.",
        rich_help_panel=MODEL,
    ),
]
ReadingPrecisionOption = Annotated[
    str,
    typer.Option(
        "--precision",
        help="fp32, bf16, or int8 (on a CPU); auto takes bf16 where the hardware multiplies it, else fp32.",
        rich_help_panel=MODEL,
    ),
]
ValenceOption = Annotated[
    str | None,
    typer.Option(
        "--valence",
        metavar="TARGET",
        help="1 (unpleasant) to 5 (pleasant), a shift (+0.8, -1), or very-low, low, neutral, high, "
        "very-high.",
    ),
]
ArousalOption = Annotated[
    str | None,
    typer.Option(
        "--arousal", metavar="TARGET", help="1 (calm) to 5 (excited), a shift, or a word, as --valence."
    ),
]
KeepOption = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="WORD", help="A word or phrase of the sentence that has to stay; may be repeated."
    ),
]
AvoidOption = Annotated[
    list[str] | None,
    typer.Option("--avoid", metavar="WORD", help="A word or phrase that may not be used; may be repeated."),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="decoder|edits|frames",
        help="Leave out a way of making candidates: the decoder, which says a sentence anew; edits of single "
        "words and exclamation marks; frames, words around it. May be repeated.",
    ),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="[NAME=]COLUMN",
        help="Of a table: the column of the text, or NAME=COLUMN for valence, label, split, ...; "
        "may be repeated.",
    ),
]
TextColumnOption = Annotated[
    str | None,
    typer.Option("--column", metavar="COLUMN", help="The column of a table that holds the text."),
]
WithOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="COLUMN",
        help="Take a column of the table along into csv, jsonl or parquet: it stands first in its row. "
        "NAME=COLUMN gives it another name. May be repeated.",
    ),
]
WithAllOption = Annotated[
    bool, typer.Option("--with-all", help="Take all columns along, as --with does; not the text's.")
]
FidelityOption = Annotated[
    float,
    typer.Option(
        min=0.0, max=1.0, help="0 hits the target whatever it costs, 1 keeps the words whatever it costs."
    ),
]
SentencesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="SENTENCE", help="Sentences; - reads one a line from standard input."),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="Read a sentence a line from FILE (UTF-8), or a row of a .csv, .tsv, .jsonl or .parquet table.",
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option("--sentences", "-n", min=1, metavar="N", help="N of the sentences, evenly spread."),
]
CorporaOption = Annotated[
    Path | None,
    typer.Option(
        "--corpora", metavar="DIR", help="Where the corpora lie. Default: TEXTVAE_CORPORA, then the cache."
    ),
]


def given(context: typer.Context) -> dict[str, str]:
    """The options that stand on the command line: a parameter's name, and how it is written (`--column`)."""
    found = {}
    for parameter in context.command.params:
        source = context.get_parameter_source(name := parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            found[name] = "/".join([parameter.opts[0], *parameter.secondary_opts])
    return found


def affect_model(model: str, fast: bool) -> str:
    """The affect model that --model and --fast ask for. Raises `InputError` if they ask for two."""
    if fast and model not in ("affect-en", "affect-fast"):
        raise InputError(f"--fast is --model affect-fast, and --model {model} is another one: give one.")
    return "affect-fast" if fast else model
