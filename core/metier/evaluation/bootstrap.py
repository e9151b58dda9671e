"""Draws rows with replacement many times, to see how far a figure would move on other rows of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metier.components.task_head import Measure, PredictionTable

LEVEL = 0.95
DRAWS = 1000
FEWEST_DRAWS = 200
CELLS = 1_000_000_000
"""Cells of a table that are drawn in all, about: a large table takes fewer draws, and needs fewer."""
DEFINED = 0.5
"""Share of draws in which a figure must be defined to have an interval."""

Draws = Mapping[str, np.ndarray]
"""Figures by name, one value a draw; NaN where it was not defined."""


def draws_for(table: PredictionTable) -> int:
    """Return how many draws a table gets, by its size alone."""
    cells = sum(int(column.size) for column in table.values())
    return max(FEWEST_DRAWS, min(DRAWS, CELLS // max(cells, 1)))


def row_weights(rows: int, draws: int, *, seed: int) -> Iterator[np.ndarray]:
    """Yield for each draw how often each row is drawn, (rows,) float64; the same seed draws the same rows."""
    random = np.random.default_rng([seed, rows])
    for _ in range(draws):
        yield np.bincount(random.integers(0, rows, rows), minlength=rows).astype(np.float64)


def bootstrap(measure: Measure, rows: int, *, draws: int, seed: int) -> Draws:
    """Return each figure of `measure` over `draws` draws of `rows` rows."""
    found: dict[str, np.ndarray] = {}
    for i, weights in enumerate(row_weights(rows, draws, seed=seed)):
        for name, value in measure(weights).items():
            found.setdefault(name, np.full(draws, np.nan))[i] = value
    return found


def percentile_interval(values: np.ndarray) -> tuple[float, float] | None:
    """Return the middle 95 % of a figure's draws (Efron 1979); None where too few of them are defined."""
    defined = values[~np.isnan(values)]
    if len(defined) < DEFINED * len(values) or not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
