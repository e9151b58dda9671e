"""The recipes' data comes through preparation as the README says: whole, and with no article on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.testing import authored
from metier_education.labels import GRADES, LEVELS, SUBJECTS

SHARED = Path(__file__).parents[5] / "shared" / "data" / "education"
ARTICLES = SHARED / "onestop_english"
ANSWERS = SHARED / "semeval2013_scientsbank_3way"


@pytest.mark.parametrize(
    ("recipe", "rows", "labels"),
    [("writing-feedback", 360, GRADES), ("reading-level", 300, LEVELS), ("exam-subject-zh", 320, SUBJECTS)],
)
def test_no_row_is_lost(recipe: str, rows: int, labels: tuple[str, ...], tmp_path: Path) -> None:
    made = authored.prepared(f"education/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == rows
    assert set(made.state["labels"]) == set(labels)


@pytest.mark.parametrize("recipe", ["lesson-generation", "writing-reasons"])
def test_no_prompt_is_lost(recipe: str, tmp_path: Path) -> None:
    made = authored.prepared(f"education/{recipe}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 60
    assert made.datasets["test"].rows >= 10


def test_no_paragraph_is_asked_about_on_both_sides(tmp_path: Path) -> None:
    made = authored.prepared("education/question-answering", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 210
    authored.check_apart(made, "text", values=48)


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="OneStopEnglish is not beside this checkout")
def test_no_article_is_on_both_sides(tmp_path: Path) -> None:
    made = authored.prepared("education/reading-level", tmp_path, train=str(ARTICLES))
    assert set(made.datasets) == {"train", "validation", "test"}
    authored.check_apart(made, "title", values=189)


@pytest.mark.skipif(not ANSWERS.is_dir(), reason="SciEntsBank is not beside this checkout")
def test_graded_answers_come_through_the_recipe(tmp_path: Path) -> None:
    train, test = (f"scientsbank:{ANSWERS / part / 'EM*.xml'}" for part in ("train", "test-unseen-answers"))
    made = authored.prepared("education/writing-feedback", tmp_path, train=train, test=test)
    assert made.datasets["train"].rows > 300
    assert all(authored.column(made, "test", "text")), "the reference answer is the first text"
    assert set(made.state["labels"]) == set(GRADES)
