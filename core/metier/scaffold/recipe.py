"""Writes a recipe with every key explained."""

from __future__ import annotations

from pathlib import Path

from metier.errors import RunError
from metier.files import write_text
from metier.scaffold.render import render


def new_recipe(path: Path, *, extends: str | None = None) -> Path:
    """Write a recipe to `path` and return it; raises `RunError` where a file is there already.

    With `extends` it starts from that recipe, and what people change most is there to be uncommented.
    """
    if path.exists():
        raise RunError("it is there already", where=str(path), hint="choose another path, or delete it first")
    template = "recipe-extends.yaml" if extends else "recipe.yaml"
    write_text(path, render(template, {"extends": extends or "", "name": path.stem}))
    return path
