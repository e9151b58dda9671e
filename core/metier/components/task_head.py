"""The contract of a task head: what the model is to do, and how well it does it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from metier.components.base import Component
from metier.components.objective import Objective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    import numpy as np
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

    Features: TypeAlias = Callable[[Dataset], np.ndarray]
    PredictionTable: TypeAlias = Mapping[str, np.ndarray]
    """Columns of one entry a row: `id`, `reference`, `prediction`, the head's own (`probability` (rows, labels))."""
    Measure: TypeAlias = Callable[[np.ndarray | None], Mapping[str, float]]
    """`TaskHead.measure` of one table: takes weights (rows,) or None."""


class TaskObjective(Objective):
    """An objective whose outputs can be read by people."""

    @abstractmethod
    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return what `decode` reads, (batch, …): logits in float32, or the ids of generated tokens."""

    @abstractmethod
    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return what is predicted for each example, for people and files: `{"label": "positive", "score": 0.93, …}`.

        `examples` are those that `collate` made the batch of: a column of theirs can say where tokens lie in the text.
        `tokenizer` turns generated ids into text.
        """

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return the prediction for a row, of what `decode` gave for its examples, in order (windows of a long text).

        By default a row is one example.
        """
        (only,) = pieces
        return only


class Baseline:
    """Something simple that the model must beat, fitted on the training split alone."""

    name: str = ""

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return predictions for `rows` of a baseline fitted on `train`, shaped as the head's own.

        `features(rows)` is what the pretrained model, untouched, sees in the rows' texts: (rows, hidden), float32.
        """
        raise NotImplementedError(f"{type(self).__name__}.predict")


class TaskHead(Component):
    """What the model is to do: head, encoding, loss, decoding, metrics, baselines."""

    kind: ClassVar[str] = "task head"
    columns: ClassVar[tuple[Column, ...]] = ()
    """What every record must hold."""
    corpus_columns: ClassVar[tuple[Column, ...] | None] = None
    """What it reads of each text of the corpus: beside `text` (a page number), or a `text` with names of its own; None
    where it reads no corpus."""
    windows: ClassVar[bool] = False
    """Whether a row longer than `max_length` is read in windows, so that nothing of it is cut."""
    zero_shot: ClassVar[bool] = False
    """Whether a model can do the task before any training: it is judged so too then, beside the baselines."""
    primary_metric: ClassVar[str] = ""
    """The figure that runs are compared by; larger is better."""

    def refuses(self, model: ModelInfo) -> str | None:
        """Return why this model cannot do the task, in words; None if it can. Asked while planning."""
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return what must be known of the data, as JSON: label names, class weights.

        Raises `DataError` where the task cannot be learnt from it (one class only).
        """
        raise NotImplementedError(f"{type(self).__name__}.learn")

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` where rows of a split do not fit `state` (a label that training never saw)."""

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model at `path` with this task's head, by a transformers Auto class; weights in float32."""
        raise NotImplementedError(f"{type(self).__name__}.build")

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return the objective for data with `state`."""
        raise NotImplementedError(f"{type(self).__name__}.objective")

    def index(self, corpus: Dataset, folder: Path, *, model: Path) -> None:
        """Write into the model's `folder` what `retrieve` reads: an index of the corpus.

        Called before training, where `corpus_columns` is not None. `model` is the folder that the training starts from.
        """
        raise NotImplementedError(f"{type(self).__name__}.index")

    def retrieve(self, rows: Dataset, folder: Path, *, training: bool = False) -> Dataset:
        """Return `rows` with columns of what the index in `folder` has for each, which `encode` and `joined` see.

        Called before rows are encoded, where `corpus_columns` is not None. With `training` the rows are to be learnt
        from, or their loss to be told, and there may be more in them than was found.
        """
        raise NotImplementedError(f"{type(self).__name__}.retrieve")

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return predictions and references as columns; labels are indices into `state["labels"]`.

        Where a prediction may be right without being equal to its reference, a column `right` (rows,) says so.
        """
        raise NotImplementedError(f"{type(self).__name__}.table")

    def measure(
        self, table: PredictionTable, state: Mapping[str, Json], weights: np.ndarray | None = None
    ) -> Mapping[str, float]:
        """Return figures over `table`; `weights` (rows,) counts each row so many times, as the bootstrap does.

        A figure that is not defined on these rows is left out, never 0. Override this, or `measurer`.
        """
        if type(self).measurer is TaskHead.measurer:
            raise NotImplementedError(f"{type(self).__name__}.measure")
        return self.measurer(table, state)(weights)

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return `measure` for one table, to be called for thousands of weights; `names` are all that is asked for.

        Override where some of the work does not depend on the weights, or a figure that nobody asks for is dear.
        """
        return lambda weights: self.measure(table, state, weights)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return tables and matrices for the report: figures a class, confusion."""
        return ()

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return what the model must beat: always one that looks at no text, and a linear one."""
        return ()

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return counts for the data report: rows a label."""
        return {}
