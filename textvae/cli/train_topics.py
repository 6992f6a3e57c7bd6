"""`textvae train topics`: train a topic model from a recipe, on a public corpus or your own texts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textvae.cli import render
from textvae.cli.following import follow
from textvae.cli.options import CorporaOption, DeviceOption, TextColumnOption
from textvae.cli.train import OutOption, ResumeOption, SeedOption, SetOption, check_folder, resolved

if TYPE_CHECKING:
    from textvae.topics.bags import Bags
    from textvae.topics.counting import Counting


def topics(
    out: OutOption,
    corpus: Annotated[
        str,
        typer.Option(
            metavar="CORPUS",
            help="A corpus of topics by its name, or a folder, a table or a .txt of your own.",
        ),
    ],
    k: Annotated[
        int | None,
        typer.Option("-k", "--topics", min=2, metavar="N", help="How many topics. Default: the recipe's."),
    ] = None,
    recipe: Annotated[
        str, typer.Option(help="A recipe that ships (see textvae train recipes topics) or a .toml file.")
    ] = "dirichlet",
    column: TextColumnOption = None,
    resume: ResumeOption = False,
    set: SetOption = None,  # noqa: A002
    corpora: CorporaOption = None,
    seed: SeedOption = None,
    device: DeviceOption = "auto",
) -> None:  # fmt: skip
    """Train a topic model: one that textvae topics --model can use.

    Ctrl-C leaves a checkpoint; --resume goes on to the same losses. DIR/best and DIR/last are for --model.
    """
    from textvae.cli.topic_learning import check_number

    check_folder(out, resume)
    values, options = resolved("topics", recipe, set, seed)
    train, dev, counting = bags_of(corpus, column, corpora)
    check_number(k or int(values.get("model", {}).get("topics", 2)), len(train))
    with render.waiting("loading torch"):
        from textvae.topics.reader import prepare
        from textvae.training.device import choose_device

        chosen = choose_device(device, "fp32")
        task, options = prepare(train, values, k, options.seed, dev, chosen, counting)
    follow(task, options, out, resume, "documents")


def bags_of(
    corpus: str, column: str | None, corpora: Path | None
) -> tuple["Bags", "Bags | None", "Counting | None"]:
    """The documents to train on and those to validate on (None: some of the former are to be held out); how
    texts were counted."""
    from textvae.corpora.corpus import is_own
    from textvae.topics.data import load_bags

    if not is_own(corpus):
        with render.waiting("reading the corpus"):
            train, _ = load_bags(corpus, "train", directory=corpora)
            return train, load_bags(corpus, "dev", train.words, corpora)[0], None
    from textvae.cli.topic_learning import prepare_documents
    from textvae.cli.topics import documents
    from textvae.topics.preparation import Cleaning

    prepared = prepare_documents(documents([corpus], column, None), Cleaning())
    return prepared.bags, None, prepared.counting
