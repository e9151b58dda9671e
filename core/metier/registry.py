"""What is installed: every component by kind and name, with its distribution, and every plugin that failed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

from metier.components import Component
from metier.errors import PluginError
from metier.values import Use

AnyComponent = TypeVar("AnyComponent", bound=Component)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a component comes from: entry point, distribution, version."""

    plugin: str
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A component class and who provides it."""

    kind: str
    name: str
    component: type[Component]
    provider: Provider


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin, or a part of one, that does not work, and why."""

    provider: Provider
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """Components by kind and name. A name that two distributions offer is ambiguous, and neither wins."""

    entries: tuple[Entry, ...] = ()
    failures: tuple[Failure, ...] = ()
    plugins: Mapping[Provider, ModuleType] = field(default_factory=dict)
    """The plugin modules that loaded, in order."""

    def entries_of(self, kind: type[Component]) -> list[Entry]:
        """Return all entries of a kind, sorted by name; ambiguous names occur more than once."""
        return sorted(
            (entry for entry in self.entries if entry.kind == kind.kind),
            key=lambda entry: (entry.name, entry.provider.distribution),
        )

    def names(self, kind: type[Component]) -> list[str]:
        """Return the names of a kind that a recipe can use, sorted."""
        every = [entry.name for entry in self.entries_of(kind)]
        return sorted(name for name in set(every) if every.count(name) == 1)

    def find(self, kind: type[Component], name: str) -> Entry:
        """Return the entry of that kind and name, `_` and `-` alike.

        Raises `PluginError` where there is none (with the nearest name), or where two distributions offer it.
        """
        wanted = name.replace("_", "-")
        found = [entry for entry in self.entries_of(kind) if entry.name == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            both = " and ".join(str(entry.provider) for entry in found)
            hint = f"uninstall one, or name the plugins to load in METIER_PLUGINS ({found[0].provider.plugin}, …)"
            raise PluginError(f"the {kind.kind} '{wanted}' is offered by both {both}; neither is taken", hint=hint)
        raise PluginError(f"no {kind.kind} named '{name}'", hint=self._way_out(kind, wanted))

    def create(self, kind: type[AnyComponent], use: Use) -> AnyComponent:
        """Return the component that `use` names, with its options checked."""
        component = self.find(kind, use.name).component
        made = component(component.Config.model_validate(dict(use.options)))
        assert isinstance(made, kind)
        return made

    def _way_out(self, kind: type[Component], name: str) -> str:
        entries = {entry.name: entry for entry in self.entries_of(kind)}
        near = difflib.get_close_matches(name, entries, n=1, cutoff=0.6)
        if near:
            return f"did you mean '{near[0]}'? (from {entries[near[0]].provider.distribution})"
        if self.failures:
            return "a plugin that failed may provide it: see `metier plugins list`"
        if entries:
            return f"there are: {', '.join(entries)}"
        return "no installed plugin provides one: pip install 'metier[standard]'"
