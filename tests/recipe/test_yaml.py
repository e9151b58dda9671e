"""The recipe's YAML: version 1.2's scalars, lines of every value, and nothing that blows up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import RecipeError
from metier.recipe import Place, to_yaml
from metier.recipe.node import plain
from metier.recipe.yaml import parse

HERE = Path("/recipes")


def values(text: str) -> Any:
    return plain(parse(text, file="r.yaml", root=HERE), {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("5E+3", 5000.0),
        (".5", 0.5),
        ("3.", 3.0),
        ("3", 3),
        ("-7", -7),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2024-01-02", "2024-01-02"),
        (".nan", ".nan"),
        ("-.inf", "-.inf"),
        ("'3'", "3"),
        ("+-3", "+-3"),
        (".", "."),
        ("1e", "1e"),
        ("文本", "文本"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    found = values(f"x: {text}")["x"]
    assert found == value
    assert type(found) is type(value)


def test_every_value_knows_its_line() -> None:
    places: dict[tuple[str | int, ...], Place] = {}
    plain(parse("a: 1\nadapt:\n  - x\n  - use: y\n    k:\n      3\n", file="r.yaml", root=HERE), places)
    assert {path: place.line for path, place in places.items()} == {
        (): 1,
        ("a",): 1,
        ("adapt",): 2,
        ("adapt", 0): 3,
        ("adapt", 1): 4,
        ("adapt", 1, "use"): 4,
        ("adapt", 1, "k"): 5,
    }
    assert all(place.file == "r.yaml" and place.root == HERE for place in places.values())


def test_option_keys_have_underscores_and_other_keys_stay() -> None:
    text = "data: {on-leak: keep, train: {use: csv, row-limit: 3, columns: {my-role: my-column}}}"
    assert values(text)["data"] == {
        "on_leak": "keep",
        "train": {"use": "csv", "row_limit": 3, "columns": {"my-role": "my-column"}},
    }


def test_all_keys_given_twice_are_told() -> None:
    with pytest.raises(RecipeError) as caught:
        values("a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert [(problem.where, problem.line) for problem in caught.value.problems] == [("b.c", 2), ("a", 3)]


@pytest.mark.parametrize(
    "text", ["? [a]\n: b\n", "a: !!set {x}\n", "a: !!timestamp 2024-01-02\n", "a: 1e9999\n", "\x01"]
)
def test_what_is_not_read_is_a_recipe_error(text: str) -> None:
    with pytest.raises(RecipeError):
        values(text)


def test_an_alias_gives_the_same_value_again_and_cannot_grow_without_bound() -> None:
    assert values("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    with pytest.raises(RecipeError, match="too many values"):
        values(bomb)


def test_deep_nesting_is_no_crash() -> None:
    with pytest.raises(RecipeError, match="nested too deep"):
        values("a: " + "[" * 2000 + "]" * 2000)


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(min_size=1), children, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.text(min_size=1), TREES.map(lambda tree: {"deep": tree}), max_size=4))
def test_what_is_written_reads_back(tree: dict[str, Any]) -> None:
    tree = {f"k{index}": {"value": value} for index, value in enumerate(tree.values())}
    assert values(to_yaml(tree)) == tree


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = values(text)
    except RecipeError:
        return  # anything else that is raised fails the test
    assert found is None or isinstance(found, bool | int | float | str | list | dict)
