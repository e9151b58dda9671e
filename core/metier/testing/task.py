"""One task head on one tiny model: what a task head's contract is tried with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from datasets import Dataset

from metier.components import TaskHead
from metier.components.task_head import TaskObjective
from metier.testing.models import MAX_LENGTH, load_tokenizer
from metier.training.encoded import ROW
from metier.training.scoring import by_row
from metier.values import Json, LocalModel

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch
    from metier.components.task_head import PredictionTable

LEARNING_RATE = 0.01
STEPS = 40


@dataclass(frozen=True)
class Task:
    """A head, the model that it is built on, and labelled rows."""

    head: TaskHead
    model: LocalModel
    rows: Dataset
    seed: int = 13

    @property
    def state(self) -> Mapping[str, Json]:
        """What the head learns of the rows."""
        return self.head.learn(self.rows)

    @property
    def objective(self) -> TaskObjective:
        """The head's objective."""
        return self.head.objective(self.state)

    def build(self, path: Path | None = None) -> PreTrainedModel:
        """Return the model with the head; new weights follow `seed`."""
        torch.manual_seed(self.seed)
        return self.head.build(path or self.model.path, self.state)

    def examples(self, chosen: Iterable[int]) -> Sequence[Mapping[str, Any]]:
        """Return the encoded examples of the rows with these indices."""
        tokenizer = load_tokenizer(self.model.path)
        encoded = self.objective.encode(self.rows.select(list(chosen)).to_dict(), tokenizer, MAX_LENGTH)
        return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]

    def batch(self, chosen: Iterable[int]) -> Batch:
        """Return a batch of the rows with these indices."""
        tokenizer = load_tokenizer(self.model.path)
        return self.objective.collate(self.examples(chosen), tokenizer, np.random.default_rng(self.seed))

    def outputs(self, model: PreTrainedModel) -> torch.Tensor:
        """Return what `decode` reads, for all rows."""
        model.eval()
        with torch.no_grad():
            return self.objective.outputs(model, self.batch(range(len(self.rows))))

    def predictions(self) -> Sequence[Mapping[str, Any]]:
        """Return the predictions of an untrained head."""
        objective, examples = self.objective, self.examples(range(len(self.rows)))
        tokenizer = load_tokenizer(self.model.path)
        decoded = objective.decode(self.outputs(self.build()), examples, tokenizer)
        owners = [int(example.get(ROW, number)) for number, example in enumerate(examples)]
        pieces = by_row(owners, decoded, rows=len(self.rows))
        return [objective.joined(one, row) for one, row in zip(pieces, self.rows, strict=True)]

    def table(self) -> PredictionTable:
        """Return the table of an untrained head's predictions."""
        return self.head.table(self.predictions(), self.rows, self.state)

    def measure(self, table: PredictionTable, weights: Any = None) -> Mapping[str, float]:
        """Return the figures of a table."""
        return self.head.measure(table, self.state, weights)

    def learn_by_heart(self) -> tuple[float, float]:
        """Return the loss of all rows before and after some steps on them."""
        model, batch, objective = self.build(), self.batch(range(len(self.rows))), self.objective
        optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = objective.loss(model, batch) / objective.items(batch)
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        return losses[0], losses[-1]
