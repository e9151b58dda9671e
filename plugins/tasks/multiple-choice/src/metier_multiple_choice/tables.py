"""Turns predictions into columns, and columns into figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.evaluation.predictions import objects
from metier.values import Json, TableDetail
from metier_multiple_choice.answers import every_choices, named, right_places

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable


def table(predictions: Sequence[Mapping[str, Json]], rows: Dataset, way: str) -> PredictionTable:
    """Return id, reference, prediction (`B. the gearbox`), score, and the right choice's rank and place, (rows,)."""
    choices, right = every_choices(rows), right_places(rows, way)
    ranks = [rank(one["probabilities"], at) for one, at in zip(predictions, right, strict=True)]
    return {
        "id": objects(rows["id"][:]),
        "reference": objects([named(at, some) for at, some in zip(right, choices, strict=True)]),
        "prediction": objects([named(one["index"], some) for one, some in zip(predictions, choices, strict=True)]),
        "score": np.array([one["score"] for one in predictions], dtype=np.float64),
        "rank": np.array(ranks, dtype=np.float64),
        "place": np.array(right, dtype=np.int64),
    }


def rank(scores: Sequence[float], place: int) -> float:
    """Return the rank of the choice at `place`, from 1; choices of one score share the mean of their ranks."""
    own = scores[place]
    return sum(score > own for score in scores) + (1 + sum(score == own for score in scores)) / 2


def prediction(scores: np.ndarray) -> dict[str, Json]:
    """Return a prediction of scores (choices,), which are probabilities: `index`, from 0, `score`, `probabilities`."""
    best = int(scores.argmax())
    return {"index": best, "score": float(scores[best]), "probabilities": scores.tolist()}


def measure(table: PredictionTable, weights: np.ndarray | None) -> Mapping[str, float]:
    """Return accuracy and mean reciprocal rank; nothing where no row has weight."""
    right = (table["reference"] == table["prediction"]).astype(np.float64)
    weights = np.ones(len(right)) if weights is None else np.asarray(weights, dtype=np.float64)
    total = weights.sum()
    if total <= 0:
        return {}
    return {"accuracy": float(weights @ right / total), "mrr": float(weights @ (1 / table["rank"]) / total)}


def by_place(table: PredictionTable) -> TableDetail:
    """Return the accuracy of rows by the place of their right choice: a model may prefer one."""
    right = table["reference"] == table["prediction"]
    rows = []
    for at in np.unique(table["place"]):
        there = right[table["place"] == at]
        rows.append((int(at) + 1, len(there), float(there.mean())))
    return TableDetail("By place of the right choice", ("place", "rows", "accuracy"), tuple(rows))
