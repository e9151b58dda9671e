"""Writes predictions to a parquet file as they come, labels by name, and reads them back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from metier.data.spans import TYPE as spans_type
from metier.files import whole

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

NOTE = b"metier"
"""Key of the file's metadata under which the label names are, and which columns name labels."""
PROBABILITY, PROBABILITIES = "probability", "probabilities"
"""A table's column (rows, labels), and the file's: a struct with a field a label."""


class PredictionWriter:
    """Writes tables one after another to one file."""

    def __init__(self, path: Path, labels: Sequence[str]) -> None:
        self._path = path
        self._labels = list(labels)
        self._writer: pq.ParquetWriter | None = None

    def write(self, table: PredictionTable, texts: Mapping[str, Sequence[str]]) -> None:
        """Append a table; `texts` are columns for people that stand beside it."""
        coded = [name for name, column in table.items() if self._labels and _is_coded(name, column)]
        columns: dict[str, pa.Array] = {"id": pa.array([str(one) for one in table["id"]], pa.string())}
        columns |= {name: pa.array([str(one) for one in values], pa.string()) for name, values in texts.items()}
        for name, column in table.items():
            if name == PROBABILITY and self._labels and column.ndim == 2:
                columns[PROBABILITIES] = _struct(column, self._labels)
            elif name in coded:
                columns[name] = _named(column, self._labels)
            elif name != "id":
                columns[name] = _plain(column.tolist())
        if self._writer is None:
            note = json.dumps({"labels": self._labels, "coded": coded}, ensure_ascii=False).encode()
            schema = pa.schema([(name, values.type) for name, values in columns.items()], metadata={NOTE: note})
            self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(pa.table(columns, schema=self._writer.schema))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def writing(path: Path, labels: Sequence[str]) -> Iterator[PredictionWriter]:
    """Give a writer to `path`, which appears whole or not at all."""
    with whole(path) as temporary:
        writer = PredictionWriter(temporary, labels)
        try:
            yield writer
        finally:
            writer.close()


def read_table(path: Path) -> PredictionTable:
    """Return the table in a file as the head made it: labels as positions again."""
    file = pq.read_table(path)
    note = json.loads((file.schema.metadata or {}).get(NOTE, b'{"labels": [], "coded": []}'))
    index = {label: i for i, label in enumerate(note["labels"])}
    columns: dict[str, np.ndarray] = {}
    for name in file.column_names:
        column = file[name].combine_chunks()
        if name == PROBABILITIES and pa.types.is_struct(column.type):
            columns[PROBABILITY] = np.stack([column.field(i).to_numpy(zero_copy_only=False) for i in index.values()], 1)
        elif name in note["coded"]:
            columns[name] = _positions(column.to_pylist(), index, several=pa.types.is_list(column.type))
        elif pa.types.is_primitive(column.type):
            columns[name] = column.to_numpy(zero_copy_only=False)
        else:
            columns[name] = objects(column.to_pylist())
    return columns


def _plain(values: Sequence[Any]) -> pa.Array:
    """Return values as they are; lists of spans have their type also where all of them are empty."""
    lists = [value for value in values if isinstance(value, list)]
    spans = len(lists) == len(values) and all(isinstance(one, dict) for value in lists for one in value)
    return pa.array(values, spans_type if spans else None)


def _is_coded(name: str, column: np.ndarray) -> bool:
    return name in {"reference", "prediction"} and column.dtype.kind in "iub" and column.ndim in (1, 2)


def _struct(probability: np.ndarray, labels: Sequence[str]) -> pa.StructArray:
    arrays = [pa.array(np.ascontiguousarray(probability[:, i], dtype=np.float32)) for i in range(len(labels))]
    return pa.StructArray.from_arrays(arrays, names=list(labels))


def _named(column: np.ndarray, labels: Sequence[str]) -> pa.Array:
    if column.ndim == 1:
        return pa.array([labels[i] for i in column.tolist()], pa.string())
    return pa.array([[labels[i] for i in np.flatnonzero(row).tolist()] for row in column], pa.list_(pa.string()))


def _positions(values: Sequence[Any], index: Mapping[str, int], *, several: bool) -> np.ndarray:
    if not several:
        return np.array([index[value] for value in values], dtype=np.int64)
    found = np.zeros((len(values), len(index)), dtype=np.int8)
    for i, labels in enumerate(values):
        found[i, [index[label] for label in labels]] = 1
    return found


def objects(values: Sequence[Any]) -> np.ndarray:
    """Return one entry a value, whatever it is."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
