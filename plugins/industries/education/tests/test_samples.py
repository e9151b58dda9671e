"""The authored samples are varied, and answered out of the texts that they are about."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier.testing import authored
from metier_education.education import HERE, Education
from metier_education.labels import GRADES, LEVELS, SUBJECTS
from metier_text_generation.fields import filled

DATA = HERE / "data"


@pytest.mark.parametrize(
    ("name", "column", "size", "labels"),
    [
        ("writing-feedback", "student_answer", 4, GRADES),
        ("reading-level", "text", 3, LEVELS),
        ("exam-subject-zh", "text", 6, SUBJECTS),
    ],
)
def test_labelled_texts_are_many_and_varied(name: str, column: str, size: int, labels: tuple[str, ...]) -> None:
    found = authored.read(DATA / f"{name}.csv")
    assert len({tuple(row.values()) for row in found}) == len(found) >= 300
    authored.check_labels([row["label"] for row in found], known=labels, least=40)
    authored.check_varied([row[column] for row in found], size=size)


def test_each_question_has_answers_of_each_grade() -> None:
    found = authored.read(DATA / "writing-feedback.csv")
    graded = Counter((row["question_text"], row["label"]) for row in found)
    questions = {row["question_text"] for row in found}
    assert len(questions) == 60
    assert set(graded) == {(question, grade) for question in questions for grade in GRADES}
    assert len({(row["question_text"], row["reference"]) for row in found}) == 60
    assert not any(row["student_answer"].casefold() == row["reference"].casefold() for row in found)


def test_each_title_stands_at_each_level_and_length_does_not_give_it_away() -> None:
    found = authored.read(DATA / "reading-level.csv")
    titles = Counter(row["title"] for row in found)
    assert (len(titles), set(titles.values())) == (100, {3})
    means = {level: fmean(len(row["text"].split()) for row in found if row["label"] == level) for level in LEVELS}
    assert max(means.values()) < 1.2 * min(means.values())


def test_plans_are_varied_and_fill_the_fields_of_the_recipe() -> None:
    found = authored.read(DATA / "lesson-generation.jsonl")
    assert len({row["text"].casefold() for row in found}) == len(found) == 60
    authored.check_varied([row["answer"] for row in found], size=4)
    fields = load_recipe("education/lesson-generation", registry=discover()).tree["task"]["fields"]
    for row in found:
        assert list(filled(row["answer"], fields)) == fields, row["answer"]
        assert list(filled(row["text"], ["Topic", "Level", "Goal"])) == ["Topic", "Level", "Goal"], row["text"]


def test_reasons_are_varied_and_give_the_grades_that_the_answers_have() -> None:
    found = authored.read(DATA / "writing-reasons.jsonl")
    graded = {
        (row["question_text"], row["reference"], row["student_answer"]): row["label"]
        for row in authored.read(DATA / "writing-feedback.csv")
    }
    authored.check_varied([row["answer"] for row in found], size=4)
    grades: Counter[str] = Counter()
    for row in found:
        asked = filled(row["text"], ["Question", "Reference", "Answer", "Grade"])
        assert asked["Grade"] == graded[asked["Question"], asked["Reference"], asked["Answer"]], row["text"]
        grades[asked["Grade"]] += 1
    assert grades == dict.fromkeys(GRADES, 20)


def test_answers_stand_in_their_paragraphs() -> None:
    found = authored.read(DATA / "question-answering.json")
    assert len({one["title"] for one in found}) == len({one["context"] for one in found}) == len(found) >= 45
    asked = authored.questions(found)
    assert len(asked) >= 210
    authored.check_answers(asked, unanswered=(0.15, 0.25))


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Education().recipes().values())
    names = {path.name for path in DATA.iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
