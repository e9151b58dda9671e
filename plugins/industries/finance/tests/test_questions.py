"""The authored questions on reports have their answers where it is said, and each paragraph stays in one split."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from metier.components import ReadContext
from metier_finance.finance import HERE
from metier_question_answering.squad import Squad


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    context = ReadContext()
    source = Squad(Squad.Config(path=str(HERE / "data" / "report-analysis.json")))
    found = [record.values for record in source.read(context)]
    assert not [note for note in context.notes if "answers" in note], "an answer does not stand where it is said"
    return found


def test_there_are_as_many_as_the_readme_says(rows: list[dict[str, Any]]) -> None:
    assert (len(rows), len({row["text"] for row in rows})) == (188, 47)
    assert sum(not row["spans"] for row in rows) == 47


def test_a_paragraph_has_a_title_of_its_own_to_be_split_by(rows: list[dict[str, Any]]) -> None:
    pairs = {(row["title"], row["text"]) for row in rows}
    assert len(pairs) == len({title for title, _ in pairs}) == len({text for _, text in pairs})
    assert set(Counter(row["title"] for row in rows).values()) == {4}


def test_no_question_is_asked_twice(rows: list[dict[str, Any]]) -> None:
    asked = Counter((row["text"], row["question"].casefold()) for row in rows)
    assert max(asked.values()) == 1
    assert all(row["question"].endswith("?") for row in rows)


def test_answers_are_whole_words_that_the_question_does_not_say(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        for span in row["spans"]:
            answer, around = row["text"][span["start"] : span["end"]], f" {row['text']} "
            assert answer == answer.strip()
            assert not around[span["start"]].isalnum(), row
            assert not around[span["end"] + 1].isalnum(), row
            assert answer.casefold() not in row["question"].casefold(), row
