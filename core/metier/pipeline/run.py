"""Runs a plan: every stage in order, under one run folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metier.components import Industry, Strategy
from metier.environment import environment
from metier.errors import MetierError
from metier.files import write_json
from metier.pipeline.assessment import assess
from metier.pipeline.context import STAGES, RunContext
from metier.pipeline.packaging import package
from metier.pipeline.preparation import Prepared, check_model, fetch_model, prepare
from metier.pipeline.store import StageStore
from metier.pipeline.training import Trainer, first_job
from metier.plan import Plan, strategies
from metier.registry import Registry
from metier.run_directory import RunDirectory
from metier.values import Job, LocalModel, Outcome


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run goes about; none of it changes the result."""

    root: Path = Path("runs")
    """The folder of all runs; finished stages are shared by the runs in it."""
    resume: bool = False
    """Go on with the latest unfinished run of the same plan, from its last checkpoint."""
    offline: bool = False
    progress: bool = False
    started: Callable[[RunDirectory], None] | None = None
    """Called with the run's folder as soon as there is one."""


def run(plan: Plan, registry: Registry, *, recipe: str, options: RunOptions) -> RunDirectory:
    """Run `plan`, and return the folder of the finished run.

    `recipe` is the resolved recipe's text, kept beside the plan. Raises `MetierError`; what was finished is kept, and
    a run that failed before its data were prepared leaves no folder.
    """
    with opened(plan, registry, recipe=recipe, options=options) as (context, model, prepared):
        trainer = Trainer(context, industry_of(plan, registry))
        outcome = through(plan, registry, trainer.train)(first_job(context, model, prepared))
        conclude(context, prepared, model, outcome)
    return context.run


@contextlib.contextmanager
def opened(
    plan: Plan, registry: Registry, *, recipe: str, options: RunOptions
) -> Iterator[tuple[RunContext, LocalModel, Prepared]]:
    """Give a run that has begun, its model and its prepared data; a failure inside the block is noted in its folder."""
    model = fetch_model(plan.model, registry, offline=options.offline)
    context = begin(plan, registry, recipe=recipe, options=options)
    with _status(context):
        check_model(context, model)
        context.tell("run_started")
        yield context, model, prepare(context, model)


def begin(plan: Plan, registry: Registry, *, recipe: str, options: RunOptions) -> RunContext:
    """Return the context of a new run, or of the unfinished one to resume, with its folder made."""
    directory = RunDirectory.unfinished(options.root, plan) if options.resume else None
    directory = directory or RunDirectory.create(options.root, plan, recipe)
    directory.mend_events()
    directory.set_status("running")
    write_json(directory.path / "environment.json", environment())
    if options.started:
        options.started(directory)
    store = StageStore(options.root.resolve() / STAGES, resume=options.resume)
    return RunContext(plan, registry, directory, store, offline=options.offline, progress=options.progress)


def conclude(context: RunContext, prepared: Prepared, model: LocalModel, outcome: Outcome) -> None:
    """Compare the outcome with what it had to beat, and leave figures, model, card and report in the run's folder."""
    write_json(context.run.path / "data" / "report.json", prepared.report)
    assess(context, prepared, model, outcome)
    digests = package(context.run, outcome)
    context.run.set_status("finished", digests=digests)
    context.tell("run_finished")


def through(plan: Plan, registry: Registry, train: Callable[[Job], Outcome]) -> Callable[[Job], Outcome]:
    """Return `train` inside the plan's strategies: seeds outermost, then ablation, then the recipe's own in order."""
    industry = industry_of(plan, registry)
    for strategy in reversed([registry.create(Strategy, use) for use in strategies(plan)]):
        strategy.industry = industry
        train = _around(strategy, train)
    return train


def _around(strategy: Strategy, train: Callable[[Job], Outcome]) -> Callable[[Job], Outcome]:
    return lambda job: strategy.run(job, train)


def industry_of(plan: Plan, registry: Registry) -> Industry | None:
    """Return the industry that the plan names, if it names one."""
    return registry.create(Industry, plan.industry) if plan.industry else None


@contextlib.contextmanager
def _status(context: RunContext) -> Iterator[None]:
    """Note a failure in the run's folder; a run that came to nothing before its first stage leaves none."""
    run = context.run
    try:
        yield
    except BaseException as error:
        if isinstance(error, MetierError) and not any((run.path / "stages").glob("*")):
            run.discard()
        else:
            run.set_status("failed", error=f"{type(error).__name__}: {error}")
            context.tell("run_finished")
        raise
