"""One adaptation method tried on one tiny model, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from datasets import Dataset

from metier.components import AdaptationMethod, Engine, MethodContext
from metier.settings import TrainingSettings
from metier.testing.models import MAX_LENGTH, load_tokenizer
from metier.testing.objective import LABELS, TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.values import LocalModel, TaskInfo

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch, Loss

TASK = TaskInfo("text-classification", {"labels": list(LABELS)})
LEARNING_RATE = 0.01


@dataclass(frozen=True)
class Trial:
    """A method, a model to try it on, and a folder to do it in."""

    method: AdaptationMethod
    model: LocalModel
    folder: Path
    seed: int = 13

    @property
    def tokenizer(self) -> PreTrainedTokenizerFast:
        """The model's tokenizer."""
        return load_tokenizer(self.model.path)

    def context(self, *, pretraining: bool = False) -> MethodContext:
        """Return the context of a stage; with an engine where the method pretrains."""
        labelled = rows()
        corpus = [{"id": row["id"], "text": row["text"]} for row in labelled]
        self.folder.mkdir(parents=True, exist_ok=True)
        return MethodContext(
            info=self.model.info,
            task=TASK,
            tokenizer=self.tokenizer,
            seed=self.seed,
            directory=self.folder,
            engine=self._engine() if pretraining else None,
            corpus=Dataset.from_list(corpus),
            train=Dataset.from_list(labelled),
            objective=None if pretraining else TwoLabels(),
        )

    def _engine(self) -> Engine:
        from metier.builtin.optimizers.adamw import AdamW, AdamWConfig
        from metier.training.engine import TrainingEngine

        return TrainingEngine(
            tokenizer=self.tokenizer,
            settings=TrainingSettings(
                num_train_epochs=1, per_device_train_batch_size=8, max_length=MAX_LENGTH, save_strategy="no"
            ),
            optimizer=AdamW(AdamWConfig(learning_rate=LEARNING_RATE)),
            directory=self.folder / "checkpoints",
            seed=self.seed,
            log=lambda metrics: None,
            progress=False,
        )

    def pretrained(self) -> PreTrainedModel | None:
        """Return what the method's own training phase gives."""
        torch.manual_seed(self.seed)
        return self.method.pretrain(self.model.path, self.context(pretraining=True))

    def prepared(self) -> PreTrainedModel:
        """Return a classifier on the model, prepared by the method."""
        torch.manual_seed(self.seed)
        model: Any = build_classifier(self.model.path, seed=self.seed)
        return self.method.prepare(model, self.context())

    def loss(self) -> Loss:
        """Return the two-label loss, wrapped by the method."""
        return self.method.wrap_loss(TwoLabels().loss, self.context())

    def batch(self, count: int = 8) -> Batch:
        """Return a batch of the sample's first rows."""
        objective, tokenizer = TwoLabels(), self.tokenizer
        encoded = objective.encode(_columns(count), tokenizer, MAX_LENGTH)
        examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
        return objective.collate(examples, tokenizer, np.random.default_rng(self.seed))

    def trained(self, *, steps: int = 3) -> PreTrainedModel:
        """Return the prepared classifier after a few plain steps on the wrapped loss."""
        model = self.prepared()
        model.train()
        loss, batch = self.loss(), self.batch()
        optimizer = torch.optim.AdamW(trainable(model).values(), lr=LEARNING_RATE, weight_decay=0.0)
        for _ in range(steps):
            optimizer.zero_grad()
            value = loss(model, batch)
            if value.requires_grad:
                value.backward()
            optimizer.step()
        return model


def _columns(count: int) -> dict[str, list[Any]]:
    some = rows(count)
    return {name: [row[name] for row in some] for name in some[0]}


def trainable(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """Return the parameters that are set to train, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def snapshot(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """Return a copy of every parameter, by name."""
    return {name: parameter.detach().to("cpu", copy=True) for name, parameter in model.named_parameters()}


def moved(before: dict[str, torch.Tensor], model: PreTrainedModel) -> set[str]:
    """Return the names of the parameters that differ from `before`."""
    return {name for name, parameter in model.named_parameters() if not parameter.detach().cpu().equal(before[name])}


def logits(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Return the model's logits for a batch, without dropout, on the CPU."""
    inputs = {name: value.to(model.device) for name, value in batch.items() if name != "labels"}
    model.eval()
    with torch.no_grad():
        answer: torch.Tensor = model(**inputs).logits
    return answer.cpu()
