"""The authored samples are balanced, varied, and marked at the borders of words."""

from __future__ import annotations

from collections import Counter

from metier.testing import authored
from metier_medical.medical import HERE, Medical

DATA = HERE / "data"


def test_departments_are_balanced_and_known() -> None:
    rows = authored.read(DATA / "department-zh.csv")
    assert Counter(row["label"] for row in rows) == dict.fromkeys(Medical().label_sets()["department-zh"], 25)
    assert len({row["text"] for row in rows}) == len(rows) == 300


def test_questions_do_not_name_their_department() -> None:
    assert not [row["text"] for row in authored.read(DATA / "department-zh.csv") if row["label"] in row["text"]]


def test_spans_are_words_of_known_labels() -> None:
    rows = authored.read(DATA / "entities.jsonl")
    assert len(rows) >= 250
    authored.check_spans(rows, labels=Medical().label_sets()["entities"], least=90)
