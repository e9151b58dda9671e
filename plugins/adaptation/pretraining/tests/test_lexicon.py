"""Terms are found as people write them."""

from __future__ import annotations

import pytest

from metier.values import Term
from metier_pretraining._lexicon import find_terms, surface_forms

FORMS = ("bond", "bond yield", "mark-to-market", "cost of goods sold", "COGS", "IT", "债券", "债券市场", "P/E ratio")


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in find_terms(text, FORMS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bond yield rose.", ["bond yield"]),
        ("Bond, yield and BOND", ["Bond", "BOND"]),
        ("bondage, bonds, a vagabond", []),
        ("cost of\n goods  sold", ["cost of\n goods  sold"]),
        ("cost of goods", []),
        ("cost of goods bond", ["bond"]),
        ("mark-to-market, mark to market", ["mark-to-market"]),
        ("a P/E ratio; p/e RATIO", ["P/E ratio", "p/e RATIO"]),
        ("it is IT; cogs of COGS", ["IT", "COGS"]),
        ("中国债券市场和债券bond都跌了", ["债券市场", "债券", "bond"]),
        ("", []),
    ],
)
def test_terms_in_a_text(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_forms_are_the_term_its_synonyms_and_its_chinese_name() -> None:
    terms = [
        Term("bond", "debt", ("note", "debenture"), "债券"),
        Term("share", "equity"),
        Term("stock", "equity", ("share",)),
    ]
    assert surface_forms(terms) == ("bond", "debenture", "note", "share", "stock", "债券")
    assert find_terms("a bond", ()) == []
