"""Answers as people give them, and where they stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.data.keys import folded
from metier.errors import DataError
from metier_retrieval.answers import answers_of, occurrences, spans_of

PASSAGE = "The oil is changed every 2,000 hours."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("", []),
        ("12 litres", ["12 litres"]),
        ('["12 litres", "twelve litres"]', ["12 litres", "twelve litres"]),
        (["12 litres", "12 litres"], ["12 litres"]),
        (12, ["12"]),
        ([{"text": "12 litres", "answer_start": 3}], ["12 litres"]),
        ({"text": ["12 litres"], "answer_start": [3]}, ["12 litres"]),
        ([{"start": 4, "end": 7, "label": "answer"}], ["oil"]),
        ([1450], ["1450"]),
    ],
)
def test_every_form_is_read(value: Any, expected: list[str]) -> None:
    assert answers_of(value, PASSAGE) == expected


def test_what_says_nothing_is_no_answer() -> None:
    for value in ([{"start": 4, "end": 7}], True, [None]):
        with pytest.raises(DataError, match="is no answer"):
            answers_of(value, None)
    assert spans_of([{"start": 4, "end": 7}, {"text": "oil", "start": 1}]) == [(4, 7)]


def test_answers_stand_as_whole_words_whatever_their_case_and_spaces() -> None:
    assert occurrences("10 in 2010, and 10", "10") == [(0, 2), (16, 18)]
    assert occurrences("The  Safety\nValve opens", "safety valve") == [(5, 17)]
    assert occurrences("油温为九十度，九十度以上报警", "九十度") == [(3, 6), (7, 10)]
    assert occurrences("50% off, 150% on", "50%") == [(0, 3)]


@given(st.text(alphabet="ab 1.油", min_size=1, max_size=6).filter(str.strip), st.text(alphabet="ab 1.油", max_size=20))
def test_what_stands_there_is_the_answer(answer: str, text: str) -> None:
    for start, end in occurrences(text, answer):
        assert folded(text[start:end]) == folded(answer)
    assert occurrences(f"… {answer} …", answer)
