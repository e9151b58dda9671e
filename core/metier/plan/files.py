"""Finds the source that reads a file, where no recipe says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metier.components import DataSource
from metier.errors import DataError
from metier.plan.sources import by_pattern
from metier.registry import Registry
from metier.values import Json


def source_of_file(path: str | Path, registry: Registry, *, prefer: Mapping[str, Json] | None = None) -> DataSource:
    """Return the source whose file name pattern matches `path` best; raises `DataError` where none does.

    Options in `prefer` are set where the source has them.
    """
    file = Path(path).absolute()
    entry = by_pattern(registry, f"{file}/" if file.is_dir() else str(file))
    if entry is None:
        hint = "give it an ending that tells its format, such as .csv, .jsonl, .parquet or .txt"
        raise DataError("no source reads files of this name", where=str(path), hint=hint)
    component = entry.component
    assert issubclass(component, DataSource)
    preferred = {name: value for name, value in (prefer or {}).items() if name in component.Config.model_fields}
    return component(component.Config.model_validate({component.bare_option: str(file), **preferred}))
