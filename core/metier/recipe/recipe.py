"""What loading a recipe gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metier.recipe.node import Path, Place


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe after `extends:` and overrides; nothing in it is checked but its YAML."""

    name: str
    """The file's name without suffix, `industry-recipe` for one that ships, or the recipe's own `name:`."""
    tree: Mapping[str, Any]
    """Plain mappings, lists and scalars; option keys have `_`, never `-`."""
    places: Mapping[Path, Place] = field(default_factory=dict)
    """Where each value was given, by path; `()` is the recipe itself."""

    def place(self, path: Path) -> Place:
        """Return the place of `path`, or of the nearest thing above it that somebody gave."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]
