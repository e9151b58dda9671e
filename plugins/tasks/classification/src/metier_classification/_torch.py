"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from transformers import AutoModelForSequenceClassification

from metier.components import TaskObjective
from metier.training.heads import model_over
from metier.training.padding import pad, pad_token_id
from metier_classification._pooling import read_by_the_mean

if TYPE_CHECKING:
    import numpy as np
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


KINDS = "token_type_ids"
"""BERT's name for which of two texts a token is of."""


@dataclass(frozen=True)
class ClassificationObjective(TaskObjective):
    """What one label or several share; `labels` are the names in the order of the logits."""

    first_token: ClassVar[bool] = True  # transformers' BERT-like classifiers read nothing else
    adds_tokens: ClassVar[bool] = False

    labels: tuple[str, ...]
    column: str
    weights: tuple[float, ...] | None = None
    smoothing: float = 0.0
    pair: str | None = None
    """The column of the second text, where two are read together."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return token ids of each row, cut to `max_length`, and the positions of its labels where it has them.

        Of two texts the longer is cut first; which of them a token is of goes along where the model asks for it.
        """
        kinds = self.pair is not None and KINDS in tokenizer.model_input_names
        between = "" if tokenizer.sep_token else "\n"  # a decoder has nothing of its own that parts two texts
        encoded = tokenizer(
            list(rows["text"]),
            None if self.pair is None else [between + text for text in rows[self.pair]],
            truncation=True,
            max_length=max_length,
            return_attention_mask=False,
            return_token_type_ids=kinds,
        )
        columns: dict[str, Sequence[Any]] = {"input_ids": encoded["input_ids"]}
        if kinds:
            columns[KINDS] = encoded[KINDS]
        if self.column in rows:
            index = {label: i for i, label in enumerate(self.labels)}
            columns[self.column] = [self._positions(value, index) for value in rows[self.column]]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return token ids and mask (batch, sequence), padded on the right, and labels where the rows have them."""
        sequences = [one["input_ids"] for one in examples]
        input_ids, attention_mask = pad(sequences, value=pad_token_id(tokenizer))
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if KINDS in examples[0]:
            batch[KINDS] = pad([one[KINDS] for one in examples], value=0)[0]
        if self.column in examples[0]:
            batch["labels"] = self._targets([one[self.column] for one in examples])
        return batch

    def items(self, batch: Batch) -> int:
        """Return the rows that have labels: all, or none where labels are to be predicted."""
        return len(batch["labels"]) if "labels" in batch else 0

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return logits (batch, labels), float32."""
        inputs = {name: value for name, value in batch.items() if name != "labels"}
        logits: torch.Tensor = model(**inputs).logits
        return logits.float()

    def _weights(self, logits: torch.Tensor) -> torch.Tensor | None:
        return None if self.weights is None else torch.tensor(self.weights, device=logits.device)

    def _positions(self, value: Any, index: Mapping[str, int]) -> Any:
        raise NotImplementedError

    def _targets(self, values: Sequence[Any]) -> torch.Tensor:
        raise NotImplementedError


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

    def _positions(self, value: Any, index: Mapping[str, int]) -> int:
        return index[str(value)]

    def _targets(self, values: Sequence[Any]) -> torch.Tensor:
        return torch.tensor([int(value) for value in values])


@dataclass(frozen=True)
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

    def _positions(self, value: Any, index: Mapping[str, int]) -> list[int]:
        return sorted({index[str(label)] for label in value or ()})

    def _targets(self, values: Sequence[Any]) -> torch.Tensor:
        targets = torch.zeros(len(values), len(self.labels))
        for i, positions in enumerate(values):
            targets[i, torch.as_tensor(positions, dtype=torch.long)] = 1.0
        return targets
