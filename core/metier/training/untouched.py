"""A model before any training, as a baseline of heads whose task it can do already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metier.components import Baseline

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components.task_head import Features, PredictionTable
    from metier.training.predictor import Predictor


class Untouched(Baseline):
    """Asks the model that the run started from as the trained one is asked: what training must add to."""

    name = "untouched model"

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def predict(self, train: Dataset, rows: Dataset, *, features: Features) -> PredictionTable:
        """Return what the model says of `rows`, without a look at `train`."""
        asked = self._predictor
        return asked.head.table([one for batch in asked.answers(rows) for one in batch], rows, asked.state)
