"""Trains, measures and predicts: one engine for any objective."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from metier.components import AdaptationMethod, Engine, MethodContext, Objective, OptimizerConfig, OptimizerFactory
from metier.components.task_head import TaskObjective
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.training import checkpoints, scoring
from metier.training.encoded import encode
from metier.training.examples import Examples
from metier.training.levers import levers
from metier.training.precision import choose
from metier.training.progress import ProgressReport
from metier.training.trainer import ObjectiveTrainer, Step, Training
from metier.values import Json, Metrics, ParameterGroup

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Loss

logger = logging.getLogger("metier")
Acting = Sequence[tuple[AdaptationMethod, MethodContext]]


class TrainingEngine(Engine):
    """The engine of one stage; it goes on from the last whole checkpoint in `directory`, if there is one."""

    def __init__(
        self,
        *,
        tokenizer: PreTrainedTokenizerFast,
        settings: TrainingSettings,
        optimizer: OptimizerFactory,
        methods: Acting = (),
        directory: Path,
        seed: int,
        log: Callable[[Metrics], None],
        progress: bool = False,
    ) -> None:
        self.tokenizer = tokenizer
        self.settings = settings
        self.optimizer = optimizer
        self.methods = methods
        self.directory = directory
        self.seed = seed
        self.progress = progress
        self.choices: dict[str, Json] = {}
        """What was chosen for this machine: device, precision, kernels, threads, batches, as `levers` says it."""
        self._trained: PreTrainedModel | None = None
        self._log = log
        self._trainings = 0

    @property
    def trained(self) -> PreTrainedModel:
        """The model after `train`: the one given, unless a method wrapped or replaced it."""
        assert self._trained is not None, "nothing was trained yet"
        return self._trained

    def train(
        self,
        objective: Objective,
        model: PreTrainedModel,
        rows: Dataset,
        *,
        validation: Dataset | None = None,
        overrides: dict[str, object] | None = None,
    ) -> Metrics:
        """Train `model` on `rows`: methods prepare it, group its parameters, wrap the loss, and finish it.

        Returns `loss`, `validation_loss` (where there is a validation split), `steps`, `seconds`, and
        `examples_per_second`. Raises `DataError` for a batch without supervised items, `StageError` where nothing is
        left to train, the loss is not finite, or the disk is full.
        """
        settings, optimizer = self._overridden(overrides or {})
        if settings.early_stopping_patience is not None and validation is None:
            hint = "give `data.validation` or `data.split.validation`, or drop `early_stopping_patience`"
            raise StageError("early stopping needs a validation split", where="training", hint=hint)
        self._trainings += 1
        directory = self.directory / f"training-{self._trainings}"
        checkpoints.clean(directory)
        step, changing = Step(), self._changing()
        objective = objective if changing else objective.fitted_to(model)
        model, groups, loss = self._prepared(model, objective, step)
        training = Training(
            settings=settings,
            examples=self._examples(objective, rows, settings),
            validation=None if validation is None else self._examples(objective, validation, settings),
            loss=loss,
            optimizer=optimizer,
            groups=groups,
            arithmetic=choose(settings),
            directory=directory,
            seed=self.seed,
            log=self._log,
            reads_vocabulary=any(method.reads_vocabulary for method in changing),
            reads_states=any(method.reads_states for method in changing),
            step=step,
            callbacks=self._reports(settings),
        )
        metrics = self._run(model, training)
        for method, context in self.methods:
            model = method.finish(model, context)
        self._trained = model.eval()
        return metrics

    def evaluate(self, objective: Objective, model: PreTrainedModel, rows: Dataset) -> Metrics:
        """Return `loss` per supervised item over `rows`, in float32."""
        arithmetic = choose(self.settings)
        examples = self._examples(objective, rows, self.settings)
        size = self.settings.per_device_eval_batch_size
        model.to(arithmetic.device)  # type: ignore[arg-type]
        return {"loss": scoring.mean_loss(model, examples, batch_size=size, arithmetic=arithmetic)}

    def predict(
        self, objective: TaskObjective, model: PreTrainedModel, rows: Dataset
    ) -> Iterator[list[Mapping[str, Json]]]:
        """Yield predictions in row order, some batches at a time; computed in float32."""
        arithmetic = choose(self.settings)
        examples = self._examples(objective, rows, self.settings)
        model.to(arithmetic.device)  # type: ignore[arg-type]
        size = self.settings.per_device_eval_batch_size
        yield from scoring.predictions(model, examples, batch_size=size, arithmetic=arithmetic)

    def log(self, metrics: Metrics) -> None:
        """Record figures of the stage."""
        self._log(metrics)

    def _prepared(
        self, model: PreTrainedModel, objective: Objective, step: Step
    ) -> tuple[PreTrainedModel, list[ParameterGroup], Loss]:
        acting = [(method, replace(context, objective=objective)) for method, context in self.methods]
        for method, context in acting:
            model = method.prepare(model, context)
        groups = [
            group for method, context in acting for group in method.parameter_groups(model, context)
        ]  # after every `prepare`: a later method may wrap the model
        loss: Loss = objective.loss
        for method, context in acting:
            stage = replace(context, backpropagate=step.backward, position=lambda: step.progress)
            loss = method.wrap_loss(loss, stage)
        return model, groups, loss

    def _changing(self) -> list[AdaptationMethod]:
        """Return the methods that change the loss: they may read what the objective does not."""
        return [method for method, _ in self.methods if type(method).wrap_loss is not AdaptationMethod.wrap_loss]

    def _run(self, model: PreTrainedModel, training: Training) -> Metrics:
        started = time.monotonic()
        cache = model.config.use_cache if hasattr(model.config, "use_cache") else None
        with levers(model, training) as self.choices:
            trainer = ObjectiveTrainer(model, training)
            last = checkpoints.last_checkpoint(training.directory)
            if last is not None:
                logger.info("going on from %s", last)
            try:
                trainer.train(resume_from_checkpoint=str(last) if last else None)
            finally:
                for callback in training.callbacks:
                    if isinstance(callback, ProgressReport):
                        callback.close()
        if cache is not None:
            model.config.use_cache = cache  # the Trainer switches it off, and it is saved with the model
        return _metrics(trainer, time.monotonic() - started, len(training.examples))

    def _examples(self, objective: Objective, rows: Dataset, settings: TrainingSettings) -> Examples:
        folder = self.directory / "encoded"
        encoded = encode(rows, objective, self.tokenizer, max_length=settings.max_length, directory=folder)
        return Examples(encoded, rows, objective, self.tokenizer, self.seed)

    def _overridden(self, overrides: dict[str, object]) -> tuple[TrainingSettings, OptimizerFactory]:
        """Return settings and optimizer with `overrides` in them; each name belongs to one of the two."""
        config: OptimizerConfig = self.optimizer.config
        ours = {name: value for name, value in overrides.items() if name in TrainingSettings.model_fields}
        theirs = {name: value for name, value in overrides.items() if name in type(config).model_fields}
        if strange := sorted(set(overrides) - set(ours) - set(theirs)):
            raise StageError(f"no training setting named {strange[0]!r}", hint="see `metier.settings`")
        try:
            settings = TrainingSettings.model_validate({**self.settings.model_dump(), **ours})
            changed = type(config).model_validate({**config.model_dump(), **theirs})
        except ValidationError as error:
            raise StageError(f"training settings: {error}", hint="see `metier.settings`") from error
        return settings, type(self.optimizer)(changed)

    def _reports(self, settings: TrainingSettings) -> list[ProgressReport]:
        size = settings.per_device_train_batch_size * settings.gradient_accumulation_steps
        return [ProgressReport(examples_a_step=size)] if self.progress else []


def _metrics(trainer: ObjectiveTrainer, seconds: float, examples: int) -> Metrics:
    """Return the figures of a training from its history, which a resumed one has too."""
    history = trainer.state.log_history
    metrics: dict[str, float] = {"steps": trainer.state.global_step, "seconds": round(seconds, 3)}
    losses = [entry["loss"] for entry in history if "loss" in entry]
    if losses:
        metrics["loss"] = losses[-1]
    validation = [entry["validation_loss"] for entry in history if "validation_loss" in entry]
    if validation:
        metrics["validation_loss"] = min(validation) if trainer.args.load_best_model_at_end else validation[-1]
    done = examples * (trainer.state.epoch or 0.0)
    metrics["examples_per_second"] = round(done / max(seconds, 1e-9), 3)
    return metrics
