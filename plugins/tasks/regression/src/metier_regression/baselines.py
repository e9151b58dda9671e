"""What a model must beat: the training mean, a linear model over words, and one over frozen features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.components import Baseline
from metier.values import Json
from metier_regression.targets import numbers

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_regression.regression import Regression

SECOND = "second"


class NumberBaseline(Baseline):
    """Shapes numbers as the head's own predictions; what is fitted is on the head's scale of learning."""

    def __init__(self, head: Regression, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return predictions for `rows`, fitted on `train` alone."""
        scale = self.head.scale(self.state)
        targets = scale.targets(numbers(train, logarithmic=scale.logarithmic))
        values = scale.values(self.targets(train, targets, rows, features=features))
        return self.head.table([{"value": value} for value in values.tolist()], rows, self.state)

    def targets(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return what is said of `rows`, (rows,); `targets` (rows,) is what is right of `train`."""
        raise NotImplementedError(f"{type(self).__name__}.targets")


class Mean(NumberBaseline):
    """Looks at no text: the mean of the training numbers, of their logarithms where those are learnt."""

    name = "training mean"

    def targets(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return 0, which is the mean, for every row."""
        return np.zeros(len(rows))


class Linear(NumberBaseline):
    """TF-IDF over words and pairs of words (of characters, for Chinese and its like), and ridge regression."""

    name = "TF-IDF + ridge regression"

    def targets(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return what scikit-learn's ridge regression says."""
        from metier_regression._sklearn import words_ridge

        return words_ridge(self._texts(train), targets, self._texts(rows))

    def _texts(self, rows: Dataset) -> Sequence[tuple[str, ...]]:
        names = ("text", SECOND) if self.head.config.pair else ("text",)
        return list(zip(*(rows[name][:] for name in names), strict=True))


class Probe(NumberBaseline):
    """Ridge regression over the pretrained model's own view of the text: what fine-tuning must add to."""

    name = "frozen model + ridge regression"

    def targets(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return what scikit-learn's ridge regression says."""
        from metier_regression._sklearn import ridge

        known, unknown = (self._vectors(some, features) for some in (train, rows))
        return ridge(known, targets, unknown)

    def _vectors(self, rows: Dataset, features: Features) -> np.ndarray:
        """Return each row's features; of two texts both, their difference and their product."""
        if not self.head.config.pair:
            return features(rows)
        first, second = features(rows), features(rows.remove_columns("text").rename_column(SECOND, "text"))
        return np.concatenate([first, second, np.abs(first - second), first * second], axis=1)
