"""Figures agree with a few lines that count sets, whatever the spans."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.evaluation.predictions import objects
from metier_token_classification.details import details
from metier_token_classification.figures import SpanFigures

LABELS = ("PART", "STATE")
Spans = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 3), st.sampled_from(LABELS)), max_size=4, unique_by=lambda one: one[0]
).map(lambda found: [{"start": 4 * at, "end": 4 * at + size, "label": label} for at, size, label in sorted(found)])


def table(true: list[Any], said: list[Any]) -> dict[str, np.ndarray]:
    return {
        "id": objects([str(i) for i in range(len(true))]),
        "reference": objects(true),
        "prediction": objects(said),
    }


def sets(rows: list[Any], label: str | None = None) -> set[tuple[Any, ...]]:
    return {
        (row, span["start"], span["end"], span["label"])
        for row, spans in enumerate(rows)
        for span in spans
        if label in (None, span["label"])
    }


@given(st.lists(st.tuples(Spans, Spans), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_counts_are_those_of_sets(rows: list[Any]) -> None:
    true, said = [one for one, _ in rows], [other for _, other in rows]
    found = SpanFigures(table(true, said), LABELS)(None)

    def f1(one: set[Any], other: set[Any]) -> float:
        return 2 * len(one & other) / (len(one) + len(other))

    every, all_said = sets(true), sets(said)
    if every or all_said:
        assert found["f1"] == pytest.approx(f1(every, all_said))
        each = [(sets(true, label), sets(said, label)) for label in LABELS]
        assert found["f1_macro"] == pytest.approx(np.mean([f1(*pair) for pair in each if pair[0] or pair[1]]))
        borders = [{one[:3] for one in side} for side in (every, all_said)]
        assert found["f1_borders"] == pytest.approx(f1(*borders))
    else:
        assert found == {}
    assert ("recall" in found) == bool(every)
    assert ("precision" in found) == bool(all_said)


def test_a_border_off_by_one_is_wrong_and_the_table_says_how() -> None:
    true = [[{"start": 0, "end": 4, "label": "PART"}, {"start": 5, "end": 9, "label": "STATE"}], []]
    said = [[{"start": 0, "end": 3, "label": "PART"}, {"start": 5, "end": 9, "label": "PART"}], true[0][:1]]
    found = SpanFigures(table(true, said), LABELS)(None)
    assert (found["f1"], found["f1_borders"]) == (0.0, pytest.approx(0.4))
    labels, ways = details(table(true, said), LABELS)
    assert dict(ways.rows) == {
        "right": 0,
        "other label": 1,
        "other borders": 1,
        "other label and borders": 0,
        "missed": 0,
        "not there": 1,
    }
    assert [row[-1] for row in labels.rows] == [1, 1]
