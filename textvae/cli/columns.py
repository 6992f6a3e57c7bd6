"""Which columns of a table are meant: the one that holds the text, and those that come along with it."""

import json
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textvae.cli.contents import STANDARD_INPUT, Carried, Layout, is_table
from textvae.cli.options import Format
from textvae.cli.output import Row
from textvae.errors import InputError, OutputError, TextError, UnknownNameError

if TYPE_CHECKING:
    from textvae.cli.reading import Item


def parse_columns(given: Sequence[str] | None) -> dict[str, str]:
    """`["review", "label=stars"]` as `{"text": "review", "label": "stars"}`. Raises `InputError` where a
    field is to be two columns."""
    return _named((_parted(pair, "--column", plain="text") for pair in given or ()), "--column")


def text_column(given: str | None) -> str | None:
    """The column that `review`, or `text=review`, names. Raises `UnknownNameError` for another field."""
    columns = parse_columns(None if given is None else [given])
    for field in columns:
        if field != "text":
            raise UnknownNameError("field", field, ["text"], "No other is read here.")
    return columns.get("text")


def layout(
    file: Path | None,
    column: str | None,
    given: Sequence[str] | None,
    everything: bool,
    own: Collection[str],
    format: Format,  # noqa: A002
) -> Layout:
    """How the rows of the table `file` are read, or the lines of another file.

    Raises `InputError` where --column, --with or --with-all is given and no table, and what `carry` raises.
    """
    if (column or given or everything) and (file is None or not is_table(file)):
        raise InputError("--column and --with are for rows of a table: give one, --file FILE.csv, say.")
    where = text_column(column)
    return Layout(column=where, carried=carry(given, everything, [str(file)], where, own, format))


def carry(
    given: Sequence[str] | None,
    everything: bool,
    names: Sequence[str],
    text: str | None,
    own: Collection[str],
    format: Format,  # noqa: A002
) -> tuple[Carried, ...]:
    """The columns that --with and --with-all take along from the tables `names`, whose text is in `text`.

    Raises `InputError` for what is no table, for a table that lacks one of them, and for a name that the
    results have as their `own`. Of several tables one that cannot be read is passed over: reading says why.
    """
    if not (given or everything):
        return ()
    option = option_of(everything)
    if format not in (Format.jsonl, Format.csv, Format.parquet):
        raise OutputError(
            f"{option} is for rows of csv, jsonl and parquet: add -o FILE.csv, say, or --format csv."
        )
    tables = list(_tables(names, option))
    pairs = named = [_parted(pair, "--with") for pair in given or ()]
    types: dict[str, type] = {}  # of the columns of all the tables
    if everything or format is Format.parquet:
        types = _types(tables)
    if everything:
        renamed = {column: name for name, column in pairs}
        others = (column for column in types if column != (text or "text"))
        pairs = [(renamed.get(column, column), column) for column in others] + pairs
    chosen = _named(pairs, "--with")
    _check(chosen, tables, own, {column for _, column in named})
    forms = (_form(format, types.get(column, str)) for column in chosen.values())
    return tuple(
        Carried(name, column, *form) for (name, column), form in zip(chosen.items(), forms, strict=True)
    )


def option_of(everything: bool) -> str:
    """What was typed for columns to come along."""
    return "--with-all" if everything else "--with"


def kinds(carried: Iterable[Carried]) -> dict[str, type]:
    """The columns of the results that they are, with their types."""
    return {one.name: one.kind for one in carried}


def beside(carried: Iterable[Carried], values: Iterable[Any]) -> Row:
    """The part of a row that they are."""
    return {one.name: value for one, value in zip(carried, values, strict=True)}


def beside_rows(
    found: Iterable[tuple["Item", list[Row]]], carried: Sequence[Carried]
) -> Iterator[tuple["Item", list[Row]]]:
    """Items with their rows, each with what comes along before the rest."""
    for item, rows in found:
        lead = beside(carried, item.beside)
        yield item, [lead | row for row in rows]


