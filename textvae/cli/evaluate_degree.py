"""`textvae evaluate degree`: is what sentences are moved to what was asked for?"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import render
from textvae.cli.evaluate import OutputsOption, judgements, show
from textvae.cli.measured import SplitOption, chosen, fitting, judge_of, spread
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ColumnOption,
    CorporaOption,
    DeviceOption,
    FidelityOption,
    ForceOption,
    FormatOption,
    LimitOption,
    OutputOption,
    PrecisionOption,
    TextModelOption,
    WithoutOption,
)
from textvae.cli.output import Target
from textvae.errors import CorpusError

if TYPE_CHECKING:
    from textvae.corpora import Sentence


def degree(
    corpus: Annotated[
        str | None,
        typer.Option(help="A corpus: its name or a file. Default: what the model's recipe holds out."),
    ] = None,
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    limit: LimitOption = None,
    fidelity: FidelityOption = 0.5,
    without: WithoutOption = None,
    outputs: OutputsOption = None,
    model: TextModelOption = "text-en",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Steer sentences to valence and arousal 1.5, 2, ... 4.5: how near do they come (MAE, r)?

    Valence is judged by the affect model, by VADER where vaderSentiment is installed, and, on a corpus
    labelled negative and positive (yelp), by a classifier trained on its labels.
    """
    from textvae.text.ways import turned_off

    target = Target.chosen(format, output, force)
    off = turned_off(without or ())
    judged = judgements(outputs, force, target)
    writer = open_writer(model, device, precision)

    from textvae.evaluation.degree import AXES, PLACES, DegreeOptions, evaluate_degree, vader
    from textvae.evaluation.reconstruction import held_out

    sentences: Iterable[Sentence]
    if corpus is None:
        sentences, name = held_out(writer, split or "test"), f"held-out/{split or 'test'}"
    else:
        sentences, name = chosen(corpus, split, corpora, column, model=writer)
    asked = spread(fitting(sentences, writer.codec.takes), limit)
    judge = None
    if corpus is not None and {sentence.label for sentence in asked} <= {"negative", "positive"}:
        with suppress(CorpusError):  # without a train split, or a second label there
            judge = judge_of(corpus, corpora, column, writer)
    with render.counting("steering", len(asked) * len(PLACES) * len(AXES)) as progress:
        options = DegreeOptions(fidelity=fidelity, without=off)
        report = evaluate_degree(writer, asked, name, judge, vader(), options, progress)
    show(report, target, judged)
