"""The shape of a recipe: which places hold components, and which mappings have option keys."""

from __future__ import annotations

from metier.recipe.node import Path

VERSION = 1
"""The version of the recipe language that this metier reads."""
SPLITS = ("train", "validation", "test", "corpus")
SINGLE = ("industry", "task", "optimizer")
"""Keys that hold one component."""
LISTS: tuple[Path, ...] = (("data", "prepare"), ("adapt",), ("improve",))
"""Places that hold a list of components."""
SECTIONS: tuple[Path, ...] = ((), ("data",), ("data", "split"), ("training",))
"""Mappings of the recipe's own."""


def is_component(path: Path) -> bool:
    """Return whether a component stands at `path`."""
    if len(path) == 1:
        return path[0] in SINGLE
    return is_source(path) or (path[:-1] in LISTS and isinstance(path[-1], int))


def is_source(path: Path) -> bool:
    """Return whether a data source stands at `path`."""
    return len(path) == 2 and path[0] == "data" and path[1] in SPLITS


def key_at(path: Path, key: str) -> str:
    """Return `key` in the mapping at `path` as the recipe knows it: in names of options `-` is `_`."""
    return key.replace("-", "_") if path in SECTIONS or is_component(path) else key


def expanded(path: Path, text: str) -> dict[str, str] | None:
    """Return the mapping for which the string `text` at `path` is short; None where it is short for nothing."""
    if is_source(path):
        return {"path": text}
    return {"use": text} if is_component(path) else None
