"""What every step of planning shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metier.plan.problems import Problems
from metier.recipe import Path, Recipe
from metier.registry import Registry


@dataclass(frozen=True, slots=True)
class Planning:
    """A recipe on its way to a plan."""

    recipe: Recipe
    registry: Registry
    problems: Problems
    offline: bool = False
    adapts_only: bool = False
    """Whether the plan ends with the adapted model: it may have no rows to train on, and then no task."""

    @property
    def has_rows(self) -> bool:
        """Whether there are, or must be, labelled rows to train a task on."""
        return not self.adapts_only or self.value("data", "train") is not None

    def value(self, *path: str) -> Any:
        """Return the value at `path`; None where it is not given, or given as null."""
        current: Any = self.recipe.tree
        for step in path:
            current = current.get(step) if isinstance(current, dict) else None
        return current

    def entries(self, *path: str) -> list[tuple[Path, Any]]:
        """Return the entries of the list at `path`, each with its own path; notes a problem where it is no list."""
        value = self.value(*path)
        if value is None:
            return []
        if not isinstance(value, list):
            self.problems.add(path, "must be a list", f"put it in brackets: {path[-1]}: [{_short(value)}]")
            return []
        return [((*path, index), entry) for index, entry in enumerate(value)]


def _short(value: Any) -> str:
    return "…" if isinstance(value, dict) else str(value)
