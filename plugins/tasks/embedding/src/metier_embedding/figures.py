"""The figures of pairs: how well partners are found, and how well similarities follow labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from metier.errors import RunError
from metier.values import Detail, TableDetail
from metier_regression.correlation import Spearman

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

RECALLS = (1, 5, 10)
GAINED = 10
"""Ranks up to which nDCG counts."""
STEPS = (1, 5, 10, 100)
"""Ranks up to which partners are counted together in the report."""
DIFFERENT = 10
"""Labels that are told each; more are put together in fifths."""


class PairFigures:
    """Measures one table for any weights of its rows; the pool of partners stays whole. `names` limits the figures."""

    def __init__(self, table: PredictionTable, names: frozenset[str] | None = None) -> None:
        _check(table)
        self._rows = len(table["id"])
        rank = np.asarray(table["rank"], dtype=np.float64)
        self._asked = ~np.isnan(rank)
        rank = rank[self._asked]
        each = {f"recall_at_{k}": (rank <= k).astype(np.float64) for k in RECALLS}
        each["mrr"] = 1 / rank
        # one text is right for each, so that the ideal gain is 1
        each[f"ndcg_at_{GAINED}"] = np.where(rank <= GAINED, 1 / np.log2(1 + rank), 0.0)
        self._each = {name: values for name, values in each.items() if names is None or name in names}
        wanted = "label" in table and (names is None or "spearman" in names)
        self._spearman = Spearman(table["label"], table["similarity"]) if wanted else None

    def __call__(self, weights: np.ndarray | None = None) -> Mapping[str, float]:
        """Return figures; one that is not defined on these rows is left out."""
        weights = np.ones(self._rows) if weights is None else np.asarray(weights, dtype=np.float64)
        asked = weights[self._asked]
        total, found = asked.sum(), dict[str, float]()
        if total > 0:
            found = {name: float(asked @ values / total) for name, values in self._each.items()}
        if self._spearman is not None and (value := self._spearman(weights)) is not None:
            found["spearman"] = value
        return found


def details(table: PredictionTable) -> Sequence[Detail]:
    """Return where partners stand among all, and what both texts' similarity is by label."""
    rank = np.asarray(table["rank"], dtype=np.float64)
    found = [_by_rank(np.ceil(rank[~np.isnan(rank)]), int(table["pool"].max()))]  # shared ranks lie between whole ones
    if "label" in table:
        found.append(_by_label(table["label"], table["similarity"]))
    return found


def _by_rank(rank: np.ndarray, pool: int) -> TableDetail:
    """Return how many partners stand among the first, the next, …"""
    names, rows = ["1", *(f"{low + 1} to {high}" for low, high in pairwise(STEPS)), f"beyond, of {pool}"], []
    for name, low, high in zip(names, (0, *STEPS), (*STEPS, np.inf), strict=True):
        count = int(((rank > low) & (rank <= high)).sum())
        rows.append((name, count, count / max(len(rank), 1)))
    return TableDetail("Where the partner stands", ("rank", "rows", "share"), tuple(rows))


def _by_label(label: np.ndarray, similarity: np.ndarray) -> TableDetail:
    """Return how like the texts of a label's pairs are; of many labels, those of each fifth."""
    different = np.unique(label)
    edges = different if len(different) <= DIFFERENT else np.unique(np.quantile(label, np.linspace(0, 1, 6)))[1:]
    part = np.searchsorted(edges, label, side="left")
    rows = []
    for number in np.unique(part):
        some, alike = label[part == number], similarity[part == number]
        name = f"{some.min():g}" if some.min() == some.max() else f"{some.min():g} to {some.max():g}"
        rows.append((name, len(some), *(float(value) for value in np.quantile(alike, [0.1, 0.5, 0.9]))))
    columns = ("label", "rows", "similarity: a tenth is below", "median", "a tenth is above")
    return TableDetail("Similarity by label", columns, tuple(rows))


def _check(table: PredictionTable) -> None:
    """Raise `RunError` where partners were ranked in parts, each among fewer than there are."""
    partners = {text for text in table["reference"] if isinstance(text, str) and text}
    pools = set(np.asarray(table["pool"]).tolist())
    if len(pools) > 1 or len(partners) > max(pools, default=0):
        hint = "hold out fewer rows, or raise training.per_device_eval_batch_size: 64 batches are ranked together"
        raise RunError(f"partners were ranked in parts, among {sorted(pools)} at a time", hint=hint)
