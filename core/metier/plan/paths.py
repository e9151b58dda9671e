"""Makes options that are file paths absolute, each from the folder of the file that gave it."""

from __future__ import annotations

import glob
import os
import typing
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from metier.components import PathMark
from metier.recipe import Path, Recipe


def absolute(text: str, root: FilePath) -> str:
    """Return `text` as an absolute path or glob, taken from `root`; a URL stays as it is."""
    if not text or "://" in text:
        return text
    expanded = os.path.expanduser(text)  # noqa: PTH111 - a glob is no Path
    if not os.path.isabs(expanded):  # noqa: PTH117
        folder = glob.escape(str(root)) if glob.has_magic(expanded) else str(root)
        expanded = f"{folder}/{expanded}"
    return os.path.normpath(expanded)


def exists(file: str) -> bool:
    """Return whether there is such a file or folder; what cannot be seen is not there, and nothing is raised."""
    return os.path.exists(file)  # noqa: PTH110 - Path.exists raises for no permission and for names too long


def is_folder(file: str) -> bool:
    """Return whether `file` is a folder, raising as little as `exists`."""
    return os.path.isdir(file)  # noqa: PTH112


def siblings(file: str) -> list[str]:
    """Return the names in the folder of `file`; none where it cannot be listed."""
    folder = FilePath(file).parent
    return sorted(os.listdir(folder)) if os.access(folder, os.R_OK | os.X_OK) else []  # noqa: PTH208


def absolute_options(model: type[BaseModel], values: dict[str, Any], *, recipe: Recipe, path: Path) -> dict[str, Any]:
    """Return `values`, the options at `path`, with every one that `model` marks as a path made absolute."""
    marked = dict(values)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in marked:
            continue
        if is_path(field):
            marked[key] = _all(marked[key], recipe=recipe, path=(*path, key))
        elif isinstance(marked[key], dict) and _is_model(field.annotation):
            inner = typing.cast("type[BaseModel]", field.annotation)
            marked[key] = absolute_options(inner, marked[key], recipe=recipe, path=(*path, key))
    return marked


def is_path(field: FieldInfo) -> bool:
    """Return whether an option names files."""
    return any(isinstance(mark, PathMark) for mark in field.metadata) or _is_marked(field.annotation)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_marked(annotation: Any) -> bool:
    """Return whether `PathMark` stands somewhere inside: `RecipePath | None`, `tuple[RecipePath, ...]`."""
    parts = typing.get_args(annotation)
    return any(isinstance(part, PathMark) or _is_marked(part) for part in parts)


def _all(value: Any, *, recipe: Recipe, path: Path) -> Any:
    if isinstance(value, str):
        return absolute(value, recipe.place(path).root)
    if isinstance(value, list):
        return [_all(one, recipe=recipe, path=(*path, index)) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: _all(one, recipe=recipe, path=(*path, key)) for key, one in value.items()}
    return value
