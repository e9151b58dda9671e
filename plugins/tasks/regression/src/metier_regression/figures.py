"""The figures of a number a text."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from metier_regression.correlation import Spearman, constant, pearson
from metier_regression.grades import Grades, quadratic_weighted_kappa

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable


class NumberFigures:
    """Measures one table for any weights of its rows; `names` limits which figures, None is all."""

    def __init__(
        self,
        table: PredictionTable,
        grades: Grades | None,
        names: frozenset[str] | None = None,
        *,
        logarithmic: bool = False,
    ) -> None:
        self._names = names
        self._reference = np.asarray(table["reference"], dtype=np.float64)
        self._prediction = np.asarray(table["prediction"], dtype=np.float64)
        self._error = self._prediction - self._reference
        self._ratio = np.log1p(self._prediction) - np.log1p(self._reference) if logarithmic else None
        self._spearman = Spearman(self._reference, self._prediction)
        sides = (self._reference, self._prediction)
        self._grades = None if grades is None else tuple(grades.units(side) for side in sides)

    def __call__(self, weights: np.ndarray | None = None) -> Mapping[str, float]:
        """Return figures; one that is not defined on these rows is left out."""
        weights = np.ones(len(self._error)) if weights is None else np.asarray(weights, dtype=np.float64)
        if weights.sum() <= 0:
            return {}
        ways: dict[str, Callable[[], float | None]] = {
            "spearman": lambda: self._spearman(weights),
            "pearson": lambda: pearson(self._reference, self._prediction, weights),
            "r2": lambda: self._explained(weights),
            "mae": lambda: float(weights @ np.abs(self._error) / weights.sum()),
            "rmse": lambda: _root_mean_square(self._error, weights),
        }
        if self._ratio is not None:
            ratio = self._ratio
            ways["rmsle"] = lambda: _root_mean_square(ratio, weights)
        if self._grades is not None:
            reference, prediction = self._grades
            ways["quadratic_weighted_kappa"] = lambda: quadratic_weighted_kappa(reference, prediction, weights)
        asked = ways if self._names is None else ways.keys() & self._names
        return {name: value for name in ways if name in asked and (value := ways[name]()) is not None}

    def _explained(self, weights: np.ndarray) -> float | None:
        """Return the share of the variance that is explained, below 0 for worse than the mean of these rows."""
        if constant(self._reference[weights > 0]):
            return None
        around = self._reference - weights @ self._reference / weights.sum()
        return 1 - float(weights @ self._error**2) / float(weights @ around**2)


def _root_mean_square(errors: np.ndarray, weights: np.ndarray) -> float:
    return math.sqrt(float(weights @ errors**2 / weights.sum()))
