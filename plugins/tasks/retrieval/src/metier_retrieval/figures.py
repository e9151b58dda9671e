"""How well passages are found, and questions answered from them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from metier.values import TableDetail
from metier_question_answering.figures import AnswerFigures
from metier_question_answering.matching import Match
from metier_retrieval.found import LISTED

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

RECALLS = (1, 5, LISTED)


class RankFigures:
    """Recall, reciprocal rank and nDCG of the first right text, for any weights of rows."""

    def __init__(self, rank: np.ndarray, *, others: tuple[int, ...] = ()) -> None:
        """`rank` (rows,) counts from 1, is infinite where no right text was found, and NaN where none is known.

        Recall is said of the first 1, 5 and 10 texts, and of `others`.
        """
        self._asked = ~np.isnan(rank)
        rank = np.where(self._asked, rank, np.inf)
        self.each = {f"recall_at_{k}": (rank <= k).astype(np.float64) for k in sorted({*RECALLS, *others})}
        near = rank <= LISTED
        self.each[f"mrr_at_{LISTED}"] = np.where(near, 1 / rank, 0.0)
        # the first right text is enough, so that the ideal gain is that of rank 1, which is 1
        self.each[f"ndcg_at_{LISTED}"] = np.where(near, 1 / np.log2(1 + rank), 0.0)

    def __call__(self, weights: np.ndarray) -> dict[str, float]:
        """Return the figures; none where no row with a right text counts."""
        asked = weights * self._asked
        total = asked.sum()
        return {name: float(values @ asked / total) for name, values in self.each.items()} if total else {}


class RetrievalFigures:
    """Figures over a table, for any weights of its rows."""

    def __init__(self, table: PredictionTable, match: Match, *, read: int) -> None:
        self._answers = AnswerFigures(table, match)
        self._ranks = RankFigures(table["rank"], others=(read,))
        self._cited = np.nan_to_num(table["cited"])
        self._cites = ~np.isnan(table["cited"])

    def __call__(self, weights: np.ndarray | None) -> Mapping[str, float]:
        """Return figures of answers, of the passages found, and `citation_precision`: the share of answers that are
        from a right passage, of those to questions that have an answer.
        """
        given = np.ones(len(self._cited)) if weights is None else np.asarray(weights, dtype=np.float64)
        found = {**self._answers(given), **self._ranks(given)}
        if total := float(given @ self._cites):
            found["citation_precision"] = float(given @ self._cited / total)
        return found


def by_rank(table: PredictionTable, read: int) -> TableDetail:
    """Return how many first right texts stand among those that are read, among the next, and beyond."""
    rank = table["rank"][~np.isnan(table["rank"])]
    edges = sorted({0, 1, read, max(read, LISTED)})
    rows = []
    for low, high in pairwise(edges):
        count = int(((rank > low) & (rank <= high)).sum())
        rows.append((str(high) if high - low == 1 else f"{low + 1} to {high}", count, count / max(len(rank), 1)))
    beyond = int((rank > edges[-1]).sum())
    rows.append(("beyond", beyond, beyond / max(len(rank), 1)))
    return TableDetail("Where the first right text stands", ("rank", "rows", "share"), tuple(rows))
