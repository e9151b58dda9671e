"""The authored samples are balanced, varied, and marked at the borders of words."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import Any

from metier_medical.medical import HERE, Medical

DATA = HERE / "data"


def test_departments_are_balanced_and_known() -> None:
    with (DATA / "department-zh.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counts = Counter(row["label"] for row in rows)
    assert set(counts.values()) == {25}
    assert set(counts) == set(Medical().label_sets()["department-zh"])
    assert len({row["text"] for row in rows}) == len(rows) == 300


def test_questions_do_not_name_their_department() -> None:
    with (DATA / "department-zh.csv").open(encoding="utf-8", newline="") as file:
        naming = [row["text"] for row in csv.DictReader(file) if row["label"] in row["text"]]
    assert not naming


def test_spans_are_words_of_known_labels() -> None:
    lines = (DATA / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert len(rows) >= 250
    counts = Counter(label for row in rows for _, _, label in row["spans"])
    assert set(counts) == set(Medical().label_sets()["entities"])
    assert min(counts.values()) >= 90
    for row in rows:
        end = 0
        for start, stop, _ in row["spans"]:
            assert end <= start < stop <= len(row["text"]), row
            inside, around = row["text"][start:stop], f" {row['text']} "
            assert inside == inside.strip(), row
            assert not around[start].isalnum(), row
            assert not around[stop + 1].isalnum(), row
            end = stop
