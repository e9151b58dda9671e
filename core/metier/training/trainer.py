"""The loop: `transformers.Trainer` for any objective: exact accumulation, exact resumption, whole checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader
from transformers import PreTrainedModel, TrainerCallback
from transformers.trainer_callback import DefaultFlowCallback, PrinterCallback

from metier.components import OptimizerConfig, OptimizerFactory, Progress
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.training import checkpoints
from metier.training.arguments import arguments
from metier.training.batching import LengthBatches
from metier.training.examples import Drawn, Examples, as_it_is
from metier.training.flow import Flow
from metier.training.keeping import KeepingTrainer
from metier.training.parameters import optimizer_groups
from metier.training.precision import Arithmetic
from metier.training.schedules import build_scheduler
from metier.training.scoring import mean_loss
from metier.training.unpadded import unpadded
from metier.values import Metrics, ParameterGroup

if TYPE_CHECKING:
    from metier.components.objective import Loss

LOGGED = {"loss": "loss", "learning_rate": "learning_rate", "grad_norm": "gradient_norm"}
LOGGED["validation_loss"] = "validation_loss"


@dataclass(slots=True)
class Step:
    """The step under way, shared with methods: what its summed losses are divided by, and how far the training is."""

    items: float = 1.0
    progress: Progress = field(default_factory=lambda: Progress(0, 1, 0.0))

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradient of a summed loss as the engine would: outside autocast, which would change it."""
        with torch.autocast(loss.device.type, enabled=False):
            (loss.float() / self.items).backward()


@dataclass(frozen=True, slots=True)
class Training:
    """One training: everything that the loop needs."""

    settings: TrainingSettings
    examples: Examples
    validation: Examples | None
    loss: Loss
    """The objective's loss, wrapped by the recipe's methods."""
    optimizer: OptimizerFactory
    groups: Sequence[ParameterGroup]
    """Parameters to which methods give options of their own."""
    arithmetic: Arithmetic
    directory: Path
    seed: int
    log: Callable[[Metrics], None]
    reads_vocabulary: bool = True
    """Whether a method that wraps the loss may ask for tokens that no row has."""
    reads_states: bool = True
    """Whether a method that wraps the loss may read hidden states of the last layer."""
    step: Step = field(default_factory=Step)
    callbacks: Sequence[TrainerCallback] = ()

    @property
    def first_token(self) -> bool:
        """Whether nothing but each text's first token is read of an encoder's last layer."""
        return not self.reads_states and self.examples.objective.first_token

    @property
    def occurring_tokens(self) -> bool:
        """Whether no other token is asked for or updated than those of the rows."""
        return not (self.reads_vocabulary or self.examples.objective.adds_tokens) and self.optimizer.rows_apart


