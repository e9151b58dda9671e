"""A plain two-label objective that adaptation methods are tried on, without a task head's plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.components import Objective

if TYPE_CHECKING:
    import numpy as np
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

LABELS = ("negative", "positive")


class TwoLabels(Objective):
    """Cross-entropy over the two labels of `metier.testing.samples`, summed over rows."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids` and `label` of each row."""
        encoded = tokenizer(list(rows["text"]), truncation=True, max_length=max_length)
        return {"input_ids": encoded["input_ids"], "label": [LABELS.index(label) for label in rows["label"]]}

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return padded `input_ids`, `attention_mask` (batch, sequence) and `labels` (batch,)."""
        import torch

        padded = tokenizer.pad({"input_ids": [list(one["input_ids"]) for one in examples]}, return_tensors="pt")
        labels = torch.tensor([int(one["label"]) for one in examples])
        return {"input_ids": padded["input_ids"], "attention_mask": padded["attention_mask"], "labels": labels}

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy, float32."""
        import torch

        inputs = {name: value for name, value in batch.items() if name != "labels"}
        logits = model(**inputs).logits.float()
        return torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="sum")

    def items(self, batch: Batch) -> int:
        """Return the rows."""
        return len(batch["labels"])


def build_classifier(folder: Path, *, seed: int = 0) -> PreTrainedModel:
    """Return the model in `folder` with a new two-label head; the same seed gives the same head."""
    import torch
    from transformers import AutoModelForSequenceClassification

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=len(LABELS), dtype=torch.float32
        )
    return model
