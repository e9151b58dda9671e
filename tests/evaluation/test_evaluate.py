"""Predictions are judged as they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from metier.errors import DataError, RunError
from metier.evaluation import evaluate, evaluate_table, read_table


def test_batches_are_judged_together(head: Any, state: Any, answers: Any, tmp_path: Path) -> None:
    rows, predictions = answers(100, accuracy=0.8)
    pieces = iter([predictions[:30], predictions[30:90], predictions[90:]])
    found = evaluate(head, state, pieces, rows, tmp_path / "p.parquet")
    whole = head.table(predictions, rows, state)
    assert found.rows == 100
    assert found.metrics == head.measure(whole, state)
    low, high = found.intervals["accuracy"]
    assert low < found.metrics["accuracy"] < high
    assert read_table(tmp_path / "p.parquet")["text"].tolist() == [f"text {i}" for i in range(100)]
    assert evaluate_table(head, state, whole, tmp_path / "q.parquet").intervals == found.intervals


def test_result_is_json(head: Any, state: Any, answers: Any, tmp_path: Path) -> None:
    rows, predictions = answers(20, accuracy=0.8)
    result = evaluate(head, state, [predictions], rows, tmp_path / "p.parquet").to_json()
    assert json.loads(json.dumps(result, allow_nan=False))["details"] == [
        {"kind": "table", "title": "Rows", "columns": ["label", "rows"], "rows": [["no", 1], ["yes", 2]]}
    ]
    assert set(result) == {"rows", "metrics", "intervals", "draws", "details"}


@pytest.mark.parametrize("count", [19, 21])
def test_missing_and_surplus_predictions_are_refused(
    count: int, head: Any, state: Any, answers: Any, tmp_path: Path
) -> None:
    rows, _ = answers(20, accuracy=0.8)
    _, predictions = answers(count, accuracy=0.8)
    with pytest.raises(RunError, match=f"{count} predictions for 20 rows"):
        evaluate(head, state, (predictions[i : i + 10] for i in range(0, count, 10)), rows, tmp_path / "p.parquet")
    assert not (tmp_path / "p.parquet").exists()


def test_no_rows_are_refused(head: Any, state: Any, answers: Any, tmp_path: Path) -> None:
    rows, _ = answers(4, accuracy=1.0)
    with pytest.raises(DataError, match="no rows"):
        evaluate(head, state, [], rows.select([]), tmp_path / "p.parquet")
