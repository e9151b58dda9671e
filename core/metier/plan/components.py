"""Resolves the components that a recipe uses: name to class, options checked, provenance noted."""

from __future__ import annotations

from typing import Any, TypeVar

from metier.components import (
    AdaptationMethod,
    Component,
    DataSource,
    Industry,
    OptimizerFactory,
    Strategy,
    TaskHead,
    Transform,
)
from metier.errors import PluginError
from metier.plan.context import Planning
from metier.plan.options import check_options, shown
from metier.plan.paths import absolute_options
from metier.recipe import Path, render_path
from metier.registry import Entry, Registry
from metier.values import Use

AnyComponent = TypeVar("AnyComponent", bound=Component)

PLACES: dict[str, str] = {
    Industry.kind: "industry",
    DataSource.kind: "data.train",
    Transform.kind: "data.prepare",
    AdaptationMethod.kind: "adapt",
    TaskHead.kind: "task",
    OptimizerFactory.kind: "optimizer",
    Strategy.kind: "improve",
}
"""Where a recipe names a component of each kind."""


def resolve(planning: Planning, kind: type[Component], path: Path, value: Any, *, default: str = "") -> Use | None:
    """Return the component that stands at `path`, or None with problems noted.

    `value` is its name, or a mapping with `use:`; `default` is the name where the mapping has none.
    """
    if isinstance(value, str):
        name, options, name_path = value, {}, path
    elif isinstance(value, dict):
        options = dict(value)
        name = options.pop("use", default or None)
        name_path = (*path, "use")
    else:
        name, options, name_path = None, {}, path
    if not isinstance(name, str) or not name:
        planning.problems.add(path, _no_name(kind, value), _how_to_name(planning, kind, value))
        return None
    entry = find(planning, kind, name, name_path)
    return None if entry is None else use_of(planning, entry, path, options)


def find(planning: Planning, kind: type[Component], name: str, path: Path) -> Entry | None:
    """Return the entry of that name, or None with a problem noted at `path`."""
    try:
        return planning.registry.find(kind, name)
    except PluginError as error:
        wanted = name.replace("_", "-")
        if all(entry.name != wanted for entry in planning.registry.entries_of(kind)):
            for entry in planning.registry.entries:
                if entry.name == wanted and entry.kind in PLACES:
                    hint = f"'{wanted}' is a component of the kind {entry.kind}: it belongs under {PLACES[entry.kind]}"
                    planning.problems.add(path, error.problems[0].message, hint)
                    return None
        planning.problems.take(path, error)
        return None


def use_of(planning: Planning, entry: Entry, path: Path, options: dict[str, Any]) -> Use | None:
    """Return a use of `entry` with its options checked and its paths absolute; None with problems noted."""
    config = entry.component.Config
    options = absolute_options(config, options, recipe=planning.recipe, path=path)
    made = check_options(config, options, path=path, problems=planning.problems, entry=entry)
    if made is None:
        return None
    return Use(
        kind=entry.kind,
        name=entry.name,
        options=made.model_dump(mode="json", by_alias=True),
        distribution=entry.provider.distribution,
        version=entry.provider.version,
        path=render_path(path),
    )


def create(planning: Planning, kind: type[AnyComponent], use: Use) -> AnyComponent:
    """Return the component itself, to be asked what planning asks."""
    return planning.registry.create(kind, use)


def pretrains(registry: Registry, use: Use) -> bool:
    """Return whether an adaptation method has a training phase of its own."""
    component = registry.find(AdaptationMethod, use.name).component
    assert issubclass(component, AdaptationMethod)
    return component.pretrain is not AdaptationMethod.pretrain


def _no_name(kind: type[Component], value: Any) -> str:
    if isinstance(value, dict):
        return f"names no {kind.kind}" if "use" not in value else "`use` must be a name"
    return f"must be the name of a {kind.kind}, or a mapping with `use:`, not {shown(value)}"


def _how_to_name(planning: Planning, kind: type[Component], value: Any) -> str:
    names = planning.registry.names(kind)
    if isinstance(value, dict) and len(value) == 1 and str(next(iter(value))).replace("_", "-") in names:
        # `adapt: [{adversarial: {attack: fgm}}]`, as other tools write it
        return f"write {{use: {next(iter(value)).replace('_', '-')}, <option>: <value>}}"
    return f"add `use:` with one of: {', '.join(names)}" if names else "no installed plugin provides one"
