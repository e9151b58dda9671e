"""The authored questions on health have their answers where it is said, and each text stays in one split."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import pytest

from metier.components import ReadContext
from metier_medical.medical import HERE
from metier_question_answering.squad import Squad

SAMPLES = ("question-answering", "consultation-zh")


def questions(sample: str) -> list[dict[str, Any]]:
    context = ReadContext()
    source = Squad(Squad.Config(path=str(HERE / "data" / f"{sample}.json")))
    found = [record.values for record in source.read(context)]
    assert not [note for note in context.notes if "answers" in note], "an answer does not stand where it is said"
    return found


@pytest.mark.parametrize(("sample", "texts"), [("question-answering", 45), ("consultation-zh", 28)])
def test_there_are_as_many_as_the_readme_says(sample: str, texts: int) -> None:
    rows = questions(sample)
    assert len(rows) == 4 * texts
    assert sum(not row["spans"] for row in rows) == texts
    pairs = {(row["title"], row["text"]) for row in rows}
    assert len(pairs) == len({title for title, _ in pairs}) == len({text for _, text in pairs}) == texts


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_question_is_asked_twice(sample: str) -> None:
    asked = Counter((row["text"], row["question"].casefold()) for row in questions(sample))
    assert max(asked.values()) == 1
    assert all(question.endswith(("?", "？")) for _, question in asked)


def test_answers_are_whole_words() -> None:
    for row in questions("question-answering"):
        for span in row["spans"]:
            around = f" {row['text']} "
            assert not around[span["start"]].isalnum(), row
            assert not around[span["end"] + 1].isalnum(), row


@pytest.mark.parametrize("sample", SAMPLES)
def test_questions_do_not_say_their_answer(sample: str) -> None:
    for row in questions(sample):
        for span in row["spans"]:
            answer = row["text"][span["start"] : span["end"]]
            assert answer == answer.strip()
            assert answer.casefold() not in row["question"].casefold(), row


def test_chinese_is_chinese() -> None:
    for row in questions("consultation-zh"):
        for text in (row["text"], row["question"]):
            letters = [letter for letter in text if letter.isalpha()]
            assert sum("CJK" in unicodedata.name(letter) for letter in letters) / len(letters) > 0.8, text
