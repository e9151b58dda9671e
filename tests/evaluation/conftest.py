"""A plain head for evaluation's tests, which need no plugin: `yes` or `no`, judged by accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest
from datasets import Dataset

from metier.components import TaskHead
from metier.values import Column, Json, TableDetail

STATE = {"labels": ["no", "yes"]}


class YesOrNo(TaskHead):
    """Answers yes or no."""

    name: ClassVar[str] = "yes-or-no"
    columns: ClassVar[tuple[Column, ...]] = (Column("text"), Column("label", "label"))
    primary_metric: ClassVar[str] = "accuracy"

    def table(self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]) -> Any:
        labels = state["labels"]
        return {
            "id": np.asarray(rows["id"][:], dtype=object),
            "reference": np.array([labels.index(label) for label in rows["label"][:]]),
            "prediction": np.array([labels.index(one["label"]) for one in predictions]),
            "probability": np.array([[1 - one["score"], one["score"]] for one in predictions], np.float32),
        }

    def measure(self, table: Any, state: Mapping[str, Json], weights: np.ndarray | None = None) -> Mapping[str, float]:
        right = table["reference"] == table["prediction"]
        figures = {"accuracy": float(np.average(right, weights=weights))}
        yes = table["reference"] == 1 if weights is None else (table["reference"] == 1) & (weights > 0)
        if yes.any():  # not defined where no row says yes
            figures["found"] = float(right[yes].mean())
        return figures

    def details(self, table: Any, state: Mapping[str, Json]) -> Sequence[TableDetail]:
        return [TableDetail("Rows", ("label", "rows"), tuple(zip(state["labels"], (1, 2), strict=True)))]


def rows_and_predictions(count: int, *, accuracy: float, seed: int = 0) -> tuple[Dataset, list[dict[str, Any]]]:
    """Return rows and predictions of which about that share is right."""
    random = np.random.default_rng(seed)
    labels = [STATE["labels"][i] for i in np.random.default_rng(0).integers(0, 2, count)]
    rows = Dataset.from_dict(
        {"id": [f"r:{i}" for i in range(count)], "text": [f"text {i}" for i in range(count)], "label": labels}
    )
    flipped = {"no": "yes", "yes": "no"}
    said = [
        label if right else flipped[label] for label, right in zip(labels, random.random(count) < accuracy, strict=True)
    ]
    return rows, [{"label": label, "score": 0.9 if label == "yes" else 0.2} for label in said]


@pytest.fixture
def head() -> YesOrNo:
    """The head."""
    return YesOrNo()


@pytest.fixture
def state() -> dict[str, Json]:
    """What it learnt."""
    return dict(STATE)


@pytest.fixture
def answers() -> Any:
    """Makes rows and predictions."""
    return rows_and_predictions
