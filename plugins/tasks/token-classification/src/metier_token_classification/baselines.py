"""What a model must beat: no span at all, and a linear model over words in context; `gazetteers` has the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metier.components import Baseline
from metier.values import Json
from metier_token_classification.labels import settled
from metier_token_classification.spans import Span

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_token_classification.token_classification import TokenClassification


class SpanBaseline(Baseline):
    """Shapes spans as the head's own predictions."""

    def __init__(self, head: TokenClassification, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return spans for `rows`, fitted on `train` alone."""
        texts = train["text"][:]
        truth = [settled(spans, text) for spans, text in zip(train["spans"][:], texts, strict=True)]
        found = self.spans(texts, truth, rows["text"][:])
        return self.head.table([{"spans": spans} for spans in found], rows, self.state)

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return the spans of each text; `truth` are those of the training texts."""
        raise NotImplementedError(f"{type(self).__name__}.spans")


class Nothing(SpanBaseline):
    """Looks at no text, and finds nothing."""

    name = "no spans"

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return nothing."""
        return [[] for _ in texts]


class Linear(SpanBaseline):
    """Logistic regression over each word, its shape and affixes, and those of its neighbours."""

    name = "words in context + logistic regression"

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return what scikit-learn's model finds."""
        from metier_token_classification._sklearn import linear_spans

        return linear_spans(train, truth, texts, self.state["labels"])
