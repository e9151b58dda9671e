"""Answers from an FAQ as columns, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.evaluation.predictions import objects
from metier.values import Json, TableDetail
from metier_retrieval.faq_reading import NOT_THERE
from metier_retrieval.faq_rows import said
from metier_retrieval.figures import RankFigures

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the questions that other thresholds would leave without an answer."""


def table(predictions: Sequence[Mapping[str, Json]], rows: Dataset, by: str) -> PredictionTable:
    """Return the table; pairs are told by name or by their answer, as the rows tell them."""
    similarity = [one["similarity"] for one in predictions]
    references = [said(value) for value in rows[by][:]]
    return {
        "id": objects(rows["id"][:]),
        "reference": objects(references),
        "prediction": objects([said(one.get(by)) for one in predictions]),
        "likest": objects([_likest(one, by) for one in predictions]),
        "score": np.array([one["score"] for one in predictions], dtype=np.float64),
        "similarity": np.array([np.nan if one is None else one for one in similarity], dtype=np.float64),
        "rank": np.array([_rank(*one) for one in zip(predictions, references, strict=True)], dtype=np.float64),
    }


class FaqFigures:
    """Figures over a table, for any weights of its rows."""

    def __init__(self, table: PredictionTable) -> None:
        self._right = (table["reference"] == table["prediction"]).astype(np.float64)
        self._known = table["reference"] != NOT_THERE
        self._ranks = RankFigures(table["rank"])

    def __call__(self, weights: np.ndarray | None) -> Mapping[str, float]:
        """Return accuracy over all questions, over those that are in the FAQ and not where there are both, and the
        figures of the right pair's rank."""
        given = np.ones(len(self._right)) if weights is None else np.asarray(weights, dtype=np.float64)
        parts = {"accuracy": given}
        if not self._known.all():
            parts |= {"accuracy_in_faq": given * self._known, "accuracy_not_in_faq": given * ~self._known}
        found = {name: float(self._right @ some / some.sum()) for name, some in parts.items() if some.sum()}
        return {**found, **self._ranks(given)}


def thresholds(table: PredictionTable, used: float) -> TableDetail:
    """Return what the accuracy would be with other thresholds: those that leave a share of questions unanswered."""
    similarity = np.nan_to_num(table["similarity"], nan=-np.inf)
    others = np.quantile(similarity, SHARES, method="inverted_cdf")
    rows = []
    for threshold in sorted({used, *others[np.isfinite(others)].tolist()}):
        answered = similarity >= threshold
        given = np.where(answered, table["likest"], NOT_THERE)
        accuracy = float((given == table["reference"]).mean())
        rows.append((round(threshold, 3), round(accuracy, 4), round(float(answered.mean()), 4)))
    return TableDetail("Other thresholds", ("threshold", "accuracy", "answered"), tuple(rows))


def _likest(prediction: Mapping[str, Json], by: str) -> str:
    """Return the likest pair, whether it was given or not."""
    return next((said(one.get(by)) for one in prediction["candidates"]), NOT_THERE)


def _rank(prediction: Mapping[str, Json], reference: str) -> float:
    """Return the rank of the right pair by similarity; infinity where it was not found, NaN where there is none."""
    ranked = enumerate(prediction["candidates"], start=1)
    found = (float(rank) for rank, one in ranked if one.get("right"))
    return np.nan if reference == NOT_THERE else next(found, np.inf)
