"""The diagnoses are drawn as the README says, and no test category is known to the training side."""

from __future__ import annotations

from collections import Counter

from metier_medical.chapters import CHAPTERS
from metier_medical.medical import Medical
from metier_medical.sampling import PER_CHAPTER, descriptions, diagnoses


def test_no_category_is_on_both_sides() -> None:
    train, test = list(diagnoses("train")), list(diagnoses("test"))
    assert not {row.category for row in train} & {row.category for row in test}
    assert {row.code[:3] for row in train} == {row.category for row in train}
    assert not {row.text.casefold() for row in test} & {text.casefold() for _, text in descriptions()}
    assert not {row.category for row in test} & {code[:3] for code, _ in descriptions()}


def test_the_rows_are_as_many_as_the_readme_says() -> None:
    train, test = list(diagnoses("train")), list(diagnoses("test"))
    assert (len(train), len(test), len(list(descriptions()))) == (759, 708, 8269)
    assert max(Counter(row.label for row in train).values()) == PER_CHAPTER
    assert {row.label for row in train} == set(CHAPTERS.values())
    assert {row.label for row in test} == set(CHAPTERS.values()) - {"special-purposes"}


def test_a_code_has_its_chapter() -> None:
    chapters = {row.code[0]: row.label for row in diagnoses("train")}
    assert chapters["C"] == "neoplasms"
    assert chapters["J"] == "respiratory"


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Medical().lexicon()
    assert len(terms) >= 300
    assert len({term.category for term in terms}) >= 10
    assert all(term.chinese for term in terms)
