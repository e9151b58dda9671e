"""Baselines answer as they say, in English and in Chinese; the linear one learns what kind of word is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset

from metier_question_answering.question_answering import QuestionAnswering
from metier_question_answering.sentences import sentences

ENGLISH = "The pump feeds line {number}. It was built by Ms {name} in {year}. Its oil is changed at 1.5 bar."
CHINESE = "{name}水泵供给二号线。它建于{year}年。压力为1.5巴。"


def rows(template: str, asked: dict[str, str], *, count: int = 12) -> Dataset:
    """Return texts that are asked for their names and years, and now and then for what they do not say."""
    made: list[dict[str, Any]] = []
    for number in range(count):
        values = {"number": str(number), "name": f"{'OBL'[number % 3]}en", "year": str(1960 + 3 * number)}
        text = template.format(**values)
        for what, question in asked.items():
            start = text.index(values[what]) if what in values else 0
            span = [{"start": start, "end": start + len(values[what]), "label": "answer"}] if what in values else []
            made.append({"id": str(len(made)), "text": text, "question": question, "spans": span})
    return Dataset.from_list(made)


def answers(train: Dataset, some: Dataset) -> dict[str, list[str]]:
    head = QuestionAnswering()
    found = {}
    for baseline in head.baselines(head.learn(train)):
        table = baseline.predict(train, some, features=lambda _: pytest.fail("no baseline asks for features"))
        found[baseline.name] = [said for (said,) in table["prediction"]]
    return found


def test_in_english() -> None:
    train = rows(ENGLISH, {"name": "Who has built it?", "year": "When was it built?"})
    none, first, near, linear = answers(train, train.select(range(2))).values()
    assert none == ["", ""]
    assert first == ["The pump feeds line 0."] * 2
    assert near == ["It was built by Ms Oen in 1960."] * 2
    assert linear == ["Oen", "1960"]


def test_in_chinese() -> None:
    train = rows(CHINESE, {"name": "谁是水泵？", "year": "它建于何年？"})
    _, first, near, linear = answers(train, train.select(range(2))).values()
    assert first == ["Oen水泵供给二号线。"] * 2
    assert near == ["Oen水泵供给二号线。", "它建于1960年。"]
    assert linear == ["Oen", "1960"]


def test_where_questions_have_no_answer_some_are_left_unanswered() -> None:
    asked = {"name": "Who has built it?", "else": "Whose zebra sleeps?"}
    train = rows(ENGLISH, asked, count=13)
    found = answers(train, train.select(range(2)))
    assert found["nearest sentence by TF-IDF"] == ["It was built by Ms Oen in 1960.", ""]
    assert found["words beside the question + logistic regression"] == ["Oen", ""]


def test_texts_without_words_are_answered_too() -> None:
    span = {"start": 0, "end": 3, "label": "answer"}
    train = Dataset.from_list([{"id": "1", "text": "... !", "question": "?", "spans": [span]}])
    found = answers(train, train)
    assert found["nearest sentence by TF-IDF"] == ["..."]


def test_sentences_end_with_their_stop_or_their_line() -> None:
    text = 'It costs $1.5 million. "Is it?" Yes!\n\n  A heading\n它建于何年？是1990年。end'
    assert [text[start:end] for start, end in sentences(text)] == [
        "It costs $1.5 million.", '"Is it?"', "Yes!", "A heading", "它建于何年？", "是1990年。", "end"
    ]  # fmt: skip
    assert sentences(" \n ") == []
