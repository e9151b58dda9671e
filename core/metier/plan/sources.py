"""Resolves the data sources of a recipe: a bare path means the source whose file name pattern matches best."""

from __future__ import annotations

import fnmatch
import glob
import re
from pathlib import Path as FilePath
from typing import Any

from metier.components import DataSource
from metier.errors import Problem
from metier.plan.components import create, find, resolve, use_of
from metier.plan.context import Planning
from metier.plan.options import shown
from metier.plan.paths import absolute, exists, is_folder, siblings
from metier.recipe import Path
from metier.recipe.near import near
from metier.recipe.shape import SPLITS
from metier.registry import Entry, Registry
from metier.values import Use


def resolve_sources(planning: Planning) -> tuple[dict[str, Use], dict[str, dict[str, str]]]:
    """Return the sources in which a quick look finds nothing wrong by split, and their column mappings."""
    uses: dict[str, Use] = {}
    mappings: dict[str, dict[str, str]] = {}
    for split in SPLITS:
        path: Path = ("data", split)
        value = planning.value("data", split)
        if value is None:
            continue
        mapping: dict[str, str] = {}
        if isinstance(value, dict) and "columns" in value:
            mapping = _mapping(planning, (*path, "columns"), value["columns"])
            value = {key: option for key, option in value.items() if key != "columns"}
        use = _resolve(planning, path, value)
        if use is not None and _inspect(planning, path, use):
            uses[split] = use
            mappings[split] = mapping
    if planning.has_rows and planning.value("data", "train") is None:
        hint = "add `data: {train: train.csv}`, or give --train train.csv"
        planning.problems.add(("data", "train"), "no rows to train on", hint)
    return uses, mappings


def _resolve(planning: Planning, path: Path, value: Any) -> Use | None:
    """Return the source at `path`: named by `use:`, or meant by a path or name that stands alone."""
    if isinstance(value, str):
        return _bare(planning, path, value, {}, path)
    if isinstance(value, dict) and "use" not in value and isinstance(value.get("path"), str):
        others = {key: option for key, option in value.items() if key != "path"}
        return _bare(planning, path, value["path"], others, (*path, "path"))
    return resolve(planning, DataSource, path, value)


def _bare(planning: Planning, path: Path, text: str, others: dict[str, Any], text_path: Path) -> Use | None:
    """Return the source that the string `text` means: a source's name, `name:value`, or a path."""
    names = {entry.name for entry in planning.registry.entries_of(DataSource)}
    prefix, colon, rest = text.partition(":")
    if prefix.replace("_", "-") in names:
        entry = find(planning, DataSource, prefix, text_path)
        if entry is None:
            return None
        return use_of(planning, entry, path, {**others, **({bare_option(entry): rest} if colon else {})})
    root = planning.recipe.place(text_path).root
    file = absolute(text, root)
    entry = by_pattern(planning.registry, f"{file}/" if is_folder(file) else file)
    if entry is not None:
        # Made absolute here: what stood at `data.train` has no place under `data.train.path`.
        return use_of(planning, entry, path, {**others, bare_option(entry): file})
    _unreadable(planning, text, file, text_path, names)
    return None


def bare_option(entry: Entry) -> str:
    """Return the option that a bare string sets."""
    assert issubclass(entry.component, DataSource)
    return entry.component.bare_option


def by_pattern(registry: Registry, file: str) -> Entry | None:
    """Return the source with the longest pattern that matches the name of `file`, or the whole; None for none.

    A folder's name ends in `/` here, so that only a source for folders matches it.
    """
    name = file.rstrip("/").rpartition("/")[2] + ("/" if file.endswith("/") else "")
    best: tuple[int, Entry] | None = None
    for entry in registry.entries_of(DataSource):
        assert issubclass(entry.component, DataSource)
        for pattern in entry.component.patterns:
            literal = len(re.sub(r"[*?]|\[.*?\]", "", pattern))
            if _matches(name, file, pattern) and (best is None or literal > best[0]):
                best = (literal, entry)
    return best and best[1]


def _matches(name: str, file: str, pattern: str) -> bool:
    if name.endswith("/") != pattern.endswith("/"):
        return False
    return fnmatch.fnmatchcase(name.lower(), pattern.lower()) or fnmatch.fnmatchcase(file, pattern)


def _unreadable(planning: Planning, text: str, file: str, path: Path, names: set[str]) -> None:
    """Note why a string that stands for a data source means none."""
    if is_folder(file):
        message, hint = f"{text}: a folder, not a file", "name the file in it, or name a source for folders with `use:`"
    elif re.fullmatch(r"[\w-]+(:.*)?", text) and not exists(file):
        find(planning, DataSource, text.partition(":")[0], path)
        return
    elif (missing := missing_file(file)) is not None:
        message, hint = f"{text}: {missing.message}", missing.hint
    else:
        suffix = FilePath(file).suffix
        ending = f"'*{suffix}'" if suffix else "without an ending"
        message = f"{text}: no data source reads files {ending}"
        hint = f"say which one to read it with: {{use: <source>, path: {text}}}; there are: {', '.join(sorted(names))}"
    planning.problems.add(path, message, hint)


def missing_file(file: str) -> Problem | None:
    """Return a problem, with the nearest name beside it, where the plain path `file` does not exist; else None."""
    if "://" in file or glob.has_magic(file) or exists(file):
        return None
    close = near(FilePath(file).name, siblings(file))
    return Problem("no such file", hint=f"did you mean '{close}'?" if close else "check the path")


def _inspect(planning: Planning, path: Path, use: Use) -> bool:
    """Return whether the source's quick look finds nothing wrong; what it finds is noted where the file is named."""
    source = create(planning, DataSource, use)
    option = (*path, source.bare_option)
    found = list(source.inspect())
    for problem in found:
        planning.problems.told(option if option in planning.recipe.places else path, problem, hint="check the file")
    return not found


def _mapping(planning: Planning, path: Path, value: Any) -> dict[str, str]:
    """Return a `columns:` mapping, role to column; notes a problem for each entry that is no name."""
    if not isinstance(value, dict):
        hint = "write it as {text: <your column>, label: <your column>}"
        planning.problems.add(path, f"must be a mapping of roles to columns, not {shown(value)}", hint)
        return {}
    for role, column in value.items():
        if not isinstance(column, str):
            hint = f'give the column\'s name, in quotes if it is a number: "{column}"'
            planning.problems.add((*path, role), f"must be the name of a column, not {shown(column)}", hint)
    return {role: column for role, column in value.items() if isinstance(column, str)}
