"""Choices and answers are read as people write them, and what cannot be read is said with its row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import DataError
from metier_multiple_choice.answers import choices_of, learn, named, right_place, right_places
from metier_multiple_choice.multiple_choice import MultipleChoice

CHOICES = ["a pump", "a hose", "a valve"]
Texts = st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6), min_size=2, max_size=5)


def rows(*given: tuple[Any, Any]) -> Dataset:
    return Dataset.from_dict(
        {
            "id": [f"r:{i}" for i in range(len(given))],
            "text": ["which part leaks"] * len(given),
            "choices": [choices for choices, _ in given],
            "label": [label for _, label in given],
        }
    )


@settings(max_examples=60, deadline=None)
@given(Texts)
def test_lists_json_and_lines_are_the_same_choices(texts: list[str]) -> None:
    assert choices_of(texts) == choices_of(tuple(texts)) == texts
    assert choices_of(json.dumps(texts)) == texts
    assert choices_of("\n\n".join(texts) + "\n") == texts


def test_a_choice_may_begin_with_a_bracket() -> None:
    assert choices_of("[a] pump\n[b] hose") == ["[a] pump", "[b] hose"]
    assert choices_of([1, 2.5]) == ["1", "2.5"]


@pytest.mark.parametrize("value", [None, 5, "", "one line", ["one"], [], ["a", " "], ["a", None], {"A": "x"}])
def test_what_is_no_choice_is_said(value: Any) -> None:
    with pytest.raises(DataError, match="choices") as error:
        choices_of(value)
    assert "two are the least" in error.value.problems[0].hint


@pytest.mark.parametrize(
    ("answer", "way", "expected"),
    [
        ("B", "letter", 1), ("(c).", "letter", 2), ("D", "letter", None), ("AB", "letter", None),
        (1, "index", 1), ("0", "index", 0), (3, "index", None), (-1, "index", None),
        (3, "number", 2), (0, "number", None),
        ("A  HOSE", "text", 1), ("a horse", "text", None), (None, "letter", None),
    ],
)  # fmt: skip
def test_an_answer_says_a_place(answer: Any, way: str, expected: int | None) -> None:
    assert right_place(answer, CHOICES, way) == expected


@pytest.mark.parametrize(
    ("labels", "way"),
    [(["A", "C"], "letter"), ([0, 2], "index"), (["1", "3"], "number"), (["a valve", "A pump"], "text")],
)
def test_the_way_that_fits_all_rows_is_found(labels: list[Any], way: str) -> None:
    state = learn(rows(*((CHOICES, label) for label in labels)), "auto")
    assert state["answers"] == way
    assert sum(state["places"]) == 2


def test_ways_that_do_not_agree_must_be_chosen() -> None:
    given = rows((CHOICES, 1), (CHOICES, 2))
    with pytest.raises(DataError, match="index or number") as error:
        learn(given, "auto")
    assert "answers: index" in error.value.problems[0].hint
    assert learn(given, "number")["places"] == [1, 1]
    sums = rows((["1", "2", "3"], 1), (["3", "2", "1"], 2))
    with pytest.raises(DataError, match="do not agree"):
        learn(sums, "auto")
    assert right_places(sums, "text") == [0, 1]


def test_an_answer_that_is_no_choice_is_said_with_its_row() -> None:
    given = rows((CHOICES, "A"), (CHOICES, "E"), (CHOICES, None))
    with pytest.raises(
        DataError, match="2 rows have an answer that is the letter of none of their choices: 'E'"
    ) as error:
        learn(given, "auto")
    assert error.value.problems[0].where == "r:1, r:2"
    with pytest.raises(DataError, match="0 choices") as error:
        MultipleChoice().check("test", rows(("", "A")), {"answers": "letter"})
    assert error.value.problems[0].where == "r:0"


def test_choices_are_named() -> None:
    assert named(1, CHOICES) == "B. a hose"
    assert named(27, [str(i) for i in range(30)]) == "28. 27"
