"""Recipes that stand on one another."""

from pathlib import Path

import pytest

from textvae.errors import RecipeError, UnknownNameError
from textvae.text.model import TextConfig
from textvae.training.recipe import load_recipe, read_table, recipe_names
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
    with pytest.raises(RecipeError, match="missing.toml cannot be read"):
        load_recipe("text", write(tmp_path, top='base = "missing"'))
    with pytest.raises(RecipeError, match="name another recipe beside it"):
        load_recipe("text", write(tmp_path, top="base = 3"))


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
