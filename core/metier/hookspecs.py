"""The hooks a plugin may implement, and `hookimpl`, the mark that makes a function one.

A plugin is a module named by an entry point of the group `metier.plugins`:

    # pyproject.toml
    [project.entry-points."metier.plugins"]
    shipping = "metier_shipping.plugin"

    # metier_shipping/plugin.py
    from metier.hookspecs import hookimpl

    @hookimpl
    def provide_industries():
        from metier_shipping.shipping import Shipping
        return [Shipping]

Provider hooks take nothing and return component classes; the core calls each plugin alone, so that one that fails harms
only recipes that use it. Import components inside the hook: `metier --help` loads every plugin module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import click

    from metier.components import (
        AdaptationMethod,
        DataSource,
        Industry,
        ModelSource,
        OptimizerFactory,
        Strategy,
        TaskHead,
        Transform,
    )
    from metier.values import Metrics, RunInfo, StageInfo

PROJECT = "metier"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def provide_industries() -> Sequence[type[Industry]]:  # type: ignore[empty-body]
    """Return `Industry` classes: what a trade knows (lexicon, label sets, recipes).

    Called once a process, when a recipe is planned or plugins are listed. Return an empty list for none. Order does not
    matter: components are found by name, and a name offered by two distributions is refused.
    """


@hookspec
def provide_data_sources() -> Sequence[type[DataSource]]:  # type: ignore[empty-body]
    """Return `DataSource` classes: each reads records from one kind of place. Called as `provide_industries`."""


@hookspec
def provide_transforms() -> Sequence[type[Transform]]:  # type: ignore[empty-body]
    """Return `Transform` classes: each one step of preparing records. Called as `provide_industries`."""


@hookspec
def provide_model_sources() -> Sequence[type[ModelSource]]:  # type: ignore[empty-body]
    """Return `ModelSource` classes: each turns `name:reference` into local files. Called as `provide_industries`."""


@hookspec
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:  # type: ignore[empty-body]
    """Return `AdaptationMethod` classes: each moves a model towards an industry. Called as `provide_industries`."""


@hookspec
def provide_task_heads() -> Sequence[type[TaskHead]]:  # type: ignore[empty-body]
    """Return `TaskHead` classes: each is something that a model is to do. Called as `provide_industries`."""


@hookspec
def provide_optimizers() -> Sequence[type[OptimizerFactory]]:  # type: ignore[empty-body]
    """Return `OptimizerFactory` classes: each builds an optimizer and schedule. Called as `provide_industries`."""


@hookspec
def provide_strategies() -> Sequence[type[Strategy]]:  # type: ignore[empty-body]
    """Return `Strategy` classes: each stands around a whole training. Called as `provide_industries`."""


@hookspec
def run_started(run: RunInfo) -> None:
    """See that a run began: called once its directory and plan are written. What it raises is recorded, no more."""


@hookspec
def stage_started(run: RunInfo, stage: StageInfo) -> None:
    """See that a stage began, or was found finished (`stage.reused`). What it raises is recorded, no more."""


@hookspec
def stage_finished(run: RunInfo, stage: StageInfo) -> None:
    """See that a stage ended; `stage.seconds` is its wall time. What it raises is recorded, no more."""


@hookspec
def metrics_logged(run: RunInfo, stage: StageInfo, metrics: Metrics) -> None:
    """See figures as they are logged (`{"step": 20, "loss": 0.41, …}`). What it raises is recorded, no more."""


@hookspec
def run_finished(run: RunInfo) -> None:
    """See that a run ended; `run.status` is `finished` or `failed`. What it raises is recorded, no more."""


@hookspec
def register_commands(group: click.Group) -> None:
    """Add commands to `metier` with `group.add_command`; one that exists is never replaced, and the attempt is listed.

    Called whenever the command line starts, before arguments are read: import nothing heavy outside command bodies.
    """
