"""Finds the source column behind each of a task's columns."""

from __future__ import annotations

import pytest

from metier.columns import CORPUS, CORPUS_SPLIT, of_split, resolve
from metier.errors import DataError
from metier.values import Column

COLUMNS = (
    Column("text", aliases=("sentence", "content")),
    Column("label", kind="label", aliases=("sentiment",)),
    Column("weight", kind="number", required=False),
)


@pytest.mark.parametrize(
    ("mapping", "available", "expected"),
    [
        ({}, ("text", "label", "more"), {"text": "text", "label": "label"}),
        ({}, ("sentence", "Sentiment "), {"text": "sentence", "label": "Sentiment "}),
        ({}, ("TEXT", "sentence", "label"), {"text": "TEXT", "label": "label"}),
        ({"text": "body"}, ("text", "body", "label"), {"text": "body", "label": "label"}),
        ({"weight": "w"}, ("text", "label", "w"), {"text": "text", "label": "label", "weight": "w"}),
        ({"label": "text"}, ("text", "sentence"), {"text": "sentence", "label": "text"}),
    ],
)
def test_resolve(mapping: dict[str, str], available: tuple[str, ...], expected: dict[str, str]) -> None:
    assert resolve(COLUMNS, mapping, available, where="data.train") == expected


@pytest.mark.parametrize(
    ("mapping", "available", "messages"),
    [
        ({}, ("txet", "label"), ["there is no column for 'text'; there are txet, label"]),
        ({}, ("sentence", "content", "label"), ["'text' may be 'sentence' or 'content'"]),
        ({"text": "sentense"}, ("sentence", "label"), ["there is no column 'sentense'; there are sentence, label"]),
        ({"nothing": "text"}, ("text", "label"), ["the task has no column 'nothing'"]),
        (
            {},
            ("a", "b"),
            ["there is no column for 'text'; there are a, b", "there is no column for 'label'; there are a, b"],
        ),
    ],
)
def test_all_that_cannot_be_resolved_is_told(
    mapping: dict[str, str], available: tuple[str, ...], messages: list[str]
) -> None:
    with pytest.raises(DataError) as raised:
        resolve(COLUMNS, mapping, available, where="data.train")
    assert [problem.message for problem in raised.value.problems] == messages
    assert all(problem.hint and problem.where == "data.train.columns" for problem in raised.value.problems)


def test_a_corpus_needs_text_alone() -> None:
    assert resolve(CORPUS, {}, ("file", "content"), where="data.corpus") == {"text": "content"}


def test_a_task_may_name_the_text_of_its_corpus_itself() -> None:
    question = Column("text", aliases=("question",))
    assert of_split(CORPUS_SPLIT, (), (Column("page"),)) == (*CORPUS, Column("page"))
    assert of_split(CORPUS_SPLIT, (), (question, Column("answer"))) == (question, Column("answer"))
    assert of_split("train", (question,), None) == (question,)
