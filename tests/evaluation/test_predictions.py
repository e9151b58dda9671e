"""Predictions by name, written as they come, and read back the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from metier.evaluation.predictions import read_table, writing

LABELS = ["0.5 %", "a", "<b>", "肝病"]


def one_label(rows: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(rows)
    return {
        "id": np.array([f"r:{i}" for i in range(rows)], dtype=object),
        "reference": random.integers(0, 4, rows),
        "prediction": random.integers(0, 4, rows),
        "probability": random.random((rows, 4)).astype(np.float32),
    }


def test_one_label_comes_back(tmp_path: Path) -> None:
    first, second = one_label(3), one_label(5)
    with writing(tmp_path / "p.parquet", LABELS) as writer:
        writer.write(first, {"text": ["x"] * 3})
        writer.write(second, {"text": ["y"] * 5})
    file = pq.read_table(tmp_path / "p.parquet")
    assert file.column_names == ["id", "text", "reference", "prediction", "probabilities"]
    assert file["prediction"].to_pylist() == [LABELS[i] for i in (*first["prediction"], *second["prediction"])]
    assert list(file["probabilities"][0].as_py()) == LABELS
    again = read_table(tmp_path / "p.parquet")
    for name in first:
        np.testing.assert_array_equal(again[name], np.concatenate([first[name], second[name]]))


def test_several_labels_come_back(tmp_path: Path) -> None:
    table = {**one_label(3), "reference": np.array([[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]], np.int8)}
    table["prediction"] = table["reference"][::-1]
    with writing(tmp_path / "p.parquet", LABELS) as writer:
        writer.write(table, {})
    assert pq.read_table(tmp_path / "p.parquet")["reference"].to_pylist() == [["0.5 %", "肝病"], [], ["a"]]
    again = read_table(tmp_path / "p.parquet")
    np.testing.assert_array_equal(again["reference"], table["reference"])
    np.testing.assert_array_equal(again["prediction"], table["prediction"])


def test_other_tasks_keep_what_they_have(tmp_path: Path) -> None:
    table = {
        "id": np.array(["a", "b"]),
        "reference": np.array([["x"], ["y", "z"]], dtype=object),
        "score": np.array([0.5, 1.0]),
    }
    with writing(tmp_path / "p.parquet", []) as writer:
        writer.write(table, {})
    again = read_table(tmp_path / "p.parquet")
    assert again["reference"].tolist() == [["x"], ["y", "z"]]
    assert again["score"].tolist() == [0.5, 1.0]


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        with writing(tmp_path / "p.parquet", LABELS) as writer:
            writer.write(one_label(2), {})
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        fail()
    assert not list(tmp_path.iterdir())
