"""Turns predictions by name into columns of positions, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable


def table(
    predictions: Sequence[Mapping[str, Json]],
    rows: Dataset,
    references: Sequence[Sequence[str]],
    labels: Sequence[str],
    *,
    several: bool,
) -> PredictionTable:
    """Return the columns id, reference, prediction, and probability (rows, labels) float32."""
    named = [tuple(one["labels"]) if several else (one["label"],) for one in predictions]
    probability = np.array([[one["probabilities"][label] for label in labels] for one in predictions], np.float32)
    return {
        "id": np.asarray(rows["id"][:], dtype=object),
        "reference": positions(references, labels, several=several),
        "prediction": positions(named, labels, several=several),
        "probability": probability.reshape(len(predictions), len(labels)),
    }


def positions(named: Sequence[Sequence[str]], labels: Sequence[str], *, several: bool) -> np.ndarray:
    """Return each row's position among `labels`, (rows,) int64; with `several` 0 or 1, (rows, labels) int8."""
    index = {label: i for i, label in enumerate(labels)}
    if not several:
        return np.array([index[one[0]] for one in named], dtype=np.int64)
    found = np.zeros((len(named), len(labels)), dtype=np.int8)
    for i, one in enumerate(named):
        found[i, [index[label] for label in one]] = 1
    return found


def predictions_from(
    probability: np.ndarray, labels: Sequence[str], *, threshold: float | None
) -> list[dict[str, Json]]:
    """Return predictions as the model's own, from probability (rows, labels); with `threshold`, several a row."""
    if threshold is None:
        best = probability.argmax(axis=1)
        chosen: list[dict[str, Json]] = [
            {"label": labels[i], "score": float(row[i])} for row, i in zip(probability, best, strict=True)
        ]
    else:
        sure = np.where(probability >= threshold, probability, 1 - probability).prod(axis=1)
        chosen = [
            {
                "labels": [label for label, value in zip(labels, row, strict=True) if value >= threshold],
                "score": float(score),
            }
            for row, score in zip(probability, sure, strict=True)
        ]
    return [
        {**one, "probabilities": dict(zip(labels, row.tolist(), strict=True))}
        for one, row in zip(chosen, probability, strict=True)
    ]
