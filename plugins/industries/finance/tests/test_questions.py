"""The authored questions on reports have their answers where it is said, and each paragraph stays in one split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from metier.testing import authored
from metier_finance.finance import HERE

PARAGRAPHS = authored.read(HERE / "data" / "report-analysis.json")
ASKED = authored.questions(PARAGRAPHS)


def test_there_are_as_many_as_the_readme_says() -> None:
    assert (len(ASKED), len({one["context"] for one in PARAGRAPHS})) == (188, 47)
    assert sum(not one["answers"] for one in ASKED) == 47


def test_a_paragraph_has_a_title_of_its_own_to_be_split_by() -> None:
    assert len({one["title"] for one in PARAGRAPHS}) == len({one["context"] for one in PARAGRAPHS}) == len(PARAGRAPHS)
    assert set(Counter(one["title"] for one in ASKED).values()) == {4}


def test_answers_are_whole_words_that_the_question_does_not_say() -> None:
    authored.check_answers(ASKED, unanswered=(0.25, 0.25))
    assert all(one["question"].endswith("?") for one in ASKED)


def test_no_question_is_lost_and_no_paragraph_is_asked_about_on_both_sides(tmp_path: Path) -> None:
    made = authored.prepared("finance/report-analysis", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 188
    authored.check_apart(made, "text", values=47)
