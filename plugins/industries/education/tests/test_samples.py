"""The authored samples are varied, and answered out of the texts that they are about."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from statistics import fmean
from typing import Any

import pytest

from metier.discovery import discover
from metier.recipe import load_recipe
from metier_education.education import HERE, Education
from metier_education.labels import GRADES, LEVELS, SUBJECTS
from metier_text_generation.fields import filled

DATA = HERE / "data"


def labelled(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def paragraphs() -> Iterator[tuple[str, dict[str, Any]]]:
    articles = json.loads((DATA / "question-answering.json").read_text(encoding="utf-8"))["data"]
    return ((article["title"], paragraph) for article in articles for paragraph in article["paragraphs"])


def shared(texts: list[str], size: int) -> list[float]:
    """Return how much of each text's n-grams others have too."""
    every = [grams(text, size) for text in texts]
    seen = Counter(gram for mine in every for gram in mine)
    return [sum(seen[gram] > 1 for gram in mine) / len(mine) for mine in every if mine]


def grams(text: str, size: int) -> set[str]:
    units = list(text) if re.search("[\u4e00-\u9fff]", text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}


@pytest.mark.parametrize(
    ("name", "column", "size", "labels"),
    [
        ("writing-feedback", "student_answer", 4, GRADES),
        ("reading-level", "text", 3, LEVELS),
        ("exam-subject-zh", "text", 6, SUBJECTS),
    ],
)
def test_labelled_texts_are_many_and_varied(name: str, column: str, size: int, labels: tuple[str, ...]) -> None:
    found = labelled(name)
    assert len({tuple(row.values()) for row in found}) == len(found) >= 300
    counts = Counter(row["label"] for row in found)
    assert set(counts) == set(labels)
    assert min(counts.values()) >= 40
    assert max(shared([row[column] for row in found], size)) <= 0.5, "a row is put together from others"


def test_each_question_has_answers_of_each_grade() -> None:
    found = labelled("writing-feedback")
    graded = Counter((row["question_text"], row["label"]) for row in found)
    questions = {row["question_text"] for row in found}
    assert len(questions) == 60
    assert set(graded) == {(question, grade) for question in questions for grade in GRADES}
    assert len({(row["question_text"], row["reference"]) for row in found}) == 60
    assert not any(row["student_answer"].casefold() == row["reference"].casefold() for row in found)


def test_each_title_stands_at_each_level_and_length_does_not_give_it_away() -> None:
    found = labelled("reading-level")
    titles = Counter(row["title"] for row in found)
    assert (len(titles), set(titles.values())) == (100, {3})
    means = {level: fmean(len(row["text"].split()) for row in found if row["label"] == level) for level in LEVELS}
    assert max(means.values()) < 1.2 * min(means.values())


def test_plans_are_varied_and_fill_the_fields_of_the_recipe() -> None:
    found = lines("lesson-generation")
    assert len({row["text"].casefold() for row in found}) == len({row["answer"] for row in found}) == len(found) == 60
    assert max(shared([row["answer"] for row in found], 4)) <= 0.5, "a plan is put together from others"
    fields = load_recipe("education/lesson-generation", registry=discover()).tree["task"]["fields"]
    for row in found:
        assert list(filled(row["answer"], fields)) == fields, row["answer"]
        assert list(filled(row["text"], ["Topic", "Level", "Goal"])) == ["Topic", "Level", "Goal"], row["text"]


def test_reasons_are_varied_and_give_the_grades_that_the_answers_have() -> None:
    found = lines("writing-reasons")
    graded = {
        (row["question_text"], row["reference"], row["student_answer"]): row["label"]
        for row in labelled("writing-feedback")
    }
    assert max(shared([row["answer"] for row in found], 4)) <= 0.5, "a reason is put together from others"
    grades: Counter[str] = Counter()
    for row in found:
        asked = filled(row["text"], ["Question", "Reference", "Answer", "Grade"])
        assert asked["Grade"] == graded[asked["Question"], asked["Reference"], asked["Answer"]], row["text"]
        grades[asked["Grade"]] += 1
    assert grades == dict.fromkeys(GRADES, 20)


def test_answers_stand_in_their_paragraphs() -> None:
    found = list(paragraphs())
    asked = [(paragraph["context"], one) for _, paragraph in found for one in paragraph["qas"]]
    assert len({title for title, _ in found}) == len({one["context"] for _, one in found}) == len(found) >= 45
    assert len({one["id"] for _, one in asked}) == len(asked) >= 210
    assert 0.15 <= sum(one["is_impossible"] for _, one in asked) / len(asked) <= 0.25
    for context, one in asked:
        assert one["is_impossible"] == (not one["answers"]), one["id"]
        for answer in one["answers"]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            assert context[start:end] == answer["text"], one["id"]
            assert not re.search(r"\w$", context[:start]), one["id"]
            assert not re.match(r"\w", context[end:]), one["id"]


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Education().recipes().values())
    names = {path.name for path in DATA.iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
