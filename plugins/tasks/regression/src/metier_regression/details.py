"""Errors by size of the right number, and the confusion of grades, for the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.values import Detail, MatrixDetail, TableDetail
from metier_regression.grades import Grades

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

PARTS = 5
"""Parts of about as many rows each, by the size of the right number."""
MOST_GRADES = 100
"""Grades of which the confusion is told."""


def details(table: PredictionTable, grades: Grades | None) -> Sequence[Detail]:
    """Return the errors of small and large numbers apart, and for grades their confusion."""
    found: list[Detail] = [_by_size(table["reference"], table["prediction"])]
    if grades is not None and len(grades) <= MOST_GRADES:
        counts = np.zeros((len(grades), len(grades)), dtype=np.int64)
        np.add.at(counts, (grades.units(table["reference"]), grades.units(table["prediction"])), 1)
        found.append(MatrixDetail("Grades", grades.names(), tuple(tuple(row) for row in counts.tolist())))
    return found


def _by_size(reference: np.ndarray, prediction: np.ndarray) -> TableDetail:
    """Return a row a part; equal numbers are in one part, so that there may be fewer."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, PARTS + 1)))
    part = np.searchsorted(edges[1:-1], reference, side="left")
    rows = []
    for number in np.unique(part):
        right, said = reference[part == number], prediction[part == number]
        means = [float(some.mean()) for some in (right, said, np.abs(said - right))]
        rows.append((f"{right.min():g} to {right.max():g}", len(right), *means))
    columns = ("right number", "rows", "mean right", "mean said", "mean absolute error")
    return TableDetail("Errors by size of the number", columns, tuple(rows))
