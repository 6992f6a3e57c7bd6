"""A grid over a recipe: its configurations, their names, and folders that hold one experiment."""

from pathlib import Path

import pytest

from textvae.errors import OutputError, RecipeError
from textvae.training.grid import file_name, grid_of, open_folder, read_result, write_result


def test_every_configuration_once() -> None:
    assert grid_of([]) == [{}]
    assert grid_of(["a.x=1,2,2", "b.y=u, v"]) == [
        {"a.x": "1", "b.y": "u"},
        {"a.x": "1", "b.y": "v"},
        {"a.x": "2", "b.y": "u"},
        {"a.x": "2", "b.y": "v"},
    ]
    assert grid_of(["latent.trunk=[512],[512,512]"]) == [
        {"latent.trunk": "[512]"},
        {"latent.trunk": "[512,512]"},
    ]


@pytest.mark.parametrize("given", ["a.x", "a.x=", "x=1", "a.x=1,,2"])
def test_a_grid_that_says_nothing(given: str) -> None:
    with pytest.raises(RecipeError, match=r"TABLE\.KEY=A,B"):
        grid_of([given])


def test_a_key_comes_once() -> None:
    with pytest.raises(RecipeError, match=r"a\.x twice"):
        grid_of(["a.x=1", "a.x=2"])


def test_names_of_configurations_are_plain_and_differ() -> None:
    assert file_name({}) == "run"
    assert file_name({"model.freeze": "first:2"}).startswith("freeze=first_2-")
    odd = [{"a.x": "/"}, {"a.x": "?"}, {"a.x": "1", "b.x": "2"}, {"a.x": "2", "b.x": "1"}, {"a.x": "y" * 200}]
    names = [file_name(configuration) for configuration in odd]
    assert len(set(names)) == len(odd)
    assert all("/" not in name and len(name) < 100 for name in names)


def test_a_folder_holds_one_experiment(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    open_folder(folder, {"recipe": {"trunk": (1, 2)}, "folds": 5})
    open_folder(folder, {"recipe": {"trunk": (1, 2)}, "folds": 5})  # again: go on
    with pytest.raises(OutputError, match="folds differs"):
        open_folder(folder, {"recipe": {"trunk": (1, 2)}, "folds": 3})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    with pytest.raises(OutputError, match="not empty"):
        open_folder(tmp_path / "mine", {"folds": 5})
    with pytest.raises(OutputError, match="is a file"):
        open_folder(tmp_path / "mine" / "notes.txt", {"folds": 5})


def test_results_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.json"
    write_result(path, {"r": 0.5, "name": "見"})
    assert read_result(path) == {"r": 0.5, "name": "見"}
    with pytest.raises(TypeError):
        write_result(path, {"r": object()})
    assert read_result(path)["r"] == 0.5
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]
    path.write_text("{")
    with pytest.raises(OutputError, match="delete it"):
        read_result(path)
