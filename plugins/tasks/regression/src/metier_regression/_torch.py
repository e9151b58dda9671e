"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional
from transformers import AutoModelForSequenceClassification

from metier.training.heads import model_over
from metier.training.pooling import read_by_the_mean
from metier.training.texts import TextsObjective
from metier_regression.grades import Grades
from metier_regression.targets import Scale

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json


def build(path: Path, *, mean: bool) -> PreTrainedModel:
    """Return the model at `path` with a linear layer that gives one number, in float32.

    `mean` lets a BERT encoder be read by the mean over its tokens. Raises `RunError` where transformers has no such
    model for sequences, or its tokenizer nothing to pad with.
    """
    model = model_over(
        AutoModelForSequenceClassification,
        path,
        ("value",),
        task="regression",
        types="bert, modernbert, llama, qwen3",
        problem_type="regression",
    )
    if mean:
        read_by_the_mean(model)
    return model


@dataclass(frozen=True, kw_only=True)
class NumberObjective(TextsObjective):
    """Squared or Huber error of one number."""

    scale: Scale
    huber: bool = False
    grades: Grades | None = None

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the error in deviations of the training numbers, summed over rows."""
        said, right = self.outputs(model, batch).squeeze(-1), batch["labels"]
        if self.huber:
            return functional.huber_loss(said, right, reduction="sum")
        return functional.mse_loss(said, right, reduction="sum")

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return `value`, in the data's own unit, and where numbers are grades the nearest as `grade`."""
        values = self.scale.values(outputs.squeeze(-1).numpy())
        found = [{"value": value} for value in values.tolist()]
        if self.grades is None:
            return found
        grades = self.grades.of(self.grades.units(values))
        return [{**one, "grade": grade} for one, grade in zip(found, grades, strict=True)]

    def target(self, value: Any) -> float:
        """Return the number in deviations of the training numbers."""
        return float(self.scale.targets(np.array(value, dtype=np.float64)))

    def targets(self, values: Sequence[Any]) -> torch.Tensor:
        """Return the numbers (rows,), float32."""
        return torch.tensor(values, dtype=torch.float32)
