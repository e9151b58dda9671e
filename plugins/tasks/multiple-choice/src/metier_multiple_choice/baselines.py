"""What a model must beat: the most frequent place, the longest choice, the likest one, a linear model over features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from datasets import Dataset

from metier.components import Baseline
from metier.values import Json
from metier_multiple_choice.answers import every_choices, right_places
from metier_multiple_choice.tables import prediction

if TYPE_CHECKING:
    from metier.components.task_head import Features, PredictionTable
    from metier_multiple_choice.multiple_choice import MultipleChoice


class ChoiceBaseline(Baseline):
    """Shapes scores as the head's own predictions; a score's share of all is its probability."""

    def __init__(self, head: MultipleChoice, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return predictions for `rows`, fitted on `train` alone."""
        scores = self.scores(train, rows, features=features)
        return self.head.table([prediction(_shares(one)) for one in scores], rows, self.state)

    def scores(self, train: Dataset, rows: Dataset, *, features: Features) -> Sequence[np.ndarray]:
        """Return for each row a score a choice, none below 0."""
        raise NotImplementedError(f"{type(self).__name__}.scores")


class Place(ChoiceBaseline):
    """Looks at no text: how often the right choice stood there in training."""

    name = "most frequent place"

    def scores(self, train: Dataset, rows: Dataset, *, features: Features) -> Sequence[np.ndarray]:
        """Return the counts of the places that there are."""
        counts = np.array(self.state["places"], dtype=np.float64)
        sizes = [len(one) for one in every_choices(rows)]
        return [np.pad(counts[:size], (0, max(0, size - len(counts)))) for size in sizes]


class Longest(ChoiceBaseline):
    """Takes the longest choice: who writes exams qualifies what is right."""

    name = "longest choice"

    def scores(self, train: Dataset, rows: Dataset, *, features: Features) -> Sequence[np.ndarray]:
        """Return lengths in characters."""
        return [np.array([len(choice) for choice in one], dtype=np.float64) for one in every_choices(rows)]


class Likest(ChoiceBaseline):
    """Takes the choice that shares most with the question: the cosine of both by TF-IDF."""

    name = "TF-IDF likeness to the question"

    def scores(self, train: Dataset, rows: Dataset, *, features: Features) -> Sequence[np.ndarray]:
        """Return the cosines."""
        from metier_multiple_choice._sklearn import likeness

        known = [*_questions(train, self.head), *_flat(train)["text"]]
        return _a_row(likeness(known, _questions(rows, self.head, repeated=True), _flat(rows)["text"][:]), rows)


class Probe(ChoiceBaseline):
    """Logistic regression over the pretrained model's own view of question and choice."""

    name = "frozen model + logistic regression"

    def scores(self, train: Dataset, rows: Dataset, *, features: Features) -> Sequence[np.ndarray]:
        """Return the probability of each choice to be right, by itself."""
        from metier_multiple_choice._sklearn import probability

        right = right_places(train, self.state["answers"])
        sizes = [len(one) for one in every_choices(train)]
        targets = np.concatenate([np.arange(size) == at for size, at in zip(sizes, right, strict=True)])
        known, unknown = (_vectors(some, self.head, features) for some in (train, rows))
        return _a_row(probability(known, targets.astype(np.int64), unknown), rows)


def _shares(scores: np.ndarray) -> np.ndarray:
    """Return the share of each score of all; the same for each where all are 0."""
    total = scores.sum()
    return scores / total if total > 0 else np.full(len(scores), 1 / len(scores))


def _flat(rows: Dataset) -> Dataset:
    """Return a row a choice, with the choice as `text`."""
    given = [
        (f"{name}:{number}", choice)
        for name, choices in zip(rows["id"][:], every_choices(rows), strict=True)
        for number, choice in enumerate(choices)
    ]
    names, texts = zip(*given, strict=True)
    return Dataset.from_dict({"id": list(names), "text": list(texts)})


def _questions(rows: Dataset, head: MultipleChoice, *, repeated: bool = False) -> list[str]:
    """Return each row's context and question; `repeated`, one for each of its choices."""
    names = ("context", "text") if head.config.context else ("text",)
    texts = [" ".join(parts) for parts in zip(*(rows[name][:] for name in names), strict=True)]
    if not repeated:
        return texts
    return [text for text, choices in zip(texts, every_choices(rows), strict=True) for _ in choices]


def _vectors(rows: Dataset, head: MultipleChoice, features: Features) -> np.ndarray:
    """Return for each choice its features, their difference from the question's, and their product."""
    asked = Dataset.from_dict({"id": rows["id"][:], "text": _questions(rows, head)})
    sizes = [len(one) for one in every_choices(rows)]
    question, choice = np.repeat(features(asked), sizes, axis=0), features(_flat(rows))
    return np.concatenate([choice, np.abs(question - choice), question * choice], axis=1)


def _a_row(scores: np.ndarray, rows: Dataset) -> list[np.ndarray]:
    """Return scores (choices in all,) row by row."""
    ends = np.cumsum([0, *(len(one) for one in every_choices(rows))])
    return [scores[start:end] for start, end in pairwise(ends.tolist())]
