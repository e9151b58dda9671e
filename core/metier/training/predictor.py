"""Keeps a trained model in memory, ready to predict."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets import Dataset

from metier.components import OptimizerFactory, TaskHead
from metier.files import temporary_folder
from metier.settings import TrainingSettings
from metier.training.engine import TrainingEngine
from metier.training.jobs import retrieved
from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer
from metier.values import Json

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

logger = logging.getLogger("metier")


@dataclass(frozen=True)
class Predictor:
    """A model folder that a run wrote, with its task."""

    folder: Path
    head: TaskHead
    state: Mapping[str, Json]
    settings: TrainingSettings

    @cached_property
    def model(self) -> PreTrainedModel:
        """The model with its head, read once."""
        with quiet_transformers():
            return self.head.build(self.folder, self.state)

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerFast:
        """Its tokenizer."""
        return load_tokenizer(self.folder)

    def predict(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Json]]:
        """Return one prediction a row, in order."""
        if not rows:
            return []
        return [
            prediction for batch in self.stream(Dataset.from_list([dict(row) for row in rows])) for prediction in batch
        ]

    def stream(self, rows: Dataset) -> Iterator[list[Mapping[str, Json]]]:
        """Yield predictions in row order, some batches at a time."""
        return self.answers(retrieved(self.head, rows, self.folder))

    def answers(self, rows: Dataset) -> Iterator[list[Mapping[str, Json]]]:
        """Yield predictions as `stream` does, for rows that have what `TaskHead.retrieve` finds."""
        with temporary_folder() as folder:
            engine = TrainingEngine(
                tokenizer=self.tokenizer,
                settings=self.settings,
                optimizer=OptimizerFactory(),
                directory=folder,
                seed=0,
                log=logger.debug,
            )
            yield from engine.predict(self.head.objective(self.state), self.model, rows)
