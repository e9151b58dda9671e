"""Predictions as the columns that figures are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metier.evaluation.predictions import objects
from metier.values import Json
from metier_question_answering.matching import NO_ANSWER, Match, exact_match

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable


def table(predictions: Sequence[Mapping[str, Json]], rows: Dataset, match: Match) -> PredictionTable:
    """Return a table; each answer stands in a list of its own, as a question may have several that are true."""
    true = [references(*one) for one in zip(rows["text"][:], rows["spans"][:], strict=True)]
    said = [str(one["answer"]) for one in predictions]
    columns: dict[str, np.ndarray] = {
        "id": objects(rows["id"][:]),
        "reference": objects(true),
        "prediction": objects([[one] for one in said]),
        "right": np.array([exact_match(*one, match) > 0 for one in zip(said, true, strict=True)], dtype=bool),
        "score": np.array([one["score"] for one in predictions], dtype=np.float64),
    }
    if all("n_best" in one for one in predictions):
        columns["margin"] = np.array([np.nan if one["margin"] is None else one["margin"] for one in predictions])
        columns["candidate"] = objects([[_best_span(one["n_best"])] for one in predictions])
    return columns


def references(text: str, spans: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the true answers, each once; an empty one where there is none."""
    return list(dict.fromkeys(text[span["start"] : span["end"]] for span in spans)) or [NO_ANSWER]


def _best_span(listed: Sequence[Mapping[str, Json]]) -> str:
    return next((str(one["answer"]) for one in listed if one["answer"] != NO_ANSWER), NO_ANSWER)
