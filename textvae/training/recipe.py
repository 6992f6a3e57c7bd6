"""Recipes: a training as a TOML file, with single values overridden from the command line."""

import json
import re
import tomllib
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar

from textvae import resources
from textvae.errors import RecipeError, UnknownNameError

Shape = TypeVar("Shape")


def recipe_names(kind: str) -> list[str]:
    """Names of the recipes that ship for a kind of model (`affect`, `text`); in a folder, FOLDER/NAME."""
    folder = resources.recipe_folder() / kind
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.toml"))


def load_recipe(kind: str, name_or_path: str, overrides: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A recipe as nested tables; `overrides` maps `table.key` to a TOML value, as typed after `--set`.

    A recipe may begin with `base = "NAME"`, a file beside it: its tables are taken over, and what the recipe
    says of a key stands in place of what the base says.

    Raises `UnknownNameError` for a recipe or a table that is not known, `RecipeError` for a file that is not
    TOML, or not of tables.
    """
    path = _place(kind, name_or_path)
    recipe = _read(path, ())
    known = _tables(kind)
    for name, table in recipe.items():
        if name not in known:
            raise UnknownNameError("table of the recipe", name, known, f"It stands in {path}.")
        if not all(isinstance(one, dict) for one in (table if isinstance(table, list) else [table])):
            raise RecipeError(f"{path}: {name} is no table: write [{name}], and its keys below.")
    for key, value in (overrides or {}).items():
        _override(recipe, key, value, known)
    return recipe


def about(kind: str, name_or_path: str) -> str:
    """What a recipe is: the first sentence of the comment that it begins with, "" without one."""
    path = _place(kind, name_or_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = " ".join(
        line.removeprefix("#").strip() for line in takewhile(lambda s: s.startswith("#"), lines)
    )
    return re.split(r"(?<=\.) (?=[A-Z`])", comment, maxsplit=1)[0].removesuffix(".")


def written(recipe: Mapping[str, Any], about: str = "") -> str:
    """A recipe as a TOML file of its own: what `load_recipe` reads of it is `recipe` again."""
    parts = [f"# {about}.\n"] if about else []
    for name, table in recipe.items():
        several = isinstance(table, list)
        for one in table if several else [table]:
            head = f"[[{name}]]" if several else f"[{name}]"
            parts.append(
                "\n".join([head, *(f"{_key(key)} = {toml(value)}" for key, value in one.items()), ""])
            )
    return "\n".join(parts)


def toml(value: Any) -> str:
    """A value as TOML writes it on one line.

    >>> toml({"schedule": "linear", "end": 2.0, "parts": [1, True]})
    '{ schedule = "linear", end = 2.0, parts = [1, true] }'
    """
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {toml(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return repr(value)  # also inf and nan, which JSON has not
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def _place(kind: str, name_or_path: str) -> Path:
    """The file of a recipe by its name, or the file itself."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return path
    path = resources.recipe_folder() / kind / f"{name_or_path}.toml"
    if not path.is_file():
        ways = f"textvae train recipes {kind} lists them. Or give a .toml file."
        raise UnknownNameError(f"{kind} recipe", name_or_path, recipe_names(kind), ways)
    return path


def _tables(kind: str) -> set[str]:
    """The tables that recipes of a kind have."""
    found = {"data", "model", "objective", "training"}
    for path in (resources.recipe_folder() / kind).rglob("*.toml"):
        found |= tomllib.loads(path.read_text(encoding="utf-8")).keys()
    return found - {"base"}


def _read(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """The recipe at `path` over its base; `above` are the recipes whose base it is."""
    try:
        recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecipeError(f"the recipe {path} is not there: check the name.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"the recipe {path} cannot be read: {error}") from error
    base = recipe.pop("base", None)
    if base is None:
        return recipe
    if path in above or not isinstance(base, str):
        raise RecipeError(f"the recipe {path} has the base {base!r}: name another recipe beside it.")
    merged = _read(path.parent / f"{base}.toml", (*above, path))
    for name, table in recipe.items():
        under = merged.get(name)
        merged[name] = under | table if isinstance(under, dict) and isinstance(table, dict) else table
    return merged


def _override(recipe: dict[str, Any], key: str, value: str, known: set[str]) -> None:
    """Set `table.key` to a TOML value; the table is one of `known` or in one, its keys may be new."""
    *tables, last = key.split(".")
    place = recipe
    for name in tables:
        within = (
            known if place is recipe else {k for k, content in place.items() if isinstance(content, dict)}
        )
        if name not in within or not isinstance(place.setdefault(name, {}), dict):
            raise UnknownNameError("table of the recipe", name, within - {name}, f"It stands in --set {key}.")
        place = place[name]
    try:
        place[last] = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        place[last] = value


def read_table(table: Mapping[str, Any], shape: type[Shape], where: str) -> Shape:
    """A recipe's table as the frozen dataclass `shape`.

    Raises `UnknownNameError` for a key that `shape` lacks, `RecipeError` for a value of another type.
    """
    fields: Mapping[str, Any] = shape.__dataclass_fields__  # type: ignore[attr-defined]
    for key, value in table.items():
        if key not in fields:
            raise UnknownNameError(f"key of [{where}]", key, fields)
        kinds = str(fields[key].type if isinstance(fields[key].type, str) else _type_names(fields[key].type))
        given = type(value).__name__
        fits = (
            given in kinds
            or (given == "int" and "float" in kinds)
            or (given == "list" and "tuple" in kinds)
            or (value is None and "None" in kinds)  # as a checkpoint's config has it
        )
        if not fits and "tuple" in kinds:
            shown = json.dumps([value], ensure_ascii=False, default=str)
            raise RecipeError(f"[{where}] {key} = {value!r}: expected a list, {shown} say.")
        if not fits:
            raise RecipeError(f"[{where}] {key} = {value!r}: expected {_expected(kinds)}.")
    return shape(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})


def _expected(kinds: str) -> str:
    """A field's types as a person who writes TOML calls them."""
    called = {
        "float": "a number", "int": "a whole number", "str": "text", "bool": "true or false",
        "dict": "a table", "None": "",
    }  # fmt: skip
    names = [called.get(kind.partition("[")[0], kind) for kind in kinds.split(" | ")]
    return " or ".join(filter(None, names))


def _type_names(annotation: Any) -> str:
    return str(getattr(annotation, "__name__", annotation)) if "|" not in str(annotation) else str(annotation)
