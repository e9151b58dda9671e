"""The task head `text-classification`: one label a text, or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, field_validator

from metier.columns import TEXT
from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable

ONE = Column("label", "label", aliases=("category", "class", "target", "sentiment", "intent", "topic"))
SEVERAL = Column("labels", "labels", aliases=("label", "categories", "classes", "targets", "topics", "tags"))


class TextClassification(TaskHead):
    """Gives each text one label, or several."""

    name: ClassVar[str] = "text-classification"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, ONE)
    primary_metric: ClassVar[str] = "f1_macro"
    pair: ClassVar[str | None] = None
    """The column of a second text, where a task reads two."""

    class Config(ComponentConfig):
        """Options of `text-classification`."""

        multi_label: bool = False
        """Whether a text has any number of labels; its column then holds lists, or text with `;` between labels."""
        labels: tuple[str, ...] | None = None
        """The labels in the order of the model's outputs; by default those of the training rows, sorted."""
        pooling: Literal["model", "mean"] = "model"
        """How a text is read from its tokens: `model` as the model does, `mean` by the mean over them, as sentence
        encoders such as MiniLM were trained; it is for BERT encoders, and other models keep their own way."""
        class_weights: Literal["none", "balanced"] = "none"
        """`balanced` makes each label weigh the same in the loss, however few rows have it."""
        label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
        """Share of a row's weight that is spread evenly over all labels."""
        threshold: float = Field(0.5, gt=0.0, lt=1.0)
        """With `multi_label`, the probability from which a label is given."""

        @field_validator("labels")
        @classmethod
        def _distinct(cls, labels: tuple[str, ...] | None) -> tuple[str, ...] | None:
            if labels is not None and (len(labels) < 2 or len(set(labels)) < len(labels)):
                raise ValueError("name at least two labels, each once")
            return labels

    config: Config

    def __init__(self, config: ComponentConfig | None = None) -> None:
        super().__init__(config)
        if self.config.multi_label:
            # here an option decides what a record holds
            self.columns = (*self.columns[:-1], SEVERAL)  # type: ignore[misc]

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoder-decoders: transformers reads their class from the decoder's last token, if at all."""
        if model.architecture == "encoder-decoder":
            return f"{model.reference} both reads and writes text; classification takes an encoder or a decoder"
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `labels`, `counts` of rows with each, and `rows`; raises `DataError` for fewer than two labels."""
        from metier_classification.labels import learn

        return learn(self._labels(train), self.config.labels)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for a label that training never saw."""
        from metier_classification.labels import check

        check(split, rows, self._labels(rows), state)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer over the labels."""
        from metier_classification._torch import build

        return build(path, labels=state["labels"], several=self.config.multi_label, mean=self.config.pooling == "mean")

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over the labels, or binary cross-entropy for each."""
        from metier_classification._torch import OneLabel, SeveralLabels
        from metier_classification.labels import balanced_weights, positive_weights

        balanced = self.config.class_weights == "balanced"
        shared: Mapping[str, Any] = {
            "labels": tuple(state["labels"]),
            "column": self._column,
            "pair": self.pair,
            "smoothing": self.config.label_smoothing,
        }
        if self.config.multi_label:
            weights = positive_weights(state) if balanced else None
            return SeveralLabels(**shared, weights=weights, threshold=self.config.threshold)
        return OneLabel(**shared, weights=balanced_weights(state) if balanced else None)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference, prediction, and probability (rows, labels).

        Reference and prediction are positions in `state["labels"]`, (rows,); with `multi_label` 0 or 1, (rows, labels).
        """
        from metier_classification.tables import table

        return table(predictions, rows, self._labels(rows), state["labels"], several=self.config.multi_label)

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return accuracy, macro F1, precision and recall, AUROC, log loss, and calibration error or micro F1.

        What does not depend on weights is computed once.
        """
        from metier_classification.figures import OneLabelFigures
        from metier_classification.figures_several import SeveralLabelsFigures

        if self.config.multi_label:
            return SeveralLabelsFigures(table, names)
        return OneLabelFigures(table, len(state["labels"]), names)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return figures a label, and for one label a text the confusion matrix."""
        from metier_classification.details import details

        return details(table, state["labels"], several=self.config.multi_label)

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return the most frequent answer, and a linear model over TF-IDF."""
        from metier_classification.baselines import Linear, Majority, Probe

        return (Majority(self, state), Linear(self, state), Probe(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return rows a label, the most frequent first."""
        values = rows[self._column]
        counts = Counter(str(label) for value in values for label in (value if self.config.multi_label else (value,)))
        return {"labels": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))}

    @property
    def _column(self) -> str:
        return self.columns[-1].name

    def _labels(self, rows: Dataset) -> list[tuple[str, ...]]:
        from metier_classification.labels import labels_of

        return labels_of(rows, self._column, several=self.config.multi_label)
