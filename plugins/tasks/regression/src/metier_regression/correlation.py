"""Correlation of two columns of numbers, weighted, for many weightings of the same numbers."""

from __future__ import annotations

import math

import numpy as np


class Ranks:
    """Sorts numbers once; each call then takes one pass. Equal numbers share the mean of their ranks."""

    def __init__(self, values: np.ndarray) -> None:
        distinct, self._places = np.unique(values, return_inverse=True)
        self._count = len(distinct)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Return the rank of each number (rows,) among rows that are there `weights` (rows,) times."""
        held = np.bincount(self._places, weights, minlength=self._count)
        ranks: np.ndarray = (np.cumsum(held) - held + (held + 1) / 2)[self._places]
        return ranks


class Spearman:
    """Spearman's rank correlation of two columns."""

    def __init__(self, one: np.ndarray, other: np.ndarray) -> None:
        self._ranks = Ranks(one), Ranks(other)

    def __call__(self, weights: np.ndarray) -> float | None:
        """Return it for rows that are there `weights` (rows,) times; None where one side is all the same."""
        one, other = (ranks(weights) for ranks in self._ranks)
        return pearson(one, other, weights)


def pearson(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float | None:
    """Return Pearson's correlation of two columns (rows,); None without rows, or where a side is all the same."""
    there = weights > 0
    if not there.any() or constant(one[there]) or constant(other[there]):
        return None
    one, other = (side - weights @ side / weights.sum() for side in (one, other))
    found = float(weights @ (one * other)) / math.sqrt(float(weights @ one**2) * float(weights @ other**2))
    return min(1.0, max(-1.0, found))


def constant(values: np.ndarray) -> bool:
    """Return whether all values are the same."""
    return bool((values == values[0]).all())
