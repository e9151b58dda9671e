"""Makes options that are file paths absolute, each from the folder of the file that gave it."""

from __future__ import annotations

import glob
import os
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from metier.components import ModelMark, PathMark
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


def model_folder(reference: str, root: FilePath) -> str | None:
    """Return the absolute path of a model's folder, taken from `root`; None for what is no path and no folder there."""
    path = absolute(reference, root)
    return path if reference.startswith((".", "/", "~")) or reference.endswith("/") or exists(path) else None


def absolute_options(model: type[BaseModel], values: dict[str, Any], *, recipe: Recipe, path: Path) -> dict[str, Any]:
    """Return `values`, the options at `path`, with every path, and every model's folder, of `model` made absolute."""
    marked = dict(values)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in marked:
            marked[key] = _absolute_value(field, marked[key], recipe=recipe, path=(*path, key))
    return marked


def _absolute_value(field: FieldInfo, value: Any, *, recipe: Recipe, path: Path) -> Any:
    if is_path(field):
        return _each(value, absolute, recipe=recipe, path=path)
    if has_mark(field, ModelMark):
        return _each(value, lambda text, root: model_folder(text, root) or text, recipe=recipe, path=path)
    inner = _inner(field.annotation)
    if inner and isinstance(value, dict):
        return absolute_options(inner, value, recipe=recipe, path=path)
    if inner and isinstance(value, list):
        return [
            absolute_options(inner, one, recipe=recipe, path=(*path, index)) if isinstance(one, dict) else one
            for index, one in enumerate(value)
        ]
    return value


def is_path(field: FieldInfo) -> bool:
    """Return whether an option names files."""
    return has_mark(field, PathMark)


def has_mark(field: FieldInfo, mark: type[PathMark | ModelMark]) -> bool:
    """Return whether an option is marked, or what it holds: `RecipePath | None`, `tuple[RecipePath, ...]`."""
    return any(isinstance(one, mark) for one in field.metadata) or _is_marked(field.annotation, mark)


def marked_texts(value: Any, mark: type[PathMark | ModelMark], *, within: bool = False) -> Iterator[str]:
    """Yield the texts that marked options of a configuration hold, those of options in options too."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from marked_texts(getattr(value, name), mark, within=has_mark(field, mark))
    elif isinstance(value, str) and value and within:
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from marked_texts(one, mark, within=within)


def _inner(annotation: Any) -> type[BaseModel] | None:
    """Return the model of options that an annotation holds: itself, or of each item of a list."""
    for one in (annotation, *typing.get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _is_marked(annotation: Any, mark: type[PathMark | ModelMark]) -> bool:
    parts = typing.get_args(annotation)
    return any(isinstance(part, mark) or _is_marked(part, mark) for part in parts)


def _each(value: Any, change: Callable[[str, FilePath], str], *, recipe: Recipe, path: Path) -> Any:
    """Return a value with its texts changed, each with the folder of the file that gave it."""
    if isinstance(value, str):
        return change(value, recipe.place(path).root)
    if isinstance(value, list):
        return [_each(one, change, recipe=recipe, path=(*path, index)) for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: _each(one, change, recipe=recipe, path=(*path, key)) for key, one in value.items()}
    return value
