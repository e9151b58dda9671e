"""Looks, in a fresh process, at what importing, constructing and planning with a component does."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.components import Component
from metier.values import Json

HEAVY = frozenset({"torch", "transformers", "datasets", "peft", "sklearn", "pandas"})
"""Packages that no component imports before it computes."""

Call = tuple[str, Sequence[Any]]
"""A method's name and its arguments."""

_SCRIPT = """
import importlib, pickle, sys
module, qualified, options, calls, heavy = pickle.load(sys.stdin.buffer)
component = importlib.import_module(module)
for part in qualified.split('.'):
    component = getattr(component, part)
imported = heavy & set(sys.modules)
seen, watching = [], []
def watch(event, arguments):
    if watching and (event in ('open', 'os.listdir', 'os.mkdir', 'os.remove', 'subprocess.Popen')
                     or event.startswith('socket.')):
        seen.append((watching[0], event, str(arguments[0]) if arguments else ''))
sys.addaudithook(watch)
config = component.Config.model_validate(options)
watching.append('construct')
made = component(config)
watching[0] = 'plan'
for method, arguments in calls:
    answer = getattr(made, method)(*arguments)
    if hasattr(answer, '__next__'):
        list(answer)
watching.clear()
planned = heavy & set(sys.modules)
sys.stdout.buffer.write(pickle.dumps((imported, planned, seen)))
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a fresh process saw."""

    imported: frozenset[str]
    """Heavy packages loaded once the component's module was imported."""
    planned: frozenset[str]
    """Heavy packages loaded once it was constructed and asked what planning asks."""
    construction: tuple[str, ...]
    """What constructing it opened, ran, or connected to."""
    connections: tuple[str, ...]
    """Sockets that it used while it was planned with."""


def probe(component: type[Component], options: Mapping[str, Json], *, calls: Sequence[Call] = ()) -> Probe:
    """Import, construct and plan with `component` in a fresh process; raises `AssertionError` with what it printed."""
    asked = [(method, list(arguments)) for method, arguments in calls]
    question = (component.__module__, component.__qualname__, dict(options), asked, set(HEAVY))
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        input=pickle.dumps(question),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    if answer.returncode:
        raise AssertionError(f"in a fresh process it fails:\n{answer.stderr.decode(errors='replace')}")
    imported, planned, seen = pickle.loads(answer.stdout)
    sockets = [f"{event} {what}" for when, event, what in seen if when == "plan" and event.startswith("socket.")]
    return Probe(
        imported=frozenset(imported),
        planned=frozenset(planned),
        construction=tuple(f"{event} {what}" for when, event, what in seen if when == "construct"),
        connections=tuple(sockets),
    )
