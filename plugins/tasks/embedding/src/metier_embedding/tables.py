"""Turns vectors, or any likeness of texts, into columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metier.evaluation.predictions import objects
from metier_embedding.pairs import labels, together
from metier_embedding.ranking import Similarities, ranked

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable
    from metier_embedding.embedding import Embedding


def of_vectors(texts: np.ndarray, seconds: np.ndarray, rows: Dataset, config: Embedding.Config) -> PredictionTable:
    """Return the table of vectors (rows, hidden) of length 1 of each row's texts."""
    return of_similarities(lambda some, candidates: texts[some] @ seconds[candidates].T, rows, config)


def of_similarities(similarities: Similarities, rows: Dataset, config: Embedding.Config) -> PredictionTable:
    """Return id, reference, prediction, score, similarity, rank, pool, and label where there are labels, (rows,)."""
    texts, seconds = rows["text"][:], rows["second"][:]
    belong, given = together(rows, config.threshold), labels(rows)
    found = ranked(texts, seconds, belong, similarities)
    columns = {
        "id": objects(rows["id"][:]),
        # a text without a partner has nothing to be found, and nothing is said to be wrong of it
        "reference": objects([text if yes else "" for text, yes in zip(seconds, belong, strict=True)]),
        "prediction": objects([text if yes else "" for text, yes in zip(found.nearest, belong, strict=True)]),
        "score": found.score,
        "similarity": found.similarity,
        "rank": found.rank,
        "pool": np.full(len(rows), found.pool),
    }
    if given is not None:
        columns["label"] = given
        if config.loss == "cosine":
            columns |= {"reference": given, "prediction": found.similarity}
    return columns
