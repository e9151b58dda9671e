"""Labelling functions: what each finds, what it is called, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from metier.components import Industry
from metier.errors import StageError
from metier.values import Term
from metier_weak_label.functions import functions_of
from metier_weak_label.options import WeakLabelConfig
from metier_weak_label.phrases import Phrases


class Shipping(Industry):
    """Carriage of goods by sea."""

    name = "shipping"

    def lexicon(self) -> tuple[Term, ...]:
        """Return three terms."""
        terms = (Term("vessel", "transport", ("ship",), "船舶"), Term("bill of lading", "document", ("B/L",)))
        return (*terms, Term("demurrage", "charge"))


def say(text: str, industry: Industry | None = None, **options: Any) -> list[str | None]:
    config = WeakLabelConfig.model_validate(options)
    return [function.say([text])[0] for function in functions_of(config, industry, ("a", "b"))]


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("leak", "A LEAK at the pump", True),
        ("leak", "leaking", False),
        ("o ring", "new O-ring fitted", True),
        ("o ring", "o new ring", False),
        ("bill of lading", "the bill of", False),
        ("泄漏", "液压油泄漏严重", True),
        ("泄漏", "泄压后漏油", False),
        ("B/L", "signed b/l received", True),
    ],
)
def test_phrases_are_whole_words(keyword: str, text: str, found: bool) -> None:
    assert Phrases([keyword]).are_in(text) is found
    assert say(text, functions=[{"label": "a", "keywords": ["nothing of it", keyword]}]) == ["a" if found else None]


@given(
    words=st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=8),
    phrase=st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=3),
)
def test_a_phrase_is_found_where_its_words_stand_in_a_row(words: list[str], phrase: list[str]) -> None:
    there = f" {' '.join(phrase)} " in f" {' '.join(words)} "
    assert Phrases([" ".join(phrase)]).are_in(" ".join(words)) is there


def test_patterns_lexicon_and_word_lists(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("\ufefffailed\n\n broken seal \n", encoding="utf-8")
    options: dict[str, Any] = {
        "functions": [{"label": "a", "pattern": r"\d+ bar"}, {"label": "b", "lexicon": "transport", "name": "ships"}],
        "word_lists": {"b": str(tmp_path / "bad.txt")},
    }
    assert say("at 30 BAR", Shipping(), **options) == ["a", None, None]
    assert say("the ship has a broken seal", Shipping(), **options) == [None, "b", "b"]
    assert say("船舶停靠", Shipping(), **options) == [None, "b", None]
    functions = functions_of(WeakLabelConfig.model_validate(options), Shipping(), ("a", "b"))
    assert [function.name for function in functions] == [r"a: \d+ bar", "ships", "b: bad.txt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "there is no labelling function"),
        ({"functions": [{"label": "a"}]}, "give one of `keywords`, `pattern` and `lexicon`"),
        ({"functions": [{"label": "a", "pattern": "x", "keywords": ["y"]}]}, "give one of"),
        ({"functions": [{"label": "a", "pattern": "("}]}, "is no regular expression"),
        ({"functions": [{"label": "a", "pattern": "x*"}]}, "matches the empty text"),
        ({"functions": [{"label": "a", "keywords": ["%"]}]}, "has no word"),
    ],
)
def test_options_that_say_nothing_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        WeakLabelConfig.model_validate(options)


@pytest.mark.parametrize(
    ("options", "industry", "message"),
    [
        ({"functions": [{"label": "c", "pattern": "x"}]}, None, "says 'c', which no row has"),
        ({"functions": [{"label": "a", "pattern": "x"}] * 2}, None, "two functions are called 'a: x'"),
        ({"functions": [{"label": "a", "lexicon": "x"}]}, None, "names no industry"),
        ({"functions": [{"label": "a", "lexicon": "x"}]}, Shipping(), "has no category 'x'"),
        ({"word_lists": {"a": "/no/such/file"}}, None, "cannot be read"),
    ],
)
def test_what_a_function_lacks_is_said(options: dict[str, Any], industry: Industry | None, message: str) -> None:
    with pytest.raises(StageError, match=message) as error:
        say("x", industry, **options)
    assert error.value.problems[0].hint
    assert error.value.problems[0].where


def test_an_empty_word_list_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(StageError, match="there is no word in it"):
        say("x", word_lists={"a": str(tmp_path / "a.txt")})