def _parted(pair: str, option: str, plain: str | None = None) -> tuple[str, str]:
    """NAME and COLUMN of `NAME=COLUMN`; a column alone has the name `plain`, or its own."""
    name, equals, column = pair.partition("=")
    if not equals:
        name, column = pair if plain is None else plain, pair
    if not (name and column):
        raise InputError(f"{option} {pair!r} names no column: write {option} COLUMN, or NAME=COLUMN.")
    return name, column


def _named(pairs: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    """Name -> column. Raises `InputError` where one name is for two columns."""
    chosen: dict[str, str] = {}
    for name, column in pairs:
        if chosen.setdefault(name, column) != column:
            raise InputError(
                f"{option} names two columns {name!r}: {chosen[name]!r} and {column!r}. Write NAME=COLUMN to "
                "tell them apart."
            )
    return chosen


def _tables(names: Sequence[str], option: str) -> Iterator[Path]:
    """The tables that are there. Raises `InputError` for a name that is not one's."""
    for path in map(Path, names):
        if not is_table(path):
            what = "standard input" if str(path) == STANDARD_INPUT else path
            known = ".csv, .tsv, .jsonl or .parquet"
            raise InputError(
                f"{option} takes columns of a table along, and {what} is none: give a {known} file."
            )
        if path.is_file():
            yield path
        elif path.exists():
            raise InputError(
                f"{option} looks at a table twice, which {path} does not allow: save it as a file."
            )


def _types(tables: Sequence[Path]) -> dict[str, type]:
    """The columns of all the tables; of several tables those that cannot be read are passed over."""
    from textvae.corpora.tables import column_types, common_type

    found: dict[str, type] = {}
    for path in tables:
        with suppress(TextError, OSError) if len(tables) > 1 else nullcontext():
            for column, kind in column_types(path).items():
                found[column] = common_type(found.get(column, kind), kind)
    return found


def _check(
    chosen: Mapping[str, str], tables: Sequence[Path], own: Collection[str], named: Collection[str]
) -> None:
    """Complain of names that the results have already, and of tables without these columns; some of them
    were `named`, the others come with --with-all."""
    from textvae.corpora.tables import column_types

    if clashing := [name for name in chosen if name in own]:
        noun = "a column" if len(clashing) == 1 else "columns"
        raise InputError(
            f"the results have {noun} {', '.join(map(repr, clashing))} of their own: give the table's "
            f"another name, --with my_{clashing[0]}={shlex.quote(chosen[clashing[0]])}, say."
        )
    for path in tables:
        try:
            types = column_types(path, chosen.values())
        except UnknownNameError as error:
            if error.name not in named:
                raise InputError(
                    f"--with-all takes the same columns along from every table, and {path} has no column "
                    f"{error.name!r}, as another has: name those that all have, --with COLUMN, or read the "
                    "tables one by one."
                ) from error
            hint = "--with takes one column and may be repeated; --with-all takes all."
            raise UnknownNameError(error.kind, error.name, error.known, hint) from error
        except (TextError, OSError):
            continue  # reading it will say why
        for column in chosen.values():
            if types[column] is bytes:
                raise InputError(
                    f"the column {column!r} of {path} holds bytes, which no row can: name others."
                )


def _form(format: Format, kind: type) -> tuple[type, Callable[[Any], Any]]:  # noqa: A002
    """The type of a column in the results, and how a value stands there."""
    if format is Format.jsonl:
        return object, _as_json
    if format is Format.parquet and kind in (bool, int):
        return kind, _as_json
    if format is Format.parquet and kind is float:
        return float, lambda value: None if value is None else float(value)
    return str, _as_text


def _as_json(value: Any) -> Any:
    """A value as JSON can have it: a number that is none is null, a date is text."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_as_json(part) for part in value]
    if isinstance(value, dict):
        return {str(name): _as_json(part) for name, part in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_text(value: Any) -> str | None:
    """A value as text: what is no text itself as JSON writes it; None stays None."""
    plain = _as_json(value)
    return plain if plain is None or isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
