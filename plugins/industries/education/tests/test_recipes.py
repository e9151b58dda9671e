"""The recipes' data comes through preparation as the README says: whole, and with no article on both sides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.data.prepare import Prepared, prepare
from metier.data.store import load
from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier_education.labels import GRADES, LEVELS, SUBJECTS

SHARED = Path(__file__).parents[5] / "shared" / "data" / "education"
ARTICLES = SHARED / "onestop_english"
ANSWERS = SHARED / "semeval2013_scientsbank_3way"


def prepared(recipe: str, folder: Path, **overrides: str) -> Prepared:
    registry = discover()
    plan = make_plan(load_recipe(recipe, overrides=overrides, registry=registry), registry)
    return prepare(plan, registry, folder, offline=True, tokenizer_path=None)


def column(made: Prepared, split: str, name: str) -> list[Any]:
    return list(load(made.datasets[split].path)[name])


@pytest.mark.parametrize(
    ("recipe", "rows", "labels"),
    [("writing-feedback", 360, GRADES), ("reading-level", 300, LEVELS), ("exam-subject-zh", 320, SUBJECTS)],
)
def test_no_row_is_lost(recipe: str, rows: int, labels: tuple[str, ...], tmp_path: Path) -> None:
    made = prepared(f"education/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert set(made.state["labels"]) == set(labels)


@pytest.mark.parametrize("recipe", ["lesson-generation", "writing-reasons"])
def test_no_prompt_is_lost(recipe: str, tmp_path: Path) -> None:
    made = prepared(f"education/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 60
    assert made.datasets["test"].rows >= 10


def test_no_paragraph_is_asked_about_on_both_sides(tmp_path: Path) -> None:
    made = prepared("education/question-answering", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 210
    sides = {split: set(column(made, split, "text")) for split in made.datasets}
    assert len(set().union(*sides.values())) == sum(map(len, sides.values())) == 48


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="OneStopEnglish is not beside this checkout")
def test_no_article_is_on_both_sides(tmp_path: Path) -> None:
    made = prepared("education/reading-level", tmp_path, train=str(ARTICLES))
    titles = {split: set(column(made, split, "title")) for split in made.datasets}
    assert not titles["train"] & titles["test"]
    assert len(titles["train"] | titles["validation"] | titles["test"]) == 189


@pytest.mark.skipif(not ANSWERS.is_dir(), reason="SciEntsBank is not beside this checkout")
def test_graded_answers_come_through_the_recipe(tmp_path: Path) -> None:
    train, test = (f"scientsbank:{ANSWERS / part / 'EM*.xml'}" for part in ("train", "test-unseen-answers"))
    made = prepared("education/writing-feedback", tmp_path, train=train, test=test)
    assert made.datasets["train"].rows > 300
    assert all(column(made, "test", "text")), "the reference answer is the first text"
    assert set(made.state["labels"]) == set(GRADES)
