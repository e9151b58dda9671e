"""The path of a recipe step by step: load a model, load data, adapt, fine-tune, evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metier.api import Loaded, Run, recipe
from metier.discovery import discover
from metier.offline import is_offline
from metier.plan import make_plan
from metier.recipe import to_yaml
from metier.values import LocalModel

if TYPE_CHECKING:
    from metier.pipeline.context import RunContext
    from metier.pipeline.preparation import Prepared
    from metier.pipeline.store import Stage
    from metier.pipeline.training import Trainer
    from metier.values import Job


@dataclass(frozen=True)
class Data:
    """A recipe's data, prepared, and the run in which they are used."""

    context: RunContext
    prepared: Prepared

    def trainer(self) -> Trainer:
        """Return what trains the run's jobs."""
        from metier.pipeline.run import industry_of
        from metier.pipeline.training import Trainer

        return Trainer(self.context, industry_of(self.context.plan, self.context.registry))

    def job(self, model: LocalModel) -> Job:
        """Return the recipe's job on `model`."""
        from metier.pipeline.training import first_job

        return first_job(self.context, model, self.prepared)


@dataclass(frozen=True)
class Tuned(Loaded):
    """A model that was trained for the task, in the run that trained it."""

    stage: Stage
    job: Job


def load_model(reference: str) -> LocalModel:
    """Return a model's local files: `starter:minilm`, a Hub id, or a folder; fetched if need be."""
    from metier.pipeline.preparation import fetch_model

    return fetch_model(reference, discover(), offline=is_offline())


def load_data(
    reference: str | Path, *, model: LocalModel, sets: Sequence[str] = (), output: str | Path = "runs", **overrides: str
) -> Data:
    """Return the data of a recipe, read, cleaned, split and checked for `model`; a run's folder is made for them.

    `overrides` are those of the command line (`train`, `validation`, `test`, `corpus`). Raises `MetierError`.
    """
    from metier.pipeline.preparation import prepare
    from metier.pipeline.run import RunOptions, begin

    chosen = recipe(reference, sets=sets, model=model.info.reference, **overrides)
    plan = make_plan(chosen, discover(), offline=is_offline())
    options = RunOptions(root=Path(output), offline=is_offline())
    context = begin(plan, discover(), recipe=to_yaml(chosen.tree), options=options)
    return Data(context, prepare(context, model))


def adapt(model: LocalModel, data: Data) -> LocalModel:
    """Return the model after the recipe's adaptations that have a training phase of their own."""
    return data.trainer().adapted(data.job(model))[0]


def fine_tune(model: LocalModel, data: Data) -> Tuned:
    """Return the model trained for the recipe's task; its other adaptation methods act while it trains."""
    job = data.job(model)
    stage = data.trainer().fine_tuned(job, model)
    return Tuned(stage.path / "model", stage, job)


def evaluate(tuned: Tuned, data: Data) -> Run:
    """Judge the model on the held-out rows, beside the baselines, and finish the run: figures, card and report."""
    from metier.pipeline.run import conclude

    outcome = data.trainer().judged(tuned.job, tuned.stage, (), 0.0)
    conclude(data.context, data.prepared, tuned.job.model, outcome)
    return Run(data.context.run.path)
