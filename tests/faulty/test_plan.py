"""Every faulty recipe is refused with its place, what is wrong and a way out; shown on fake components."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes import registry
from tests.faulty.case import GOOD, Case
from tests.faulty.cases import CASES

from metier.errors import RecipeError
from metier.plan import Plan, make_plan
from metier.recipe import load_recipe


def plan(arguments: tuple[str, ...]) -> Plan:
    """Plan as the command line does: a recipe's name first unless it is `recipe.yaml`, then options."""
    words = list(arguments)
    reference = words.pop(0) if words and not words[0].startswith("--") else "recipe.yaml"
    pairs = list(zip(words[::2], words[1::2], strict=True))
    sets = [value for option, value in pairs if option == "--set"]
    overrides = {option[2:]: value for option, value in pairs if option != "--set"}
    known = registry()
    return make_plan(load_recipe(reference, sets=sets, overrides=overrides, registry=known), known)


def test_the_recipe_without_a_fault_makes_a_plan(lay: Callable[[Case], Path]) -> None:
    lay(Case("none", "", "", recipe=GOOD))
    assert [use.name for use in plan(()).adapt] == ["continued-pretraining"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fault_is_told(case: Case, lay: Callable[[Case], Path]) -> None:
    folder = lay(case)
    before = sorted(folder.rglob("*"))
    with pytest.raises(RecipeError) as caught:
        plan(case.arguments)
    problems = caught.value.problems
    told = [problem for problem in problems if case.message.format(folder=folder) in problem.message]
    assert len(told) == 1, str(caught.value)
    assert str(told[0]).startswith(case.where), str(told[0])
    assert told[0].hint
    assert case.hint in told[0].hint, told[0].hint
    assert len(problems) == 1, f"one fault, one problem: {caught.value}"
    assert caught.value.exit_code == case.exit_code
    assert sorted(folder.rglob("*")) == before


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 25
