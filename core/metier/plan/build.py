"""Makes a plan of a recipe, or says everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace

from metier import versions
from metier.components import TaskHead
from metier.plan import compatibility
from metier.plan.components import create
from metier.plan.context import Planning
from metier.plan.keys import check_keys
from metier.plan.parts import Parts, resolve_parts
from metier.plan.plan import Plan
from metier.plan.problems import Problems
from metier.recipe import Recipe
from metier.registry import Registry
from metier.values import Use


def make_plan(recipe: Recipe, registry: Registry, *, offline: bool = False, adapts_only: bool = False) -> Plan:
    """Return the plan of `recipe` with what is installed; nothing is written, fetched, or imported that is heavy.

    `offline` refuses a model that would have to be fetched; `adapts_only` plans what ends with the adapted model, for
    which a corpus is enough. Raises `RecipeError` with every problem found.
    """
    planning = Planning(recipe, registry, Problems(recipe), offline, adapts_only)
    check_keys(planning)
    parts = _held_together(planning, resolve_parts(planning))
    planning.problems.raise_if_any()
    return _plan(planning, parts)


def _held_together(planning: Planning, parts: Parts) -> Parts:
    """Return the parts with what each decides for others; what does not fit together is noted."""
    head = create(planning, TaskHead, parts.task) if parts.task else None
    info = parts.model[1] if parts.model else None
    training, split = parts.training, parts.split
    compatibility.check_adaptation(planning, parts.industry, parts.adapt, head)
    compatibility.check_strategies(planning, parts.improve, head)
    if info is not None:
        compatibility.check_model(planning, info, parts.task, parts.adapt)
        training = compatibility.check_length(planning, info, training)
    if head is not None:
        compatibility.check_columns(planning, head, parts.sources, parts.mappings)
    if planning.has_rows:
        split = compatibility.settle_split(planning, split, head)
    compatibility.check_group(planning, split, parts.sources)
    compatibility.check_validation(planning, training, split)
    return replace(parts, training=training, split=split)


def _plan(planning: Planning, parts: Parts) -> Plan:
    """Return the plan of parts in which nothing is wrong."""
    assert parts.model is not None
    assert parts.optimizer is not None
    assert parts.task is not None or not planning.has_rows
    model, info = parts.model
    return Plan(
        metier=versions.installed("metier")["metier"],
        name=planning.recipe.name,
        description=parts.general.description,
        industry=parts.industry,
        model=model,
        model_info=info,
        sources=parts.sources,
        mappings=parts.mappings,
        prepare=tuple(parts.prepare.values()),
        split=parts.split,
        on_leak=parts.data.on_leak,
        adapt=tuple(parts.adapt.values()),
        task=parts.task,
        optimizer=parts.optimizer,
        training=parts.training,
        improve=tuple(parts.improve.values()),
        seed=parts.general.seed,
        seeds=parts.general.seeds,
        ablate=parts.general.ablate,
        distributions=_distributions(planning.registry, parts.used, model),
    )


def _distributions(registry: Registry, uses: list[Use], model: str) -> dict[str, str]:
    """Return the versions of everything that decides the result, by distribution."""
    found = {use.distribution: use.version for use in uses}
    source = model.partition(":")[0]
    for entry in registry.entries:
        if entry.kind == "model source" and entry.name == source:
            found[entry.provider.distribution] = entry.provider.version
    return dict(sorted({**found, **versions.installed("metier", *versions.COMPUTES)}.items()))
