"""Keeps records in Arrow files: written as a stream, opened memory-mapped, known by a digest of their values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

from metier.errors import DataError
from metier.files import whole
from metier.values import DatasetRef

ROWS = 1000
"""Rows held in memory while writing, at most."""
CHARACTERS = 1 << 24
"""Characters held in memory while writing, roughly."""


def write(
    records: Iterable[Mapping[str, Any]], path: Path, *, types: Mapping[str, pa.DataType] | None = None
) -> DatasetRef:
    """Write records to an Arrow file, whole or not at all; all have the columns of the first.

    `types` fixes columns' types; the others are told from the first thousand rows. Raises `DataError` where a later
    value does not fit. The digest is one of column names, types and values: not of `path`.
    """
    chunks = _chunks(records)
    first = next(chunks, None)
    schema = _schema(first or [], types or {})
    content = hashlib.sha256(str([(field.name, str(field.type)) for field in schema]).encode())
    count = 0
    with whole(path) as temporary, pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
        for chunk in chain([first] if first else [], chunks):
            columns = {name: [record[name] for record in chunk] for name in schema.names}
            writer.write_batch(_batch(columns, schema, count))
            content.update(json.dumps(columns, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
            count += len(chunk)
    return DatasetRef(path=path, digest=content.hexdigest(), rows=count)


def write_rows(rows: Dataset, path: Path) -> DatasetRef:
    """Write a data set to an Arrow file of its own."""
    schema = rows.features.arrow_schema
    return write(records(rows), path, types={field.name: field.type for field in schema})


def records(rows: Dataset) -> Iterator[dict[str, Any]]:
    """Yield the rows of a data set one by one, read by the thousand."""
    for batch in rows.with_format(None).iter(batch_size=ROWS):
        for values in zip(*batch.values(), strict=True):
            yield dict(zip(batch, values, strict=True))


def load(source: DatasetRef | Path) -> Dataset:
    """Return the data set in an Arrow file, memory-mapped."""
    path = source.path if isinstance(source, DatasetRef) else source
    return Dataset.from_file(str(path))


def _chunks(records: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield lists of records; where one ends depends on the records alone, so that digests do too."""
    chunk: list[Mapping[str, Any]] = []
    size = 0
    for record in records:
        chunk.append(record)
        size += sum(len(value) for value in record.values() if isinstance(value, str))
        if len(chunk) == ROWS or size >= CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _schema(chunk: list[Mapping[str, Any]], types: Mapping[str, pa.DataType]) -> pa.Schema:
    names = list(chunk[0]) if chunk else list(types)
    told = {name: pa.array([record[name] for record in chunk]).type for name in names if name not in types}
    told = {name: pa.string() if pa.types.is_null(kind) else kind for name, kind in told.items()}
    return pa.schema([(name, types.get(name, told.get(name))) for name in names])


def _batch(columns: dict[str, list[Any]], schema: pa.Schema, before: int) -> pa.RecordBatch:
    try:
        return pa.RecordBatch.from_pydict(columns, schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
        hint = "give a column values of one type throughout"
        raise DataError(f"a value does not fit its column: {error}", where=f"after row {before}", hint=hint) from error
