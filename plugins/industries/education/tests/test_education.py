"""What `metier-education` ships is what its READMEs say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from statistics import fmean

import pytest

from metier_education.education import HERE, Education
from metier_education.labels import GRADES, LEVELS, SUBJECTS

DATA = HERE / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grams(text: str, size: int) -> set[str]:
    units = list(text) if re.search("[一-鿿]", text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}


@pytest.mark.parametrize(
    ("name", "column", "size", "labels"),
    [
        ("writing-feedback.csv", "student_answer", 4, GRADES),
        ("reading-level.csv", "text", 3, LEVELS),
        ("exam-subject-zh.csv", "text", 6, SUBJECTS),
    ],
)
def test_a_sample_is_large_and_varied(name: str, column: str, size: int, labels: tuple[str, ...]) -> None:
    found = rows(name)
    assert len({tuple(row.values()) for row in found}) == len(found) >= 300
    counts = Counter(row["label"] for row in found)
    assert set(counts) == set(labels)
    assert min(counts.values()) >= 40
    seen = Counter(gram for row in found for gram in grams(row[column], size))
    shared = [sum(seen[gram] > 1 for gram in mine) / len(mine) for row in found if (mine := grams(row[column], size))]
    assert max(shared) <= 0.5, "a row is put together from others"


def test_each_question_has_answers_of_each_grade() -> None:
    found = rows("writing-feedback.csv")
    graded = Counter((row["question_text"], row["label"]) for row in found)
    questions = {row["question_text"] for row in found}
    assert len(questions) == 60
    assert set(graded) == {(question, grade) for question in questions for grade in GRADES}
    assert len({(row["question_text"], row["reference"]) for row in found}) == 60
    assert not any(row["student_answer"].casefold() == row["reference"].casefold() for row in found)


def test_each_title_stands_at_each_level_and_length_does_not_give_it_away() -> None:
    found = rows("reading-level.csv")
    titles = Counter(row["title"] for row in found)
    assert (len(titles), set(titles.values())) == (100, {3})
    means = {level: fmean(len(row["text"].split()) for row in found if row["label"] == level) for level in LEVELS}
    assert max(means.values()) < 1.2 * min(means.values())


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Education().lexicon()
    assert len(terms) >= 380
    assert len({term.category for term in terms}) >= 12
    assert sum(bool(term.synonyms) for term in terms) >= 150
    assert all(term.chinese for term in terms)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("STUDENT", "Student ID: S20210345 was absent"),
        ("STUDENT", "candidate number 004512"),
        ("PUPIL_NUMBER_UK", "UPN A801200001001 is"),
        ("STUDENT_ZH", "学号：2021030412，姓名"),
        ("STUDENT_ZH", "准考证号110105200123"),
        ("STUDENT_ZH", "学籍号G11010520100307234X"),
        ("IDENTITY_CARD", "身份证号11010520100307234X。"),
        ("BIRTH_DATE", "DOB: 03/07/2010"),
        ("BIRTH_DATE", "born on 2010-03-07"),
        ("BIRTH_DATE", "出生日期：2010年3月7日"),
        ("SOCIAL_SECURITY", "SSN 123-45-6789"),
    ],
)
def test_sensitive_numbers_are_found(placeholder: str, text: str) -> None:
    assert re.search(Education().sensitive_patterns()[placeholder], text)


@pytest.mark.parametrize(
    "text",
    ["the student identified 2010 as the year", "2023年共有13579名考生", "on 03/07/2010 the exam began", "page 12345"],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    found = [name for name, pattern in Education().sensitive_patterns().items() if re.search(pattern, text)]
    assert not found


def test_every_file_of_data_is_read_by_a_recipe() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in Education().recipes().values())
    names = {path.name for path in DATA.iterdir()} - {"README.md", "lexicon.csv"}
    assert names == {name for name in names if f"../data/{name}" in told}