class ObjectiveTrainer(KeepingTrainer):
    """Trains a model on an objective whose loss is a sum over supervised items."""

    def __init__(self, model: PreTrainedModel, training: Training) -> None:
        self.training = training
        self.flow = Flow(training.settings, validates=training.validation is not None)
        super().__init__(
            model=model,
            args=arguments(training),
            train_dataset=training.examples,
            eval_dataset=training.validation,
            callbacks=[self.flow, *training.callbacks],
        )
        self.remove_callback(DefaultFlowCallback)
        self.remove_callback(PrinterCallback)

    # Data: batches are a function of seed and epoch, and their items are counted before they are used.

    def get_train_dataloader(self) -> DataLoader[Drawn]:
        """Return the loader of the training batches."""
        training = self.training
        batches = LengthBatches(
            training.examples.encoded.lengths(),
            batch_size=training.settings.per_device_train_batch_size,
            seed=training.seed,
            grouped=training.settings.speed == "auto",
        )
        loader = DataLoader(training.examples, batch_sampler=batches, collate_fn=as_it_is)
        prepared: DataLoader[Drawn] = self.accelerator.prepare(loader)
        return prepared

    def _get_num_items_in_batch(self, batch_samples: list[Drawn], device: torch.device) -> int:
        """Count the supervised items of a whole step, over all processes, before its first backward pass."""
        items = sum(drawn.items for drawn in batch_samples)
        processes = self.accelerator.num_processes
        if processes > 1:
            items = int(self.accelerator.gather(torch.tensor(items, device=device)).sum())
        # Gradients are averaged over processes, and the loss is to be the mean over all items.
        self.training.step.items = items / processes
        return items

    # The step.

    def training_step(
        self, model: torch.nn.Module, inputs: Any, num_items_in_batch: torch.Tensor | int | None = None
    ) -> torch.Tensor:
        """Return a batch's share of the step's mean loss, its gradient added."""
        model.train()
        self._take_weights("train")
        batch = self._prepare_inputs(inputs.batch)
        state = self.state
        self.training.step.progress = Progress(state.global_step, state.max_steps, state.epoch or 0.0)
        arithmetic, first_token = self.training.arithmetic, self.training.first_token
        with arithmetic.autocast(), unpadded(self.model, when=not arithmetic.padding, first_token=first_token):
            loss = self.training.loss(model, batch).float() / self.training.step.items  # type: ignore[arg-type]
        if not torch.isfinite(loss.detach()):
            raise self._not_finite("loss", loss.item())
        if loss.requires_grad:  # a method with inner steps may have added it all
            self.accelerator.backward(loss)
        return loss.detach()

    def _get_grad_norm(self, model: torch.nn.Module, grad_norm: Any = None) -> Any:
        """Stop before an optimizer step that would spoil the weights."""
        norm = super()._get_grad_norm(model, grad_norm=grad_norm)  # type: ignore[no-untyped-call]
        if not math.isfinite(norm):
            raise self._not_finite("gradient", float(norm))
        return norm

    def _not_finite(self, what: str, value: float) -> StageError:
        last = checkpoints.last_checkpoint(self.training.directory)
        kept = f"the last good checkpoint is {last}" if last else "there is no checkpoint yet"
        hint = "lower optimizer.learning_rate, or set training.precision to fp32, and run again"
        return StageError(f"the {what} is {value}; {kept}", where=f"step {self.state.global_step + 1}", hint=hint)

    def _run_epoch(self, *arguments: Any, **named: Any) -> None:
        """Do nothing where the checkpoint resumed from was the last: the Trainer would take one step more."""
        if self.flow.finished(self.state):
            self.control.should_training_stop = True
            return
        super()._run_epoch(*arguments, **named)  # type: ignore[no-untyped-call]

    # Optimizer, figures.

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """Build the recipe's optimizer."""
        if self.optimizer is None:
            factory = self.training.optimizer
            groups = optimizer_groups(model or self.model, factory.config, self.training.groups)
            self.optimizer = factory.build(groups)
        return self.optimizer

    def create_scheduler(
        self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> torch.optim.lr_scheduler.LRScheduler:
        """Build the recipe's schedule."""
        config: OptimizerConfig = self.training.optimizer.config
        self.lr_scheduler = build_scheduler(
            optimizer or self.optimizer, config.schedule, warmup_ratio=config.warmup_ratio, total=num_training_steps
        )
        return self.lr_scheduler

    def evaluate(self, *arguments: Any, **named: Any) -> dict[str, float]:
        """Measure the objective's own loss on the validation split; uses no randomness."""
        training = self.training
        assert training.validation is not None, "Flow evaluates only where there is a validation split"
        self._take_weights("eval")
        size = training.settings.per_device_eval_batch_size
        loss = mean_loss(self.model, training.validation, batch_size=size, arithmetic=training.arithmetic)
        metrics = {"validation_loss": loss}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return {"eval_loss": loss}

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Pass on the figures that people read."""
        figures = {LOGGED[name]: float(value) for name, value in logs.items() if name in LOGGED}
        if figures:
            self.training.log({"step": self.state.global_step, "epoch": round(self.state.epoch or 0.0, 4), **figures})
        super().log(logs, start_time)

    def floating_point_ops(self, inputs: Any) -> int:
        """Count none: it walks through every parameter at every batch."""
        return 0
