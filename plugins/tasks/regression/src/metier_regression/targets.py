"""What is learnt of a data set's numbers, what is wrong with them, and the scale on which they are learnt."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metier.data.tables import place
from metier.errors import DataError
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset

COLUMN = "label"
RANGES = 10
"""Ranges that numbers are counted in; up to so many different ones are counted each."""
LARGEST = math.log(np.finfo(np.float64).max)
"""The largest number whose exponential is finite."""


@dataclass(frozen=True)
class Scale:
    """Numbers as they are learnt: their distance from the training mean in deviations, or that of their logarithms."""

    mean: float
    deviation: float
    logarithmic: bool

    def targets(self, values: np.ndarray) -> np.ndarray:
        """Return values (rows,) on the scale of learning."""
        targets: np.ndarray = (scaled(values, logarithmic=self.logarithmic) - self.mean) / self.deviation
        return targets

    def values(self, targets: np.ndarray) -> np.ndarray:
        """Return what `targets` (rows,) are in the data's own unit."""
        values: np.ndarray = targets.astype(np.float64) * self.deviation + self.mean
        return np.expm1(np.minimum(values, LARGEST)) if self.logarithmic else values


def scaled(values: np.ndarray, *, logarithmic: bool) -> np.ndarray:
    """Return values, or their log(1 + value)."""
    return np.log1p(values) if logarithmic else values


def numbers(rows: Dataset, *, logarithmic: bool) -> np.ndarray:
    """Return each row's number (rows,); raises `DataError` for one that is not finite, or has no logarithm."""
    values = np.array(rows[COLUMN][:], dtype=np.float64)
    strange = np.flatnonzero(~np.isfinite(values))
    if len(strange):
        hint = "correct these numbers, or drop the rows"
        raise DataError(f"{len(strange)} rows have no finite number", where=place(rows, strange.tolist()), hint=hint)
    low = np.flatnonzero(values <= -1)
    if logarithmic and len(low):
        message = f"{len(low)} rows have a number of -1 or less, whose log(1 + number) is not defined"
        raise DataError(message, where=place(rows, low.tolist()), hint="write `scale: linear`, or drop the rows")
    return values


def learn(train: Dataset, *, logarithmic: bool) -> dict[str, Json]:
    """Return `rows`, `low` and `high`, and `mean` and `deviation` on the scale of learning.

    Raises `DataError` where all rows have one number. Sums are exact, so that the order of rows does not matter.
    """
    values = numbers(train, logarithmic=logarithmic)
    low, high = float(values.min()), float(values.max())
    if low == high:
        hint = "add rows with other numbers: two are the least"
        raise DataError(f"the training rows have only the number {low:g}", where="data.train", hint=hint)
    found = scaled(values, logarithmic=logarithmic).tolist()
    mean = math.fsum(found) / len(found)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in found) / len(found))
    return {"rows": len(found), "low": low, "high": high, "mean": mean, "deviation": deviation}


def describe(column: Sequence[Any], *, logarithmic: bool) -> Mapping[str, int]:
    """Return the rows with each number, or in each range of numbers, of one width on the scale of learning."""
    values = np.array(column, dtype=np.float64)
    counts = Counter(values.tolist())
    if len(counts) <= RANGES:
        return {f"{value:g}": counts[value] for value in sorted(counts)}
    rows, edges = np.histogram(scaled(values, logarithmic=logarithmic), bins=RANGES)
    ends = [f"{end:.4g}" for end in (np.expm1(edges) if logarithmic else edges)]
    return {f"{low} to {high}": int(count) for low, high, count in zip(ends[:-1], ends[1:], rows, strict=True)}
