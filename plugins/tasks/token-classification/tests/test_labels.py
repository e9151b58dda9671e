"""Spans that a model cannot learn are said with their row."""

from __future__ import annotations

import pytest
from datasets import Dataset

from metier.errors import DataError
from metier_token_classification.labels import check, inside_words, learn, settled, trimmed
from metier_token_classification.token_classification import TokenClassification

OUTER, INNER = {"start": 0, "end": 9, "label": "PART"}, {"start": 0, "end": 4, "label": "PART"}


def rows(*spans: list[dict[str, object]]) -> Dataset:
    return Dataset.from_list([{"id": f"r:{i}", "text": "pump seals", "spans": one} for i, one in enumerate(spans)])


def test_labels_are_sorted_and_counted() -> None:
    state = learn(rows([INNER], [{**OUTER, "label": "A"}, {"start": 9, "end": 10, "label": "A"}]), "error")
    assert state == {"labels": ["A", "PART"], "counts": [2, 1]}


def test_spans_that_overlap_are_an_error_with_a_way_out() -> None:
    with pytest.raises(DataError) as error:
        learn(rows([INNER], [INNER, OUTER]), "error")
    assert "share characters" in str(error.value)
    assert error.value.problems[0].where == "r:1"
    assert "on_overlap: longest" in str(error.value.problems[0].hint)
    assert learn(rows([INNER, OUTER]), "longest")["labels"] == ["PART"]
    assert settled([INNER, OUTER], "pump seal") == [OUTER]


def test_no_span_at_all_and_an_unknown_label_are_errors() -> None:
    with pytest.raises(DataError, match="no training row has a span"):
        learn(rows([INNER]).map(lambda row: {"spans": []}), "error")
    state = learn(rows([INNER]), "error")
    with pytest.raises(DataError, match="'OTHER', which no training row has"):
        check("test", rows([{**INNER, "label": "OTHER"}]), state, "error")


def test_spaces_at_the_edges_are_no_part_of_a_span() -> None:
    wide = {"start": 4, "end": 9, "label": "PART"}
    assert trimmed([wide], "pump seal") == [{**wide, "start": 5}]
    learn(rows([INNER, wide]), "error")
    with pytest.raises(DataError, match="a span holds spaces alone"):
        learn(rows([{**wide, "end": 5}]), "error")


def test_borders_inside_words_are_counted() -> None:
    text = "pumps 油泵"
    spans = [(0, 4), (0, 5), (6, 7), (1, 5), (4, 7)]
    made = [{"start": start, "end": end, "label": "PART"} for start, end in spans]
    assert [inside_words([one], text) for one in made] == [1, 0, 0, 1, 1]
    assert TokenClassification().describe_rows({"text": [text], "spans": [made]}) == {
        "spans": {"PART": 5},
        "borders inside words": 3,
        "without spans": 0,
    }
