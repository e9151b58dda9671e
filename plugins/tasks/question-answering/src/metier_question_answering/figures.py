"""How well questions are answered: exact match and F1 a question, and means over any weights of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from metier_question_answering.matching import NO_ANSWER, Match, exact_match, f1

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable


class AnswerFigures:
    """Figures over a table, for any weights of its rows."""

    def __init__(self, table: PredictionTable, match: Match) -> None:
        pairs = [(said[0], true) for said, true in zip(table["prediction"], table["reference"], strict=True)]
        self.exact = np.array([exact_match(said, true, match) for said, true in pairs])
        """(rows,): 1 where the answer is right."""
        self.f1 = np.array([f1(said, true, match) for said, true in pairs])
        self.answerable = np.array([true[0] != NO_ANSWER for _, true in pairs])

    def __call__(self, weights: np.ndarray | None) -> Mapping[str, float]:
        """Return figures over all questions, and over those with and without an answer where there are both."""
        weights = np.ones(len(self.exact)) if weights is None else np.asarray(weights, dtype=np.float64)
        figures = {"f1": _mean(self.f1, weights), "exact_match": _mean(self.exact, weights)}
        if not self.answerable.all():
            figures["f1_with_answer"] = _mean(self.f1, weights * self.answerable)
            figures["exact_match_with_answer"] = _mean(self.exact, weights * self.answerable)
            figures["accuracy_without_answer"] = _mean(self.exact, weights * ~self.answerable)
        return {name: value for name, value in figures.items() if value is not None}


def _mean(values: np.ndarray, weights: np.ndarray) -> float | None:
    """Return the weighted mean; None where no row counts."""
    total = weights.sum()
    return float(values @ weights / total) if total else None
