"""Finds and reads recipe files: a path, or `<industry>/<name>` for one that ships with an industry."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from metier.components import Industry
from metier.errors import PluginError, Problem, RecipeError
from metier.recipe.near import did_you_mean, near
from metier.recipe.node import Place
from metier.registry import Registry

LARGEST = 1_000_000
"""Bytes; what is larger is no recipe."""
SHIPPED = re.compile(r"[\w-]+/[\w-]+")


def locate(reference: str | Path, *, folder: Path, registry: Registry, place: Place | None = None) -> tuple[Path, str]:
    """Return the file of a recipe and the recipe's name.

    A relative path is taken from `folder`. `place` is where the reference stands, None for the command line. Raises
    `RecipeError` where no installed industry ships it; whether a file is there is seen when it is read.
    """
    path = folder / os.path.expanduser(reference)  # noqa: PTH111 - Path.expanduser raises for an unknown user
    is_name = isinstance(reference, str) and SHIPPED.fullmatch(reference)
    if not is_name or os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises for no permission
        return path, slug(path.stem)
    industry, _, name = str(reference).partition("/")
    try:
        entry = registry.find(Industry, industry)
        recipes = _recipes(registry, entry.name)
    except PluginError as error:
        raise RecipeError(problems=[_at(place, str(reference), p.message, p.hint) for p in error.problems]) from error
    wanted = name.replace("_", "-")
    if wanted not in recipes:
        of = f"from {entry.provider.distribution}"
        close = near(wanted, recipes)
        hint = f"did you mean '{entry.name}/{close}'? ({of})" if close else did_you_mean(wanted, recipes)
        message = f"the industry '{entry.name}' has no recipe '{name}'"
        raise RecipeError(problems=[_at(place, str(reference), message, hint)])
    return recipes[wanted], f"{entry.name}-{wanted}"


def read(path: Path, *, shown: str, registry: Registry, place: Place | None = None) -> str:
    """Return a recipe's text; raises `RecipeError` where it is missing, a folder, unreadable, too large or not text."""
    try:
        status = path.stat()
        size, is_folder = status.st_size, stat.S_ISDIR(status.st_mode)
        if not is_folder and not stat.S_ISREG(status.st_mode):
            raise _unreadable(place, shown, "not a regular file", "save what it gives into a file")
        data = path.read_bytes() if size <= LARGEST and not is_folder else b""
    except FileNotFoundError as error:
        raise _unreadable(place, shown, "no such recipe", _nearest(path, registry)) from error
    except NotADirectoryError as error:
        raise _unreadable(place, shown, "no such recipe: a part of the path is a file", "check the path") from error
    except PermissionError as error:
        raise _unreadable(place, shown, "no permission to read it", "change its permissions, or copy it") from error
    except OSError as error:
        raise _unreadable(place, shown, f"cannot be read: {error.strerror or error}", "check the path") from error
    if is_folder:
        found = sorted(path.glob("*.yaml"))
        hint = f"name a file in it: {found[0].name}" if found else "name a recipe file"
        raise _unreadable(place, shown, "a folder, not a recipe", hint)
    if size > LARGEST:
        raise _unreadable(place, shown, f"too large for a recipe: {size} bytes", "name the recipe, not the data")
    if b"\0" in data:
        raise _unreadable(place, shown, "a binary file, not a recipe", "name a YAML file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem("not UTF-8 text", hint="save it as UTF-8", file=shown, line=line)
        raise RecipeError(problems=[problem]) from error


def slug(text: str) -> str:
    """Return `text` as a name that a folder can have."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "recipe"


def show(path: Path) -> str:
    """Return `path` as messages name it: relative to the working directory where it lies in it."""
    cwd = Path.cwd()
    return os.path.relpath(path, cwd) if path.is_absolute() and path.is_relative_to(cwd) else os.path.normpath(path)


def _recipes(registry: Registry, industry: str) -> Mapping[str, Path]:
    made = registry.find(Industry, industry).component()
    assert isinstance(made, Industry)
    return made.recipes()


def _nearest(path: Path, registry: Registry) -> str:
    siblings = [file.name for file in path.parent.glob("*.y*ml")]
    close = near(path.name, siblings)
    if close:
        return f"did you mean '{close}'?"
    shipped = [f"{name}/{one}" for name in registry.names(Industry) for one in _recipes(registry, name)]
    by_name = {one.partition("/")[2]: one for one in shipped}
    close = near(path.stem, by_name)
    return f"did you mean '{by_name[close]}'?" if close else "check the path; `metier recipes` lists those that ship"


def _unreadable(place: Place | None, shown: str, message: str, hint: str) -> RecipeError:
    return RecipeError(problems=[_at(place, shown, message, hint)])


def _at(place: Place | None, shown: str, message: str, hint: str) -> Problem:
    """Return a problem with the recipe `shown`: its own, or of the `extends:` that names it."""
    if place is None:
        return Problem(message, hint=hint, file=shown)
    return Problem(f"{shown}: {message}", where="extends", hint=hint, file=place.file, line=place.line)
