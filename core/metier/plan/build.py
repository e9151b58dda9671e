"""Makes a plan of a recipe, or says everything that is wrong with it."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from metier import versions
from metier.components import AdaptationMethod, Component, Industry, OptimizerFactory, Strategy, TaskHead, Transform
from metier.plan import compatibility
from metier.plan.components import create, resolve
from metier.plan.context import Planning
from metier.plan.keys import check_keys, known
from metier.plan.models import resolve_model
from metier.plan.options import check_options, option_names
from metier.plan.plan import DataOptions, GeneralOptions, Plan, SplitOptions
from metier.plan.problems import Problems
from metier.plan.sources import resolve_sources
from metier.recipe import Path, Recipe
from metier.registry import Registry
from metier.settings import TrainingSettings
from metier.values import Use

Options = TypeVar("Options", bound=BaseModel)
OPTIMIZER = "adamw"
"""The optimizer of a recipe that names none."""


def make_plan(recipe: Recipe, registry: Registry, *, offline: bool = False, adapts_only: bool = False) -> Plan:
    """Return the plan of `recipe` with what is installed; nothing is written, fetched, or imported that is heavy.

    `offline` refuses a model that would have to be fetched; `adapts_only` plans what ends with the adapted model, for
    which a corpus is enough. Raises `RecipeError` with every problem found.
    """
    planning = Planning(recipe, registry, Problems(recipe), offline, adapts_only)
    check_keys(planning)
    general = _section(planning, GeneralOptions)
    data = _section(planning, DataOptions, "data")
    split = _section(planning, SplitOptions, "data", "split")
    training = _section(planning, TrainingSettings, "training")
    industry = _one(planning, Industry, "industry") if planning.value("industry") is not None else None
    model = resolve_model(planning)
    sources, mappings = resolve_sources(planning)
    prepare = _several(planning, Transform, "data", "prepare")
    adapt = _several(planning, AdaptationMethod, "adapt")
    task = _task(planning)
    optimizer = _optimizer(planning)
    improve = _several(planning, Strategy, "improve")
    head = create(planning, TaskHead, task) if task else None

    compatibility.check_adaptation(planning, industry, adapt, head)
    info = model[1] if model else None
    if info is not None:
        compatibility.check_model(planning, info, task, adapt)
        training = compatibility.check_length(planning, info, training)
    if head is not None:
        compatibility.check_columns(planning, head, sources, mappings)
    split = compatibility.settle_split(planning, split, head) if planning.has_rows else split
    compatibility.check_group(planning, split, sources)
    compatibility.check_validation(planning, training, split)
    planning.problems.raise_if_any()
    assert model is not None
    assert task is not None or not planning.has_rows
    assert optimizer is not None
    used = [
        *prepare.values(),
        *adapt.values(),
        *improve.values(),
        *sources.values(),
        optimizer,
        *([task] if task else []),
    ]
    return Plan(
        metier=versions.installed("metier")["metier"],
        name=recipe.name,
        description=general.description,
        industry=industry,
        model=model[0],
        model_info=info,
        sources=sources,
        mappings=mappings,
        prepare=tuple(prepare.values()),
        split=split,
        on_leak=data.on_leak,
        adapt=tuple(adapt.values()),
        task=task,
        optimizer=optimizer,
        training=training,
        improve=tuple(improve.values()),
        seed=general.seed,
        seeds=general.seeds,
        ablate=general.ablate,
        distributions=_distributions(registry, [*used, *([industry] if industry else [])], model[0]),
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


def _distributions(registry: Registry, uses: list[Use], model: str) -> dict[str, str]:
    """Return the versions of everything that decides the result, by distribution."""
    found = {use.distribution: use.version for use in uses}
    source = model.partition(":")[0]
    for entry in registry.entries:
        if entry.kind == "model source" and entry.name == source:
            found[entry.provider.distribution] = entry.provider.version
    return dict(sorted({**found, **versions.installed("metier", *versions.COMPUTES)}.items()))
