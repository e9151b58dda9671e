"""What is learnt of labels, and what is said where they are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from pydantic import ValidationError

from metier.errors import DataError
from metier_classification.classification import TextClassification
from metier_classification.labels import balanced_weights, positive_weights


def rows(*labels: Any, column: str = "label") -> Dataset:
    return Dataset.from_dict(
        {"id": [f"t.csv:{i}" for i in range(len(labels))], "text": ["x"] * len(labels), column: list(labels)}
    )


def head(**options: Any) -> TextClassification:
    return TextClassification(TextClassification.Config(**options))


def test_labels_are_sorted_whatever_comes_first() -> None:
    expected = {"labels": ["a", "b"], "counts": [1, 2], "rows": 3}
    assert head().learn(rows("b", "a", "b")) == expected
    assert head().learn(rows("a", "b", "b")) == expected


def test_given_labels_keep_their_order() -> None:
    state = head(labels=("low", "middle", "high")).learn(rows("high", "low"))
    assert state == {"labels": ["low", "middle", "high"], "counts": [1, 0, 1], "rows": 2}
    with pytest.raises(ValidationError, match="each once"):
        head(labels=("a", "a"))


def test_a_label_that_is_not_given_is_named_with_the_nearest() -> None:
    with pytest.raises(DataError, match="'hihg' is not among") as raised:
        head(labels=("low", "high")).learn(rows("low", "hihg"))
    assert raised.value.problems[0].hint == "did you mean 'high'?"


def test_one_label_only_cannot_be_learnt() -> None:
    with pytest.raises(DataError, match="only the label 'a'"):
        head().learn(rows("a", "a"))
    with pytest.raises(DataError, match="no label at all"):
        head(multi_label=True).learn(rows([], [], column="labels"))


def test_every_unseen_label_is_said_with_its_rows() -> None:
    state = head().learn(rows("fine", "bad"))
    with pytest.raises(DataError) as raised:
        head().check("test", rows("fine", "fien", "worse", "fien"), state)
    assert [problem.where for problem in raised.value.problems] == ["t.csv:1, t.csv:3", "t.csv:2"]
    assert raised.value.problems[0].message == "test has the label 'fien' (2 rows), which training never saw"
    assert raised.value.problems[0].hint == "did you mean 'fine'?"


def test_an_empty_label_is_an_error_with_its_row() -> None:
    with pytest.raises(DataError, match=r"t\.csv:1: 1 rows have an empty label"):
        head().learn(rows("a", None, "b"))


def test_several_labels_may_be_none() -> None:
    state = head(multi_label=True).learn(rows(["a", "b"], [], ["b"], column="labels"))
    assert state == {"labels": ["a", "b"], "counts": [1, 2], "rows": 3}
    assert positive_weights(state) == (2.0, 0.5)


def test_balanced_weights_are_scikit_learns() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = ["a"] * 6 + ["b"] * 3 + ["c"]
    expected = compute_class_weight("balanced", classes=np.array(["a", "b", "c"]), y=labels)
    assert balanced_weights(head().learn(rows(*labels))) == pytest.approx(tuple(expected))
    assert balanced_weights({"labels": ["a", "b"], "counts": [4, 0], "rows": 4}) == (0.5, 1.0)


def test_rows_a_label_for_the_data_report() -> None:
    assert head().describe_rows({"label": ["b", "a", "b"]}) == {"labels": {"b": 2, "a": 1}}
    assert head(multi_label=True).describe_rows({"labels": [["b", "a"], [], ["b"]]}) == {"labels": {"b": 2, "a": 1}}
