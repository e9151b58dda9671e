"""Give a language model a trade: prepare an industry's text, adapt a model to it, train the task, and show how well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metier.api import Loaded, Run, load, plan, run
    from metier.hookspecs import hookimpl
    from metier.steps import adapt, evaluate, fine_tune, load_data, load_model

__version__ = "0.1.0"
__all__ = [
    "Loaded",
    "Run",
    "adapt",
    "evaluate",
    "fine_tune",
    "hookimpl",
    "load",
    "load_data",
    "load_model",
    "plan",
    "run",
]
_HOME = {
    "hookimpl": "metier.hookspecs",
    **dict.fromkeys(("Loaded", "Run", "load", "plan", "run"), "metier.api"),
    **dict.fromkeys(("adapt", "evaluate", "fine_tune", "load_data", "load_model"), "metier.steps"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import metier` costs nothing."""
    if name in _HOME:
        import importlib

        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'metier' has no attribute {name!r}")
