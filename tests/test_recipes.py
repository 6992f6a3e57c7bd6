"""Recipes that stand on one another."""

import tomllib
from pathlib import Path

import pytest

from textvae import resources
from textvae.cli.recipes import KINDS
from textvae.errors import RecipeError, UnknownNameError
from textvae.text.model import TextConfig
from textvae.training.recipe import about, load_recipe, read_table, recipe_names, toml, written
from textvae.variational.objective import Objective


def write(folder: Path, **recipes: str) -> str:
    for name, text in recipes.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return str(folder / "top.toml")


def test_a_recipe_says_only_what_differs_from_its_base(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        low='objective = { a = 1.0, b = { schedule = "linear", end = 9 } }\nmodel = { size = 3 }',
        middle='base = "low"\nobjective = { b = 0.5, c = 2.0 }',
        top='base = "middle"\n[model]\ndepth = 2',
    )
    recipe = load_recipe("text", top, {"objective.a": "7"})
    assert recipe == {"objective": {"a": 7, "b": 0.5, "c": 2.0}, "model": {"size": 3, "depth": 2}}


def test_a_schedule_of_the_base_is_replaced_whole(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        low='[objective]\nkl = { schedule = "linear", low = 0, high = 1, end = 9 }',
        top='base = "low"\nobjective.kl = { schedule = "constant", value = 1 }',
    )
    assert load_recipe("text", top)["objective"]["kl"] == {"schedule": "constant", "value": 1}


def test_bases_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="name another recipe beside it"):
        load_recipe("text", write(tmp_path, top='base = "other"', other='base = "top"'))
    with pytest.raises(RecipeError, match="missing.toml is not there"):
        load_recipe("text", write(tmp_path, top='base = "missing"'))
    with pytest.raises(RecipeError, match="name another recipe beside it"):
        load_recipe("text", write(tmp_path, top="base = 3"))
    for text in ('model = "small"', "stage = [1]"):
        with pytest.raises(RecipeError, match=r"top\.toml: (model|stage) is no table"):
            load_recipe("affect", write(tmp_path, top=text))


def test_recipes_in_folders_have_names() -> None:
    assert {"en", "yelp", "yelp/vae", "ptb/lm"} <= set(recipe_names("text"))
    assert load_recipe("text", "yelp/mutual-information-5")["objective"] == {
        "reconstruction": 1.0,
        "kl": 1.0,
        "mutual_information": 5.0,
    }
    with pytest.raises(UnknownNameError, match="did you mean 'yelp/vae'"):
        load_recipe("text", "yelp/vea")


def test_a_table_of_a_checkpoint_may_hold_none_where_that_is_a_value() -> None:
    assert read_table({"pieces": 9, "encoder_dropout": None}, TextConfig, "model").encoder_dropout is None
    with pytest.raises(RecipeError, match="expected a whole number"):
        read_table({"pieces": None}, TextConfig, "model")


def test_the_weights_that_a_training_ends_with() -> None:
    final = {
        name: Objective.from_recipe(load_recipe("text", f"yelp/{name}")["objective"]).final()
        for name in ("annealing", "cyclical", "beta", "mmd")
    }
    assert final["annealing"] == final["cyclical"] == {"reconstruction": 1.0, "kl": 1.0}
    assert final["beta"]["kl"] == 0.2
    assert final["mmd"] == {"reconstruction": 1.0, "kl": 0.0, "mmd": 100.0}


SHIPPED = [(kind, name) for kind in KINDS for name in recipe_names(kind)]


def test_every_kind_of_recipe_is_listed() -> None:
    assert {path.name for path in resources.recipe_folder().iterdir()} == set(KINDS)


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_a_recipe_says_what_it_is_and_is_the_same_when_it_was_printed(
    kind: str, name: str, tmp_path: Path
) -> None:
    said = about(kind, name)
    assert 10 < len(said) < 300
    assert not said.endswith(".")
    recipe, path = load_recipe(kind, name), tmp_path / "mine.toml"
    path.write_text(written(recipe, said), encoding="utf-8")
    again = load_recipe(kind, str(path))
    assert repr(again) == repr(recipe)  # in the same order, and whole numbers are whole numbers
    assert about(kind, str(path)) == said


def test_values_are_written_as_toml_reads_them() -> None:
    values: list[object] = ['a "quote"\\ \x7f\n\u00e9', 1, 1.0, 1e-300, float("inf"), True, [], {}]
    for value in [*values, [[1], {"a b": 2}]]:
        assert tomllib.loads(f"value = {toml(value)}") == {"value": value}
    assert written({"data": {"a.b": 1}}) == '[data]\n"a.b" = 1\n'
