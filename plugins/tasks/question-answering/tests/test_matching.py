"""Answers are compared as the official scripts of SQuAD 2.0 and CMRC 2018 do."""

from __future__ import annotations

import re
import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_question_answering.matching import exact_match, f1, match_of

ENGLISH = st.text("aAtThHeEnN .,'$5-\t\u00a0é", max_size=24)
CHINESE = st.text("北京大学是在，。《》a1. %", max_size=12)


def squad_tokens(text: str) -> list[str]:
    """What SQuAD's script compares, step by step as it has them."""
    text = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text).split()


def squad_f1(said: str, true: str) -> float:
    one, other = squad_tokens(said), squad_tokens(true)
    if not one or not other:
        return float(one == other)
    same = sum((Counter(one) & Counter(other)).values())
    if not same:
        return 0.0
    precision, recall = same / len(one), same / len(other)
    return 2 * precision * recall / (precision + recall)


@given(ENGLISH, st.lists(ENGLISH, max_size=3))
@settings(max_examples=300, deadline=None)
def test_words_are_compared_as_squad_does(said: str, true: list[str]) -> None:
    kept = [one for one in true if squad_tokens(one)] or [""]
    assert exact_match(said, true, "words") == max(float(squad_tokens(said) == squad_tokens(one)) for one in kept)
    assert f1(said, true, "words") == pytest.approx(max(squad_f1(said, one) for one in kept))


def longest_run(one: list[str], other: list[str]) -> int:
    runs = {tuple(one[i:j]) for i in range(len(one)) for j in range(i + 1, len(one) + 1)}
    return max(
        (len(run) for run in runs if any(tuple(other[k : k + len(run)]) == run for k in range(len(other)))), default=0
    )


@given(st.text("北京大学是在，。《》", max_size=10), st.text("北京大学是在，。《》", max_size=10))
@settings(max_examples=200, deadline=None)
def test_characters_are_compared_by_their_longest_common_run(said: str, true: str) -> None:
    one, other = ([sign for sign in text if sign not in "，。《》"] for text in (said, true))
    if one and other:
        assert f1(said, [true], "characters") == pytest.approx(2 * longest_run(one, other) / (len(one) + len(other)))
    else:
        assert f1(said, [true], "characters") == float(one == other)
    assert exact_match(said, [true], "characters") == float(one == other)


@given(CHINESE, CHINESE)
@settings(max_examples=200, deadline=None)
def test_figures_lie_between_0_and_1_and_agree_on_what_is_equal(said: str, true: str) -> None:
    for match in ("words", "characters"):
        both = exact_match(said, [true], match), f1(said, [true], match)
        assert 0 <= both[1] <= 1
        assert both[0] in (0, 1)
    assert f1(true, [true], "characters") == 1


def test_by_hand() -> None:
    assert exact_match("the Delaware ", ["Delaware."], "words") == 1
    assert f1("laws of Delaware", ["the State of Delaware"], "words") == pytest.approx(2 / 3)
    assert f1("Delaware", ["New York", "State of Delaware"], "words") == pytest.approx(1 / 2), "the nearest counts"
    assert (f1("", [""], "words"), f1("", ["Delaware"], "words"), f1("Delaware", [""], "words")) == (1, 0, 0)
    assert exact_match("《北京大学》", ["北京大学"], "characters") == 1
    assert f1("1990年", ["1990年10月"], "characters") == pytest.approx(2 / 3), "a number is one part"
    assert f1("北大学", ["北京大学"], "characters") == pytest.approx(4 / 7), "what is apart does not count"


def test_the_language_decides() -> None:
    assert match_of(["Which law governs?", "Quel droit s'applique ?"]) == "words"
    assert match_of(["合同的签署日期是什么？", "RMB是什么"]) == "characters"
    assert match_of(["", "?"]) == "words"
