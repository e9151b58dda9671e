"""Predictions as the columns that figures are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.evaluation.predictions import objects
from metier.values import Json
from metier_question_answering.matching import NO_ANSWER, Match, exact_match
from metier_retrieval.answers import answers_of
from metier_retrieval.truth import PLACE

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable


def table(predictions: Sequence[Mapping[str, Json]], rows: Dataset, match: Match) -> PredictionTable:
    """Return a table; each answer stands in a list of its own, as a question may have several that are true."""
    passages = rows["passage"][:] if "passage" in rows.column_names else [None] * len(rows)
    references = [answers_of(*one) or [NO_ANSWER] for one in zip(rows["answers"][:], passages, strict=True)]
    said = [str(one["answer"]) for one in predictions]
    columns: dict[str, np.ndarray] = {
        "id": objects(rows["id"][:]),
        "reference": objects(references),
        "prediction": objects([[one] for one in said]),
        "right": np.array([exact_match(*one, match) > 0 for one in zip(said, references, strict=True)], dtype=bool),
        "score": np.array([one["score"] for one in predictions], dtype=np.float64),
        "rank": np.array([_rank(*one) for one in zip(predictions, references, strict=True)], dtype=np.float64),
        "cited": np.array([_cited(one["citations"]) for one in predictions], dtype=np.float64),
        "from": objects([_place(one["citations"]) for one in predictions]),
    }
    if all("n_best" in one for one in predictions):
        columns["margin"] = np.array([np.nan if one["margin"] is None else one["margin"] for one in predictions])
        columns["candidate"] = objects([[_best_span(one["n_best"])] for one in predictions])
    return columns


def rank(passages: Iterable[Mapping[str, Json]]) -> float:
    """Return the rank of the first right passage; infinity where none is right, or nothing was found."""
    return next((float(one["rank"]) for one in passages if one.get("right")), np.inf)


def _rank(prediction: Mapping[str, Json], answers: Sequence[str]) -> float:
    """Return the rank of a question's first right passage; NaN where the question has no answer."""
    return np.nan if answers == [NO_ANSWER] else rank(prediction["passages"])


def _cited(citations: Sequence[Mapping[str, Json]]) -> float:
    """Return 1 where the passage that the answer is from is right, 0 where not; NaN where it is not known."""
    known = [float(one["right"]) for one in citations if "right" in one]
    return max(known, default=np.nan)


def _place(citations: Sequence[Mapping[str, Json]]) -> str:
    """Return what a person looks a citation up by: `manual.pdf, page 12, 3 Oil`."""
    said = [f"page {one[name]}" if name == "page" else one[name] for one in citations for name in PLACE if name in one]
    return ", ".join(said)


def _best_span(listed: Sequence[Mapping[str, Json]]) -> str:
    return next((str(one["answer"]) for one in listed if one["answer"] != NO_ANSWER), NO_ANSWER)
