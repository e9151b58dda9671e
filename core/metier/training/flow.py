"""Decides after each step what happens: log, evaluate, save, stop.

All of it happens at one moment, so that a checkpoint holds whatever was measured at its step. The Trainer's own flow
acts again at the end of an epoch: a training resumed from a checkpoint of that step would miss that evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from metier.settings import TrainingSettings

Entry = Mapping[str, Any]


class Flow(TrainerCallback):
    """Sets the Trainer's control after each step as `TrainingSettings` say."""

    def __init__(self, settings: TrainingSettings, *, validates: bool) -> None:
        self.settings = settings
        self.validates = validates and settings.eval_strategy != "no"
        self.steps_an_epoch = 1

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        train_dataloader: Any = None,
        **others: Any,
    ) -> None:
        """Learn how many steps make an epoch."""
        self.steps_an_epoch = math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> TrainerControl:
        """Say what is due."""
        settings, step = self.settings, state.global_step
        last = step >= state.max_steps
        evaluates = self.validates and (last or self._due(settings.eval_strategy, settings.eval_steps, step))
        saves = self._due(settings.save_strategy, settings.save_steps, step) or (
            last and settings.save_strategy != "no"
        )
        control.should_log = last or evaluates or step % settings.logging_steps == 0
        control.should_evaluate = evaluates
        control.should_save = saves or (evaluates and settings.load_best_model_at_end)
        control.should_training_stop = last
        return control

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> TrainerControl:
        """Stop where the validation loss has not become better for long enough."""
        control.should_training_stop = control.should_training_stop or self.stalled(state.log_history)
        return control

    def finished(self, state: TrainerState) -> bool:
        """Return whether nothing is left to do, as in a checkpoint of the last step."""
        return state.global_step >= state.max_steps or self.stalled(state.log_history)

    def stalled(self, history: Sequence[Entry]) -> bool:
        """Return whether early stopping is due; it follows from what was logged, so a resumed training agrees."""
        patience = self.settings.early_stopping_patience
        losses = [entry["validation_loss"] for entry in history if "validation_loss" in entry]
        return patience is not None and len(losses) - 1 - losses.index(min(losses)) >= patience if losses else False

    def _due(self, strategy: str, steps: int, step: int) -> bool:
        if strategy == "epoch":
            return step % self.steps_an_epoch == 0
        return strategy == "steps" and step % steps == 0
