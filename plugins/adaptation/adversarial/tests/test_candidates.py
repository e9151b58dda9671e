"""What may stand for what: synonyms, categories, spelling, number, and what is held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from metier.components import Industry
from metier.errors import StageError
from metier.values import Term
from metier_adversarial import _spelling
from metier_adversarial._candidates import HELD_OUT, exchanges, is_held_out, lexicon_of, only
from metier_adversarial._forms import cased, hyphenated, is_plural, plural, unhyphenated
from metier_adversarial._spelling import spellings, variants
from metier_adversarial.lexical_substitution import LexicalSubstitution

TERMS = (
    Term("revenue", "income", ("turnover", "sales revenue")),
    Term("dividend", "payment", ("payout",)),
    Term("interest payment", "payment", ("payment of interest",)),
    Term("myocardial infarction", "disease", ("MI",)),
    Term("mitral insufficiency", "disease", ("MI",)),
    Term("capitalisation", "market"),
)


def of(form: str, **options: object) -> set[str]:
    found = exchanges(TERMS, **{"kind": "synonyms", "spelling": False, **options})  # type: ignore[arg-type]
    return set(found.get(form, ()))


def test_a_term_and_its_synonyms_stand_for_each_other() -> None:
    assert of("revenue") == {"turnover", "sales revenue"}
    assert of("turnover") == {"revenue", "sales revenue"}
    assert of("capitalisation") == set()


def test_a_plural_is_exchanged_for_plurals() -> None:
    assert of("dividends") == {"payouts"}
    assert of("interest payments") == {"payments of interest"}
    assert of("interest-payment") == {"interest payment", "payment of interest"}


def test_a_form_of_two_terms_is_put_in_and_never_replaced() -> None:
    assert of("MI") == set()
    assert of("myocardial infarction") == {"MI"}


def test_a_category_is_offered_only_where_it_is_asked_for() -> None:
    assert "dividend" in of("interest payment", kind="category")
    assert "interest payments" in of("dividends", kind="category")
    assert "dividend" not in of("interest payment")
    assert "dividend" not in of("revenue", kind="category")


def test_spelling_is_exchanged_in_terms_and_words() -> None:
    assert of("capitalisation", spelling=True) == {"capitalization"}
    assert of("labour", spelling=True) == {"labor"}
    assert of("labors", spelling=True) == {"labours"}
    assert of("labour") == set()


def test_spellings_are_pairs_of_words() -> None:
    pairs = [pair.split("/") for pair in _spelling.WORDS.split()]
    assert len(pairs) >= 60
    assert all(british != american for british, american in pairs)
    words = [word for pair in pairs for word in pair]
    assert len(words) == len(set(words)), "a word is in two pairs"
    assert all(spellings()[other] == word for word, other in spellings().items())
    assert spellings()["organisations"] == "organizations"
    assert "check" not in spellings()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("non-performing loan", ["nonperforming loan"]),
        ("year-on-year", ["year on year"]),
        ("T-bill", []),
        ("Labour costs", ["Labor costs"]),
        ("non-recurring labour", ["non-recurring labor", "nonrecurring labour", "nonrecurring labor"]),
    ],
)
def test_variants(form: str, expected: list[str]) -> None:
    assert variants(form) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("loss", "losses"),
        ("liability", "liabilities"),
        ("holiday", "holidays"),
        ("rate of interest", "rates of interest"),
        ("ETF", "ETFs"),
        ("earnings", None),
        ("diagnosis", None),
        ("went up", None),
        ("climbed", None),
        ("CET1", None),
    ],
)
def test_plural(form: str, expected: str | None) -> None:
    assert plural(form) == expected


def test_forms_by_rule() -> None:
    assert is_plural("net earnings")
    assert not is_plural("loss")
    assert hyphenated("interest rate") == ["interest-rate"]
    assert hyphenated("rate of interest") == []
    assert unhyphenated("co-insurance") == "coinsurance"
    assert [cased("profit", model) for model in ("LOSS", "Loss", "loss")] == ["PROFIT", "Profit", "profit"]


def test_what_is_held_out_is_a_third_and_goes_by_the_letters() -> None:
    forms = [f"form number {i}x" for i in range(2000)]
    assert sum(map(is_held_out, forms)) / len(forms) == pytest.approx(HELD_OUT, abs=0.03)
    for one, other in (("liability", "Liabilities"), ("year-on-year", "year on year"), ("loss", "losses")):
        assert is_held_out(one) is is_held_out(other)


def test_training_and_judging_share_no_exchange() -> None:
    found = exchanges(TERMS, kind="category", spelling=True)
    trained, judged = only(found, held_out=False), only(found, held_out=True)
    assert trained
    assert judged
    for form, candidates in found.items():
        assert {*trained.get(form, ()), *judged.get(form, ())} == set(candidates)
        assert not set(trained.get(form, ())) & set(judged.get(form, ()))


class Trade(Industry):
    """A trade with the given terms."""

    name: ClassVar[str] = "trade"
    terms: Sequence[Term] = ()

    def lexicon(self) -> Sequence[Term]:
        return self.terms


def trade(*terms: Term) -> Trade:
    made = Trade()
    made.terms = terms
    return made


@pytest.mark.parametrize(
    ("industry", "kind", "message"),
    [
        (None, "synonyms", "names no industry"),
        (trade(), "synonyms", "trade has no lexicon"),
        (trade(Term("revenue", "income")), "synonyms", "no term in the lexicon of trade has a synonym"),
        (trade(Term("a", "one"), Term("b", "two")), "category", "every term in the lexicon of trade stands alone"),
    ],
)
def test_nothing_to_exchange_is_an_error(industry: Trade | None, kind: str, message: str) -> None:
    with pytest.raises(StageError, match=message) as caught:
        lexicon_of(industry, kind=kind)  # type: ignore[arg-type]
    assert caught.value.problems[0].hint
    method = LexicalSubstitution(LexicalSubstitution.Config.model_validate({"candidates": kind}))
    said = method.lacks(industry)
    assert said is not None
    assert message in said, "planning says it already"


def test_a_category_needs_no_synonyms() -> None:
    terms = (Term("revenue", "income"), Term("profit", "income"))
    assert lexicon_of(trade(*terms), kind="category") == terms
    assert LexicalSubstitution(LexicalSubstitution.Config(candidates="category")).lacks(trade(*terms)) is None
