"""The figures of one label a text, from one weighted count of reference against prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from metier_classification.ranking import Ranking, macro_area

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

BINS = 15
"""Bins of confidence for the calibration error (Guo et al. 2017, *On calibration of modern neural networks*)."""
SMALLEST = float(np.finfo(np.float32).eps)
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


class OneLabelFigures:
    """Measures one table for any weights of its rows; `names` limits which figures, None is all."""

    def __init__(self, table: PredictionTable, labels: int, names: frozenset[str] | None = None) -> None:
        self._labels = labels
        self._names = names
        reference, prediction, probability = table["reference"], table["prediction"], table["probability"]
        self._rows = len(reference)
        self._cell = reference * labels + prediction
        if self._wants("log_loss"):
            of_reference = probability[np.arange(self._rows), reference].astype(np.float64)
            self._losses = -np.log(np.clip(of_reference, SMALLEST, 1 - SMALLEST))
        if self._wants("calibration_error"):
            confidence = probability[np.arange(self._rows), prediction].astype(np.float64)
            self._bin = bins(confidence)
            self._surplus = (reference == prediction) - confidence
        if self._wants("auroc"):
            # Of two labels each one's area is the other's.
            scored = range(1, 2) if labels == 2 else range(labels)
            self._rankings = [Ranking(probability[:, i], reference == i) for i in scored]

    def __call__(self, weights: np.ndarray | None = None) -> Mapping[str, float]:
        """Return figures; one that is not defined on these rows is left out."""
        weights = np.ones(self._rows) if weights is None else np.asarray(weights, dtype=np.float64)
        total = weights.sum()
        if total <= 0:
            return {}
        counts = np.bincount(self._cell, weights, minlength=self._labels**2).reshape(self._labels, self._labels)
        figures = from_counts(np.diagonal(counts), counts.sum(axis=0), counts.sum(axis=1))
        figures["accuracy"] = float(np.trace(counts) / total)
        if self._wants("auroc") and (area := macro_area(self._rankings, weights)) is not None:
            figures["auroc"] = area
        if self._wants("log_loss"):
            figures["log_loss"] = float(weights @ self._losses / total)
        if self._wants("calibration_error"):
            gaps = np.bincount(self._bin, weights * self._surplus, minlength=BINS)
            figures["calibration_error"] = float(np.abs(gaps).sum() / total)
        return {name: value for name, value in figures.items() if self._wants(name)}

    def _wants(self, name: str) -> bool:
        return self._names is None or name in self._names


def from_counts(right: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    """Return the macro means of F1, precision and recall, from counts a label.

    They go over the labels that occur, as reference or as prediction; a share of nothing is 0 (scikit-learn's default).
    """
    occurs = (predicted + actual) > 0
    if not occurs.any():
        return {}
    precision, recall, f1 = shares(right[occurs], predicted[occurs], actual[occurs])
    return {
        "f1_macro": float(f1.mean()),
        "precision_macro": float(precision.mean()),
        "recall_macro": float(recall.mean()),
    }


def shares(right: np.ndarray, predicted: np.ndarray, actual: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return precision, recall and F1 a label; a share of nothing is 0."""
    precision = right / np.where(predicted > 0, predicted, 1.0)
    recall = right / np.where(actual > 0, actual, 1.0)
    both = predicted + actual
    return precision, recall, 2 * right / np.where(both > 0, both, 1.0)


def bins(confidence: np.ndarray) -> np.ndarray:
    """Return each row's bin of equal width; a bin has its upper bound, not its lower."""
    found: np.ndarray = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    return found
