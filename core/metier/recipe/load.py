"""Loads a recipe: the file, what it extends, and what the command line overrides."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence

from metier.errors import Problem, RecipeError
from metier.recipe.locate import locate, read, show
from metier.recipe.merge import merge
from metier.recipe.node import Node, Path, Place, plain
from metier.recipe.overrides import override
from metier.recipe.recipe import Recipe
from metier.recipe.shape import VERSION
from metier.recipe.yaml import parse
from metier.registry import Registry

OWN = ("name", "sample_rows", "sample_minutes")
"""What is true of one recipe alone, so that those that extend it do not get it."""


def load_recipe(
    reference: str | pathlib.Path,
    *,
    sets: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    registry: Registry,
) -> Recipe:
    """Return the recipe at `reference`: a file, or `<industry>/<name>` for one that ships with an industry.

    `overrides` are the command line's shorthands by name (`train`, `model`, `seed`, …), `sets` its `path=value` pairs;
    relative paths in both are taken from the working directory. Raises `RecipeError`.
    """
    cwd = pathlib.Path.cwd()
    file, name = locate(reference, folder=cwd, registry=registry)
    tree = _with_parents(file, registry=registry)
    override(tree, overrides=overrides or {}, sets=sets, folder=cwd)
    places: dict[Path, Place] = {}
    values = plain(tree, places)
    values.pop("extends", None)
    own = values.get("name")
    return Recipe(name=own if isinstance(own, str) else name, tree=values, places=places)


def _with_parents(
    file: pathlib.Path, *, registry: Registry, chain: tuple[pathlib.Path, ...] = (), place: Place | None = None
) -> Node:
    """Return the tree of `file` laid over what it extends; `chain` holds the files on the way here."""
    shown = show(file)
    known = file.resolve()
    if known in chain and place is not None:
        circle = " → ".join(show(one) for one in (*chain[chain.index(known) :], known))
        hint = "take `extends` out of one of them"
        problem = Problem(f"a circle: {circle}", where="extends", hint=hint, file=place.file, line=place.line)
        raise RecipeError(problems=[problem])
    tree = parse(read(file, shown=shown, registry=registry, place=place), file=shown, root=known.parent)
    _check_top(tree, shown)
    extends = tree.value.get("extends")
    if extends is None or extends.value is None:
        return tree
    if not isinstance(extends.value, str):
        hint = "name one recipe: finance/sentiment, or ./other.yaml"
        raise _problem(extends.place, "extends", "must be the name of a recipe", hint)
    parent, _ = locate(extends.value, folder=known.parent, registry=registry, place=extends.place)
    base = _with_parents(parent, registry=registry, chain=(*chain, known), place=extends.place)
    for key in OWN:
        base.value.pop(key, None)
    return merge(base, tree)


def _check_top(tree: Node, shown: str) -> None:
    """Refuse what is no recipe of this version; with another one, no other message would be right."""
    begin = f"begin it with `recipe: {VERSION}`; `metier new recipe` writes one to start from"
    if tree.value is None:
        raise RecipeError(problems=[Problem("an empty recipe", hint=begin, file=shown)])
    if not isinstance(tree.value, dict):
        raise _problem(tree.place, "", "a recipe is a mapping of keys to values", begin)
    version = tree.value.get("recipe")
    if version is None:
        raise _problem(tree.place, "recipe", "the version of the recipe language is missing", begin)
    if isinstance(version.value, bool) or version.value != VERSION:
        hint = f"write `recipe: {VERSION}`, or install the metier that the recipe was written for"
        message = f"this metier reads version {VERSION} of the recipe language, not {version.value!r}"
        raise _problem(version.place, "recipe", message, hint)


def _problem(place: Place, where: str, message: str, hint: str) -> RecipeError:
    return RecipeError(problems=[Problem(message, where=where, hint=hint, file=place.file, line=place.line)])
