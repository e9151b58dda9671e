"""The area under the ROC curve, weighted, for many weightings of the same scores."""

from __future__ import annotations

import numpy as np


class Ranking:
    """Sorts scores once; each call then takes one pass.

    AUROC is the probability that a random row with the label scores higher than one without it, ties counting half
    (Hanley and McNeil 1982).
    """

    def __init__(self, scores: np.ndarray, positive: np.ndarray) -> None:
        """Take scores (rows,) and whether each row has the label (rows,)."""
        self._order = np.argsort(scores, kind="stable")
        ordered = scores[self._order]
        self._positive = positive[self._order].astype(np.float64)
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(scores) else np.zeros(0, np.int64)
        self._starts = None if len(starts) == len(scores) else starts

    def area(self, weights: np.ndarray) -> float | None:
        """Return the area with each row counted `weights` (rows,) times; None where one side has no weight."""
        ordered = weights[self._order]
        positives = ordered * self._positive
        negatives = ordered - positives
        if self._starts is not None:
            positives = np.add.reduceat(positives, self._starts)
            negatives = np.add.reduceat(negatives, self._starts)
        below = np.cumsum(negatives)
        total, against = positives.sum(), below[-1] if len(below) else 0.0
        if total <= 0 or against <= 0:
            return None
        return float(positives @ (below - negatives / 2) / (total * against))


def macro_area(rankings: list[Ranking], weights: np.ndarray) -> float | None:
    """Return the mean area over the labels for which it is defined; None where it is for none."""
    areas = [area for ranking in rankings if (area := ranking.area(weights)) is not None]
    return float(np.mean(areas)) if areas else None
