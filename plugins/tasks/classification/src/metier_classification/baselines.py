"""What a model must beat: the most frequent answer, a linear model over words, and one over frozen features."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from metier.components import Baseline
from metier.values import Json
from metier_classification.tables import positions, predictions_from

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_classification.classification import TextClassification


WORD = re.compile(r"\w+")


class ClassificationBaseline(Baseline):
    """Shapes probabilities as the head's own predictions."""

    def __init__(self, head: TextClassification, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return predictions for `rows`, fitted on `train` alone."""
        several, labels = self.head.config.multi_label, self.state["labels"]
        targets = positions(self.head._labels(train), labels, several=several)
        found = self.probability(train, targets, rows, features=features)
        threshold = self.head.config.threshold if several else None
        return self.head.table(predictions_from(found, labels, threshold=threshold), rows, self.state)

    def probability(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return probability (rows, labels); `targets` are positions (rows,), or 0 and 1 (rows, labels)."""
        raise NotImplementedError(f"{type(self).__name__}.probability")


class Majority(ClassificationBaseline):
    """Looks at no text: every label with its share of the training rows."""

    name = "majority"

    def probability(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return each label's share, for every row."""
        labels = len(self.state["labels"])
        counts = targets.sum(axis=0) if targets.ndim == 2 else np.bincount(targets, minlength=labels)
        return np.tile(counts / len(targets), (len(rows), 1))


class Linear(ClassificationBaseline):
    """TF-IDF over words and pairs of words (of characters, for Chinese and its like), and logistic regression."""

    name = "TF-IDF + logistic regression"

    def probability(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return the probabilities of scikit-learn's logistic regression."""
        from metier_classification._sklearn import word_probability

        balanced = self.head.config.class_weights == "balanced"
        labels = len(self.state["labels"])
        known, unknown = (_words(some, self.head.pair) for some in (train, rows))
        return word_probability(known, targets, unknown, labels=labels, balanced=balanced)


class Probe(ClassificationBaseline):
    """Logistic regression over the pretrained model's own view of the text: what fine-tuning must add to."""

    name = "frozen model + logistic regression"

    def probability(self, train: Dataset, targets: np.ndarray, rows: Dataset, *, features: Features) -> np.ndarray:
        """Return the probabilities of scikit-learn's logistic regression."""
        from metier_classification._sklearn import feature_probability

        balanced = self.head.config.class_weights == "balanced"
        labels = len(self.state["labels"])
        known, unknown = (_vectors(some, self.head.pair, features) for some in (train, rows))
        return feature_probability(known, targets, unknown, labels=labels, balanced=balanced)


def _words(rows: Dataset, pair: str | None) -> list[str]:
    """Return each row's text; of two, one behind the other, and the words that both have once more, marked."""
    texts: list[str] = rows["text"][:]
    if pair is None:
        return texts
    return [f"{one} {other} {_shared(one, other)}" for one, other in zip(texts, rows[pair][:], strict=True)]


def _shared(one: str, other: str) -> str:
    both = set(WORD.findall(one.lower())) & set(WORD.findall(other.lower()))
    return " ".join(f"both_{word}" for word in sorted(both))


def _vectors(rows: Dataset, pair: str | None, features: Features) -> np.ndarray:
    """Return each row's features; of two texts both, their difference and their product, as InferSent has them."""
    if pair is None:
        return features(rows)
    first = features(rows)
    second = features(rows.remove_columns("text").rename_column(pair, "text"))
    return np.concatenate([first, second, np.abs(first - second), first * second], axis=1)
