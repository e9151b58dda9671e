"""What a trained matcher must beat: "not in the FAQ", the pair found first, and the untouched model's cosine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from datasets import Dataset

from metier.components import Baseline
from metier.values import Json
from metier_retrieval.faq_reading import Scored, answer_of_pairs
from metier_retrieval.found import FOUND

if TYPE_CHECKING:
    from metier.components.task_head import Features, PredictionTable
    from metier_retrieval.faq import Faq

ALIKE, UNLIKE = 1.0, -1.0


class PairBaseline(Baseline):
    """Gives each candidate a cosine, or what stands for it."""

    def __init__(self, head: Faq, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return answers for `rows`."""
        config = self.head.config
        made = [
            answer_of_pairs(
                [Scored(*one) for one in zip(found, cosines, strict=True)],
                threshold=config.threshold,
                temperature=config.temperature,
            )
            for found, cosines in zip(rows[FOUND][:], self.cosines(rows, features), strict=True)
        ]
        return self.head.table(made, rows, self.state)

    def cosines(self, rows: Dataset, features: Features) -> Sequence[Sequence[float]]:
        """Return for each row a number a candidate, from -1 to 1."""
        raise NotImplementedError(f"{type(self).__name__}.cosines")


class NotInFaq(PairBaseline):
    """Looks at nothing, and never answers."""

    name = "never in the FAQ"

    def cosines(self, rows: Dataset, features: Features) -> Sequence[Sequence[float]]:
        """Return that all are unlike."""
        return [[UNLIKE] * len(found) for found in rows[FOUND][:]]


class FoundFirst(PairBaseline):
    """Answers with the pair that the retriever finds first."""

    name = "found first"

    def cosines(self, rows: Dataset, features: Features) -> Sequence[Sequence[float]]:
        """Return that all are alike: of these the one found first is taken."""
        return [[ALIKE] * len(found) for found in rows[FOUND][:]]


class Untouched(PairBaseline):
    """The pretrained model's own vectors, the mean over tokens: what training must add to."""

    name = "frozen model"

    def cosines(self, rows: Dataset, features: Features) -> Sequence[Sequence[float]]:
        """Return the cosines."""
        pairs = [(str(row), one) for row, found in enumerate(rows[FOUND][:]) for one in found]
        texts = [" ".join(one[name] for name in self.head.searched) for _, one in pairs]
        asked = _of_length_1(features(rows))
        given = _of_length_1(features(Dataset.from_dict({"id": [row for row, _ in pairs], "text": texts})))
        found: list[list[float]] = [[] for _ in range(len(rows))]
        for (row, _), vector in zip(pairs, given, strict=True):
            found[int(row)].append(float(asked[int(row)] @ vector))
        return found


def _of_length_1(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: np.ndarray[Any, Any] = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled
