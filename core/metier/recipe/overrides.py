"""Lays the command line over a recipe: `--train my.csv`, `--set training.num_train_epochs=5`."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Mapping, Sequence

from metier.errors import Problem, RecipeError
from metier.recipe.near import did_you_mean
from metier.recipe.node import Node, Path, Place, render_path, tree_of
from metier.recipe.shape import SPLITS, expanded, key_at
from metier.recipe.yaml import parse

TEXTS: dict[str, Path] = {
    **{split: ("data", split) for split in SPLITS},
    "model": ("model",),
    "industry": ("industry",),
    "name": ("name",),
}
"""Overrides that are text as they stand, and the place that each replaces whole."""
SCALARS: dict[str, Path] = {"seed": ("seed",), "seeds": ("seeds",), "ablate": ("ablate",)}
"""Overrides that are read as YAML."""
STEP = re.compile(r"[^.\[\]]+")
PATH = re.compile(r"[^.\[\]\s]+(\.[^.\[\]\s]+|\[\d+\])*")


def override(tree: Node, *, overrides: Mapping[str, str], sets: Sequence[str], folder: pathlib.Path) -> None:
    """Change `tree` in place; relative paths are taken from `folder`. Raises `RecipeError` with every bad one."""
    problems: list[Problem] = []
    for name, text in overrides.items():
        try:
            _one(tree, name, text, folder)
        except RecipeError as error:
            problems += error.problems
    for text in sets:
        try:
            _set(tree, text, folder)
        except RecipeError as error:
            problems += error.problems
    if problems:
        raise RecipeError(problems=problems)


def _one(tree: Node, name: str, text: str, folder: pathlib.Path) -> None:
    file = f"--{name}"
    if name in TEXTS:
        put(tree, TEXTS[name], Node(str(text), Place(file, None, folder)), file=file)
    elif name in SCALARS:
        put(tree, SCALARS[name], _value(str(text), file, folder, SCALARS[name]), file=file)
    else:
        raise _bad("no such override", file, did_you_mean(name, [*TEXTS, *SCALARS]))


def _set(tree: Node, text: str, folder: pathlib.Path) -> None:
    where, equals, value = text.partition("=")
    file = f"--set {text}"
    if not equals or not PATH.fullmatch(where.strip()):
        raise _bad("not PATH=VALUE", file, "write it as in --set training.num_train_epochs=5")
    path: Path = ()
    for step in STEP.findall(where.strip()):
        path = (*path, int(step) if step.isdigit() else key_at(path, step))
    if path[0] in {"recipe", "extends"}:
        raise _bad(f"'{path[0]}' cannot be overridden", file, "change the recipe's file")
    put(tree, path, _value(value, file, folder, path), file=file)


def _value(text: str, file: str, folder: pathlib.Path, path: Path) -> Node:
    """Return a value from the command line, which has no lines."""
    try:
        node = parse(text, file=file, root=folder, at=path)
    except RecipeError as error:
        first = error.problems[0]
        raise _bad(first.message, file, "quote what YAML would read as something else") from error
    return _placed(node, Place(file, None, folder))


def _placed(node: Node, place: Place) -> Node:
    if isinstance(node.value, dict):
        return Node({key: _placed(child, place) for key, child in node.value.items()}, place)
    if isinstance(node.value, list):
        return Node([_placed(child, place) for child in node.value], place)
    return Node(node.value, place)


def put(tree: Node, path: Path, node: Node, *, file: str) -> None:
    """Set the value at `path`, making mappings on the way; a bare string that stands for a component is opened."""
    current = tree
    for depth, step in enumerate(path):
        _open(current, path[:depth], node.place, file)
        last = depth == len(path) - 1
        if isinstance(current.value, list):
            index = _index(current.value, step, path[:depth], file)
            if last:
                current.value[index] = node
            current = current.value[index]
        else:
            if isinstance(step, int):
                raise _bad(f"{render_path(path[:depth])} has no entries", file, "give it a list in the recipe")
            if last:
                current.value[step] = node
            else:
                current = current.value.setdefault(step, Node(None, node.place))


def _open(node: Node, path: Path, place: Place, file: str) -> None:
    if node.value is None:
        node.value = {}
        node.place = place
    elif isinstance(node.value, str) and (options := expanded(path, node.value)) is not None:
        node.value = tree_of(options, node.place).value
    elif not isinstance(node.value, dict | list):
        raise _bad(f"{render_path(path)} is a single value", file, f"set it whole: --set {render_path(path)}=VALUE")


def _index(entries: list[Node], step: str | int, path: Path, file: str) -> int:
    if isinstance(step, int) and step < len(entries):
        return step
    name = render_path(path)
    if not entries:
        raise _bad(f"{name} has no entries", file, f"set it whole: --set '{name}=[…]'")
    hint = f"its entries are counted from 0: {name}.0" + (f" to {name}.{len(entries) - 1}" if len(entries) > 1 else "")
    raise _bad(f"{name} has no entry '{step}'", file, hint)


def _bad(message: str, file: str, hint: str) -> RecipeError:
    return RecipeError(problems=[Problem(message, hint=hint, file=file)])
