"""Patterns find students' numbers and dates of birth, and the lexicon is what the README says."""

from __future__ import annotations

import re

import pytest

from metier_education.education import Education


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
