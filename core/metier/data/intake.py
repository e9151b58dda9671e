"""Reads a source into an Arrow file: columns mapped to the task's, values checked, rows without text or label said."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from metier.columns import resolve
from metier.components import Change, DataSource, ReadContext, TransformContext
from metier.data import spans, store
from metier.data.cells import json_list
from metier.errors import DataError
from metier.values import Column, Record

TYPES = {
    "text": pa.string(),
    "label": pa.string(),
    "labels": pa.list_(pa.string()),
    "number": pa.float64(),
    "spans": spans.TYPE,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """A source's rows as they came in, and what is to be said of them."""

    rows: Dataset
    read: int
    available: tuple[str, ...]
    mapping: Mapping[str, str]
    notes: tuple[str, ...]
    dropped: Mapping[str, Change]


def take_in(
    source: DataSource, path: Path, *, columns: Sequence[Column], mapping: Mapping[str, str], where: str, offline: bool
) -> Intake:
    """Stream a source's records into `path` with the columns `id` and those of `columns` that it has.

    Rows without a label, or without any text, are left out and said. Raises `DataError` where a column is missing, a
    value does not fit, two records have one place, or nothing is left.
    """
    context = ReadContext(offline=offline)
    said = TransformContext(text_columns=())
    stream = iter(source.read(context))
    first = next(stream, None)
    if first is None:
        raise DataError("there are no records", where=where, hint="give a source with at least one record")
    available = tuple(first.values)
    chosen = resolve(columns, mapping, available, where=where)
    present = [column for column in columns if column.name in chosen]
    read = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal read
        for record in chain([first], stream):
            read += 1
            row = row_of(record, present, chosen)
            reason = reason_to_drop(row, present)
            if reason:
                said.drop(reason, record.where, str(row))
            else:
                yield row

    types = {"id": pa.string(), **{one.name: TYPES[one.kind] for one in present if one.kind in TYPES}}
    kept = store.load(store.write(rows(), path, types=types))
    if not len(kept):
        reasons = ", ".join(f"{change.count} with {reason}" for reason, change in said.dropped.items())
        raise DataError(f"no row can be used: {reasons}", where=where, hint="check `columns` and the file")
    _check_ids(kept, where)
    return Intake(kept, read, available, chosen, tuple(context.notes), said.dropped)


def row_of(record: Record, columns: Sequence[Column], chosen: Mapping[str, str]) -> dict[str, Any]:
    """Return a record as the row that it becomes; raises `DataError` for a value that does not fit its column."""
    row: dict[str, Any] = {"id": record.where}
    for column in columns:
        source = chosen[column.name]
        if source not in record.values and column.required:
            hint = "give every record the same columns"
            raise DataError(f"this record has no '{source}'", where=record.where, hint=hint)
        row[column.name] = _convert(record.values.get(source), column, source, record.where)
    for column in columns:
        if column.kind == "spans":
            spans.check(row[column.name], row["text"], chosen[column.name], record.where)
    return row


def _convert(value: Any, column: Column, source: str, where: str) -> Any:
    if column.kind == "any":
        return value
    if column.kind == "labels":
        return _labels(value, source, where)
    if column.kind == "spans":
        return spans.read(value, source, where)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "" if column.kind == "text" else None
    if column.kind == "number":
        return _number(value, source, where)
    if isinstance(value, bytes | list | dict | tuple):
        hint = f"choose another column: `columns: {{{column.name}: …}}`"
        raise DataError(f"'{source}' holds {type(value).__name__}, not a {column.kind}", where=where, hint=hint)
    return str(value) if column.kind == "text" else str(value).strip() or None


def _number(value: Any, source: str, where: str) -> float | None:
    if isinstance(value, str) and not value.strip():
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"'{source}' is {value!r}, not a number", where=where, hint="correct the value") from error


def _labels(value: Any, source: str, where: str) -> list[str]:
    """Return several labels: a list, or text as JSON or with `;` between the labels."""
    if value is None:
        return []
    if isinstance(value, str):
        found = json_list(value)
        value = value.split(";") if found is None else found
    if not isinstance(value, list | tuple):
        hint = "give a list, or text with ';' between labels"
        raise DataError(f"'{source}' holds {type(value).__name__}, not labels", where=where, hint=hint)
    return sorted({str(label).strip() for label in value} - {""})


def reason_to_drop(row: Mapping[str, Any], columns: Sequence[Column]) -> str | None:
    """Return why a row cannot be used, in words; None where it can."""
    texts = [row[column.name] for column in columns if column.kind == "text" and not column.answer]
    if texts and not any(text.strip() for text in texts):
        return "no text"
    for column in columns:
        if column.required and _is_missing(row[column.name], column):
            return f"no {column.name}"
    return None


def _is_missing(value: Any, column: Column) -> bool:
    """Return whether an answer is not there; that a list is empty says something."""
    if column.kind == "text":
        return column.answer and not value.strip()
    return column.kind in {"label", "number"} and value is None


def _check_ids(rows: Dataset, where: str) -> None:
    ids = rows.data.column("id")
    if pc.count_distinct(ids).as_py() == len(ids):
        return
    counts = pc.value_counts(ids.combine_chunks())
    twice = next(entry["values"] for entry in counts.to_pylist() if entry["counts"] > 1)
    hint = "the source must give each record a place of its own: tell its author"
    raise DataError(f"two records have the place '{twice}'", where=where, hint=hint)
