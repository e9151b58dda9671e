"""Patterns find the numbers by which cases, lawyers and persons are known, and the lexicon is what the README says."""

from __future__ import annotations

import re

import pytest

from metier_legal.legal import Legal


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Legal().lexicon()
    assert len(terms) >= 380
    assert len({term.category for term in terms}) >= 13
    assert sum(bool(term.synonyms) for term in terms) >= 150
    assert all(term.chinese for term in terms)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("DOCKET", "filed under 1:21-cv-04567-RJS in"),
        ("CASE", "in Case No. 2021-CV-0123 before"),
        ("CASE", "Index No. 650123/2020"),
        ("CASE_ZH", "见（2023）京01民初123号判决"),
        ("CASE_ZH", "(2016)粤03刑终4567号之一"),
        ("CASE_ZH", "依据（2010）海民初字第1900号"),
        ("CASE_ZH", "最高人民法院（2021）最高法民终1号"),
        ("ECLI", "ECLI:EU:C:2014:317 is"),
        ("BAR", "Jane Doe (SBN 123456)"),
        ("BAR", "State Bar No. 00123456"),
        ("LAWYER_LICENCE_ZH", "律师执业证号：11101201510123456"),
        ("IDENTITY_CARD", "身份证号11010519491231002X，住"),
        ("SOCIAL_CREDIT_ZH", "统一社会信用代码91110000600037341L"),
    ],
)
def test_sensitive_numbers_are_found(placeholder: str, text: str) -> None:
    assert re.search(Legal().sensitive_patterns()[placeholder], text)


@pytest.mark.parametrize(
    "text",
    [
        "in 1:30-2:45 pm the case was heard; no number is known",
        "the claim is no 5 on the list of bar snacks",
        "（2023年修订）第123条",
        "共计人民币123456789012345678901元",
        "Barclays 2008 case law",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    found = [name for name, pattern in Legal().sensitive_patterns().items() if re.search(pattern, text)]
    assert not found
