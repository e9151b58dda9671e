"""Figures a label and the confusion matrix, for the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.values import Detail, MatrixDetail, TableDetail
from metier_classification.figures import BINS, bins, shares

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable


def details(table: PredictionTable, labels: Sequence[str], *, several: bool) -> Sequence[Detail]:
    """Return precision, recall, F1 and support a label; for one label a text, also confusion and calibration."""
    reference, prediction = table["reference"], table["prediction"]
    if several:
        right, predicted, actual = (reference & prediction).sum(axis=0), prediction.sum(axis=0), reference.sum(axis=0)
        return [_per_label(labels, right, predicted, actual)]
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, (reference, prediction), 1)
    matrix = MatrixDetail("Confusion matrix", tuple(labels), tuple(tuple(row) for row in counts.tolist()))
    per_label = _per_label(labels, np.diagonal(counts), counts.sum(axis=0), counts.sum(axis=1))
    return [per_label, matrix, _calibration(table)]


def _per_label(labels: Sequence[str], right: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> TableDetail:
    figures = (values.tolist() for values in (*shares(right, predicted, actual), actual))
    return TableDetail(
        title="Figures a label",
        columns=("label", "precision", "recall", "f1", "support"),
        rows=tuple(zip(labels, *figures, strict=True)),
    )


def _calibration(table: PredictionTable) -> TableDetail:
    """Return how often the model is right where it says that it is so sure, in bins of confidence."""
    confidence = table["probability"][np.arange(len(table["prediction"])), table["prediction"]].astype(np.float64)
    right = (table["reference"] == table["prediction"]).astype(np.float64)
    found = bins(confidence)
    rows = np.bincount(found, minlength=BINS)
    held = np.flatnonzero(rows)
    means = [np.bincount(found, values, minlength=BINS)[held] / rows[held] for values in (confidence, right)]
    return TableDetail(
        title="Calibration",
        columns=("confidence", "accuracy", "rows"),
        rows=tuple(zip(*(one.tolist() for one in (*means, rows[held])), strict=True)),
    )
