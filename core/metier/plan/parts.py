"""The parts of a recipe, each by itself: what they name, with its options checked, before they are held together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from metier.components import AdaptationMethod, Component, Industry, OptimizerFactory, Strategy, TaskHead, Transform
from metier.plan.components import resolve
from metier.plan.context import Planning
from metier.plan.keys import known
from metier.plan.models import resolve_model
from metier.plan.options import check_options, option_names
from metier.plan.plan import DataOptions, GeneralOptions, SplitOptions
from metier.plan.sources import resolve_sources
from metier.recipe import Path
from metier.settings import TrainingSettings
from metier.values import ModelInfo, Use

Options = TypeVar("Options", bound=BaseModel)
OPTIMIZER = "adamw"
"""The optimizer of a recipe that names none."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a recipe's keys mean; None, or left out, where something is wrong with one, which is noted."""

    general: GeneralOptions
    data: DataOptions
    split: SplitOptions
    training: TrainingSettings
    industry: Use | None
    model: tuple[str, ModelInfo | None] | None
    """`source:reference`, and what is known of it without fetching it."""
    sources: dict[str, Use]
    mappings: dict[str, dict[str, str]]
    prepare: dict[Path, Use]
    adapt: dict[Path, Use]
    task: Use | None
    optimizer: Use | None
    improve: dict[Path, Use]

    @property
    def used(self) -> list[Use]:
        """Every component of the recipe."""
        several = (self.prepare, self.adapt, self.improve, self.sources)
        single = (self.optimizer, self.task, self.industry)
        return [*(use for uses in several for use in uses.values()), *(use for use in single if use is not None)]


def resolve_parts(planning: Planning) -> Parts:
    """Return the parts of the recipe that is being planned."""
    sources, mappings = resolve_sources(planning)
    return Parts(
        general=_section(planning, GeneralOptions),
        data=_section(planning, DataOptions, "data"),
        split=_section(planning, SplitOptions, "data", "split"),
        training=_section(planning, TrainingSettings, "training"),
        industry=_one(planning, Industry, "industry") if planning.value("industry") is not None else None,
        model=resolve_model(planning),
        sources=sources,
        mappings=mappings,
        prepare=_several(planning, Transform, "data", "prepare"),
        adapt=_several(planning, AdaptationMethod, "adapt"),
        task=_task(planning),
        optimizer=_optimizer(planning),
        improve=_several(planning, Strategy, "improve"),
    )


def _section(planning: Planning, model: type[Options], *path: str) -> Options:
    """Return one of the recipe's own mappings, checked; the defaults where something is wrong with it."""
    names = option_names(model)
    values = {key: value for key, value in known(planning, *path).items() if key in names and _given(model, key, value)}
    return check_options(model, values, path=path, problems=planning.problems) or model()


def _given(model: type[BaseModel], key: str, value: Any) -> bool:
    """Return whether a value is there: null means that it is not given, unless it is the default."""
    return value is not None or model.model_fields[key].default is None


def _one(planning: Planning, kind: type[Component], key: str) -> Use | None:
    return resolve(planning, kind, (key,), planning.value(key))


def _several(planning: Planning, kind: type[Component], *path: str) -> dict[Path, Use]:
    """Return the components of a list by their places; those that are wrong are noted and left out."""
    entries = {place: resolve(planning, kind, place, value) for place, value in planning.entries(*path)}
    return {place: use for place, use in entries.items() if use is not None}


def _task(planning: Planning) -> Use | None:
    if not planning.has_rows:
        return None
    if planning.value("task") is not None:
        return _one(planning, TaskHead, "task")
    names = planning.registry.names(TaskHead)
    others = f", or another of {', '.join(names[1:])}" if len(names) > 1 else ""
    hint = f"add `task: {names[0]}`{others}" if names else "install one: pip install 'metier[standard]'"
    planning.problems.add(("task",), "no task is named", hint)
    return None


def _optimizer(planning: Planning) -> Use | None:
    value = planning.value("optimizer")
    return resolve(planning, OptimizerFactory, ("optimizer",), OPTIMIZER if value is None else value, default=OPTIMIZER)
