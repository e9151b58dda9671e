"""What the Trainer is told of a training; what `Flow` and `Training` decide is left out or switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformers import TrainingArguments

if TYPE_CHECKING:
    from metier.training.trainer import Training


def arguments(training: Training) -> TrainingArguments:
    """Return the Trainer's arguments."""
    settings = training.settings
    best = settings.load_best_model_at_end and training.validation is not None
    made = TrainingArguments(
        output_dir=str(training.directory),
        num_train_epochs=settings.num_train_epochs,
        max_steps=settings.max_steps,
        per_device_train_batch_size=settings.per_device_train_batch_size,
        per_device_eval_batch_size=settings.per_device_eval_batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        max_grad_norm=settings.max_grad_norm,
        seed=training.seed,
        use_cpu=training.arithmetic.device.type == "cpu",
        dataloader_pin_memory=training.arithmetic.device.type == "cuda",
        eval_strategy="steps" if training.validation is not None else "no",
        eval_steps=1,
        save_strategy="steps" if best else "no",
        save_steps=1,
        load_best_model_at_end=best,
        metric_for_best_model="eval_loss" if best else None,
        greater_is_better=False if best else None,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to="none",
        remove_unused_columns=False,
    )
    made.report_to = []  # the environment alone can add a tracker to it
    made._n_gpu = min(1, made.n_gpu)  # one device a process; `torchrun` starts several
    return made
