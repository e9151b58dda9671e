"""Finds installed plugins and asks each, alone, what it provides, so that a broken one harms only its own users."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from metier import hookspecs

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from metier.registry import Failure, Provider, Registry

GROUP = "metier.plugins"
SWITCH = "METIER_PLUGINS"
"""Environment variable: `none` loads only what metier itself brings, a comma-separated list only those plugins."""
BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a plugin could not be loaded or asked."""

    reason: str
    hint: str = ""


def entry_points() -> list[EntryPoint]:
    """Return the plugins' entry points that the switch lets through, the built-ins first."""
    from stevedore.named import NamedExtensionManager

    # With no names it loads nothing: stevedore finds, `load` below isolates (stevedore lets SystemExit through).
    manager: NamedExtensionManager[Any] = NamedExtensionManager(GROUP, names=[])
    switch = os.environ.get(SWITCH, "").strip()
    allowed = {name.strip() for name in switch.split(",")} | {BUILTIN} if switch else None
    points = [point for point in manager.list_entry_points() if allowed is None or point.name in allowed]
    return sorted(points, key=lambda point: (point.name != BUILTIN, point.name, point.value))


def load(point: EntryPoint) -> ModuleType | Trouble:
    """Import a plugin's module and check its hooks; whatever it raises becomes a `Trouble`."""
    module = guarded(point.load)
    if isinstance(module, Trouble):
        return module
    if not isinstance(module, ModuleType):
        return Trouble(
            f"its entry point names a {type(module).__name__}, not a module", "name the module with the hooks"
        )
    manager = guarded(lambda: hooks_of(module))
    if isinstance(manager, Trouble):
        return manager
    misspelt = guarded(manager.check_pending)
    if isinstance(misspelt, Trouble):
        return Trouble(
            _misspelt(manager), "see the hook reference for the names, or mark it hookimpl(optionalhook=True)"
        )
    return module


def hooks_of(module: ModuleType) -> pluggy.PluginManager:
    """Return a plugin manager that holds this plugin alone."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(module)
    return manager


def guarded(call: Callable[[], Any]) -> Any:
    """Return what `call` returns, or a `Trouble` for whatever it raises but an interrupt, `SystemExit` included."""
    try:
        return call()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, ModuleNotFoundError) and error.name:
            return Trouble(reason, f"pip install what provides the module '{error.name}'")
        return Trouble(reason)


def _misspelt(manager: pluggy.PluginManager) -> str:
    known = {name for name in vars(hookspecs) if not name.startswith("_")}
    unknown = [name for name in vars(manager.hook) if not name.startswith("_") and name not in known]
    return f"no such hook: {', '.join(unknown)}"


@functools.cache
def discover() -> Registry:
    """Return the registry of everything installed; read once a process."""
    from metier.registry import Registry

    entries, failures, plugins = [], [], {}
    for point, provider in _with_provenance(entry_points()):
        module = load(point)
        if isinstance(module, Trouble):
            failures.append(_failure(provider, module))
            continue
        plugins[provider] = module
        found, failed = _components(module, provider)
        entries.extend(found)
        failures.extend(failed)
    return Registry(entries=tuple(entries), failures=tuple(failures), plugins=plugins)


def _with_provenance(points: Sequence[EntryPoint]) -> Iterator[tuple[EntryPoint, Provider]]:
    """Yield each entry point once for every distribution that has it: stevedore's carry none."""
    import importlib.metadata

    from metier.registry import Provider

    known: dict[tuple[str, str], list[Provider]] = {}
    for point in importlib.metadata.entry_points(group=GROUP):
        name, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "")
        known.setdefault((point.name, point.value), []).append(Provider(point.name, name, version))
    # A fork beside its original has the same entry point: each distribution is asked once, not each for both.
    for key, point in {(point.name, point.value): point for point in points}.items():
        for provider in known.get(key, [Provider(point.name, "unknown", "")]):
            yield point, provider


def _components(module: ModuleType, provider: Provider) -> tuple[list[Any], list[Failure]]:
    from metier.components import KINDS
    from metier.registry import Entry

    entries: dict[tuple[str, str], Entry] = {}
    failures: list[Failure] = []
    hooks = hooks_of(module).hook
    for hook, kind in KINDS.items():
        answer = guarded(getattr(hooks, hook))
        if isinstance(answer, Trouble):
            failures.append(_failure(provider, Trouble(f"{hook}: {answer.reason}", answer.hint)))
            continue
        for classes in answer:  # pluggy: one answer an implementation, so none or one
            for component in classes if isinstance(classes, list | tuple) else [classes]:
                fault = _fault(component, kind)
                if not fault and (kind.kind, component.name) in entries:
                    fault = f"it offers the {kind.kind} '{component.name}' twice"
                if fault:
                    failures.append(_failure(provider, Trouble(f"{hook}: {fault}")))
                    continue
                entries[kind.kind, component.name] = Entry(kind.kind, component.name, component, provider)
    return list(entries.values()), failures


def _fault(component: object, kind: type) -> str:
    if not (isinstance(component, type) and issubclass(component, kind)):
        what = f"the class {component.__name__}" if isinstance(component, type) else f"a {type(component).__name__}"
        return f"it returned {what}, not a list of {kind.__name__} classes"
    name = getattr(component, "name", "")
    if not isinstance(name, str) or not name or name != name.lower() or "_" in name or " " in name:
        return f"{component.__name__}.name is {name!r}, not a name in kebab-case"
    return ""


def _failure(provider: Provider, trouble: Trouble) -> Failure:
    from metier.registry import Failure

    hint = trouble.hint or f"leave it out with {SWITCH}, or tell its authors"
    return Failure(provider, trouble.reason, hint)
