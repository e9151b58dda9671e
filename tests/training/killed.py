"""Trains in a process of its own and kills it at a chosen moment, as `kill -9` does; run by test_resume."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.settings import TrainingSettings
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training import checkpoints, trainer
from metier.training.engine import TrainingEngine

SETTINGS: dict[str, Any] = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "max_length": 64,
    "save_strategy": "steps",
    "save_steps": 3,
    "eval_strategy": "steps",
    "eval_steps": 2,
    "logging_steps": 2,
}


class Noisy(TwoLabels):
    """Drops tokens at random, so that the batches of a resumed training must be the same ones."""

    def collate(self, examples: Any, tokenizer: Any, generator: Any) -> Any:
        """Replace a tenth of the tokens by `[MASK]`."""
        batch = super().collate(examples, tokenizer, generator)
        chosen = generator.random(tuple(batch["input_ids"].shape)) < 0.1
        for row, column in zip(*chosen.nonzero(), strict=True):
            batch["input_ids"][row, column] = tokenizer.mask_token_id
        return batch


def train(model: Path, directory: Path, **settings: Any) -> Any:
    """Return a tiny classifier (with dropout) trained on 40 rows, as far as it got in `directory` before."""
    engine = TrainingEngine(
        tokenizer=load_tokenizer(model),
        settings=TrainingSettings.model_validate({**SETTINGS, **settings}),
        optimizer=AdamW(AdamW.Config(learning_rate=1e-3)),
        directory=directory,
        seed=13,
        log=lambda metrics: None,
    )
    data = Dataset.from_list(rows(43))
    engine.train(Noisy(), build_classifier(model), data, validation=data.select(range(9)))
    return engine.trained


def die(*arguments: Any, **named: Any) -> None:
    """End this process at once, with nothing written or closed."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_a_step(number: int) -> None:
    """Die while the gradient of step `number` is added."""
    original = trainer.ObjectiveTrainer.training_step

    def step(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.state.global_step + 1 == number:
            die()
        return original(self, *arguments, **named)

    trainer.ObjectiveTrainer.training_step = step  # type: ignore[method-assign]


def die_while_writing(number: int) -> None:
    """Die when the weights of the checkpoint of step `number` are written and the rest is not."""
    original = checkpoints.save_weights

    def save(model: Any, folder: Path) -> None:
        original(model, folder)
        if folder.name == f".checkpoint-{number}.part":
            die()

    checkpoints.save_weights = save


def die_while_measuring(number: int) -> None:
    """Die in the evaluation of step `number`."""
    original = trainer.ObjectiveTrainer.evaluate

    def evaluate(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.state.global_step == number:
            die()
        return original(self, *arguments, **named)

    trainer.ObjectiveTrainer.evaluate = evaluate  # type: ignore[method-assign]


if __name__ == "__main__":
    folder, target, moment, at = sys.argv[1:]
    {"step": die_in_a_step, "writing": die_while_writing, "measuring": die_while_measuring}[moment](int(at))
    train(Path(folder), Path(target))
