"""Numbers that an answer has and its prompt has not."""

from __future__ import annotations

import math

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from metier_text_generation.details import details
from metier_text_generation.figures import AnswerFigures
from metier_text_generation.numbers import share_in_prompt
from metier_text_generation.text_generation import TextGeneration


@pytest.mark.parametrize(
    ("answer", "prompt", "share"),
    [
        ("Take 2 tablets of 5.5 mg.", "5.5 mg, 2 daily", 1.0),
        ("Take 3 tablets of 5.5 mg.", "5.5 mg, 2 daily", 0.5),
        ("1,500 euros", "limit 1500", 1.0),
        ("15", "1500, 0.15 and 15.0", 0.0),
        ("每日2次，共10片", "每日2次", 0.5),
    ],
)
def test_numbers_are_looked_for_whole(answer: str, prompt: str, share: float) -> None:
    assert share_in_prompt(answer, prompt) == pytest.approx(share)


@given(st.text(st.characters(exclude_categories=["Nd"])), st.text())
def test_what_has_no_number_has_no_share(answer: str, prompt: str) -> None:
    assert math.isnan(share_in_prompt(answer, prompt))


def test_the_figure_is_the_mean_over_answers_with_numbers() -> None:
    rows = Dataset.from_dict({"id": ["a", "b", "c"], "text": ["5 mg", "7 mg", "none"], "answer": ["5", "7 or 8", "no"]})
    said = [{"text": text, "finished": True} for text in ("5 mg", "9 mg", "no")]
    table = TextGeneration().table(said, rows, {})
    assert AnswerFigures(table)(None)["numbers_in_prompt"] == pytest.approx(0.5)
    (told,) = (one for one in details(table, ()) if one.title == "Numbers")
    assert told.rows == (("references", 2, 0.75), ("predictions", 2, 0.5))
