"""pydantic's findings in a recipe's words."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, model_validator

from metier.components import ComponentConfig, ModelReference, PathMark, RecipePath
from metier.plan.options import check_options
from metier.plan.paths import absolute, absolute_options, marked_texts
from metier.plan.problems import Problems
from metier.recipe import Place, Recipe


class Inner(ComponentConfig):
    """Options of an option."""

    depth: int = 1
    """How deep."""
    file: RecipePath = "x"
    """A file."""
    model: ModelReference = "starter:minilm"
    """A model."""


class Options(ComponentConfig):
    """Options of all types."""

    rate: float = Field(0.5, gt=0, lt=1)
    """The rate."""
    layers: int | Literal["all"] = "all"
    """Which layers."""
    names: tuple[str, ...] = ()
    """Names."""
    files: tuple[RecipePath, ...] = ()
    """Files."""
    lexicon: RecipePath | None = None
    """A lexicon."""
    inner: Inner = Inner()
    """More."""
    several: tuple[Inner, ...] = ()
    """Many more."""

    @model_validator(mode="after")
    def _both(self) -> Options:
        if self.layers == 13:
            raise ValueError("thirteen layers bring bad luck")
        return self


RECIPE = Recipe("r", {}, {(): Place("r.yaml", 1, Path("/here"))})


@pytest.mark.parametrize(
    ("values", "where", "message", "hint"),
    [
        ({"rate": 2}, "adapt[0].rate", "must be less than 1.0, not 2", "rate: The rate. (default 0.5)"),
        ({"rate": True}, "adapt[0].rate", "must be a number, not true", "rate: The rate. (default 0.5)"),
        ({"rate": "0.1"}, "adapt[0].rate", "must be a number, not the text '0.1'", "rate: The rate. (default 0.5)"),
        ({"layers": "al"}, "adapt[0].layers", "must be a whole number or must be 'all', not the text 'al'", ""),
        ({"names": "a"}, "adapt[0].names", "must be a list, not the text 'a'", ""),
        ({"names": ["a", 3]}, "adapt[0].names[1]", "must be text, not 3", ""),
        ({"inner": {"dept": 1}}, "adapt[0].inner.dept", "unknown key 'dept'", "did you mean 'depth'?"),
        ({"inner": 3}, "adapt[0].inner", "must be a mapping of options, not 3", "inner: More."),
        ({"layers": 13}, "adapt[0]", "thirteen layers bring bad luck", "change this value"),
    ],
)
def test_a_finding_is_said_in_words(values: dict[str, object], where: str, message: str, hint: str) -> None:
    problems = Problems(RECIPE)
    assert check_options(Options, values, path=("adapt", 0), problems=problems) is None
    (problem,) = problems.found
    assert (problem.where, problem.message) == (where, message)
    assert problem.hint.startswith(hint)
    assert problem.hint


def test_good_options_are_taken(tmp_path: Path) -> None:
    problems = Problems(RECIPE)
    made = check_options(Options, {"rate": 0.25, "layers": 3, "names": ["a"]}, path=(), problems=problems)
    assert made == Options(rate=0.25, layers=3, names=("a",))
    assert not problems.found


def test_paths_inside_lists_unions_and_nested_options_become_absolute() -> None:
    values = {"files": ["a", "/b"], "lexicon": "../c", "names": ["d"], "inner": {"file": "e"}}
    assert absolute_options(Options, values, recipe=RECIPE, path=("adapt", 0)) == {
        "files": ["/here/a", "/b"],
        "lexicon": "/c",
        "names": ["d"],
        "inner": {"file": "/here/e"},
    }


def test_options_in_a_list_have_absolute_paths_and_models_folders_too(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    recipe = Recipe("r", {}, {(): Place("r.yaml", 1, tmp_path)})
    given = ["mine", "./new", "owner/name", "starter:minilm"]
    values = {"several": [{"file": "f", "model": model} for model in given]}
    made = absolute_options(Options, values, recipe=recipe, path=("adapt", 0))
    models = [f"{tmp_path}/mine", f"{tmp_path}/new", "owner/name", "starter:minilm"]
    assert made == {"several": [{"file": f"{tmp_path}/f", "model": model} for model in models]}
    config = Options.model_validate({**made, "files": ["a"]})
    assert list(marked_texts(config, PathMark)) == ["a", "x", *[f"{tmp_path}/f"] * 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/../b.csv", "/x[1]/b.csv"),
        ("*.csv", "/x[[]1]/*.csv"),
        ("https://host/a.csv", "https://host/a.csv"),
        ("/abs/*.csv", "/abs/*.csv"),
        ("", ""),
    ],
)
def test_a_relative_path_is_taken_from_its_folder(text: str, expected: str) -> None:
    assert absolute(text, Path("/x[1]")) == expected
