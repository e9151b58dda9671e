"""Lays one recipe over another: mappings key by key, everything else replaced."""

from __future__ import annotations

from metier.recipe.node import Node, Path, tree_of
from metier.recipe.shape import expanded, is_component


def merge(base: Node, over: Node, path: Path = ()) -> Node:
    """Return `base` with `over` laid on it, both standing at `path`.

    A component's options are kept only where the same component stays: one with another `use:` (or, for a data source,
    another path without `use:`, where the old one was a bare string) replaces it whole. A list replaces a list.
    """
    if not isinstance(over.value, dict):
        return over
    if isinstance(base.value, str) and not {"use", "path"} & set(over.value):
        options = expanded(path, base.value)
        base = base if options is None else tree_of(options, base.place)
    if not isinstance(base.value, dict) or (is_component(path) and _other(base, over)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node, (*path, key)) if key in merged else node
    return Node(merged, over.place)


def _other(base: Node, over: Node) -> bool:
    """Return whether `over` names another component than `base`."""
    if "use" not in over.value:
        return False
    before = base.value.get("use")
    return before is None or _name(before) != _name(over.value["use"])


def _name(node: Node) -> str:
    return str(node.value).replace("_", "-")
