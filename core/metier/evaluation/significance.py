"""Whether one model is better than another on the same rows, or only luckier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metier.errors import RunError
from metier.evaluation.bootstrap import bootstrap, draws_for, percentile_interval

if TYPE_CHECKING:
    from metier.components import TaskHead
    from metier.components.task_head import PredictionTable
    from metier.values import Json

    Tables = Sequence[PredictionTable]
"""What a model predicted: a table a seed, over the same rows."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much better one is than another: the difference of a figure, its 95 % interval, and p."""

    difference: float
    interval: tuple[float, float]
    p: float


@dataclass(frozen=True, eq=False)
class Drawn:
    """One figure of one side: over all rows, (seeds,), and over the same draws of rows, (seeds, draws)."""

    whole: np.ndarray
    draws: np.ndarray


def drawn(head: TaskHead, state: Mapping[str, Json], tables: Tables, *, metric: str, seed: int) -> Drawn:
    """Return a figure of each table over draws that depend on the seed and the number of rows alone."""
    whole, draws = [], []
    for table in tables:
        measure = head.measurer(table, state, frozenset({metric}))
        rows = len(table["id"])
        whole.append(measure(None).get(metric, np.nan))
        missing = np.full(draws_for(table), np.nan)
        draws.append(bootstrap(measure, rows, draws=len(missing), seed=seed).get(metric, missing))
    return Drawn(np.array(whole), np.array(draws))


def compare(one: Drawn, other: Drawn, *, paired: bool, seed: int) -> Comparison | None:
    """Return how much better `one` is; None where the figure is not defined.

    Rows are drawn together for both sides (Efron and Tibshirani 1993; Koehn 2004), and seeds are drawn too, in pairs
    where `paired`, so that both sources of luck count (Bouthillier et al. 2021). p is two-sided: twice the share of
    draws on the wrong side of 0.
    """
    count = min(one.draws.shape[1], other.draws.shape[1])
    random = np.random.default_rng([seed, count])
    mine = random.integers(0, len(one.draws), (len(one.draws), count))
    theirs = mine if paired else random.integers(0, len(other.draws), (len(other.draws), count))
    differences = _mean(one.draws, mine) - _mean(other.draws, theirs)
    interval = percentile_interval(differences)
    if interval is None:
        return None
    defined = differences[~np.isnan(differences)]
    wrong = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    p = min(1.0, 2 * (wrong + 1) / (len(defined) + 1))
    return Comparison(float(one.whole.mean() - other.whole.mean()), interval, p)


def _mean(draws: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return for each draw the mean over the chosen seeds."""
    means: np.ndarray = np.take_along_axis(draws[:, : chosen.shape[1]], chosen, axis=0).mean(axis=0)
    return means


def check_same_rows(tables: Tables, names: Sequence[str]) -> None:
    """Raise `RunError` where two predictions are not of the same rows in the same order."""
    for table, name in zip(tables, names, strict=True):
        if list(table["id"]) != list(tables[0]["id"]):
            raise RunError(f"the predictions are of other rows than those of {names[0]}", where=name)
