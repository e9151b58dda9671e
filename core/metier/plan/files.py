"""Finds the source that reads a file, where no recipe says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from metier.components import DataSource
from metier.errors import DataError
from metier.plan.options import faults
from metier.plan.sources import by_pattern
from metier.registry import Registry
from metier.values import Json


def source_of_file(
    path: str | Path,
    registry: Registry,
    *,
    options: Mapping[str, Any] | None = None,
    prefer: Mapping[str, Mapping[str, Json]] | None = None,
) -> DataSource:
    """Return the source whose file name pattern matches `path` best, with `options`; raises `DataError` for none.

    `prefer` holds options by a source's name, where other defaults than the source's own are wanted.
    """
    file = Path(path).absolute()
    entry = by_pattern(registry, f"{file}/" if file.is_dir() else str(file))
    if entry is None:
        hint = "give it an ending that tells its format, such as .csv, .jsonl, .parquet or .txt"
        raise DataError("no source reads files of this name", where=str(path), hint=hint)
    component = entry.component
    assert issubclass(component, DataSource)
    given = {component.bare_option: str(file), **(prefer or {}).get(entry.name, {}), **(options or {})}
    try:
        return component(component.Config.model_validate(given))
    except ValidationError as error:
        hint = f"`metier plugins info {entry.name}` lists its options"
        raise DataError(f"'{entry.name}' does not take this: {faults(error)}", where=str(path), hint=hint) from error
