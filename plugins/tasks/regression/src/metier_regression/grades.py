"""Grades: numbers with a fixed step between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DIGITS = 10
"""Decimals that are kept where a step is multiplied: 3 × 0.1 is 0.3."""
ROUNDING = 1e-9
"""Squared distance, in steps, that is none: all grades of both sides are the same."""


@dataclass(frozen=True)
class Grades:
    """The grades from the lowest to the highest that training has, as multiples of a step."""

    step: float
    lowest: int
    highest: int

    @classmethod
    def between(cls, low: float, high: float, step: float) -> Grades:
        """Return the grades that the numbers from `low` to `high` round to."""
        lowest, highest = (_nearest(np.array([value]), step)[0] for value in (low, high))
        return cls(step, int(lowest), int(highest))

    def __len__(self) -> int:
        return self.highest - self.lowest + 1

    def units(self, values: np.ndarray) -> np.ndarray:
        """Return each value's grade, counted from the lowest (rows,) int64; what lies outside is at the end."""
        found: np.ndarray = np.clip(_nearest(values, self.step), self.lowest, self.highest) - self.lowest
        return found.astype(np.int64)

    def of(self, units: np.ndarray) -> list[float]:
        """Return grades by their `units`."""
        return [round(float(unit + self.lowest) * self.step, DIGITS) for unit in units]

    def names(self) -> tuple[str, ...]:
        """Return all grades as people write them, the lowest first."""
        return tuple(f"{grade:g}" for grade in self.of(np.arange(len(self))))


def _nearest(values: np.ndarray, step: float) -> np.ndarray:
    """Return the nearest multiple of `step`; halfway is the higher one."""
    found: np.ndarray = np.floor(np.round(values / step, DIGITS) + 0.5)
    return found


def quadratic_weighted_kappa(reference: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float | None:
    """Return the agreement of grades (rows,), beyond that of chance, distances squared; None where it is not defined.

    Cohen 1968, *Weighted kappa*; of squared distances it is a function of means and variances (Fleiss and Cohen 1973).
    """
    total = weights.sum()
    means = [float(weights @ grades / total) for grades in (reference, prediction)]
    one, other = reference - means[0], prediction - means[1]
    chance = float(weights @ (one**2 + other**2) / total) + (means[0] - means[1]) ** 2
    return None if chance <= ROUNDING else 2 * float(weights @ (one * other) / total) / chance
