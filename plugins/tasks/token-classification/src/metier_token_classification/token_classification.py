"""The task head `token-classification`: spans of characters with labels, in texts of any length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable

TEXT = Column("text", aliases=("sentence", "content", "document", "description", "data"))
SPANS = Column("spans", "spans", aliases=("entities", "annotations", "ner", "labels"))


class TokenClassification(TaskHead):
    """Finds spans of characters and gives each a label: named entities."""

    name: ClassVar[str] = "token-classification"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, SPANS)
    primary_metric: ClassVar[str] = "f1"

    class Config(ComponentConfig):
        """Options of `token-classification`."""

        stride: int = Field(32, ge=0)
        """Tokens that two windows of a text longer than `training.max_length` share; half of a window at most."""
        within_words: bool = False
        """Whether a span may begin or end inside a word; if not, all tokens of a word are in one span or in none."""
        on_overlap: Literal["error", "longest"] = "error"
        """What is done with spans that share characters: a model gives each token one label. `longest` keeps of such
        spans the longest, and the others are not learnt."""

    config: Config

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `labels`, sorted, and `counts` of spans with each.

        Raises `DataError` where there is no span, or where spans overlap and `on_overlap` is `error`.
        """
        from metier_token_classification.labels import learn

        return learn(train, self.config.on_overlap)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for a label that training never saw, and for overlapping spans as `learn` does."""
        from metier_token_classification.labels import check

        check(split, rows, state, self.config.on_overlap)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer over O and the beginning and inside of each label."""
        from metier_token_classification._torch import build

        return build(path, labels=state["labels"])

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over the tags of tokens."""
        from metier_token_classification._torch import TagObjective

        return TagObjective(tuple(state["labels"]), self.config.stride, self.config.within_words)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction: lists of `{start, end, label}`, (rows,) of objects."""
        from metier.evaluation.predictions import objects
        from metier_token_classification.labels import without_overlaps

        return {
            "id": objects(rows["id"][:]),
            "reference": objects([without_overlaps(spans) for spans in rows["spans"][:]]),
            "prediction": objects([_bare(one["spans"]) for one in predictions]),
        }

    def measure(
        self, table: PredictionTable, state: Mapping[str, Json], weights: np.ndarray | None = None
    ) -> Mapping[str, float]:
        """Return strict precision, recall and F1 over all spans, macro F1 over labels, and F1 of the borders alone."""
        return self.measurer(table, state)(weights)

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return `measure` for one table: spans are compared once."""
        from metier_token_classification.figures import SpanFigures

        return SpanFigures(table, state["labels"])

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return figures a label, and what the model did with the spans that it got wrong."""
        from metier_token_classification.details import details

        return details(table, state["labels"])

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return no span at all, the training spans looked up, and a linear model over words in their context."""
        from metier_token_classification.baselines import Gazetteer, Linear, Nothing

        return (Nothing(self, state), Gazetteer(self, state), Linear(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return spans a label, the most frequent first, and the rows without any."""
        counts = Counter(str(span["label"]) for spans in rows["spans"] for span in spans)
        return {
            "spans": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
            "without spans": sum(not spans for spans in rows["spans"]),
        }


def _bare(spans: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    return [{name: span[name] for name in ("start", "end", "label")} for span in spans]
