"""`textvae evaluate text`: a text model measured as the papers on text VAEs do."""

from typing import Annotated

import typer

from textvae.cli import render
from textvae.cli.evaluate import OutputsOption, judgements, show
from textvae.cli.measured import SplitOption, chosen, spread
from textvae.cli.models import open_writer
from textvae.cli.options import (
    ColumnOption,
    CorporaOption,
    DeviceOption,
    ForceOption,
    FormatOption,
    LimitOption,
    OutputOption,
    PrecisionOption,
    TextModelOption,
)
from textvae.cli.output import Target


def text(
    corpus: Annotated[str, typer.Option(help="Sentences to measure on: a corpus's name or a file.")] = "yelp",
    split: SplitOption = None,
    column: ColumnOption = None,
    corpora: CorporaOption = None,
    limit: LimitOption = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws of z for the bound.")] = 10,
    samples: Annotated[
        int, typer.Option(min=1, help="Draws of z for the importance-weighted likelihood.")
    ] = 500,
    texts: Annotated[
        int, typer.Option(min=2, help="Sentences to make up, for diversity and --judge.")
    ] = 1000,
    beam: Annotated[int, typer.Option(min=1, help="Beam that reconstructs; 1 is greedy.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same figures.")] = 1,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A language model that says how likely the samples are."),
    ] = None,
    outputs: OutputsOption = None,
    model: TextModelOption = "text-yelp",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """Measure a text VAE or a language model: likelihood, latent, reconstructions, samples.

    The bound and the importance-weighted NLL, perplexity a word, KL, mutual information, active units, BLEU
    of reconstructions, diversity of samples, smoothness of interpolations; with --judge, perplexity of
    samples.
    """
    target = Target.chosen(format, output, force)
    judged = judgements(outputs, force, target)
    writer = open_writer(model, device, precision)
    sentences, name = chosen(corpus, split, corpora, column, model=writer)
    asked = spread(list(sentences), limit)
    critic = open_writer(judge, device, precision) if judge else None

    from textvae.evaluation.text import TextOptions, evaluate_text

    options = TextOptions(draws=draws, samples=samples, made=texts, width=beam, seed=seed)
    with render.counting("measuring", len(asked)) as progress:
        report = evaluate_text(writer, asked, name, options, critic, progress)
    show(report, target, judged)
