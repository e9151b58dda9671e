"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForSequenceClassification

from metier.training.heads import model_over
from metier.training.pooling import read_by_the_mean
from metier.training.texts import TextsObjective

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json


def build(path: Path, *, labels: Sequence[str], several: bool, mean: bool = False) -> PreTrainedModel:
    """Return the model at `path` with a linear layer over `labels`, in float32; the names travel in its configuration.

    `mean` lets a BERT encoder be read by the mean over its tokens.

    Raises `RunError` where transformers has no such model for sequences, or its tokenizer nothing to pad with.
    """
    model = model_over(
        AutoModelForSequenceClassification,
        path,
        labels,
        task="text classification",
        types="bert, modernbert, llama, qwen3",
        problem_type="multi_label_classification" if several else "single_label_classification",
    )
    if mean:
        read_by_the_mean(model)
    return model


@dataclass(frozen=True, kw_only=True)
class ClassificationObjective(TextsObjective):
    """What one label or several share; `labels` are the names in the order of the logits."""

    labels: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    smoothing: float = 0.0

    def _weights(self, logits: torch.Tensor) -> torch.Tensor | None:
        return None if self.weights is None else torch.tensor(self.weights, device=logits.device)

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {label: i for i, label in enumerate(self.labels)}


class OneLabel(ClassificationObjective):
    """Cross-entropy over the labels; `weights` multiply the loss of rows with each."""

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy, summed over rows."""
        logits = self.outputs(model, batch)
        return torch.nn.functional.cross_entropy(
            logits, batch["labels"], weight=self._weights(logits), label_smoothing=self.smoothing, reduction="sum"
        )

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return each row's most probable label, its probability, and every label's."""
        probabilities = outputs.softmax(dim=-1)
        best = zip(probabilities.tolist(), probabilities.argmax(dim=-1).tolist(), strict=True)
        return [
            {"label": self.labels[i], "score": row[i], "probabilities": dict(zip(self.labels, row, strict=True))}
            for row, i in best
        ]

    def target(self, value: Any) -> int:
        """Return the label's position."""
        return self._index[str(value)]

    def targets(self, values: Sequence[Any]) -> torch.Tensor:
        """Return positions (rows,), int64."""
        return torch.tensor([int(value) for value in values])


@dataclass(frozen=True, kw_only=True)
class SeveralLabels(ClassificationObjective):
    """Binary cross-entropy a label, the mean over labels; `weights` multiply the loss of rows that have each."""

    threshold: float = 0.5

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the mean over labels, summed over rows."""
        logits = self.outputs(model, batch)
        targets = batch["labels"] * (1 - self.smoothing) + self.smoothing / 2
        total = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, targets, pos_weight=self._weights(logits), reduction="sum"
        )
        return total / len(self.labels)

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return each row's labels from the threshold up, the probability of that very set, and every label's."""
        probabilities = outputs.sigmoid()
        scores = torch.where(probabilities >= self.threshold, probabilities, 1 - probabilities).prod(dim=-1)
        return [
            {
                "labels": [label for label, value in zip(self.labels, row, strict=True) if value >= self.threshold],
                "score": score,
                "probabilities": dict(zip(self.labels, row, strict=True)),
            }
            for row, score in zip(probabilities.tolist(), scores.tolist(), strict=True)
        ]

    def target(self, value: Any) -> list[int]:
        """Return the labels' positions."""
        return sorted({self._index[str(label)] for label in value or ()})

    def targets(self, values: Sequence[Any]) -> torch.Tensor:
        """Return 1 for each label that a row has, else 0: (rows, labels), float32."""
        targets = torch.zeros(len(values), len(self.labels))
        for i, positions in enumerate(values):
            targets[i, torch.as_tensor(positions, dtype=torch.long)] = 1.0
        return targets
