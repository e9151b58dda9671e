"""Loading a recipe: what it extends, where its values come from, what it is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import registry

from metier.errors import RecipeError
from metier.recipe import Recipe, load_recipe


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


BASE = """\
recipe: 1
name: base
description: the base
data:
  train: {use: csv, path: rows.csv, separator: ";"}
  prepare: [normalize]
adapt: [adversarial, continued-pretraining]
task: {use: text-classification, class_weights: balanced}
optimizer: adamw
training: {num_train_epochs: 3, max_length: 64}
"""


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Returns a recipe that changes a little of one that ships in another folder."""
    write(tmp_path / "shipped", sentiment=BASE)
    mine = """\
recipe: 1
extends: finance/sentiment
data:
  train: {path: mine.csv}
adapt: [adversarial]
optimizer: {learning_rate: 1e-4}
training: {max-length: 128}
"""
    write(tmp_path / "work", mine=mine)
    monkeypatch.chdir(tmp_path / "work")
    return load_recipe("mine.yaml", registry=registry(tmp_path / "shipped"))


def test_mappings_are_merged_and_lists_replaced(extended: Recipe) -> None:
    assert extended.tree["training"] == {"num_train_epochs": 3, "max_length": 128}
    assert extended.tree["adapt"] == ["adversarial"]
    assert extended.tree["data"]["train"] == {"use": "csv", "path": "mine.csv", "separator": ";"}
    assert extended.tree["description"] == "the base"
    assert "extends" not in extended.tree


def test_options_open_a_name_that_stands_alone(extended: Recipe) -> None:
    assert extended.tree["optimizer"] == {"use": "adamw", "learning_rate": 1e-4}


def test_the_name_is_the_files_own(extended: Recipe) -> None:
    assert extended.name == "mine"


def test_each_value_knows_its_file(extended: Recipe, tmp_path: Path) -> None:
    assert (extended.place(("data", "train", "path")).file, extended.place(("data", "train", "path")).line) == (
        "mine.yaml",
        4,
    )
    theirs = extended.place(("data", "train", "separator"))
    assert (theirs.file, theirs.line) == (str(tmp_path / "shipped" / "sentiment.yaml"), 5)
    assert theirs.root == tmp_path / "shipped"
    assert extended.place(("training", "no", "such", "key")).line == 7


def test_a_shipped_recipe_is_named_after_its_industry(tmp_path: Path) -> None:
    write(tmp_path, sentiment=BASE.replace("name: base\n", ""))
    assert load_recipe("finance/sentiment", registry=registry(tmp_path)).name == "finance-sentiment"


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ("{use: jsonl, path: a.jsonl}", {"use": "jsonl", "path": "a.jsonl"}),
        ("other.csv", "other.csv"),
        ("{use: csv, path: b.csv}", {"use": "csv", "path": "b.csv", "separator": ";"}),
        ("null", None),
    ],
)
def test_another_component_replaces_the_whole_mapping(tmp_path: Path, over: str, expected: object) -> None:
    write(tmp_path, base=BASE, mine=f"recipe: 1\nextends: base.yaml\ndata:\n  train: {over}\n")
    assert load_recipe(tmp_path / "mine.yaml", registry=registry()).tree["data"]["train"] == expected


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("rows.csv", "{columns: {text: body}}", {"path": "rows.csv", "columns": {"text": "body"}}),
        ("rows.csv", "{path: mine.csv}", {"path": "mine.csv"}),
        ("sample", "{use: sample, part: test}", {"use": "sample", "part": "test"}),
    ],
)
def test_a_path_that_stands_alone_takes_columns(tmp_path: Path, base: str, over: str, expected: object) -> None:
    write(
        tmp_path,
        base=f"recipe: 1\ndata: {{train: {base}}}\n",
        mine=f"recipe: 1\nextends: base.yaml\ndata: {{train: {over}}}\n",
    )
    assert load_recipe(tmp_path / "mine.yaml", registry=registry()).tree["data"]["train"] == expected


def test_an_unknown_recipe_of_an_industry_has_a_near_name(tmp_path: Path) -> None:
    write(tmp_path, sentiment=BASE)
    with pytest.raises(RecipeError) as caught:
        load_recipe("finance/sentimnt", registry=registry(tmp_path))
    assert caught.value.problems[0].hint == "did you mean 'finance/sentiment'? (from metier-finance)"


def test_a_recipe_named_without_its_industry_is_found_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "shipped", sentiment=BASE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError) as caught:
        load_recipe("sentiment", registry=registry(tmp_path / "shipped"))
    assert caught.value.problems[0].hint == "did you mean 'finance/sentiment'?"


def test_a_byte_order_mark_is_no_part_of_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfrecipe: 1\r\nmodel: x\r\n")
    assert load_recipe(tmp_path / "a.yaml", registry=registry()).tree == {"recipe": 1, "model": "x"}


def test_a_recipe_that_extends_itself_through_a_link_is_a_circle(tmp_path: Path) -> None:
    write(tmp_path, a="recipe: 1\nextends: b.yaml\n")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    with pytest.raises(RecipeError, match="a circle"):
        load_recipe(tmp_path / "a.yaml", registry=registry())


def test_two_recipes_may_extend_the_same(tmp_path: Path) -> None:
    write(
        tmp_path,
        base="recipe: 1\nseed: 1\n",
        mid="recipe: 1\nextends: base.yaml\n",
        top="recipe: 1\nextends: mid.yaml\n",
    )
    assert load_recipe(tmp_path / "top.yaml", registry=registry()).tree == {"recipe": 1, "seed": 1}
