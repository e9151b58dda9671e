"""A recipe's tree while it is put together: every value knows the file and line that gave it."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""A place in a recipe: `("adapt", 1, "attack")`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was given."""

    file: str
    """The recipe as messages name it, or the command line option (`--train`)."""
    line: int | None
    root: pathlib.Path
    """The folder from which relative paths in the value are taken."""


@dataclass(slots=True)
class Node:
    """A value with its place: a scalar, a `dict[str, Node]` or a `list[Node]`."""

    value: Any
    place: Place


def render_path(path: Path) -> str:
    """Return `path` as people write it: `adapt[1].attack`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def plain(node: Node, places: dict[Path, Place], path: Path = ()) -> Any:
    """Return the tree under `node` without places, and note each value's place in `places`."""
    places[path] = node.place
    if isinstance(node.value, dict):
        return {key: plain(child, places, (*path, key)) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child, places, (*path, index)) for index, child in enumerate(node.value)]
    return node.value


def tree_of(value: Any, place: Place) -> Node:
    """Return a plain value as nodes that all have the same place."""
    if isinstance(value, dict):
        return Node({key: tree_of(child, place) for key, child in value.items()}, place)
    if isinstance(value, list):
        return Node([tree_of(child, place) for child in value], place)
    return Node(value, place)
