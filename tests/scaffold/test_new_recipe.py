"""What `metier new recipe` writes makes a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.discovery import discover
from metier.errors import RunError
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier.scaffold import new_recipe


def test_a_recipe_of_its_own_plans_once_the_rows_are_there(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\n" + "good,yes\nbad,no\n" * 20, encoding="utf-8")
    path = new_recipe(tmp_path / "mine.yaml")
    plan = make_plan(load_recipe(path, registry=discover()), discover())
    assert plan.name == "mine"
    assert [use.name for use in plan.prepare] == ["normalize", "deduplicate"]


def test_a_recipe_that_extends_is_the_other_until_it_says_more(tmp_path: Path) -> None:
    registry = discover()
    path = new_recipe(tmp_path / "mine.yaml", extends="finance/sentiment")
    mine = make_plan(load_recipe(path, registry=registry), registry)
    theirs = make_plan(load_recipe("finance/sentiment", registry=registry), registry)
    assert (mine.task, mine.adapt, mine.training) == (theirs.task, theirs.adapt, theirs.training)


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match="there already"):
        new_recipe(path)
    assert path.read_text(encoding="utf-8") == "mine"
