"""The figures of several labels a text, from weighted counts a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from metier_classification.figures import SMALLEST, from_counts
from metier_classification.ranking import Ranking, macro_area

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable


class SeveralLabelsFigures:
    """Measures one table for any weights of its rows; `names` limits which figures, None is all."""

    def __init__(self, table: PredictionTable, names: frozenset[str] | None = None) -> None:
        self._names = names
        reference, prediction = table["reference"].astype(bool), table["prediction"].astype(bool)
        self._rows = len(reference)
        # (rows, labels) float64: a product with weights counts every label at once.
        self._right = (reference & prediction).astype(np.float64)
        self._predicted = prediction.astype(np.float64)
        self._actual = reference.astype(np.float64)
        self._exact = (reference == prediction).all(axis=1)
        probability = table["probability"]
        if self._wants("log_loss"):
            of_reference = np.where(reference, probability, 1 - probability).astype(np.float64)
            self._losses = -np.log(np.clip(of_reference, SMALLEST, 1 - SMALLEST)).mean(axis=1)
        if self._wants("auroc"):
            self._rankings = [Ranking(probability[:, i], reference[:, i]) for i in range(reference.shape[1])]

    def __call__(self, weights: np.ndarray | None = None) -> Mapping[str, float]:
        """Return figures; one that is not defined on these rows is left out. `accuracy` asks for the exact set."""
        weights = np.ones(self._rows) if weights is None else np.asarray(weights, dtype=np.float64)
        total = weights.sum()
        if total <= 0:
            return {}
        right, predicted, actual = weights @ self._right, weights @ self._predicted, weights @ self._actual
        figures = from_counts(right, predicted, actual)
        both = predicted.sum() + actual.sum()
        if both > 0:
            figures["f1_micro"] = float(2 * right.sum() / both)
        figures["accuracy"] = float(weights @ self._exact / total)
        if self._wants("auroc") and (area := macro_area(self._rankings, weights)) is not None:
            figures["auroc"] = area
        if self._wants("log_loss"):
            figures["log_loss"] = float(weights @ self._losses / total)
        return {name: value for name, value in figures.items() if self._wants(name)}

    def _wants(self, name: str) -> bool:
        return self._names is None or name in self._names
