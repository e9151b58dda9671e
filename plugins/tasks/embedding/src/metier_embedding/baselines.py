"""What a model must beat: chance, words in common, and its own vectors before any training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metier.components import Baseline
from metier_embedding.tables import of_similarities, of_vectors

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_embedding.embedding import Embedding


class PairBaseline(Baseline):
    """Knows the head whose tables it shapes."""

    def __init__(self, head: Embedding) -> None:
        self.head = head


class Chance(PairBaseline):
    """Looks at no text: all are alike, and every partner has the middle rank."""

    name = "chance"

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return the same similarity for all."""
        return of_similarities(
            lambda some, candidates: np.zeros((some.stop - some.start, len(candidates))), rows, self.head.config
        )


class Words(PairBaseline):
    """The cosine by TF-IDF over words and pairs of words (of characters, for Chinese and its like)."""

    name = "TF-IDF"

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return the cosines; the training texts tell how rare words are."""
        from metier_embedding._sklearn import cosines

        known = [*train["text"][:], *train["second"][:]]
        return of_similarities(cosines(known, rows["text"][:], rows["second"][:]), rows, self.head.config)


class Untouched(PairBaseline):
    """The pretrained model's own vectors, the mean over tokens: what fine-tuning must add to."""

    name = "frozen model"

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return the cosines of its vectors."""
        seconds = rows.select_columns(["id", "second"]).rename_column("second", "text")
        return of_vectors(_of_length_1(features(rows)), _of_length_1(features(seconds)), rows, self.head.config)


def _of_length_1(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: np.ndarray = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled
