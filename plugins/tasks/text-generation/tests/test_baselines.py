"""Baselines know the training answers, in English and in Chinese."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from metier_text_generation.baselines import Lead, Nearest, Typical, lead
from metier_text_generation.options import Options
from metier_text_generation.text_generation import TextGeneration

HEAD = TextGeneration(Options())


def data(*pairs: tuple[str, str]) -> Dataset:
    return Dataset.from_list([{"id": str(i), "text": text, "answer": answer} for i, (text, answer) in enumerate(pairs)])


def said(baseline: type[Any], train: Dataset, rows: Dataset) -> list[str]:
    table = baseline(HEAD, {}).predict(train, rows, features=lambda rows: np.zeros((len(rows), 1)))
    assert table["finished"].all()
    return list(table["prediction"])


def test_the_typical_answer_is_that_most_like_the_others() -> None:
    train = data(("a", "no fault found"), ("b", "no fault"), ("c", "no fault found today"), ("d", "seal replaced"))
    assert said(Typical, train, data(("x", "?"), ("y", "?"))) == ["no fault found"] * 2
    assert said(Typical, data(("a", "!"), ("b", "…")), data(("x", "?"))) == ["!"]


@pytest.mark.parametrize(
    ("train", "asked", "expected"),
    [
        ((("the pump leaks oil", "seal"), ("the fan is loud", "bearing")), "oil leaks at the pump", "seal"),
        ((("泵体漏油", "换密封"), ("风机噪音大", "换轴承")), "今天风机有噪音", "换轴承"),
    ],
)
def test_the_nearest_prompts_answer_is_copied(train: Any, asked: str, expected: str) -> None:
    assert said(Nearest, data(*train), data((asked, "?"))) == [expected]


def test_the_lead_is_as_long_as_answers_are() -> None:
    train = data(("x", "four words are here"), ("y", "four words are here"))
    texts = (
        "The pump leaks. It is old. Nobody knows.",
        "It lost 3.5 bar and then went down again!",
        "泵漏油。已停机。",
    )
    assert said(Lead, train, data(*((text, "?") for text in texts))) == [
        "The pump leaks.",
        "It lost 3.5 bar and then went down again!",
        "泵漏油。",
    ]
    assert Lead not in {type(one) for one in TextGeneration(Options(choices=("a", "b"))).baselines({})}


@given(st.text("ab .!。\n", max_size=30), st.integers(1, 9))
def test_a_lead_is_the_beginning_of_its_text(text: str, room: int) -> None:
    assert text.strip().startswith(lead(text, room))
    assert bool(lead(text, room)) == bool(text.strip())
    assert lead(text, 100) == text.strip()
