"""What a model must beat: no span at all, the training spans looked up, and a linear model over words in context."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metier.components import Baseline
from metier.values import Json
from metier_token_classification.labels import without_overlaps
from metier_token_classification.spans import Span
from metier_token_classification.words import words

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier_token_classification.token_classification import TokenClassification

LONGEST = 12
"""Words of an entry that is looked up."""
MOSTLY = 0.5
"""Share of an entry's occurrences in the training texts that must be spans."""
Entries = Mapping[tuple[str, ...], str]


class SpanBaseline(Baseline):
    """Shapes spans as the head's own predictions."""

    def __init__(self, head: TokenClassification, state: Mapping[str, Json]) -> None:
        self.head = head
        self.state = state

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return spans for `rows`, fitted on `train` alone."""
        truth = [without_overlaps(spans) for spans in train["spans"][:]]
        found = self.spans(train["text"][:], truth, rows["text"][:])
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


class Gazetteer(SpanBaseline):
    """Looks the training spans up, the longest first; one that is no span as often is left out."""

    name = "gazetteer of the training spans"

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return what is found, from left to right."""
        entries = _entries(train, truth)
        return [_looked_up(text, entries) for text in texts]


class Linear(SpanBaseline):
    """Logistic regression over each word, its shape and affixes, and those of its neighbours."""

    name = "words in context + logistic regression"

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return what scikit-learn's model finds."""
        from metier_token_classification._sklearn import linear_spans

        return linear_spans(train, truth, texts, self.state["labels"])


def _entries(texts: Sequence[str], truth: Sequence[Sequence[Span]]) -> Entries:
    """Return the label of each run of words that is mostly a span where it occurs."""
    named: dict[tuple[str, ...], Counter[str]] = {}
    for text, spans in zip(texts, truth, strict=True):
        for span in spans:
            run = tuple(word.text for word in words(text[span["start"] : span["end"]]))
            if 0 < len(run) <= LONGEST:
                named.setdefault(run, Counter())[span["label"]] += 1
    occurring = Counter(
        run
        for text in texts
        for run in _runs([word.text for word in words(text)], {len(one) for one in named})
        if run in named
    )
    return {
        run: labels.most_common(1)[0][0]
        for run, labels in named.items()
        if labels.total() >= MOSTLY * max(occurring[run], 1)
    }


def _runs(tokens: Sequence[str], sizes: set[int]) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + size]) for size in sizes for at in range(len(tokens) - size + 1)]


def _looked_up(text: str, entries: Entries) -> list[Span]:
    tokens, at = words(text), 0
    found: list[Span] = []
    while at < len(tokens):
        for size in range(min(LONGEST, len(tokens) - at), 0, -1):
            run = tokens[at : at + size]
            label = entries.get(tuple(word.text for word in run))
            if label is not None:
                found.append({"start": run[0].start, "end": run[-1].end, "label": label})
                at += size
                break
        else:
            at += 1
    return found
