"""The training options of a recipe; their names are those of `transformers.TrainingArguments` where it has them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from metier.components.base import ComponentConfig


class TrainingSettings(ComponentConfig):
    """How every training of a run goes; the optimizer has options of its own."""

    num_train_epochs: float = Field(3.0, gt=0)
    """Passes over the training rows."""
    max_steps: int = Field(-1, ge=-1)
    """Stop after so many optimizer steps, whatever `num_train_epochs` says; -1 for no bound."""
    per_device_train_batch_size: int = Field(32, ge=1)
    """Examples in a training batch."""
    per_device_eval_batch_size: int = Field(64, ge=1)
    """Examples in an evaluation batch."""
    gradient_accumulation_steps: int = Field(1, ge=1)
    """Batches a step; the loss is the mean over all their supervised items."""
    max_grad_norm: float = Field(1.0, ge=0)
    """Clip the gradient to this norm; 0 for no clipping."""
    max_length: int = Field(256, ge=8)
    """Tokens of an example, special tokens included."""
    overflow: Literal["truncate", "error"] = "truncate"
    """What to do with a row longer than `max_length`; the data report counts them either way."""
    eval_strategy: Literal["no", "epoch", "steps"] = "epoch"
    """When the validation split is measured while training."""
    eval_steps: int = Field(100, ge=1)
    """Steps between two evaluations where `eval_strategy` is `steps`."""
    load_best_model_at_end: bool = False
    """Keep the weights of the evaluation with the best validation loss, not the last ones."""
    early_stopping_patience: int | None = Field(None, ge=1)
    """Stop after so many evaluations without a better validation loss."""
    save_strategy: Literal["no", "epoch", "steps"] = "epoch"
    """When a checkpoint is written, from which `--resume` goes on."""
    save_steps: int = Field(100, ge=1)
    """Steps between two checkpoints where `save_strategy` is `steps`."""
    save_total_limit: int = Field(1, ge=1)
    """Checkpoints kept."""
    logging_steps: int = Field(10, ge=1)
    """Steps between two figures in events.jsonl."""
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    """Arithmetic of the forward and backward pass; weights and loss stay in float32."""
    speed: Literal["auto", "plain"] = "auto"
    """`auto` groups rows of like length and picks the fast kernels; `plain` does as the Trainer's defaults do."""
