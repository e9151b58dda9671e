"""The task head `regression`: a number for a text, or for two texts that are read together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.columns import FIRST, SECOND, TEXT
from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable
    from metier_regression.grades import Grades
    from metier_regression.targets import Scale

NUMBER = Column("label", "number", aliases=("score", "grade", "target", "value", "rating", "cost", "price", "amount"))


class Regression(TaskHead):
    """Gives a text, or two read together, a number: a grade, a risk, a cost."""

    name: ClassVar[str] = "regression"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, NUMBER)
    primary_metric: ClassVar[str] = "spearman"

    class Config(ComponentConfig):
        """Options of `regression`."""

        pair: bool = False
        """Whether a record has two texts that are read together: the columns `text` and `second`."""
        scale: Literal["linear", "log1p"] = "linear"
        """`log1p` learns the logarithm of 1 + number, for amounts that span several powers of ten: costs, durations."""
        loss: Literal["mse", "huber"] = "mse"
        """`mse` is the squared error, in deviations of the training numbers; `huber` grows only linearly beyond one
        deviation, so that single extreme numbers weigh less."""
        round_to: float | None = Field(None, gt=0)
        """The step between two grades (0.5, 1), where the numbers are grades: predictions say the nearest grade too."""
        pooling: Literal["model", "mean"] = "model"
        """How a text is read from its tokens, as in `text-classification`: `mean` suits sentence encoders."""

    config: Config

    def __init__(self, config: ComponentConfig | None = None) -> None:
        super().__init__(config)
        if self.config.pair:
            # here an option decides what a record holds
            self.columns = (FIRST, SECOND, NUMBER)  # type: ignore[misc]

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoder-decoders: transformers reads their number from the decoder's last token, if at all."""
        if model.architecture == "encoder-decoder":
            return f"{model.reference} both reads and writes text; regression takes an encoder or a decoder"
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `rows`, `low` and `high`, and `mean` and `deviation` on the scale of learning.

        Raises `DataError` where all numbers are the same, or one does not fit the scale.
        """
        from metier_regression.targets import learn

        return learn(train, logarithmic=self._logarithmic)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for what is no finite number, or has no logarithm where one is asked for."""
        from metier_regression.targets import numbers

        numbers(rows, logarithmic=self._logarithmic)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer that gives one number."""
        from metier_regression._torch import build

        return build(path, mean=self.config.pooling == "mean")

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return the squared or Huber error of the number, in deviations of the training numbers."""
        from metier_regression._torch import NumberObjective

        pair = SECOND.name if self.config.pair else None
        return NumberObjective(
            column=NUMBER.name,
            pair=pair,
            scale=self.scale(state),
            huber=self.config.loss == "huber",
            grades=self.grades(state),
        )

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction, (rows,) float64, in the data's own unit."""
        import numpy as np

        return {
            "id": np.asarray(rows["id"][:], dtype=object),
            "reference": np.array(rows[NUMBER.name][:], dtype=np.float64),
            "prediction": np.array([one["value"] for one in predictions], dtype=np.float64),
        }

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return Spearman, Pearson, MAE, RMSE, R², for logarithms RMSLE, for grades the quadratic weighted kappa.

        Numbers are sorted once.
        """
        from metier_regression.figures import NumberFigures

        return NumberFigures(table, self.grades(state), names, logarithmic=self._logarithmic)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return the errors by size of the right number, and for grades the confusion matrix."""
        from metier_regression.details import details

        return details(table, self.grades(state))

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return the training mean, and ridge regressions over TF-IDF and over the untouched model's features."""
        from metier_regression.baselines import Linear, Mean, Probe

        return (Mean(self, state), Linear(self, state), Probe(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return rows a number, or where there are many a range of numbers."""
        from metier_regression.targets import describe

        return {"numbers": describe(rows[NUMBER.name], logarithmic=self._logarithmic)}

    def scale(self, state: Mapping[str, Json]) -> Scale:
        """Return how numbers are learnt."""
        from metier_regression.targets import Scale

        return Scale(state["mean"], state["deviation"], self._logarithmic)

    def grades(self, state: Mapping[str, Json]) -> Grades | None:
        """Return the grades that there are; None where the numbers are no grades."""
        from metier_regression.grades import Grades

        step = self.config.round_to
        return None if step is None else Grades.between(state["low"], state["high"], step)

    @property
    def _logarithmic(self) -> bool:
        return self.config.scale == "log1p"
