"""Reads texts out of data sets, and rewrites columns, without holding more than a batch in memory."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from metier.data import store

SHOWN = 3
"""Rows that a message names."""
BETWEEN = "\x1f"
"""Stands between the texts of one row: the unit separator, which no text holds."""

Columns = dict[str, list[Any]]


def texts(rows: Dataset, columns: Sequence[str]) -> Iterator[str]:
    """Yield each row's text; the texts of several columns are joined by `BETWEEN`, as tokens are by spaces."""
    for batch in rows.select_columns(list(columns)).with_format(None).iter(batch_size=store.ROWS):
        read = [[value if isinstance(value, str) else _text(value) for value in batch[name]] for name in columns]
        if len(columns) == 1:
            yield from read[0]
        else:
            yield from map(BETWEEN.join, zip(*read, strict=True))


def _text(value: Any) -> str:
    """Return a value that is no text as one: tokens joined by spaces."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def shown(text: str) -> str:
    """Return a row's text as people read it."""
    return text.replace(BETWEEN, " | ")


def column(rows: Dataset, name: str) -> list[Any]:
    """Return a column's values."""
    values: list[Any] = rows.with_format(None)[name][:]
    return values


def rewrite(rows: Dataset, change: Callable[[Columns], Columns]) -> Dataset:
    """Return rows with the columns that `change` gives for each batch in place of their own.

    A data set that lies on disk is rewritten to a file beside its own, else in memory.
    """
    schema = rows.features.arrow_schema
    types = {field.name: field.type for field in schema}

    def changed() -> Iterator[dict[str, Any]]:
        for batch in rows.with_format(None).iter(batch_size=store.ROWS):
            columns = {**batch, **change(batch)}
            for values in zip(*columns.values(), strict=True):
                yield dict(zip(columns, values, strict=True))

    if rows.cache_files:
        folder = Path(rows.cache_files[0]["filename"]).parent
        path = Path(tempfile.mkdtemp(dir=folder, prefix="rewritten-")) / "rows.arrow"
        return store.load(store.write(changed(), path, types=types))
    made = list(itertools.chain(changed()))
    return Dataset.from_dict({name: [row[name] for row in made] for name in types}, features=rows.features)


def place(rows: Dataset, where: Sequence[int]) -> str:
    """Return the ids of the first of these rows, for a message."""
    ids = [str(rows[i]["id"]) for i in where[:SHOWN]]
    return ", ".join(ids) + (", …" if len(where) > SHOWN else "")


def keep(rows: Dataset, kept: Sequence[bool]) -> Dataset:
    """Return the rows that are marked; all of them as they are where none is left out."""
    return rows if all(kept) else rows.select([row for row, stays in enumerate(kept) if stays])


def spread(rows: Dataset, count: int) -> Dataset:
    """Return so many rows at even distances; all of them as they are where there are no more."""
    return rows if len(rows) <= count else rows.select([row * len(rows) // count for row in range(count)])
