"""The contract of a task head's figures: they tell good from bad, count rows by weights, and stand beside baselines."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from metier.components import TaskHead
from metier.testing.base import ComponentContract
from metier.values import MatrixDetail, TableDetail

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import PredictionTable
    from metier.testing.task import Task


class FiguresContract(ComponentContract):
    """Tests of what a task head makes of predictions; `TaskHeadContract` has them."""

    component: ClassVar[type[TaskHead]]
    maximum: ClassVar[float] = 1.0
    """The primary metric of perfect predictions."""

    @abstractmethod
    def any_task(self, folder: Path) -> Task:
        """Return the head on a tiny model that it serves."""

    def perfect(self, table: PredictionTable) -> PredictionTable:
        """Return `table` as if every prediction were right; override where other columns say it too."""
        return self.answering(table, table["reference"])

    def answering(self, table: PredictionTable, predictions: Any) -> PredictionTable:
        """Return `table` with other predictions, and probabilities that are sure of them."""
        import numpy as np

        columns = {**table, "prediction": predictions}
        if "probability" in table:
            shape = table["probability"].shape
            certain = np.eye(shape[1])[predictions] if predictions.ndim == 1 else predictions
            columns["probability"] = certain.astype(table["probability"].dtype)
        return columns

    def test_perfect_predictions_score_the_maximum(self, tmp_path: Path) -> None:
        """When it fails: the primary metric must be at `maximum` when every prediction equals its reference."""
        task = self.any_task(tmp_path)
        figures = task.measure(self.perfect(task.table()))
        assert figures[self.component.primary_metric] == pytest.approx(self.maximum)
        assert all(isinstance(value, float | int) for value in figures.values())

    def test_random_predictions_score_below(self, tmp_path: Path) -> None:
        """When it fails: the primary metric must be larger the better, and below `maximum` for shuffled answers."""
        import numpy as np

        task = self.any_task(tmp_path)
        table = task.table()
        shuffled = np.random.default_rng(0).permutation(table["reference"])
        figures = task.measure(self.answering(table, shuffled))
        assert figures[self.component.primary_metric] < self.maximum

    def test_weights_count_rows(self, tmp_path: Path) -> None:
        """When it fails: a row of weight 2 must count as two rows: the bootstrap draws rows by weights."""
        import numpy as np

        task = self.any_task(tmp_path)
        table = task.table()
        weights = np.random.default_rng(1).integers(0, 4, len(table["id"]))
        repeated = {name: np.repeat(column, weights, axis=0) for name, column in table.items()}
        assert task.measure(table, weights=weights) == pytest.approx(task.measure(repeated))
        assert task.measure(table, weights=np.ones(len(weights))) == pytest.approx(task.measure(table))

    def test_measurer_agrees_with_measure(self, tmp_path: Path) -> None:
        """When it fails: give the same figures from `measurer` as from `measure`, those asked for at least."""
        import numpy as np

        task = self.any_task(tmp_path)
        table, primary = task.table(), self.component.primary_metric
        every = task.head.measurer(table, task.state)
        one = task.head.measurer(table, task.state, frozenset({primary}))
        for weights in (None, np.random.default_rng(2).integers(0, 3, len(table["id"]))):
            expected = task.measure(table, weights=weights)
            assert every(weights) == pytest.approx(expected)
            assert one(weights)[primary] == pytest.approx(expected[primary])

    def test_details_are_whole(self, tmp_path: Path) -> None:
        """When it fails: give each table row one cell a column, and each matrix one row and column a label."""
        task = self.any_task(tmp_path)
        for detail in task.head.details(task.table(), task.state):
            if isinstance(detail, TableDetail):
                assert all(len(row) == len(detail.columns) for row in detail.rows), detail.title
            else:
                assert isinstance(detail, MatrixDetail)
                assert [len(row) for row in detail.counts] == [len(detail.labels)] * len(detail.labels), detail.title

    def test_baselines_answer_each_row(self, tmp_path: Path) -> None:
        """When it fails: return at least one baseline, with a name, whose table is shaped as the head's own."""
        task = self.any_task(tmp_path)
        baselines = task.head.baselines(task.state)
        assert baselines, "nothing to compare with"
        names = [baseline.name for baseline in baselines]
        assert all(names)
        assert len(names) == len(set(names)), names
        for baseline in baselines:
            table = baseline.predict(task.rows, task.rows, features=lengths)
            assert list(table["id"]) == list(task.rows["id"]), baseline.name
            figure = task.measure(table).get(self.component.primary_metric)
            assert figure is None or figure <= self.maximum, f"{baseline.name}: {figure}"


def lengths(rows: Dataset) -> Any:
    """Stand in for a pretrained model's features: the length of each text, (rows, 1)."""
    import numpy as np

    return np.array([[len(row)] for row in rows["id"]], dtype=np.float32)
