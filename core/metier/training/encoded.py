"""Tokenised data on disk: flat memory-mapped arrays with offsets, built once under a digest of what went in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metier.components import Objective
from metier.errors import DataError, StageError
from metier.files import canonical, read_json, write_json
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast

ROWS_A_BATCH = 1000
ROW = "row"
"""The column that says which row an example is of, where a row may have several."""
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """Values of all examples in one array; `offsets` (examples + 1,) tell where each begins, None for one each."""

    values: Array
    offsets: Array | None

    def __getitem__(self, example: int) -> Any:
        if self.offsets is None:
            return self.values[example].item()
        return self.values[self.offsets[example] : self.offsets[example + 1]].tolist()


@dataclass(frozen=True, slots=True)
class Encoded:
    """Examples as an objective encoded them."""

    columns: Mapping[str, Column]
    count: int
    rows: int
    """Rows that they were made of; the same number where every row is one example."""

    def __len__(self) -> int:
        return self.count

    def example(self, index: int) -> dict[str, Any]:
        """Return one example: numbers, and lists of numbers."""
        return {name: column[index] for name, column in self.columns.items()}

    @property
    def names_rows(self) -> bool:
        """Whether each example is known to be of one row."""
        return ROW in self.columns or self.count == self.rows

    def owners(self) -> Array:
        """Return the row that each example is of (examples,), rising.

        Raises `StageError` where the encoding does not say: examples that were packed of several rows have none.
        """
        if ROW in self.columns:
            return self.columns[ROW].values
        if not self.names_rows:
            hint = f"return the column '{ROW}' from `encode`: the row that each example is of"
            raise StageError(f"{self.rows} rows gave {self.count} examples, and which is whose is not said", hint=hint)
        return np.arange(self.count)

    def lengths(self) -> Array:
        """Return the tokens of each example (examples,)."""
        offsets = self.columns["input_ids"].offsets
        assert offsets is not None, "input_ids is a list"
        return np.diff(offsets)


def encode(
    rows: Dataset, objective: Objective, tokenizer: PreTrainedTokenizerFast, *, max_length: int, directory: Path
) -> Encoded:
    """Return `rows` encoded, from `directory` where the same was encoded before.

    Raises `DataError` where nothing comes of them.
    """
    folder = directory / _digest(rows, objective, tokenizer, max_length)
    if not (folder / "columns.json").is_file():
        _build(rows, objective, tokenizer, max_length=max_length, folder=folder)
    return _open(folder)


def _digest(rows: Dataset, objective: Objective, tokenizer: PreTrainedTokenizerFast, max_length: int) -> str:
    """Digest everything that the encoding depends on; two digests of the same things cost only time."""
    kind = type(objective)
    parts = {
        "rows": [rows._fingerprint, len(rows), rows.column_names],
        "objective": [kind.__module__, kind.__qualname__, repr(getattr(objective, "__dict__", objective))],
        "tokenizer": _tokenizer_state(tokenizer),
        "max_length": max_length,
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:32]


def _tokenizer_state(tokenizer: PreTrainedTokenizerFast) -> Json:
    """Return what a tokenizer is, without what its last call set it to."""
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    return {name: value for name, value in state.items() if name not in {"truncation", "padding"}}


def _build(
    rows: Dataset, objective: Objective, tokenizer: PreTrainedTokenizerFast, *, max_length: int, folder: Path
) -> None:
    """Encode batch by batch into `folder`, which appears whole: its description is written last."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    writers: dict[str, _Writer] = {}
    for start in range(0, len(rows), ROWS_A_BATCH):
        batch = rows[start : start + ROWS_A_BATCH]
        for name, values in objective.encode(batch, tokenizer, max_length).items():
            if name == ROW:
                values = _owners(values, start, objective)
            if name not in writers:
                writers[name] = _Writer(name, folder, nested=_is_nested(values))
            writers[name].add(values)
    described = {name: writer.finish() for name, writer in writers.items()}
    counts = {one["examples"] for one in described.values()}
    if len(counts) > 1:
        raise StageError(f"{type(objective).__name__}.encode returned columns of different length: {described}")
    if not described or counts == {0}:
        raise DataError("no examples come of these rows", hint="look at the data with `metier data inspect`")
    write_json(folder / "columns.json", {"columns": described, "rows": len(rows)})


def _owners(values: Sequence[int], start: int, objective: Objective) -> Sequence[int]:
    """Return the rows that examples are of, counted from the data's first; `start` is the batch's first."""
    owners = np.asarray(values, dtype=np.int64)
    if len(owners) and (owners[0] < 0 or (np.diff(owners) < 0).any()):
        raise StageError(f"{type(objective).__name__}.encode returned '{ROW}' out of order: {owners[:9].tolist()}…")
    return (owners + start).tolist()  # type: ignore[no-any-return]


def _open(folder: Path) -> Encoded:
    described = read_json(folder / "columns.json")
    columns = {}
    for name, one in described["columns"].items():
        offsets = np.load(folder / f"{name}.offsets.npy") if one["nested"] else None
        columns[name] = Column(_map(folder / f"{name}.values", one["dtype"]), offsets)
    return Encoded(columns, next(iter(described["columns"].values()))["examples"], described["rows"])


def _map(path: Path, dtype: str) -> Array:
    if path.stat().st_size == 0:
        return np.empty(0, dtype=dtype)
    # A view as plain ndarray: slicing a memmap object costs ten times as much.
    return np.memmap(path, dtype=dtype, mode="r").view(np.ndarray)


def _is_nested(values: Sequence[Any]) -> bool:
    return len(values) > 0 and np.ndim(values[0]) > 0


class _Writer:
    """Appends one column's values to a file; whole numbers become int32 (int64 where one needs it), others float32."""

    def __init__(self, name: str, folder: Path, *, nested: bool) -> None:
        self.name, self.folder, self.nested = name, folder, nested
        self.dtype: np.dtype[Any] | None = None
        self.lengths: list[int] = []
        self.count = 0
        (folder / f"{name}.values").touch()

    def add(self, values: Sequence[Any]) -> None:
        """Append the values of a batch of examples."""
        self.count += len(values)
        if self.nested:
            self.lengths.extend(len(one) for one in values)
        flat = np.asarray([number for one in values for number in one] if self.nested else values)
        if not flat.size:
            return
        dtype = _storage(flat)
        self.dtype = self.dtype or dtype
        if dtype != self.dtype:
            hint = "return the column in one numeric type"
            raise StageError(f"column {self.name!r} of the encoding is {self.dtype}, then {dtype}", hint=hint)
        with (self.folder / f"{self.name}.values").open("ab") as file:
            file.write(flat.astype(dtype).tobytes())

    def finish(self) -> dict[str, Any]:
        """Write the offsets and return the column's description."""
        if self.nested:
            np.save(self.folder / f"{self.name}.offsets.npy", offsets_of(self.lengths))
        dtype = (self.dtype or np.dtype(np.int32)).str
        return {"dtype": dtype, "nested": self.nested, "examples": self.count}


def offsets_of(lengths: Iterable[int]) -> Array:
    """Return where each of several runs begins, and where the last ends: (runs + 1,) int64."""
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, dtype=np.int64))]).astype(np.int64)


def _storage(flat: Array) -> np.dtype[Any]:
    if flat.dtype.kind in "bu" or (flat.dtype.kind == "i" and np.abs(flat).max() < 2**31):
        return np.dtype(np.int32)
    if flat.dtype.kind == "i":
        return np.dtype(np.int64)
    if flat.dtype.kind == "f":
        return np.dtype(np.float32)
    raise StageError(f"an encoding holds numbers, not {flat.dtype}")
