"""`textvae evaluate transfer`: is the polarity of sentences turned, and their content kept?"""

from typing import Annotated

import typer

from textvae.cli import render
from textvae.cli.evaluate import OutputsOption, judgements, show
from textvae.cli.measured import SplitOption, chosen, fitting, judge_of
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ColumnOption,
    CorporaOption,
    DeviceOption,
    FidelityOption,
    ForceOption,
    FormatOption,
    OutputOption,
    PrecisionOption,
    TextModelOption,
    WithoutOption,
)
from textvae.cli.output import Target


def transfer(
    corpus: Annotated[str, typer.Option(help="A corpus labelled negative and positive.")] = "yelp",
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    high: Annotated[
        float, typer.Option(min=1, max=5, help="The valence that negative sentences are sent to.")
    ] = 4.2,
    low: Annotated[
        float, typer.Option(min=1, max=5, help="The valence that positive sentences are sent to.")
    ] = 1.8,
    fidelity: FidelityOption = 0.5,
    without: WithoutOption = None,
    language_model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A language model that says how fluent the outputs are."),
    ] = None,
    outputs: OutputsOption = None,
    model: TextModelOption = "text-yelp",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Turn the polarity of sentences: is it turned (ACC), is the content kept (BLEU)?

    A classifier judges that is trained on the corpus's own labels and that steering never sees.
    """
    from textvae.text.ways import turned_off

    target = Target.chosen(format, output, force)
    off = turned_off(without or ())
    judged = judgements(outputs, force, target)
    writer = open_writer(model, device, precision)
    sentences, name = chosen(corpus, split, corpora, column, model=writer)
    asked = fitting(sentences, writer.codec.takes)
    fluent = open_writer(language_model, device, precision) if language_model else None

    from textvae.evaluation.transfer import TransferOptions, evaluate_transfer

    judge = judge_of(corpus, corpora, column, writer)
    with render.counting("turning", len(asked)) as progress:
        options = TransferOptions(high, low, fidelity, off)
        report = evaluate_transfer(writer, judge, asked, options, name, progress, fluent)
    show(report, target, judged)
