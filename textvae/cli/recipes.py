"""`textvae train recipes`: the recipes that ship, and any of them as a file to go on from."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from textvae.cli.corpus import grid_view
from textvae.cli.options import ForceOption, FormatOption, OutputOption
from textvae.cli.output import Row, Target, write
from textvae.errors import InputError, UnknownNameError

KINDS = ("text", "affect", "infill", "topics")


def recipes(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="text, affect, infill or topics: these alone.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="A recipe: print it whole, what it stands on taken over, as TOML."
        ),
    ] = None,
    format: FormatOption = None,  # noqa: A002
    output: OutputOption = None,
    force: ForceOption = False,
) -> None:
    """List the recipes that ship, or print one: save it, change it, and give it to --recipe.

    textvae train recipes text yelp/vae > mine.toml
    """
    from textvae.training.recipe import about, load_recipe, recipe_names, written

    if kind is not None and kind not in KINDS:
        if having := [one for one in KINDS if kind in recipe_names(one)]:
            ways = " or ".join(f"textvae train recipes {one} {kind}" for one in having)
            raise InputError(f"{kind!r} is a recipe, and its kind stands before it: {ways}.")
        raise UnknownNameError("kind of recipe", kind, KINDS)
    if kind is not None and name is not None:
        if format is not None or output is not None or force:
            raise InputError(
                "a recipe is printed as TOML: leave out --format, -o and --force, and write > FILE."
            )
        sys.stdout.write(written(load_recipe(kind, name), about(kind, name)))
        return
    columns: dict[str, type] = {"kind": str, "name": str, "about": str}
    rows: Iterator[Row] = (
        {"kind": one, "name": name, "about": about(one, name)}
        for one in ([kind] if kind else KINDS)
        for name in recipe_names(one)
    )
    write(rows, grid_view(columns), Target.chosen(format, output, force))
